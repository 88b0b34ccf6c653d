"""Promises of `BlobStore` and `SidecarStore`, kept by every driver."""

import errno
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.conftest import STORES
from tests.support.breaking import Breaker, breakings
from voute.core.errors import StoreError
from voute.core.ids import Hash
from voute.core.ports_store import BlobHashError, BlobMissingError, BlobStore, SidecarStore, StoreFullError
from voute.store.holes import write_zeros
from voute.store.memory import MemoryBlobs, MemorySidecars, Shelf
from voute.store.posix_blobs import READ_CHUNK, PosixBlobs, PosixSidecars
from voute.store.s3 import Bucket, S3Place, connect
from voute.store.s3_blobs import S3Blobs, S3Sidecars
from voute.store.s3_uploads import Uploads
from voute.store.watch import StepCounter, Watch


@dataclass(frozen=True)
class Driver:
    """How to open a driver anew on the same bytes, as after a crash."""

    blobs: Callable[[Watch], BlobStore]
    sidecars: Callable[[Watch], SidecarStore]


def memory_driver(_root: Path) -> Driver:
    kept: dict[str, dict[str, bytes]] = {"blobs": {}, "sidecars": {}}

    def shelf(name: str, watch: Watch) -> Shelf:
        new = Shelf(watch)
        new.kept = kept[name]
        return new

    return Driver(lambda watch: MemoryBlobs(shelf("blobs", watch)), lambda watch: MemorySidecars(shelf("sidecars", watch)))


def posix_driver(root: Path) -> Driver:
    return Driver(lambda watch: PosixBlobs(root, watch), lambda watch: PosixSidecars(root, watch))


def s3_driver(place: S3Place) -> Driver:
    store, uploads = connect(place), Uploads(place, "packs")
    return Driver(
        lambda watch: S3Blobs(Bucket(store, "packs", watch), uploads),
        lambda watch: S3Sidecars(Bucket(store, "sidecars", watch)),
    )


@pytest.fixture(params=STORES)
def driver(request: pytest.FixtureRequest, tmp_path: Path) -> Driver:
    match request.param:
        case "memory":
            return memory_driver(tmp_path / "packs")
        case "posix":
            return posix_driver(tmp_path / "packs")
        case server:
            return s3_driver(request.getfixturevalue(f"{server}_place"))


@pytest.fixture
def blobs(driver: Driver) -> BlobStore:
    return driver.blobs(StepCounter())


@pytest.fixture
def sidecars(driver: Driver) -> SidecarStore:
    return driver.sidecars(StepCounter())


def name_of(data: bytes) -> Hash:
    return Hash(hashlib.sha256(data).digest())


def put(blobs: BlobStore, data: bytes, name: Hash | None = None) -> Hash:
    name = name or name_of(data)
    with blobs.writer(name) as writer:
        for start in range(0, len(data), 1000):
            writer.write(data[start : start + 1000])
        assert writer.finish() == len(data)
    return name


def read(blobs: BlobStore, name: Hash) -> bytes:
    size = blobs.size(name)
    assert size is not None
    return b"".join(blobs.read(name, 0, size))


def test_contract_blobs_put_is_read_back_whole(blobs: BlobStore) -> None:
    data = os.urandom(2 * READ_CHUNK + 77)
    name = put(blobs, data)
    assert blobs.size(name) == len(data)
    assert read(blobs, name) == data


@pytest.mark.parametrize(("offset", "length"), [(0, 0), (0, 1), (5, 10), (99, 1), (0, 100), (100, 0)])
def test_contract_blobs_read_gives_the_range(blobs: BlobStore, offset: int, length: int) -> None:
    data = os.urandom(100)
    assert b"".join(blobs.read(put(blobs, data), offset, length)) == data[offset : offset + length]


def test_contract_blobs_read_gives_chunks_of_bounded_size(blobs: BlobStore) -> None:
    name = put(blobs, os.urandom(READ_CHUNK + 1))
    assert [len(chunk) for chunk in blobs.read(name, 0, READ_CHUNK + 1)] == [READ_CHUNK, 1]


def test_contract_blobs_read_beyond_the_end_fails_loudly(blobs: BlobStore) -> None:
    name = put(blobs, b"abc")
    with pytest.raises(StoreError):
        list(blobs.read(name, 1, 3))


def test_contract_blobs_read_absent_says_so_at_the_call(blobs: BlobStore) -> None:
    with pytest.raises(BlobMissingError):
        blobs.read(name_of(b"absent"), 0, 1)
    assert blobs.size(name_of(b"absent")) is None


