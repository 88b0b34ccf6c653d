"""Promises of `TileStore` and `LockStore`, kept by every driver."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.conftest import STORES
from tests.support.breaking import Breaker, breakings
from voute.core.errors import StoreError
from voute.core.ports_log import (
    LockConflictError,
    LockExistsError,
    LockMissingError,
    LockStore,
    TileConflictError,
    TileMissingError,
    TileStore,
)
from voute.store.memory import MemoryLocks, MemoryTiles, Shelf
from voute.store.posix_log import MAX_LOCK_VALUE, PosixLocks, PosixTiles
from voute.store.s3 import Bucket, S3Place, connect
from voute.store.s3_log import S3Locks, S3Tiles
from voute.store.watch import StepCounter, Watch


@dataclass(frozen=True)
class Driver:
    """How to open a driver anew on the same bytes, as after a crash."""

    tiles: Callable[[Watch], TileStore]
    locks: Callable[[Watch], LockStore]


def memory_driver(_root: Path) -> Driver:
    kept: dict[str, dict[str, bytes]] = {"tiles": {}, "locks": {}}

    def shelf(name: str, watch: Watch) -> Shelf:
        new = Shelf(watch)
        new.kept = kept[name]
        return new

    return Driver(lambda watch: MemoryTiles(shelf("tiles", watch)), lambda watch: MemoryLocks(shelf("locks", watch)))


def posix_driver(root: Path) -> Driver:
    (root / "locks").mkdir()
    return Driver(lambda watch: PosixTiles(root / "tiles", watch), lambda watch: PosixLocks(root / "locks", watch))


def s3_driver(place: S3Place) -> Driver:
    # One request at a time: a test that breaks the third must know which that is.
    store, store_of_locks = connect(place), connect(place, retries=0)
    return Driver(
        lambda watch: S3Tiles(Bucket(store, "log", watch), at_once=1),
        lambda watch: S3Locks(Bucket(store_of_locks, "locks", watch)),
    )


@pytest.fixture(params=STORES)
def driver(request: pytest.FixtureRequest, tmp_path: Path) -> Driver:
    match request.param:
        case "memory":
            return memory_driver(tmp_path)
        case "posix":
            return posix_driver(tmp_path)
        case server:
            return s3_driver(request.getfixturevalue(f"{server}_place"))


@pytest.fixture
def tiles(driver: Driver) -> TileStore:
    return driver.tiles(StepCounter())


@pytest.fixture
def locks(driver: Driver) -> LockStore:
    return driver.locks(StepCounter())


def test_contract_tiles_put_is_read_back(tiles: TileStore) -> None:
    tiles.put("tile/0/x001/234.p/17", b"seventeen")
    assert tiles.get("tile/0/x001/234.p/17") == b"seventeen"


@pytest.mark.parametrize("path", ["tile/0/000", "tile", "tile/0/001/below"])
def test_contract_tiles_get_absent_says_so(tiles: TileStore, path: str) -> None:
    tiles.put("tile/0/001", b"there")
    with pytest.raises(TileMissingError):
        tiles.get(path)


def test_contract_tiles_put_again_is_accepted_other_bytes_are_not(tiles: TileStore) -> None:
    tiles.put("tile/0/000", b"first")
    tiles.put("tile/0/000", b"first")
    with pytest.raises(TileConflictError):
        tiles.put("tile/0/000", b"other")
    assert tiles.get("tile/0/000") == b"first"


def test_contract_tiles_put_all_stores_all(tiles: TileStore) -> None:
    items = [(f"tile/{level}/{index:03}", bytes([level, index])) for level in range(2) for index in range(5)]
    tiles.put_all(items)
    assert [(path, tiles.get(path)) for path, _ in items] == items


def test_contract_tiles_put_mutable_replaces(tiles: TileStore) -> None:
    tiles.put_mutable("checkpoint", b"old")
    tiles.put_mutable("checkpoint", b"new")
    assert tiles.get("checkpoint") == b"new"


def test_contract_tiles_delete_removes_and_repeats(tiles: TileStore) -> None:
    tiles.put("staging/0-1-aa", b"batch")
    tiles.delete("staging/0-1-aa")
    tiles.delete("staging/0-1-aa")
    tiles.delete("never/there")
    assert list(tiles.paths("staging/")) == []


def test_contract_tiles_paths_lists_what_is_below_the_folder(tiles: TileStore) -> None:
    for path in ("staging/b", "staging/a", "staging-not", "tile/0/001.p/2", "tile/0/001.p/10", "tile/0/001"):
        tiles.put(path, b"")
    assert list(tiles.paths("staging/")) == ["staging/a", "staging/b"]
    assert list(tiles.paths("tile/0/001.p/")) == ["tile/0/001.p/10", "tile/0/001.p/2"]
    assert list(tiles.paths("nothing/")) == []


@pytest.mark.parametrize(
    "path", ["", "/tile", "../tile", "tile/../lock", "tile//0", ".new-1", "Tile", "tile\n", "a" * 201, "tile/."]
)
def test_contract_tiles_refuse_paths_that_could_leave_the_folder(tiles: TileStore, path: str) -> None:
    for call in (tiles.get, tiles.delete):
        with pytest.raises(StoreError):
            call(path)
    with pytest.raises(StoreError):
        tiles.put(path, b"")


def test_contract_tiles_put_broken_at_any_step_leaves_whole_blobs(driver: Driver) -> None:
    items = [("tile/0/000", b"first" * 50), ("tile/1/000", b"second" * 50)]

    def operation(breaker: Breaker) -> None:
        clean = driver.tiles(StepCounter())
        for path, _ in items:
            clean.delete(path)
        driver.tiles(breaker).put_all(items)

    for breaker in breakings(operation):
        reopened = driver.tiles(StepCounter())
        there = set(reopened.paths("tile/"))
        assert all(reopened.get(path) == data for path, data in items if path in there), breaker
        reopened.put_all(items)
        assert [reopened.get(path) for path, _ in items] == [data for _, data in items]


def test_contract_tiles_put_mutable_broken_at_any_step_leaves_old_or_new(driver: Driver) -> None:
    def operation(breaker: Breaker) -> None:
        driver.tiles(StepCounter()).put_mutable("checkpoint", b"old")
        driver.tiles(breaker).put_mutable("checkpoint", b"new")

    for breaker in breakings(operation):
        assert driver.tiles(StepCounter()).get("checkpoint") in {b"old", b"new"}, breaker


def test_contract_tiles_sweep_removes_what_a_crash_left(tmp_path: Path) -> None:
    tiles = PosixTiles(tmp_path)
    tiles.put("staging/one", b"1")
    (tmp_path / "staging" / ".new-77").write_bytes(b"half")
    assert list(tiles.paths("staging/")) == ["staging/one"]
    assert tiles.sweep(0) == 1


def test_contract_locks_create_then_fetch(locks: LockStore) -> None:
    locks.create("log-1", b"first")
    assert locks.fetch("log-1") == b"first"


def test_contract_locks_absent_says_so(locks: LockStore) -> None:
    with pytest.raises(LockMissingError):
        locks.fetch("log-1")
    with pytest.raises(LockMissingError):
        locks.replace("log-1", b"", b"new")


def test_contract_locks_create_twice_is_refused(locks: LockStore) -> None:
    locks.create("log-1", b"first")
    with pytest.raises(LockExistsError):
        locks.create("log-1", b"first")
    assert locks.fetch("log-1") == b"first"


def test_contract_locks_replace_compares(locks: LockStore) -> None:
    locks.create("log-1", b"one")
    locks.replace("log-1", b"one", b"two")
    with pytest.raises(LockConflictError):
        locks.replace("log-1", b"one", b"three")
    assert locks.fetch("log-1") == b"two"


def test_contract_locks_keys_are_apart(locks: LockStore) -> None:
    locks.create("log-1", b"a")
    locks.create("log-2", b"b")
    assert (locks.fetch("log-1"), locks.fetch("log-2")) == (b"a", b"b")


@pytest.mark.parametrize("key", ["", "Log", "a/b", "..", ".mutex", "a" * 101, "a\n"])
def test_contract_locks_refuse_keys_that_could_leave_the_folder(locks: LockStore, key: str) -> None:
    with pytest.raises(StoreError):
        locks.fetch(key)
    with pytest.raises(StoreError):
        locks.create(key, b"")


def test_contract_locks_refuse_values_that_are_too_long(locks: LockStore) -> None:
    with pytest.raises(StoreError):
        locks.create("log-1", bytes(MAX_LOCK_VALUE + 1))
    locks.create("log-1", bytes(MAX_LOCK_VALUE))
    with pytest.raises(StoreError):
        locks.replace("log-1", bytes(MAX_LOCK_VALUE), bytes(MAX_LOCK_VALUE + 1))


def test_contract_locks_replace_broken_at_any_step_leaves_old_or_new(driver: Driver) -> None:
    driver.locks(StepCounter()).create("log-1", b"old")

    def operation(breaker: Breaker) -> None:
        clean = driver.locks(StepCounter())
        clean.replace("log-1", clean.fetch("log-1"), b"old")
        driver.locks(breaker).replace("log-1", b"old", b"new")

    for breaker in breakings(operation):
        assert driver.locks(StepCounter()).fetch("log-1") in {b"old", b"new"}, breaker


def test_contract_locks_never_make_their_folder(tmp_path: Path) -> None:
    locks = PosixLocks(tmp_path / "not-mounted")
    with pytest.raises(LockMissingError):
        locks.fetch("log-1")
    with pytest.raises(StoreError):
        locks.create("log-1", b"")
    assert list(tmp_path.iterdir()) == []


ROUNDS = 25


def add_one_each_round(folder: Path) -> None:
    locks = PosixLocks(folder)
    for _ in range(ROUNDS):
        while True:
            old = locks.fetch("counter")
            try:
                locks.replace("counter", old, str(int(old) + 1).encode())
            except LockConflictError:
                continue
            break


def test_contract_locks_replace_by_several_processes_loses_nothing(tmp_path: Path) -> None:
    PosixLocks(tmp_path).create("counter", b"0")
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=add_one_each_round, args=(tmp_path,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert PosixLocks(tmp_path).fetch("counter") == str(3 * ROUNDS).encode()
