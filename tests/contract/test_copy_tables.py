"""A catalogue is copied whole, from each engine to each; into an empty one only."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from tests.contract.conftest import ENGINES
from tests.support import rows
from tests.support.postgres import Postgres
from voute.core.errors import StoreError
from voute.core.rows import KeyringRow, RecordRow
from voute.store.copy_tables import copy_catalogue
from voute.store.engines import sqlite_url
from voute.store.schema import metadata
from voute.store.sql_catalogue import SqlCatalogue
from voute.store.sql_raw import SqlRawCatalogue

MANY = 1_300
"""More than a scan holds and than one statement inserts."""


def fill(url: str) -> None:
    catalogue = SqlCatalogue(url)
    with catalogue.write() as tx:
        for code in ("a", "b"):
            tx.vaults.number_for(rows.lookup(code).lookup_id, 5)
        tx.vaults.add(rows.vault())
        tx.vaults.add_record(RecordRow(rows.vault().vault_id, 0, rows.hash_of("p"), b"envelope"))
        tx.vaults.put_keyring(KeyringRow(rows.vault().vault_id, 1, rows.hash_of("k"), bytes(range(256)) * 100))
        tx.deliveries.add(rows.delivery())
        tx.lookups.add_missing([rows.lookup("a"), rows.lookup("b")])
        numbers = tx.events.add_all([rows.event() for _ in range(MANY)])
        tx.documents.add_all([rows.document(str(n), n) for n in numbers])
        tx.deliveries.add(rows.delivery("gone", "gone"))
        tx.events.add_all([rows.event("gone") for _ in range(3)])
        tx.deliveries.remove(rows.delivery("gone").delivery_id)
    catalogue.close()


def content(url: str) -> dict[str, list[tuple[object, ...]]]:
    with SqlRawCatalogue(url).view() as view:
        return {
            table.name: list(view.scan(table.name, table.columns.keys(), [column.name for column in table.primary_key]))
            for table in metadata.sorted_tables
        }


@pytest.fixture
def other_url(request: pytest.FixtureRequest, fresh_sqlite: Path, tmp_path: Path, postgres_server: Postgres) -> str:
    if request.param == "sqlite":
        return sqlite_url(Path(shutil.copy(fresh_sqlite, tmp_path / "other.sqlite")))
    return postgres_server.database()


@pytest.mark.parametrize("other_url", ENGINES, indirect=True)
def test_contract_copy_has_every_row_and_counts_on(catalogue_url: str, other_url: str) -> None:
    fill(catalogue_url)
    counts = copy_catalogue(SqlRawCatalogue(catalogue_url), SqlRawCatalogue(other_url))
    before = content(catalogue_url)
    assert content(other_url) == before
    assert counts == {name: len(found) for name, found in before.items()}
    assert counts["documents"] == MANY
    # Numbers that were given out once are not given out again, whatever became of their rows.
    given = []
    for url in (catalogue_url, other_url):
        catalogue = SqlCatalogue(url)
        with catalogue.write() as tx:
            given.append((*tx.events.add_all([rows.event(None)]), tx.vaults.number_for(rows.lookup("c").lookup_id, 6)))
        catalogue.close()
    assert all(one == other for one, other in pairwise(given))
    assert given[0] == (MANY + 4, 3)


def test_contract_copy_into_a_catalogue_with_rows_is_refused(catalogue_url: str, sqlite_catalogue_url: str) -> None:
    fill(catalogue_url)
    with pytest.raises(StoreError, match="not empty"):
        copy_catalogue(SqlRawCatalogue(sqlite_catalogue_url), SqlRawCatalogue(catalogue_url))
