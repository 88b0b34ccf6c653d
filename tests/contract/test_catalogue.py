"""Promises of `Catalogue`: transactions, errors, schema."""

import errno
import os
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from tests.contract.conftest import ENGINES, OpenCatalogue
from tests.support.breaking import Breaker
from tests.support.rows import hash_of, vault
from voute.core.errors import StoreError
from voute.core.ids import VaultId
from voute.core.ports_store import Catalogue, RowExistsError, StoreFullError
from voute.core.rows import KeyringRow, RecordRow
from voute.store.engines import sqlite_url
from voute.store.migrate import upgrade
from voute.store.schema import metadata
from voute.store.sql_catalogue import SCHEMA_VERSION, SqlCatalogue
from voute.store.watch import StepCounter


class CallerError(Exception):
    """Something that a use case raises in the middle."""


def has_vault(catalogue: Catalogue) -> bool:
    with catalogue.read() as tx:
        return tx.vaults.get(vault().vault_id) is not None


def test_contract_catalogue_write_is_seen_after_the_block(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        assert not has_vault(catalogue)
    assert has_vault(catalogue)


@pytest.mark.parametrize("durable", [True, False])
def test_contract_catalogue_write_rolls_back_on_any_exception(catalogue: Catalogue, *, durable: bool) -> None:
    with pytest.raises(CallerError), catalogue.write(durable=durable) as tx:
        tx.vaults.add(vault())
        raise CallerError
    assert not has_vault(catalogue)
    with catalogue.write(durable=durable) as tx:
        tx.vaults.add(vault())
    assert has_vault(catalogue)


def test_contract_catalogue_write_after_a_failed_statement_does_not_commit(catalogue: Catalogue) -> None:
    with pytest.raises(StoreError), catalogue.write() as tx:
        tx.vaults.add(vault())
        with pytest.raises(RowExistsError):
            tx.vaults.add(vault())
    assert not has_vault(catalogue)


def test_contract_catalogue_read_refuses_changes(catalogue: Catalogue) -> None:
    with pytest.raises(StoreError), catalogue.read() as tx:
        tx.vaults.add(vault())
    assert not has_vault(catalogue)


def test_contract_catalogue_read_sees_one_instant(catalogue: Catalogue) -> None:
    with catalogue.read() as tx:
        assert tx.vaults.get(vault().vault_id) is None
        with catalogue.write() as other:
            other.vaults.add(vault())
        assert tx.vaults.get(vault().vault_id) is None
    assert has_vault(catalogue)


def test_contract_catalogue_refuses_a_row_without_its_owner(catalogue: Catalogue) -> None:
    with pytest.raises(StoreError), catalogue.write() as tx:
        tx.vaults.add_record(RecordRow(VaultId(hash_of("nobody")), 0, hash_of("payload"), b"envelope"))


def test_contract_catalogue_write_inside_a_write_is_refused_at_once(sqlite_catalogue_url: str) -> None:
    catalogue = SqlCatalogue(sqlite_catalogue_url)
    with pytest.raises(StoreError), catalogue.write() as tx:
        tx.vaults.add(vault())
        with catalogue.write():
            pass
    assert not has_vault(catalogue)
    catalogue.close()


def test_contract_catalogue_write_by_threads_and_processes_loses_nothing(open_catalogue: OpenCatalogue) -> None:
    rounds, failures = 20, []

    def work(mine: SqlCatalogue) -> None:
        try:
            for _ in range(rounds):
                with mine.write(durable=False) as tx:
                    tx.limits.hit("route", "client", 1)
        except StoreError as error:
            failures.append(error)

    # Two drivers, as two processes have; two threads each.
    drivers = [open_catalogue(None), open_catalogue(None)]
    threads = [threading.Thread(target=work, args=(driver,)) for driver in drivers for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with drivers[0].write() as tx:
        assert tx.limits.hit("route", "client", 1) == 4 * rounds + 1


@pytest.mark.parametrize(("number", "expected"), [(errno.EIO, StoreError), (errno.ENOSPC, StoreFullError)])
def test_contract_catalogue_commit_that_is_lost_says_so(
    open_catalogue: OpenCatalogue, number: int, expected: type[StoreError]
) -> None:
    with pytest.raises(expected), open_catalogue(Breaker(0, error=number)).write() as tx:
        tx.vaults.add(vault())
    assert not has_vault(open_catalogue(None))


def test_contract_catalogue_commit_that_is_kept_but_reported_lost_says_so(open_catalogue: OpenCatalogue) -> None:
    broken = open_catalogue(Breaker(0, kept=True))
    with pytest.raises(StoreError), broken.write() as tx:
        tx.vaults.add(vault())
    assert has_vault(open_catalogue(None))
    with broken.write() as tx:
        assert tx.limits.hit("route", "client", 1) == 1


def test_contract_catalogue_commits_are_counted(open_catalogue: OpenCatalogue) -> None:
    counter = StepCounter()
    counted = open_catalogue(counter)
    for number in range(3):
        with counted.write() as tx:
            tx.vaults.add(vault(str(number), number))
    with counted.read() as tx:
        tx.vaults.get(vault().vault_id)
    assert counter.counts() == {"sql-commit": 3}


def test_contract_catalogue_full_disk_is_named(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "catalogue.sqlite")
    upgrade(url)
    small = SqlCatalogue(url)
    with pytest.raises(StoreFullError), small.write() as tx:
        # SQLite says the same as on a disk without room when its own bound is reached.
        tx.vaults._session._connection.exec_driver_sql("PRAGMA max_page_count = 60")  # noqa: SLF001
        tx.vaults.add(vault())
        for number in range(2000):
            tx.vaults.add_record(RecordRow(vault().vault_id, number, hash_of("p"), os.urandom(4000)))
    assert not has_vault(small)
    small.close()


def test_contract_catalogue_check_knows_its_schema(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.check()
    empty = SqlCatalogue(sqlite_url(tmp_path / "empty.sqlite"))
    with pytest.raises(StoreError):
        empty.check()
    empty.close()


def test_contract_catalogue_unreachable_is_a_store_error(tmp_path: Path) -> None:
    nowhere = SqlCatalogue(sqlite_url(tmp_path / "no-such-folder" / "catalogue.sqlite"))
    with pytest.raises(StoreError), nowhere.read():
        pass
    with pytest.raises(StoreError):
        upgrade(sqlite_url(tmp_path / "no-such-folder" / "catalogue.sqlite"))


@pytest.mark.parametrize("engine_name", ENGINES)
def test_contract_catalogue_migrations_make_the_schema(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if engine_name == "sqlite":
        url = sqlite_url(tmp_path / "catalogue.sqlite")
    else:
        url = request.getfixturevalue("postgres_server").database(empty=True)
    upgrade(url)
    upgrade(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == SCHEMA_VERSION
    engine.dispose()


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2)])
def test_contract_catalogue_sqlite_is_set_for_durability(sqlite_catalogue_url: str, pragma: str, value: object) -> None:
    catalogue = SqlCatalogue(sqlite_catalogue_url)
    with catalogue.write() as tx:
        connection = tx.vaults._session._connection  # noqa: SLF001
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    catalogue.close()


def test_contract_catalogue_scrub_leaves_nothing_of_what_was_erased(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "catalogue.sqlite")
    upgrade(url)
    catalogue = SqlCatalogue(url)
    needle = os.urandom(64)

    def files_with_it() -> list[str]:
        return [path.name for path in tmp_path.iterdir() if needle in path.read_bytes()]

    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.vaults.put_keyring(KeyringRow(vault().vault_id, 1, hash_of("k"), needle))
    assert files_with_it()
    with catalogue.write() as tx:
        tx.vaults.put_keyring(KeyringRow(vault().vault_id, 2, hash_of("l"), bytes(64)))
    with catalogue.read() as tx:
        tx.vaults.get(vault().vault_id)
        assert not catalogue.scrub()
    assert files_with_it()
    assert catalogue.scrub()
    assert files_with_it() == []
    catalogue.close()
