"""A repair may be cut short at any step, by a write that is lost or kept but reported lost: the next one ends it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from typing_extensions import override

from tests.support.kept_city import KeptCity
from tests.unit.fsck.test_columns import rows_of
from tests.unit.fsck.test_files import pack_of
from voute.cli.fsck import storage_of
from voute.core.errors import StoreError
from voute.core.ids import Hash
from voute.fsck.check import Options, check
from voute.fsck.findings import RepairFailedError
from voute.store.posix_blobs import PosixSidecars
from voute.store.posix_log import PosixTiles
from voute.store.sql_raw import SqlRawCatalogue, SqlRawChange


class Steps:
    """Fails at step number `at`: before it is done, or after (`kept`)."""

    def __init__(self, at: int, *, kept: bool) -> None:
        self._at = at
        self._kept = kept
        self.done = 0

    @contextmanager
    def step(self) -> Iterator[None]:
        number, self.done = self.done, self.done + 1
        if number == self._at and not self._kept:
            raise StoreError("broken by the test")
        yield
        if number == self._at:
            raise StoreError("broken by the test")


class BreakingCatalogue(SqlRawCatalogue):
    steps: Steps

    @override
    @contextmanager
    def change(self) -> Iterator[SqlRawChange]:
        with self.steps.step(), super().change() as change:
            yield change


class BreakingSidecars(PosixSidecars):
    steps: Steps

    @override
    def put(self, name: Hash, data: bytes) -> None:
        with self.steps.step():
            super().put(name, data)


class BreakingTiles(PosixTiles):
    steps: Steps

    @override
    def put_mutable(self, path: str, data: bytes) -> None:
        with self.steps.step():
            super().put_mutable(path, data)


def damage(small: KeptCity) -> None:
    """Damage of every kind that a repair mends."""
    small.file(f"packs/{pack_of(small, 'run-3')}.side").unlink()
    (small.settings.data / "log" / "checkpoint").write_bytes(b"damaged")
    with sqlite3.connect(small.catalogue) as db:
        db.execute("UPDATE events SET salt = ? WHERE event_id = 10", (b"s" * 32,))
        db.execute("DELETE FROM documents WHERE event_id = 11")
        db.execute("UPDATE packs SET size = size + 1")
        db.execute("UPDATE vaults SET v = v + 1")
        db.execute("UPDATE events SET log_index = 900 WHERE event_id = 8")
        db.execute("UPDATE events SET log_index = 7 WHERE event_id = 9")
        db.execute("UPDATE events SET log_index = 8 WHERE event_id = 8")


def repair(small: KeptCity, steps: Steps) -> None:
    storage = storage_of(small.settings)
    catalogue = BreakingCatalogue(small.settings.catalogue_url)
    sidecars = BreakingSidecars(small.settings.data / "packs")
    tiles = BreakingTiles(small.settings.data / "log")
    catalogue.steps = sidecars.steps = tiles.steps = steps
    check(replace(storage, catalogue=catalogue, sidecars=sidecars, tiles=tiles), Options(repair=True))


@pytest.mark.parametrize("kept", [False, pytest.param(True, marks=pytest.mark.long)], ids=["lost", "kept"])
def test_repair_cut_short_anywhere_is_ended_by_the_next(small: KeptCity, kept: bool) -> None:  # noqa: FBT001
    before = rows_of(small)
    whole = small.file(f"packs/{pack_of(small, 'run-3')}.side").read_bytes()
    at, ended = 0, False
    while not ended:
        damage(small)
        steps = Steps(at, kept=kept)
        try:
            repair(small, steps)
            ended = True
        except RepairFailedError:
            assert steps.done == at + 1
        at += 1
        assert small.fsck(repair=True).damage == ()
        assert rows_of(small) == before
        assert small.file(f"packs/{pack_of(small, 'run-3')}.side").read_bytes() == whole
    assert at > 8