def test_contract_blobs_read_survives_the_deletion_of_what_it_reads(blobs: BlobStore) -> None:
    data = os.urandom(3 * READ_CHUNK)
    name = put(blobs, data)
    chunks = blobs.read(name, 0, len(data))
    blobs.delete(name)
    assert b"".join(chunks) == data


def test_contract_blobs_at_hand_is_the_range_or_nothing(blobs: BlobStore) -> None:
    data = os.urandom(300_000)
    name = put(blobs, data)
    for offset, length in ((0, 300_000), (5, 100_000), (299_999, 1)):
        assert read(blobs, name) == data
        assert blobs.at_hand(name, offset, length) in (data[offset : offset + length], None)
    assert blobs.at_hand(name, 299_999, 2) is None
    assert blobs.at_hand(name_of(b"nothing"), 0, 1) is None


def test_blobs_on_posix_have_at_hand_what_the_system_holds_in_memory(tmp_path: Path) -> None:
    blobs = PosixBlobs(tmp_path / "packs")
    data = os.urandom(200_000)
    name = put(blobs, data)
    descriptor = os.open(blobs.path_of(name), os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        try:
            os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT)
        except OSError as error:
            can_tell = error.errno != errno.EOPNOTSUPP
        else:
            can_tell = True
    finally:
        os.close(descriptor)
    read(blobs, name)
    assert blobs.at_hand(name, 1_000, 100_000) == (data[1_000:101_000] if can_tell else None)


def test_contract_blobs_punch_leaves_zeros_there_and_all_else_as_it_was(blobs: BlobStore) -> None:
    data = os.urandom(300_000)
    name = put(blobs, data)
    for _ in range(2):
        assert blobs.punch(name, [(10_000, 100_000), (299_990, 10)])
        assert read(blobs, name) == data[:10_000] + bytes(100_000) + data[110_000:299_990] + bytes(10)
    assert blobs.punch(name, [])
    with pytest.raises(BlobMissingError):
        blobs.punch(name_of(b"nothing"), [(0, 1)])


def test_blobs_on_posix_punch_gives_room_back_and_waits_for_a_second_name(tmp_path: Path) -> None:
    blobs = PosixBlobs(tmp_path / "packs")
    name = put(blobs, os.urandom(1_000_000))
    path = blobs.path_of(name)
    second = tmp_path / "second"
    second.hardlink_to(path)
    before = path.read_bytes()
    assert not blobs.punch(name, [(0, 900_000)])
    assert path.read_bytes() == before
    second.unlink()
    taken = path.stat().st_blocks
    assert blobs.punch(name, [(0, 900_000)])
    assert path.stat().st_blocks < taken / 2
    assert path.stat().st_size == 1_000_000


def test_blobs_on_posix_where_holes_cannot_be_made_zeros_are_written(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 600_000)
    with path.open("r+b") as file:
        write_zeros(file.fileno(), 5, 599_990)
    assert path.read_bytes() == b"xxxxx" + bytes(599_990) + b"xxxxx"


def test_contract_blobs_put_again_changes_nothing(blobs: BlobStore) -> None:
    name = put(blobs, b"the same")
    assert put(blobs, b"the same") == name
    assert list(blobs.names()) == [name]


def test_contract_blobs_put_with_another_hash_stores_nothing(blobs: BlobStore) -> None:
    with blobs.writer(name_of(b"promised")) as writer:
        writer.write(b"given")
        with pytest.raises(BlobHashError):
            writer.finish()
    assert list(blobs.names()) == []


def test_contract_blobs_put_with_holes_is_stored_as_it_comes(blobs: BlobStore) -> None:
    name = name_of(b"before it had holes")
    with blobs.writer(name) as writer:
        writer.write(b"before \0\0\0\0\0\0\0\0\0\0\0\0")
        assert writer.finish(has_holes=True) == 19
    assert read(blobs, name) == b"before " + bytes(12)


def test_contract_blobs_put_abandoned_leaves_nothing(blobs: BlobStore, tmp_path: Path) -> None:
    with blobs.writer(name_of(b"whole")) as writer:
        writer.write(b"who")
    assert list(blobs.names()) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_contract_blobs_put_is_invisible_before_finish(blobs: BlobStore) -> None:
    name = name_of(b"later")
    with blobs.writer(name) as writer:
        writer.write(b"later")
        assert blobs.size(name) is None
        assert list(blobs.names()) == []
        writer.finish()
    assert blobs.size(name) == 5


def test_contract_blobs_put_by_two_writers_at_once_stores_one(blobs: BlobStore) -> None:
    name = name_of(b"twice")
    with blobs.writer(name) as first, blobs.writer(name) as second:
        first.write(b"twice")
        second.write(b"twice")
        assert first.finish() == second.finish() == 5
    assert read(blobs, name) == b"twice"


