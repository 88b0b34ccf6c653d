"""Damage that hides damage: a database that cannot be read, entries and tiles that lie alike, the same repair twice."""

import hashlib
import os
import sqlite3

import pytest

from tests.support.kept_city import KeptCity
from tests.unit.fsck.test_columns import rows_of
from tests.unit.fsck.test_files import KINDS, alter, pack_of
from tests.unit.fsck.test_lies import change
from voute.fsck.findings import CannotCheckError


def test_damage_values_of_another_kind_end_in_an_error_of_ours(small: KeptCity) -> None:
    change(small, "UPDATE events SET salt = 'words' WHERE event_id = 10")
    change(small, "UPDATE documents SET body_offset = 'words' WHERE event_id = 10")
    with pytest.raises(CannotCheckError, match=r"events\.salt|documents\.body_offset"):
        small.fsck()


@pytest.mark.parametrize("at", [0, 20_000, 90_000])
def test_damage_a_damaged_database_is_named_or_refused(small: KeptCity, at: int) -> None:
    data = bytearray(small.catalogue.read_bytes())
    data[at : at + 4_096] = os.urandom(4_096)
    small.catalogue.write_bytes(data)
    try:
        assert small.fsck().findings != []
    except CannotCheckError:
        return


def test_damage_entries_and_tile_damaged_together_are_restored_from_the_events(kept: KeptCity) -> None:
    files = [kept.file(KINDS[kind](kept)) for kind in ("bundle", "tile", "bundle-edge", "tile-edge", "tile-above")]
    whole = [one.read_bytes() for one in files]
    for one in files:
        alter(one)
    report = kept.fsck(repair=True)
    assert [one.read_bytes() for one in files] == whole, report.findings
    assert report.damage == ()


def test_damage_entries_and_tile_changed_alike_lose_against_the_root(small: KeptCity) -> None:
    """Two of three accounts of the leaves agree on a lie; the third leads to the signed root, so it is believed."""
    size = small.fsck().counts["entries"]
    bundle = small.file(f"log/tile/entries/000.p/{size}")
    tile = small.file(f"log/tile/0/000.p/{size}")
    with sqlite3.connect(small.catalogue) as db:
        erased = db.execute("SELECT event_id FROM events WHERE salt = x'' AND bytes = x''").fetchall()
    assert erased, "of destroyed documents the events tell nothing: then nothing can be proven here"
    alter(bundle)
    entries = split(bundle.read_bytes())
    tile.write_bytes(b"".join(hashlib.sha256(b"\x00" + one).digest() for one in entries))
    report = small.fsck(repair=True)
    assert "root-differs" in {one.code for one in report.findings}
    assert not any(one.is_mended for one in report.findings)


def test_damage_of_entries_and_tiles_alike_are_told_by_the_events(kept: KeptCity) -> None:
    bundle, tile = (kept.file(KINDS[kind](kept)) for kind in ("bundle-edge", "tile-edge"))
    whole = [one.read_bytes() for one in (bundle, tile)]
    alter(bundle)
    entries = split(bundle.read_bytes())
    tile.write_bytes(b"".join(hashlib.sha256(b"\x00" + one).digest() for one in entries))
    assert kept.fsck(repair=True).damage == ()
    assert [one.read_bytes() for one in (bundle, tile)] == whole


def split(bundle: bytes) -> list[bytes]:
    entries, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        entries.append(bundle[at + 2 : end])
        at = end
    return entries


def test_damage_the_same_repair_twice_changes_nothing_more(small: KeptCity) -> None:
    change(small, "UPDATE events SET salt = ? WHERE event_id = 10", b"s" * 32)
    small.file(f"packs/{pack_of(small, 'run-3')}.side").unlink()
    assert small.fsck(repair=True).damage == ()
    before = rows_of(small)
    assert small.fsck(repair=True).findings == []
    assert rows_of(small) == before
