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
from tests.support.holdings import Holdings
from tests.support.project import ROOT
from tests.support.served_city import ServedCity, serve_city
from voute.cli.fsck import check_city
from voute.client.home import IssuerHome
from voute.client.receipts import export_receipt, read_lines
from voute.format.receipt import ReceiptLine
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

    def start(self, args: Sequence[str], disk: dict[str, Any], documents: int = PACK_DOCUMENTS, share: int | None = None) -> int:
        """Start a command with packs of so many documents, and shares of so many bytes; returns the id of its process."""
        request = {
            "args": args,
            "env": environment(self.folder),
            "cwd": str(self.folder),
            "out": str(self.folder / "out"),
            "err": str(self.folder / "err"),
            "report": str(self.folder / "steps"),
            "disk": disk,
            "documents": documents,
            "share": share,
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
        self.held = Holdings(self.city, self.home, self.bill, {"vault": self.holder})
        self.deliver(self.bills("first"), "first").ended(0)
        self.holder.claim(self.held.code("vault"))
        self.city.settle()
        self.deliver(self.bills("pin"), "pin").ended(0)
        self.runs += ["first", "pin"]

    # -- runs

    def bills(self, run: str, own: str | None = None) -> Path:
        """A list of three documents that no other run has, one to a code of its own unless `own` says which."""
        folder = self.folder / run
        (folder / "pdf").mkdir(parents=True)
        rows = []
        for reference in self.references(run, own):
            (folder / "pdf" / f"{reference}.pdf").write_bytes(self.bill(f"{run} {reference}"))
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

    def references(self, run: str, own: str | None = None) -> tuple[str, str, str]:
        return "vault", "code", own or f"new-{run.removesuffix('+')}"

    def bill(self, title: str) -> bytes:
        return small_pdf(f"Bill {title}")

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

    def broken_resume(self, run: str, disk: dict[str, Any], started: Callable[[int], None] = lambda _pid: None) -> Ran:
        """Resume a run on a disk that breaks."""
        started(self.forks.start(self.command("--resume", "--run", run), disk))
        return self.forks.wait()

    def claimed(self, run: str) -> None:
        """Deliver a list whole, and let the holder of its own code claim; the department has not seen that yet."""
        self.runs.append(run)
        self.deliver(self.bills(run), run).ended(0)
        resident = Resident(self.city.browser(), self.city.root)
        resident.claim(self.held.code(f"new-{run}"))
        self.held.holders[f"new-{run}"] = resident
        self.city.settle()

    def broken_again(self, run: str, disk: dict[str, Any]) -> Ran:
        """Deliver to the same references once more, on a disk that breaks; the run has a `+` behind its name."""
        self.runs.append(f"{run}+")
        self.forks.start(self.command(str(self.bills(f"{run}+", f"new-{run}")), "--run", f"{run}+"), disk)
        return self.forks.wait()

    def check_bound(self) -> None:
        """Whoever has claimed and was delivered to since has the department's `bound` event."""
        ask = "select count(*) from lookups where state = 'bound' and bound_event is null"
        with self.city.catalogue() as db:
            assert db.execute(ask).fetchone() == (0,)

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
        assert names == ["choices", "print", "receipts", "summary.csv"], (run, names)
        (path,) = folder.glob("receipts-*")
        lines = [line for line in read_lines(path) if isinstance(line, ReceiptLine)]
        assert sorted(line.reference for line in lines) == sorted(self.references(run))
        for line in lines:
            receipt = export_receipt(path, lambda one, line=line: one is line or one == line)  # type: ignore[misc]
            verify_receipt(digest_bytes(self.bill(f"{run} {line.reference}")), receipt, self.city.root, require_witnessed=True)

    # -- what became of everything

    def check_all(self) -> None:
        """Each document of each run exactly once, visible, as its holder opens it; and no file key twice."""
        assert self.held.documents() == self.expected()
        assert self.shown() == len(self.runs)
        assert self.held.check_file_keys() >= 3 * len(self.runs)
        assert check_city(self.city.server.settings).findings == []

    def expected(self) -> Counter[str]:
        return Counter(f"{run} {reference}" for run in self.runs for reference in self.references(run))

    def shown(self) -> int:
        """How many documents the vault's holder is shown."""
        shown, after = 0, 0
        while True:
            page = self.holder.client.get("/api/documents", params={"after": after, "limit": 200}).json()
            shown += len(page["documents"])
            if page["next"] is None:
                return shown
            after = page["next"]


@contextmanager
def office_of(folders: pytest.TempPathFactory, catalogue: str = "") -> Iterator[CrashOffice]:
    """Serve a city with one department, whose vault holder has claimed; `catalogue`: see `serve_city`."""
    city = serve_city(folders.mktemp("city"), ["finances"], catalogue=catalogue)
    voute, forks = Voute(folders.mktemp("voute")), CrashForks(folders.mktemp("forks"))
    yield CrashOffice(city, city.home("finances"), folders.mktemp("office"), voute, forks)
    voute.close()
    forks.close()
    city.close()
