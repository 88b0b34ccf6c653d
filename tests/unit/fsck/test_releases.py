"""Releases of the pages stand in the log as they are: each column is checked, and a lost row is put back from the log."""

import sqlite3
from contextlib import closing

import pytest

from tests.support.kept_city import KeptCity


def change(kept: KeptCity, sql: str) -> None:
    with closing(sqlite3.connect(kept.catalogue)) as db, db:
        assert db.execute(sql).rowcount == 1


def rows(kept: KeptCity) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(kept.catalogue)) as db:
        return db.execute("SELECT * FROM events ORDER BY event_id").fetchall()


DAMAGES = {
    "type": "type = 'revoked'",
    "box_kind": "box_kind = 'vault'",
    "box_id": "box_id = x'00'",
    "act": "act = x'00'",
    "state": "state = 'ready'",
    "salt": "salt = zeroblob(32)",
    "chain": "chain = x'01'",
}


@pytest.mark.parametrize("column", DAMAGES)
def test_fsck_release_column_is_named_and_mended(kept: KeptCity, column: str) -> None:
    before = rows(kept)
    change(kept, f"UPDATE events SET {DAMAGES[column]} WHERE event_id = 1")  # noqa: S608 -- ours
    found = kept.fsck().findings
    assert ("events/1", column) in [(one.where, one.facts.get("column")) for one in found]
    kept.fsck(repair=True)
    assert rows(kept) == before
    assert kept.fsck().findings == []


@pytest.mark.parametrize("release", ["0.1.0", "0.2.0"])
def test_fsck_release_without_row_is_put_back_from_the_log(kept: KeptCity, release: str) -> None:
    before = rows(kept)
    change(kept, f"DELETE FROM events WHERE type = 'release' AND CAST(bytes AS TEXT) LIKE '%{release}%'")  # noqa: S608 -- ours
    assert [one.code for one in kept.fsck().findings] == ["event-missing"]
    kept.fsck(repair=True)
    assert rows(kept) == before
    assert kept.fsck().findings == []


def test_fsck_release_with_other_bytes_is_named(kept: KeptCity) -> None:
    change(kept, "UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), '0.1.0', '6.6.6') AS BLOB) WHERE event_id = 1")
    assert [(one.code, one.where) for one in kept.fsck().findings] == [("event-differs", "events/1")]
