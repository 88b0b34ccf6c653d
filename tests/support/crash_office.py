"""A department whose runs are broken, one after the other, and what became of all their documents at the end.

Each run delivers three documents: to a vault, to a code that was used in every run, and to a code of its own, in packs of
two. Everything that ever went to the city is in the proxy's record.
"""

import errno
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Ran, Voute, checked, environment, small_pdf, write_list
from tests.support.holder import Resident
from tests.support.project import ROOT
from tests.support.proxy import Exchange
from tests.support.served_city import ServedCity, serve_city
from voute.client.codes import CodeDesk
from voute.client.home import IssuerHome
from voute.client.receipts import export_receipt, read_lines
from voute.core.ids import DocumentId, LookupId
from voute.format.pack import read_index
from voute.format.receipt import ReceiptLine
from voute.format.sidecar import BoxKind, parse_draft
from voute.seal.agefile import open_header
from voute.seal.claim import claim_keys
from voute.seal.document import Holder, open_body, open_card
from voute.seal.hybrid import HybridIdentity
from voute.verify.receipt import digest_bytes, verify_receipt

PACK_DOCUMENTS = 2
FULL, BROKEN = errno.ENOSPC, errno.EIO
REFUSED = "machine-refused"


class CrashForks:
    """Runs commands on disks that break."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "tests.support.crash_forks"]
        self._forks = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def start(self, args: Sequence[str], disk: dict[str, Any]) -> int:
        """Start a command; returns the id of its process."""
        request = {
            "args": args,
            "env": environment(self.folder),
            "cwd": str(self.folder),
            "out": str(self.folder / "out"),
            "err": str(self.folder / "err"),
            "report": str(self.folder / "steps"),
            "disk": disk,
            "documents": PACK_DOCUMENTS,
        }
        assert self._forks.stdin is not None
        self._forks.stdin.write(json.dumps(request).encode() + b"\n")
        self._forks.stdin.flush()
        return self._answer()

    def wait(self) -> Ran:
        code = self._answer()
        return checked(code, (self.folder / "out").read_bytes(), (self.folder / "err").read_bytes())

    @property
    def steps(self) -> list[str]:
        """The steps of the last command that ended by itself."""
        return (self.folder / "steps").read_text("utf-8").split("\n")

    def close(self) -> None:
        assert self._forks.stdin is not None
        assert self._forks.stdout is not None
        self._forks.stdin.close()
        self._forks.wait()
        self._forks.stdout.close()

    def _answer(self) -> int:
        assert self._forks.stdout is not None
        return int(self._forks.stdout.readline())


@dataclass
class CrashOffice:
    """The department, its city, and the names of the runs that it has tried."""

    city: ServedCity
    home: IssuerHome
    folder: Path
    voute: Voute
    forks: CrashForks
    runs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.holder = Resident(self.city.browser(), self.city.root)
        self.deliver(self.bills("first"), "first").ended(0)
        self.holder.claim(self._code("vault"))
        self.city.settle()
        self.deliver(self.bills("pin"), "pin").ended(0)
        # What stands in the record from here on is what the broken runs sent.
        self.runs += ["first", "pin"]

    # -- runs

    def bills(self, run: str) -> Path:
        """A list of three documents that no other run has."""
        folder = self.folder / run
        (folder / "pdf").mkdir(parents=True)
        rows = []
        for reference in ("vault", "code", f"new-{run}"):
            (folder / "pdf" / f"{reference}.pdf").write_bytes(self.bill(run, reference))
            rows.append(
                {
                    "reference": reference,
                    "party": f"party-{reference}",
                    "file": f"{reference}.pdf",
                    "title": f"{run} {reference}",
                    "type": "tax-bill",
                    "document key": f"{run} {reference}",
                }
            )
        return write_list(folder / "list.csv", rows)

    def bill(self, run: str, reference: str) -> bytes:
        return small_pdf(f"Bill {reference} of run {run}")

    def command(self, *args: str) -> list[str]:
        return ["deliver", *args, "--as", self.home.issuer, "--home", str(self.home.home), "--json"]

    def deliver(self, table: Path, run: str) -> Ran:
        return self.voute(*self.command(str(table), "--run", run))

    def resume(self, run: str) -> Ran:
        return self.voute(*self.command("--resume", "--run", run))

    def broken(self, run: str, disk: dict[str, Any], started: Callable[[int], None] = lambda _pid: None) -> Ran:
        """Deliver a new list on a disk that breaks; `started` is told the process id."""
        self.runs.append(run)
        started(self.forks.start(self.command(str(self.bills(run)), "--run", run), disk))
        return self.forks.wait()

    def broken_resume(self, run: str, disk: dict[str, Any]) -> Ran:
        """Resume a run on a disk that breaks."""
        self.forks.start(self.command("--resume", "--run", run), disk)
        return self.forks.wait()

    def recover(self, run: str) -> None:
        """Go on in a new process, as the command says; the run is over then, and every receipt holds."""
        ran = self.resume(run)
        if ran.code == 1 and ran.json["error"] == "nothing-to-resume":
            ran = self.deliver(self.folder / run / "list.csv", run)
        ran.ended(0)
        self.check_receipts(run)

    def check_receipts(self, run: str) -> None:
        folder = self.home.run_path(run)
        names = sorted(path.name.partition("-")[0] for path in folder.iterdir())
        assert names == ["receipts", "summary.csv"], (run, names)
        (path,) = folder.glob("receipts-*")
        lines = [line for line in read_lines(path) if isinstance(line, ReceiptLine)]
        assert sorted(line.reference for line in lines) == ["code", f"new-{run}", "vault"]
        for line in lines:
            receipt = export_receipt(path, lambda one, line=line: one is line or one == line)  # type: ignore[misc]
            verify_receipt(digest_bytes(self.bill(run, line.reference)), receipt, self.city.root, require_witnessed=True)

    # -- what became of everything

    def documents(self) -> Counter[str]:
        """Titles of all documents that the city holds of this department, each opened with its holder's keys."""
        found: Counter[str] = Counter()
        packs = {path.name: path for path in (self.city.server.settings.data / "packs").rglob("*") if path.is_file()}
        ask = (
            "select d.document_id, d.box_kind, d.box_id, d.pack_hash, d.body_offset, d.body_length, p.header, p.card, s.state "
            "from documents d join document_parts p using (event_id) join deliveries s using (delivery_id) where d.issuer = ?"
        )
        keys = self._keys()
        with self.city.catalogue() as db:
            rows = db.execute(ask, (self.home.issuer,)).fetchall()
        for document_id, _kind, box, pack, offset, length, header, card, state in rows:
            assert state == "visible"
            identities, holder = keys[box]
            opened = open_card(header, card, identities, self.city.root, holder, DocumentId(document_id))
            path = packs.get(pack.hex()) or packs[f"{pack.hex()}.pack"]
            body = open_body(opened, path.read_bytes()[offset : offset + length])
            run, reference = opened.manifest.title.split(" ")
            assert body == self.bill(run, reference)
            found[opened.manifest.title] += 1
        return found

    def check_all(self) -> None:
        """Each document of each run exactly once, visible, as its holder opens it; and no file key twice."""
        assert self.documents() == self.expected()
        assert self.shown() == len(self.runs)
        assert self.check_file_keys() >= 3 * (len(self.runs) - 2)

    def expected(self) -> Counter[str]:
        return Counter(f"{run} {reference}" for run in self.runs for reference in ("vault", "code", f"new-{run}"))

    def shown(self) -> int:
        """How many documents the vault's holder is shown."""
        shown, after = 0, 0
        while True:
            page = self.holder.client.get("/api/documents", params={"after": after, "limit": 200}).json()
            shown += len(page["documents"])
            if page["next"] is None:
                return shown
            after = page["next"]

    def check_file_keys(self) -> int:
        """No file key twice in all that was ever uploaded; returns how many there were."""
        keys = self._keys()
        owners: dict[bytes, set[tuple[bytes, bytes, bytes]]] = {}
        bodies: dict[bytes, set[bytes]] = {}
        for exchange in self.city.proxy.exchanges:
            for document_id, box, header, card in _drafted(exchange):
                file_key = open_header(header, keys[box][0]).raw
                owners.setdefault(file_key, set()).add((document_id, header, card))
            for document_id, digest in _packed(exchange):
                bodies.setdefault(document_id, set()).add(digest)
        assert all(len(one) == 1 for one in owners.values())
        assert all(len(one) == 1 for one in bodies.values())
        documents = [document for one in owners.values() for document, _, _ in one]
        assert len(documents) == len(set(documents))
        return len(owners)

    def _code(self, reference: str) -> bytes:
        desk = CodeDesk(self.home)
        (entry,) = desk.at(reference)
        return desk.code(entry)

    def _keys(self) -> dict[bytes, tuple[tuple[HybridIdentity, ...], Holder]]:
        """Who opens what: identities and holder by box."""
        desk = CodeDesk(self.home)
        found: dict[bytes, tuple[tuple[HybridIdentity, ...], Holder]] = {}
        for entry in desk.entries():
            keys = claim_keys(desk.code(entry))
            found[keys.lookup_id] = (keys.identity(),), Holder(code=LookupId(keys.lookup_id))
        vault = self.holder.open_vault
        opener = vault.identities(), vault.holder()
        found[vault.vault_id] = opener
        # What waited for the vault's own code was wrapped anew at the claim.
        found[claim_keys(self._code("vault")).lookup_id] = opener
        return found


@contextmanager
def office_of(folders: pytest.TempPathFactory) -> Iterator[CrashOffice]:
    """Serve a city with one department, whose vault holder has claimed."""
    city = serve_city(folders.mktemp("city"), ["finances"])
    voute, forks = Voute(folders.mktemp("voute")), CrashForks(folders.mktemp("forks"))
    yield CrashOffice(city, city.home("finances"), folders.mktemp("office"), voute, forks)
    voute.close()
    forks.close()
    city.close()


def _drafted(exchange: Exchange) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    if exchange.method == "PUT" and exchange.path.endswith("/draft"):
        for record in parse_draft(exchange.request.body).records:
            placed = record.placement
            assert placed.box_kind in set(BoxKind)
            yield placed.document_id, placed.box_id, placed.header, placed.card


def _packed(exchange: Exchange) -> Iterator[tuple[bytes, bytes]]:
    body = exchange.request.body
    if exchange.method == "PUT" and not exchange.path.endswith("/draft"):
        for entry in read_index(lambda start, size: body[start : start + size], len(body)):
            yield entry.document_id, entry.sha256
