"""The mutant build of the pages (web/tests/mutants): made once for its sources, served by the proxy of a lying city."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.age_peers import NODE
from tests.support.page_integrity import with_integrity
from tests.support.project import ROOT
from tests.support.proxy import Exchange, Message
from voute.server.http.pages import policy_of

WEB = ROOT / "web"
KEPT = ROOT / ".make" / "mutant-pages"
PLACE = b"__VOUTE_MUTANT__"
_LEFT_OUT = frozenset({"node_modules", "dist", "tests"})
_TYPES = {".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_SCRIPTS = frozenset({".html", ".js", ".mjs"})


def sources() -> Iterator[Path]:
    """Everything that the build reads."""
    folders = [one for one in WEB.iterdir() if one.is_dir() and one.name not in _LEFT_OUT]
    files = [one for one in WEB.iterdir() if one.is_file()]
    for folder in (*folders, WEB / "tests" / "mutants"):
        files += [one for one in folder.rglob("*") if one.is_file()]
    yield from sorted(files)


def build() -> Path:
    """Build unless these very sources were built before; gives the folder."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path.relative_to(WEB)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    folder = KEPT / digest.hexdigest()[:32]
    if not folder.exists():
        shutil.rmtree(KEPT, ignore_errors=True)
        making = KEPT / f"making-{os.getpid()}"
        done = subprocess.run(
            [NODE, "tests/mutants/build.ts", making],
            cwd=WEB,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        making.rename(folder)
    return folder


@dataclass
class MutantPages:
    """Replies of a server that serves the mutant build instead of the shipped one, with its own hashes in page and policy."""

    folder: Path
    packs: str = ""
    """The folder of an S3 server that pages read bodies from, if they do."""

    def reply(self, exchange: Exchange, mutant: str) -> Message | None:
        """The mutant's file in the place of a page or a file of the shipped build; None for everything else."""
        name = self._name(exchange)
        if name is None or exchange.reply is None:
            return None
        path = self.folder / name
        data = self._read(name, mutant)
        head = [
            "HTTP/1.1 200 OK",
            f"content-type: {_TYPES.get(path.suffix, 'application/octet-stream')}",
            "cache-control: no-store",
        ]
        if path.suffix == ".html":
            data = with_integrity(data, lambda one: self._read(one, mutant))
            head.append(f"content-security-policy: {policy_of(data, packs=self.packs)}")
        lines = "\r\n".join([*head, "", ""]).encode("latin-1")
        return Message(head[0], lines, b"", lines).with_body(data)

    def _read(self, name: str, mutant: str) -> bytes:
        data = (self.folder / name).read_bytes()
        return data.replace(PLACE, mutant.encode()) if Path(name).suffix in _SCRIPTS else data

    def _name(self, exchange: Exchange) -> str | None:
        if exchange.method != "GET" or exchange.reply is None:
            return None
        if exchange.path.startswith("/assets/"):
            name = exchange.path.removeprefix("/")
            return name if (self.folder / name).is_file() else None
        if not (exchange.reply.header("content-type") or "").startswith("text/html"):
            return None
        return "verify.html" if exchange.path == "/verifier" else "index.html"
