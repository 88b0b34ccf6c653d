"""Beside a running server a check disturbs nothing and is not deceived by what is just being written."""

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from tests.support.asgi import Loop
from tests.support.city import FINANCES, Clock, DemoCity, open_demo_city
from tests.support.issuer import Department
from tests.support.kept_city import KeptCity
from voute.cli.fsck import storage_of
from voute.core.errors import StoreError
from voute.core.ids import Slug
from voute.format.dsse import parse
from voute.format.trust_root import parse_trust_root
from voute.fsck.check import Options, check
from voute.server.inspection import CityServedError, is_served
from voute.server.jobs.election import FILE, FileElection
from voute.server.settings import Settings
from voute.store.posix_log import PosixTiles


@pytest.fixture
def served(small: KeptCity) -> Iterator[KeptCity]:
    """The city as while a server holds the election of the log's writer."""
    with FileElection(small.settings.locks_folder) as election:
        assert election.is_elected()
        yield small


def test_served_city_is_seen_to_be_served(small: KeptCity) -> None:
    assert not is_served(small.settings)
    with FileElection(small.settings.locks_folder) as election:
        assert election.is_elected()
        assert is_served(small.settings)
    assert not is_served(small.settings)


def test_served_city_is_found_whole(served: KeptCity) -> None:
    assert served.fsck().findings == []


def test_served_city_keeps_its_election_during_a_check(small: KeptCity) -> None:
    """A server that starts in the middle of a check becomes the writer at once."""
    storage = storage_of(small.settings)

    def start(_stage: str, _done: int, _total: int) -> None:
        with FileElection(small.settings.locks_folder) as election:
            assert election.is_elected()

    assert check(storage, Options(progress=start)).findings == []


def test_served_city_is_not_repaired(served: KeptCity) -> None:
    with sqlite3.connect(served.catalogue) as db:
        db.execute("UPDATE packs SET size = size + 1")
    with pytest.raises(CityServedError):
        served.fsck(repair=True)
    assert {one.code for one in served.fsck().findings} == {"pack-column"}


def test_served_city_cannot_start_during_a_repair(small: KeptCity) -> None:
    with sqlite3.connect(small.catalogue) as db:
        db.execute("UPDATE packs SET size = size + 1")
    seen: list[bool] = []

    def look(_stage: str, _done: int, _total: int) -> None:
        with (small.settings.locks_folder / FILE).open("rb+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                seen.append(True)

    assert small.fsck(repair=True, progress=look).damage == ()
    assert seen


def test_served_city_may_have_uploads_on_their_way(served: KeptCity) -> None:
    folder = served.settings.data / "packs" / "ab"
    folder.mkdir(exist_ok=True)
    (folder / ".new-0011223344556677").write_bytes(b"half")
    (folder / ("ab" * 32 + ".pack")).write_bytes(b"whole, but its row comes next")
    report = served.fsck()
    assert report.findings == []
    assert report.pending["uploads"] == 2


class OnceUnreadable(PosixTiles):
    """Tiles of which one gives other bytes the first time, as if it was being replaced."""

    def __init__(self, root: Path, path: str) -> None:
        super().__init__(root)
        self._path = path
        self.left = 1

    @override
    def get(self, path: str) -> bytes:
        if path == self._path and self.left:
            self.left -= 1
            return b""
        return super().get(path)


@pytest.mark.parametrize(("is_served", "codes"), [(True, []), (False, ["tile-damaged"])])
def test_served_city_is_looked_at_twice(small: KeptCity, is_served: bool, codes: list[str]) -> None:  # noqa: FBT001
    storage = storage_of(small.settings)
    size = small.fsck().counts["entries"]
    tiles = OnceUnreadable(small.settings.data / "log", f"tile/0/000.p/{size}")
    report = check(replace(storage, tiles=tiles), Options(is_served=is_served))
    assert [one.code for one in report.findings] == codes
    assert tiles.left == 0


def test_served_city_that_writes_meanwhile_is_found_whole(served: KeptCity) -> None:
    """Deliveries and the log's writer run while checks follow one another; none sees a difference."""
    loop = Loop()
    root = parse_trust_root(parse(served.settings.trust_root_file.read_bytes()).payload)
    demo = open_demo_city(served.settings, root, Clock(), loop)
    done = threading.Event()
    failures: list[BaseException] = []

    def write() -> None:
        try:
            _deliver(demo)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)
        finally:
            done.set()

    writer = threading.Thread(target=write)
    writer.start()
    looks = 0
    while not done.is_set() or looks < 2:
        assert [one.key for one in served.fsck().findings] == []
        looks += 1
    writer.join()
    demo.close()
    loop.close()
    assert failures == []
    assert served.fsck().counts["documents"] > 60


def _deliver(demo: DemoCity) -> None:
    with demo.client() as client:
        issuer = Department(Slug("finances"), FINANCES)
        issuer.sign_in(client)
        for run in range(6):
            bills = [issuer.bill_for_code(issuer.code(f"new-{run}-{n}")[1], f"key-{run}-{n}") for n in range(8)]
            issuer.deliver(client, bills, run=f"new-{run}")
            demo.settle()


# ---------------------------------------------------------------- nothing to check


def test_check_of_no_city_makes_none(tmp_path: Path) -> None:
    settings = replace(Settings(), data=tmp_path / "nothing")
    with pytest.raises(StoreError):
        storage_of(settings)
    assert list(tmp_path.iterdir()) == []


def test_election_file_is_not_made_by_looking(small: KeptCity) -> None:
    assert not is_served(small.settings)
    assert not (small.settings.locks_folder / FILE).exists()
