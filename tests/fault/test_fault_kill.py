"""Client, server, a sealing process: killed at random instants of a delivery of 2,000; then each document once."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.support.command import Voute, small_pdf, write_list
from tests.support.crash_office import CrashForks
from tests.support.holdings import Holdings
from tests.support.postgres import Postgres, postgres
from tests.support.proxy import Exchange
from tests.support.served_city import ServedCity, serve_city
from voute.cli.fsck import check_city
from voute.client.home import IssuerHome
from voute.client.receipts import export_receipt, read_lines
from voute.format.receipt import ReceiptLine
from voute.verify.receipt import digest_bytes, verify_receipt

DOCUMENTS = 2_000
REFERENCES = 40
PACK_DOCUMENTS = 150
SHARE_BYTES = 200_000
"""Bytes of a sealing process's share: some 260 of these files, so that several processes work at once."""
SAMPLES = 10


def bill(title: str) -> bytes:
    return small_pdf(f"Bill {title}")


class Office:
    """A department with large lists of small files."""

    def __init__(self, city: ServedCity, home: IssuerHome, folder: Path, voute: Voute, forks: CrashForks) -> None:
        self.city, self.home, self.folder, self.voute, self.forks = city, home, folder, voute, forks
        self.runs: list[str] = []
        self.held = Holdings(city, home, bill)

    def bills(self, run: str) -> Path:
        self.runs.append(run)
        folder = self.folder / run
        (folder / "pdf").mkdir(parents=True)
        rows = []
        for number in range(DOCUMENTS):
            title = f"{run} {number}"
            (folder / "pdf" / f"{number}.pdf").write_bytes(bill(title))
            reference = f"r-{number % REFERENCES}"
            row = {"reference": reference, "party": reference, "file": f"{number}.pdf", "title": title, "type": "tax-bill"}
            rows.append(row | {"document key": title})
        return write_list(folder / "list.csv", rows)

    def command(self, *args: str) -> list[str]:
        return ["deliver", *args, "--as", self.home.issuer, "--home", str(self.home.home), "--json"]

    def start(self, run: str, table: Path, *, several: bool) -> int:
        """Start a delivery; `several` cuts it into shares for several sealing processes."""
        share = SHARE_BYTES if several else None
        command = self.command(str(table), "--run", run)
        return self.forks.start(command, {"how": "count"}, documents=PACK_DOCUMENTS, share=share)

    def go_on(self, run: str) -> None:
        """Resume until it is done, or begin again where the command says that nothing is unfinished."""
        ran = self.voute(*self.command("--resume", "--run", run))
        if ran.code == 1 and ran.json["error"] == "nothing-to-resume":
            ran = self.voute(*self.command(str(self.folder / run / "list.csv"), "--run", run))
        ran.ended(0)

    def check(self) -> None:
        """Every document of every run once, opened by its holder; receipts for all; no file key twice; the city is sound."""
        expected = Counter(f"{run} {number}" for run in self.runs for number in range(DOCUMENTS))
        assert self.held.documents() == expected
        assert self.held.check_file_keys() >= DOCUMENTS * len(self.runs)
        for run in self.runs:
            self._check_receipts(run)
        assert check_city(self.city.server.settings).findings == []

    def _check_receipts(self, run: str) -> None:
        folder = self.home.run_path(run)
        assert sorted(path.name.partition("-")[0] for path in folder.iterdir()) == ["choices", "print", "receipts", "summary.csv"]
        (path,) = folder.glob("receipts-*")
        rows = Counter(line.row for line in read_lines(path) if isinstance(line, ReceiptLine))
        assert rows == Counter(range(2, DOCUMENTS + 2))
        for number in range(0, DOCUMENTS, DOCUMENTS // SAMPLES):
            receipt = export_receipt(path, lambda one, row=number + 2: one.row == row)  # type: ignore[misc]
            verify_receipt(digest_bytes(bill(f"{run} {number}")), receipt, self.city.root, require_witnessed=True)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    city = serve_city(tmp_path_factory.mktemp("city"), ["finances"])
    with working(city, tmp_path_factory) as made:
        yield made


@contextmanager
def working(city: ServedCity, folders: pytest.TempPathFactory) -> Iterator[Office]:
    voute, forks = Voute(folders.mktemp("voute")), CrashForks(folders.mktemp("forks"))
    yield Office(city, city.home("finances"), folders.mktemp("office"), voute, forks)
    voute.close()
    forks.close()
    city.close()


class Instant:
    """A random instant of a run: a while after the exchange of this number, however fast the machine is."""

    def __init__(self, chance: random.Random, exchanges: int) -> None:
        self.left = chance.randrange(exchanges)
        self.pause = chance.uniform(0, 0.15)
        self.come = Event()

    def __call__(self, _exchange: Exchange) -> None:
        self.left -= 1
        if self.left == -1:
            self.come.set()


def sealers(pid: int) -> list[int]:
    """The sealing processes of a delivery, in the order of their start."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def meet(office: Office, run: str, instant: Instant, victim: str, databases: Sequence[Postgres] = (), *, several: bool) -> None:
    """Start a delivery, kill one side at the instant, and go on."""
    table = office.bills(run)
    with office.city.proxy.hooks(before=instant):
        pid = office.start(run, table, several=several)

        def kill() -> None:
            if not instant.come.wait(120):
                return
            time.sleep(instant.pause)
            if victim == "server":
                office.city.server.kill()
            elif victim == "database":
                databases[0].kill()
            elif victim == "client":
                os.kill(pid, signal.SIGKILL)
            else:
                for sealer in sealers(pid)[:1]:
                    os.kill(sealer, signal.SIGKILL)

        killer = Thread(target=kill)
        killer.start()
        ran = office.forks.wait()
        killer.join()
    for database in databases:
        database.ensure()
    office.city.server.ensure()
    print(f"{run}: killed {victim} {instant.pause:.3f} s after an exchange, ended with {ran.code}")  # noqa: T201
    if ran.code:
        office.go_on(run)


def rounds(office: Office, kinds: Sequence[tuple[str, bool]], databases: Sequence[Postgres] = ()) -> None:
    seed = int(os.environ.get("VOUTE_TEST_SEED") or random.SystemRandom().randrange(2**32))
    chance = random.Random(seed)
    for number, (victim, several) in enumerate(kinds):
        print(f"VOUTE_TEST_SEED={seed}, round {number}")  # noqa: T201 -- shown when a test fails
        meet(office, f"{victim}-{seed}-{number}", Instant(chance, 24), victim, databases, several=several)
    office.check()


def test_fault_kill_client_and_server_in_a_delivery_of_2000_then_each_document_once(office: Office) -> None:
    rounds(office, [("client", True), ("server", False)])


@pytest.mark.long
def test_fault_kill_client_and_server_many_times(office: Office) -> None:
    kinds = [(victim, several) for victim in ("client", "server") for several in (True, False)] * 3
    rounds(office, [*kinds, *[("sealer", True)] * 2])


@pytest.mark.long
def test_fault_kill_database_server_and_client_in_deliveries_on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> None:
    with postgres() as database:
        city = serve_city(tmp_path_factory.mktemp("city"), ["finances"], catalogue=database.database(empty=True))
        with working(city, tmp_path_factory) as office:
            rounds(office, [("database", True), ("server", True), ("database", False), ("client", False)], [database])
