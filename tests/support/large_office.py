"""A department with large lists of small files, whose deliveries are killed; and what became of every document."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.command import Ran, Voute, environment, small_pdf, write_list
from tests.support.crash_office import CrashForks
from tests.support.holdings import Holdings
from tests.support.served_city import ServedCity
from voute.client.receipts import export_receipt, read_lines
from voute.format.receipt import ReceiptLine
from voute.server.settings import write_settings
from voute.verify.receipt import digest_bytes, verify_receipt

DOCUMENTS = 2_000
REFERENCES = 40
PACK_DOCUMENTS = 150
SHARE_BYTES = 200_000
"""Bytes of a sealing process's share: some 260 of these files, so that several processes work at once."""
SAMPLES = 10
COUNT = {"how": "count"}
"""A disk that does all that it is asked."""


def bill(title: str) -> bytes:
    return small_pdf(f"Bill {title}")


def sealers(pid: int) -> list[int]:
    """The sealing processes of a delivery, in the order of their start; none when it has ended."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except FileNotFoundError:
        return []


class LargeOffice:
    """The department, its city, and the names of the runs that it has begun."""

    def __init__(
        self, city: ServedCity, folders: pytest.TempPathFactory, documents: int = DOCUMENTS, references: int = REFERENCES
    ) -> None:
        self.city, self.home, self.documents, self.references = city, city.home("finances"), documents, references
        self.folder = folders.mktemp("office")
        self.voute, self.forks = Voute(folders.mktemp("voute")), CrashForks(folders.mktemp("forks"))
        self.runs: list[str] = []
        self.held = Holdings(city, self.home, bill)

    def bills(self, run: str) -> Path:
        self.runs.append(run)
        folder = self.folder / run
        (folder / "pdf").mkdir(parents=True)
        rows = []
        for number in range(self.documents):
            title = f"{run} {number}"
            (folder / "pdf" / f"{number}.pdf").write_bytes(bill(title))
            reference = f"r-{number % self.references}"
            row = {"reference": reference, "party": reference, "file": f"{number}.pdf", "title": title, "type": "tax-bill"}
            rows.append(row | {"document key": title})
        return write_list(folder / "list.csv", rows)

    def command(self, *args: str) -> list[str]:
        return ["deliver", *args, "--as", self.home.issuer, "--home", str(self.home.home), "--json"]

    def start(self, run: str, table: Path, *, several: bool) -> int:
        """Start a delivery; `several` cuts it into shares for several sealing processes."""
        return self._start(self.command(str(table), "--run", run), several=several)

    def start_again(self, run: str, *, several: bool) -> int:
        """Resume a delivery."""
        return self._start(self.command("--resume", "--run", run), several=several)

    def _start(self, command: list[str], *, several: bool) -> int:
        return self.forks.start(command, COUNT, documents=PACK_DOCUMENTS, share=SHARE_BYTES if several else None)

    def is_nothing(self, ran: Ran) -> bool:
        """Whether a command to resume says that nothing is unfinished."""
        return ran.code == 1 and ran.json["error"] == "nothing-to-resume"

    def go_on(self, run: str) -> None:
        """Resume until it is done, or begin again where the command says that nothing is unfinished."""
        ran = self.voute(*self.command("--resume", "--run", run))
        if self.is_nothing(ran):
            ran = self.voute(*self.command(str(self.folder / run / "list.csv"), "--run", run))
        ran.ended(0)

    def check(self) -> None:
        """Every document of every run once, opened by its holder; receipts for all; no file key twice; the city is sound."""
        expected = Counter(f"{run} {number}" for run in self.runs for number in range(self.documents))
        assert self.held.documents() == expected
        assert self.held.check_file_keys() >= self.documents * len(self.runs)
        for run in self.runs:
            self._check_receipts(run)
        self.check_city()

    def check_city(self) -> None:
        """The city's own check finds nothing; in a process of its own, as an operator runs it."""
        settings = write_settings(self.city.server.settings)
        self.voute("fsck", "--json", env={**environment(self.folder), **settings}).ended(0)

    def _check_receipts(self, run: str) -> None:
        folder = self.home.run_path(run)
        assert sorted(path.name.partition("-")[0] for path in folder.iterdir()) == ["choices", "print", "receipts", "summary.csv"]
        (path,) = folder.glob("receipts-*")
        rows = Counter(line.row for line in read_lines(path) if isinstance(line, ReceiptLine))
        assert rows == Counter(range(2, self.documents + 2))
        for number in range(0, self.documents, self.documents // SAMPLES):
            receipt = export_receipt(path, lambda one, row=number + 2: one.row == row)  # type: ignore[misc]
            verify_receipt(digest_bytes(bill(f"{run} {number}")), receipt, self.city.root, require_witnessed=True)

    def close(self) -> None:
        self.voute.close()
        self.forks.close()
        self.city.close()


@contextmanager
def working(
    city: ServedCity, folders: pytest.TempPathFactory, documents: int = DOCUMENTS, references: int = REFERENCES
) -> Iterator[LargeOffice]:
    """Let the department of a city work, and close both."""
    office = LargeOffice(city, folders, documents, references)
    try:
        yield office
    finally:
        office.close()
