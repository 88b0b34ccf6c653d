"""Database and tiles go back to an older day, the log is started twice: no size ever gets a second root."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.api.test_api_documents import deliver_to_vault
from tests.support.city import DemoCity
from tests.support.holder import Resident
from tests.support.issuer import Department
from tests.support.mutants import mutated
from voute.app.errors import LogAheadError
from voute.core.errors import VouteError
from voute.tlog.sequencer import LogDamagedError
from voute.tlog.signer import MemorySigner

Signed = dict[int, set[bytes]]


@contextmanager
def signatures() -> Iterator[Signed]:
    """Every root that a log of this process signs, by size."""
    signed: Signed = defaultdict(set)
    real = MemorySigner.sign

    def sign(self: MemorySigner, size: int, root: bytes, timestamp: int) -> bytes:
        signed[size].add(root)
        return real(self, size, root, timestamp)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemorySigner, "sign", sign)
        yield signed


def back_up(demo: DemoCity, folder: Path) -> DemoCity:
    """Copy all that the city keeps while nothing runs, the lock too; what is put back is each test's choice."""
    demo.assembled.stores.catalogue.close()
    shutil.copytree(demo.settings.data, folder / "data")
    shutil.copytree(demo.settings.locks_folder, folder / "locks")
    return demo.restart()


def restore(demo: DemoCity, backup: Path, parts: str) -> DemoCity:
    """Put parts of a backup back, and start anew."""
    demo.assembled.stores.catalogue.close()
    data, locks = demo.settings.data, demo.settings.locks_folder
    if "tiles" in parts:
        shutil.rmtree(data / "log")
        shutil.copytree(backup / "data" / "log", data / "log")
    if "catalogue" in parts:
        for old in data.glob("catalogue.sqlite*"):
            old.unlink()
        for kept in (backup / "data").glob("catalogue.sqlite*"):
            shutil.copy(kept, data)
    if "lock" in parts:
        shutil.rmtree(locks)
        shutil.copytree(backup / "locks", locks)
    return demo.restart()


def deliver(city: DemoCity, issuer: Department, claimed: Resident, many: int, run: str) -> None:
    """Deliver through this city's own application: another one's would have the files open that are gone."""
    with city.client() as client:
        deliver_to_vault(city, client, issuer, claimed, many, run)


def told(city: DemoCity) -> str:
    """What a log says that is asked to go on."""
    try:
        city.settle()
    except VouteError as error:
        return error.code
    return ""


@pytest.mark.attack("D2")
@pytest.mark.parametrize("parts", ["catalogue and tiles", "tiles", "catalogue"])
def test_api_log_restored_to_an_hour_ago_never_signs_a_second_root(
    demo: DemoCity, issuer: Department, claimed: Resident, tmp_path: Path, parts: str
) -> None:
    with signatures() as signed:
        deliver(demo, issuer, claimed, 2, "before")
        demo = back_up(demo, tmp_path)
        deliver(demo, issuer, claimed, 3, "lost")
        restored = restore(demo, tmp_path, parts)
        for city in (restored, restored.restart(), restored.restart()):
            assert told(city) in {LogDamagedError.code, LogAheadError.code}
        assert all(len(roots) == 1 for roots in signed.values())


@pytest.mark.attack("D2")
@pytest.mark.control("D2")
def test_api_log_started_twice_gives_every_place_once(demo: DemoCity, issuer: Department, claimed: Resident) -> None:
    with signatures() as signed:
        twin = demo.restart()
        for number in range(4):
            deliver(twin if number % 2 else demo, issuer, claimed, 2, f"run-{number}")
            told(demo)
            told(twin)
        assert all(len(roots) == 1 for roots in signed.values())
        assert told(twin) == ""
        with twin.city.catalogue.read() as tx:
            rows = list(tx.events.numbered(0, 1_000))
        assert [row.log_index for row in rows] == list(range(len(rows)))


@pytest.mark.mutant("D2")
def test_api_log_whose_lock_was_in_the_backup_forks(
    demo: DemoCity, issuer: Department, claimed: Resident, tmp_path: Path
) -> None:
    with signatures() as signed:
        deliver(demo, issuer, claimed, 2, "before")
        demo = back_up(demo, tmp_path)
        deliver(demo, issuer, claimed, 1, "lost")
        restored = restore(demo, tmp_path, "catalogue, tiles and lock")
        deliver(restored, issuer, claimed, 1, "again")
        assert [size for size, roots in signed.items() if len(roots) == 2]


@pytest.mark.mutant("D2")
def test_api_log_mutant_that_swaps_without_comparing_forks(
    demo: DemoCity, issuer: Department, claimed: Resident, tmp_path: Path
) -> None:
    deliver(demo, issuer, claimed, 2, "before")
    with signatures() as signed, mutated("believes the store, not the lock"):
        demo = back_up(demo, tmp_path)
        deliver(demo, issuer, claimed, 1, "lost")
        restored = restore(demo, tmp_path, "catalogue and tiles")
        deliver(restored, issuer, claimed, 1, "again")
        assert [size for size, roots in signed.items() if len(roots) == 2]
