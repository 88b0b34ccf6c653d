"""The `voute` command in tests: what it was told, what it said, and the lists and PDFs that it is given."""

import atexit
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from tests.support.project import ROOT

COMMAND = ROOT / ".venv" / "bin" / "voute"
_FORKS = Path(__file__).with_name("command_forks.py")


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output of `--json`: one object a line, nothing else."""
        found = [json.loads(line) for line in self.out.splitlines()]
        assert all(isinstance(one, dict) for one in found)
        return found

    @property
    def json(self) -> dict[str, Any]:
        (only,) = self.lines
        return only

    @property
    def said(self) -> str:
        return self.out + self.err

    def ended(self, code: int) -> Self:
        assert self.code == code, (self.code, self.out, self.err)
        return self


def checked(code: int, out: bytes, err: bytes) -> Ran:
    ran = Ran(code, out.decode(), err.decode())
    assert "Traceback" not in ran.said, ran.said
    return ran


def environment(folder: Path, language: str = "fr_CA.UTF-8", **more: str) -> dict[str, str]:
    """What a person's terminal gives, and nothing of ours."""
    path = os.environ.get("PATH", os.defpath)
    return {"PATH": path, "HOME": str(folder), "LC_ALL": language, "TZ": "America/Toronto", "COLUMNS": "200", **more}


class Voute:
    """Runs commands in a folder; `here` runs one in a fork, `start` the installed command itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._forks = subprocess.Popen([sys.executable, _FORKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(
        self,
        *args: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        mutant: str = "",
        network: Path | None = None,
    ) -> Ran:
        """Run a command; as a mutant if one is named, and with its calls to a network written to a file."""
        out, err = self.folder / "out", self.folder / "err"
        request = {
            "args": [str(one) for one in args],
            "env": dict(environment(self.folder) if env is None else env),
            "cwd": str(cwd or self.folder),
            "out": str(out),
            "err": str(err),
            "mutant": mutant,
            "network": "" if network is None else str(network),
        }
        assert self._forks.stdin is not None
        assert self._forks.stdout is not None
        self._forks.stdin.write(json.dumps(request).encode() + b"\n")
        self._forks.stdin.flush()
        code = int(self._forks.stdout.readline())
        return checked(code, out.read_bytes(), err.read_bytes())

    def close(self) -> None:
        assert self._forks.stdin is not None
        assert self._forks.stdout is not None
        self._forks.stdin.close()
        self._forks.wait()
        self._forks.stdout.close()


@cache
def _shared() -> Voute:
    """The one process of this test run from which `run` forks; it ends with the run."""
    folder = tempfile.TemporaryDirectory(prefix="commands-")
    voute = Voute(Path(folder.name))
    # The last one registered comes first.
    atexit.register(folder.cleanup)
    atexit.register(voute.close)
    return voute


def run(folder: Path, *args: str | Path, env: Mapping[str, str] | None = None) -> Ran:
    """Run a command in a folder to its end, in a fork: what starting Python costs is paid once a run of tests.

    Helps are in the language of whoever runs the tests: who asks for help in another one uses `start`.
    """
    return _shared()(*args, env=environment(folder) if env is None else env, cwd=folder)


def start(folder: Path, *args: str | Path, env: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
    """Start the installed command, to be waited for by `finish`."""
    return subprocess.Popen(
        [COMMAND, *map(str, args)],
        env=dict(environment(folder) if env is None else env),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process: "subprocess.Popen[bytes]", timeout: float = 120) -> Ran:
    out, err = process.communicate(timeout=timeout)
    return checked(process.returncode, out, err)


def small_pdf(text: str, size: int = 0) -> bytes:
    """A whole PDF of one page that says a text; with `size`, at least so many bytes."""
    stream = f"BT /F 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1").ljust(size)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data, offsets = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj%b endobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    return data + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def write_list(path: Path, rows: Iterable[Mapping[str, str]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """A delivery list as a spreadsheet exports it; headings are those of the first row."""
    found = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(found[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(found)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def bill_rows(folder: Path, references: Sequence[str], **common: str) -> list[dict[str, str]]:
    """One bill a reference, with its PDF in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for reference in references:
        (folder / f"{reference}.pdf").write_bytes(small_pdf(f"Bill of {reference}"))
        row = {
            "reference": reference,
            "party": f"party-{reference}",
            "file": f"{reference}.pdf",
            "title": f"Compte de taxes {reference}",
            "type": "tax-bill",
            "amount": "1 234,56 $",
            "due": "2026-03-03",
            "document key": f"key-{reference}",
        }
        rows.append(row | common)
    return rows