def test_contract_blobs_delete_removes_and_repeats(blobs: BlobStore) -> None:
    name, other = put(blobs, b"one"), put(blobs, b"two")
    blobs.delete(name)
    blobs.delete(name)
    assert list(blobs.names()) == [other]


def test_contract_blobs_names_rise(blobs: BlobStore) -> None:
    names = [put(blobs, bytes([i])) for i in range(20)]
    assert list(blobs.names()) == sorted(names)


def test_contract_blobs_put_broken_at_any_step_leaves_none_or_the_whole(driver: Driver) -> None:
    data = os.urandom(3_000)
    name = name_of(data)
    driver.blobs(StepCounter())

    def operation(breaker: Breaker) -> None:
        driver.blobs(StepCounter()).delete(name)
        put(driver.blobs(breaker), data)

    for breaker in breakings(operation):
        reopened = driver.blobs(StepCounter())
        if reopened.size(name) is not None:
            assert read(reopened, name) == data, breaker
        put(reopened, data)
        assert read(reopened, name) == data


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT])
def test_contract_blobs_put_without_room_says_so(driver: Driver, error: int) -> None:
    put(driver.blobs(StepCounter()), b"no room")
    counter = Breaker()
    put(driver.blobs(counter), b"no room")
    for at in range(len(counter.steps)):
        with pytest.raises(StoreFullError):
            put(driver.blobs(Breaker(at, error=error)), b"no room")


def test_contract_blobs_put_flushes_once_each(tmp_path: Path) -> None:
    counter = StepCounter()
    blobs = PosixBlobs(tmp_path / "packs", counter)
    put(blobs, b"first of its folder")
    before = counter.counts()
    put(blobs, b"first of its folder")
    after = counter.counts()
    assert {step: after[step] - before[step] for step in ("fsync", "rename", "fsync-folder")} == {
        "fsync": 1,
        "rename": 1,
        "fsync-folder": 1,
    }


def test_contract_blobs_sweep_removes_what_a_crash_left(tmp_path: Path) -> None:
    blobs = PosixBlobs(tmp_path)
    name = put(blobs, b"kept")
    left = tmp_path / name.hex()[:2] / ".new-0011"
    left.write_bytes(b"half")
    assert list(blobs.names()) == [name]
    assert blobs.sweep(0) == 1
    assert not left.exists()
    assert read(blobs, name) == b"kept"


def test_contract_blobs_path_is_that_of_the_bytes(tmp_path: Path) -> None:
    blobs = PosixBlobs(tmp_path)
    assert blobs.path_of(put(blobs, b"bytes")).read_bytes() == b"bytes"


def test_contract_sidecars_put_replaces_whole(sidecars: SidecarStore) -> None:
    name = name_of(b"pack")
    for data in (b"first", b"", b"x" * 100_000):
        sidecars.put(name, data)
        assert sidecars.get(name) == data
    assert list(sidecars.names()) == [name]


def test_contract_sidecars_get_absent_says_so(sidecars: SidecarStore) -> None:
    with pytest.raises(BlobMissingError):
        sidecars.get(name_of(b"absent"))


def test_contract_sidecars_delete_removes_and_repeats(sidecars: SidecarStore) -> None:
    name = name_of(b"pack")
    sidecars.put(name, b"side")
    sidecars.delete(name)
    sidecars.delete(name)
    assert list(sidecars.names()) == []


def test_contract_sidecars_put_broken_at_any_step_leaves_old_or_new(driver: Driver) -> None:
    name = name_of(b"pack")

    def operation(breaker: Breaker) -> None:
        driver.sidecars(StepCounter()).put(name, b"old")
        driver.sidecars(breaker).put(name, b"new")

    for breaker in breakings(operation):
        reopened = driver.sidecars(StepCounter())
        assert reopened.get(name) in {b"old", b"new"}, breaker
        assert list(reopened.names()) == [name]
        reopened.put(name, b"new")
        assert reopened.get(name) == b"new"


def test_contract_blobs_and_sidecars_do_not_see_one_another(driver: Driver) -> None:
    blobs, sidecars = driver.blobs(StepCounter()), driver.sidecars(StepCounter())
    name = put(blobs, b"pack")
    assert list(sidecars.names()) == []
    sidecars.put(name, b"side")
    blobs.delete(name)
    assert list(blobs.names()) == []
    assert sidecars.get(name) == b"side"


def test_contract_blobs_on_s3_heed_the_settings_and_not_the_environment(
    s3_place: S3Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "of-something-else")
    blobs = s3_driver(s3_place).blobs(StepCounter())
    assert read(blobs, put(blobs, b"where the settings say")) == b"where the settings say"
