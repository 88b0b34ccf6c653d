"""Catalogues to run the contract on: SQLite always, PostgreSQL too when `VOUTE_TEST_POSTGRES` holds a server's URL.

The URL is SQLAlchemy's (`postgresql+psycopg://user@/postgres?host=…`) of a user who may create databases.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from voute.core.ports_store import Catalogue
from voute.store.engines import sqlite_url
from voute.store.migrate import upgrade
from voute.store.sql_catalogue import SqlCatalogue
from voute.store.watch import Watch

OpenCatalogue = Callable[[Watch | None], SqlCatalogue]
POSTGRES = os.environ.get("VOUTE_TEST_POSTGRES")
ENGINES = ("sqlite", "postgres") if POSTGRES else ("sqlite",)
POSTGRES_DATABASE = "voute_contract"


@pytest.fixture(scope="session")
def fresh_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database; tests work on copies."""
    path = tmp_path_factory.mktemp("fresh") / "catalogue.sqlite"
    upgrade(sqlite_url(path))
    return path


@pytest.fixture
def sqlite_catalogue_url(fresh_sqlite: Path, tmp_path: Path) -> str:
    return sqlite_url(Path(shutil.copy(fresh_sqlite, tmp_path / "catalogue.sqlite")))


@pytest.fixture
def postgres_catalogue_url() -> str:
    server = make_url(POSTGRES or "")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {POSTGRES_DATABASE} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {POSTGRES_DATABASE}"))
    engine.dispose()
    url = server.set(database=POSTGRES_DATABASE).render_as_string(hide_password=False)
    upgrade(url)
    return url


@pytest.fixture(params=ENGINES)
def catalogue_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_catalogue_url")
    return url


@pytest.fixture
def open_catalogue(catalogue_url: str) -> Iterator[OpenCatalogue]:
    """Opens the same database as often as asked, as several processes would."""
    opened: list[SqlCatalogue] = []

    def open_one(watch: Watch | None = None) -> SqlCatalogue:
        opened.append(SqlCatalogue(catalogue_url, watch))
        return opened[-1]

    yield open_one
    for catalogue in opened:
        catalogue.close()


@pytest.fixture
def catalogue(open_catalogue: OpenCatalogue) -> Catalogue:
    return open_catalogue(None)
