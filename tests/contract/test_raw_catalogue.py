"""The catalogue below all rules: scans in order, fetches, changes; on every engine."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.support import rows
from voute.core.errors import StoreError
from voute.core.ports_raw import NOT_NULL
from voute.core.ports_store import Catalogue, CatalogueVersionError
from voute.store.engines import sqlite_url
from voute.store.leftovers import PosixLeftovers
from voute.store.sql_raw import SqlRawCatalogue

MANY = 2_500
"""More than a scan holds at a time, and than one statement fetches."""


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    with catalogue.write() as tx:
        tx.deliveries.add(rows.delivery())
        tx.events.add_all([rows.event() for _ in range(MANY)])
        tx.events.add_all([rows.event(None)])
    return catalogue


@pytest.mark.usefixtures("filled")
def test_raw_scan_gives_all_rows_in_order(catalogue_url: str) -> None:
    with SqlRawCatalogue(catalogue_url).view() as view:
        found = list(view.scan("events", ("event_id", "state"), ("event_id",)))
        backwards = list(view.scan("events", ("salt",), ("salt",)))
    assert [one[0] for one in found] == sorted(one[0] for one in found)
    assert len(found) == MANY + 1
    assert {one[1] for one in found} == {"draft", "ready"}
    assert backwards == sorted(backwards)


@pytest.mark.usefixtures("filled")
def test_raw_scans_run_side_by_side(catalogue_url: str) -> None:
    with SqlRawCatalogue(catalogue_url).view() as view:
        first = view.scan("events", ("event_id",), ("event_id",))
        second = view.scan("events", ("event_id",), ("event_id",))
        assert list(zip(first, second, strict=True)) == [(one, one) for one in view.scan("events", ("event_id",), ("event_id",))]


@pytest.mark.usefixtures("filled")
def test_raw_scan_takes_only_what_is_asked(catalogue_url: str) -> None:
    with SqlRawCatalogue(catalogue_url).view() as view:
        assert len(list(view.scan("events", ("event_id",), ("event_id",), {"delivery_id": None}))) == 1
        assert len(list(view.scan("events", ("event_id",), ("event_id",), {"delivery_id": NOT_NULL}))) == MANY
        assert len(list(view.scan("events", ("event_id",), ("event_id",), {"state": "ready"}))) == 1


@pytest.mark.usefixtures("filled")
def test_raw_fetch_gives_the_rows_of_many_values(catalogue_url: str) -> None:
    with SqlRawCatalogue(catalogue_url).view() as view:
        ids = [row[0] for row in view.scan("events", ("event_id",), ("event_id",))]
        assert sorted(row[0] for row in view.fetch("events", ("event_id",), "event_id", ids)) == ids
        assert list(view.fetch("events", ("event_id",), "event_id", [])) == []
        assert list(view.faults()) == []


def test_raw_change_puts_and_sets(filled: Catalogue, catalogue_url: str) -> None:
    raw = SqlRawCatalogue(catalogue_url)
    chain = {"box_id": b"b" * 32, "chain_salt": b"s" * 32, "n": 1, "head": b"h" * 32}
    for _ in range(2):
        with raw.change() as change:
            change.put("chains", chain)
            change.set("chains", {"box_id": b"b" * 32}, {"n": 7})
            change.set("chains", {"box_id": b"no such box"}, {"n": 9})
    with filled.read() as tx:
        assert [(one.n, one.head) for one in tx.chains.get_many([b"b" * 32]).values()] == [(7, b"h" * 32)]


def test_raw_change_does_nothing_when_its_block_fails(filled: Catalogue, catalogue_url: str) -> None:
    with pytest.raises(ZeroDivisionError), SqlRawCatalogue(catalogue_url).change() as change:
        change.put("chains", {"box_id": b"b" * 32, "chain_salt": b"s" * 32, "n": 1, "head": b"h" * 32})
        raise ZeroDivisionError
    with filled.read() as tx:
        assert tx.chains.get_many([b"b" * 32]) == {}


@pytest.mark.usefixtures("filled")
def test_raw_view_sees_no_later_change(filled: Catalogue, catalogue_url: str) -> None:
    with SqlRawCatalogue(catalogue_url).view() as view:
        before = len(list(view.scan("events", ("event_id",), ("event_id",))))
        with filled.write() as tx:
            tx.events.add_all([rows.event(None)])
        assert len(list(view.scan("events", ("event_id",), ("event_id",)))) == before


@pytest.mark.usefixtures("filled")
def test_raw_view_refuses_another_schema(catalogue_url: str) -> None:
    engine = create_engine(make_url(catalogue_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(CatalogueVersionError) as caught, SqlRawCatalogue(catalogue_url).view():
        pass
    assert caught.value.facts["found"] == "9999"


def test_raw_catalogue_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError), SqlRawCatalogue(sqlite_url(tmp_path / "none.sqlite")).view():
        pass
    assert list(tmp_path.iterdir()) == []


def test_leftovers_are_what_the_store_does_not_name(tmp_path: Path) -> None:
    for name in ("ours", "sub/ours", ".new-1", "sub/.new-2", "theirs"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    leftovers = PosixLeftovers(tmp_path, lambda path: path.endswith("ours"))
    found = list(leftovers.found())
    assert [one.path for one in found] == [".new-1", "theirs", "sub/.new-2"]
    assert all(one.age < 3_600 for one in found)
    assert [leftovers.is_temporary(one.path) for one in found] == [True, False, True]
    for _ in range(2):
        leftovers.remove(".new-1")
    assert [one.path for one in leftovers.found()] == ["theirs", "sub/.new-2"]
