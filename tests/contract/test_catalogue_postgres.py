"""What is PostgreSQL's own: settings that it must have, connections that end, what an error may say, bulk rows, its gate."""

import contextlib
import os
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, make_url, text

from tests.support import rows
from tests.support.postgres import Postgres
from voute.core.errors import StoreError
from voute.core.ports_store import DatabaseUnfitError, RowExistsError, StoreFullError
from voute.core.rows import SessionRow
from voute.store import sql_lines
from voute.store.instant import instant
from voute.store.migrate import upgrade
from voute.store.postgres import COPY_FROM, LOOKS, plain_engine
from voute.store.sql_catalogue import SqlCatalogue

SECRET = "correct-horse"
CUT = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'voute'")


@pytest.fixture
def opened(postgres_catalogue_url: str) -> Iterator[SqlCatalogue]:
    catalogue = SqlCatalogue(postgres_catalogue_url)
    yield catalogue
    catalogue.close()


def test_contract_postgres_that_may_lose_commits_is_refused(postgres_server: Postgres) -> None:
    url = postgres_server.database()
    catalogue = SqlCatalogue(url)
    catalogue.check()
    catalogue.close()
    with postgres_server.connected() as operator:
        operator.execute(text(f"ALTER DATABASE {url.rpartition('/')[2].partition('?')[0]} SET synchronous_commit = off"))
    with pytest.raises(DatabaseUnfitError, match="synchronous_commit = off"):
        catalogue.check()
    catalogue.close()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_contract_postgres_of_another_encoding_is_refused_before_anything_is_made(
    postgres_server: Postgres, encoding: str
) -> None:
    """SQL_ASCII is what a cluster has that was made without a locale: it hands out bytes for text unless told otherwise."""
    name = f"of_{encoding.lower()}"
    with postgres_server.connected() as operator:
        operator.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'"))
    catalogue = SqlCatalogue(postgres_server.url(name))
    for step in (catalogue.check, lambda: upgrade(postgres_server.url(name))):
        with pytest.raises(DatabaseUnfitError) as caught:
            step()
        assert caught.value.facts["why"] == f"server_encoding = {encoding}, UTF8 expected"
        assert str(caught.value.facts["where"]).endswith(f"/{name}")
    catalogue.close()
    engine = plain_engine(make_url(postgres_server.url(name)))
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    postgres_server.drop(postgres_server.url(name))


def test_contract_postgres_that_is_not_there_says_so_without_the_password() -> None:
    nowhere = SqlCatalogue(f"postgresql+psycopg://voute:{SECRET}@127.0.0.1:1/city")
    with pytest.raises(StoreError) as caught, nowhere.read():
        pass
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(nowhere)
    nowhere.close()


def test_contract_postgres_connections_that_were_cut_are_made_again(opened: SqlCatalogue, postgres_server: Postgres) -> None:
    with opened.write() as tx:
        tx.vaults.add(rows.vault())
    with postgres_server.connected() as operator:
        operator.execute(CUT)
    # Nobody hears of it: each connection is asked before it is used.
    with opened.read() as tx:
        assert tx.vaults.get(rows.vault().vault_id) is not None
    with pytest.raises(StoreError), opened.write() as tx:
        tx.vaults.number_for(rows.lookup("a").lookup_id, 5)
        with postgres_server.connected() as operator:
            operator.execute(CUT)
        tx.vaults.number_for(rows.lookup("b").lookup_id, 5)
    with opened.write() as tx:
        assert tx.vaults.given(1) is None


def test_contract_postgres_looks_go_on_where_connections_are_cut(opened: SqlCatalogue, postgres_server: Postgres) -> None:
    """A kept connection is not asked whether it lives: whenever it is cut, before a look or in it, the look is made again."""
    row = SessionRow(rows.hash_of("token"), "holder", rows.vault().vault_id, 1, 2, 3)
    with opened.write() as tx:
        tx.sessions.add(row)
    cut = threading.Event()

    def cut_once() -> None:
        with postgres_server.connected() as operator:
            operator.execute(CUT)
        cut.set()

    for _ in range(10):
        cut.clear()
        cutter = threading.Thread(target=cut_once)
        cutter.start()
        with opened.look() as look:
            while not cut.is_set():
                assert look.session(row.token_hash) == row
            assert look.session(row.token_hash) == row
        with opened.look() as look:
            assert look.session(row.token_hash) == row
        cutter.join()


def test_contract_postgres_looks_are_made_by_few_connections(opened: SqlCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than the guide for operators counts on; whoever finds none waits, and is told when none comes back."""
    monkeypatch.setattr(sql_lines, "BUSY_SECONDS", 0.05)
    with contextlib.ExitStack() as stack:
        for _ in range(LOOKS):
            assert stack.enter_context(opened.look()).session(rows.hash_of("nobody")) is None
        with pytest.raises(StoreError), opened.look():
            pass
    with opened.look() as look:
        assert look.session(rows.hash_of("nobody")) is None


def test_contract_postgres_without_room_is_told_in_any_language(opened: SqlCatalogue) -> None:
    """Debian's packages speak the language of the server's locale."""
    said = "n''a pas pu étendre le fichier « base/16384/1259 » : Aucun espace disponible"
    raised = text(f"DO $$ BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'disk_full'; END $$")
    with pytest.raises(StoreFullError, match="étendre"), opened.write() as tx:
        tx.vaults._session.run(raised)  # noqa: SLF001 - no statement of ours can be made to fail so


def test_contract_postgres_many_rows_are_refused_together(opened: SqlCatalogue) -> None:
    many = COPY_FROM * 3
    with opened.write() as tx:
        tx.deliveries.add(rows.delivery())
        numbers = tx.events.add_all([rows.event() for _ in range(many)])
        tx.documents.add_all([rows.document(str(n), n) for n in numbers])
    with pytest.raises(RowExistsError) as caught, opened.write() as tx:
        more = tx.events.add_all([rows.event() for _ in range(many)])
        tx.documents.add_all([rows.document(str(n), n) for n in (*more[1:], numbers[0])])
    assert rows.document(str(numbers[0]), 0).document_id.hex() not in str(caught.value)
    with opened.read() as tx:
        assert len(tx.events.get_many(range(1, 10 * many))) == many


def test_contract_postgres_instant_holds_writers_and_shows_none_of_theirs(
    opened: SqlCatalogue, postgres_catalogue_url: str
) -> None:
    done = threading.Event()

    def write() -> None:
        with opened.write() as tx:
            tx.vaults.add(rows.vault())
        done.set()

    with instant(postgres_catalogue_url) as (view, let_go):
        writer = threading.Thread(target=write)
        writer.start()
        with opened.write(durable=False) as tx:
            # What may be lost is in no backup's instant, and waits for none.
            assert tx.limits.hit("route", os.urandom(4).hex(), 1) == 1
        assert not done.wait(0.3)
        let_go()
        assert done.wait(30)
        assert list(view.scan("vaults", ("vault_id",), ("vault_id",))) == []
    writer.join()
