"""Catalogues to run the contract on: SQLite and PostgreSQL, each on its real engine.

Blobs and tiles: memory, files, an S3 server of ours; in the long run Ceph too.
"""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.postgres import FAST, Postgres, postgres
from tests.support.s3.ceph import CephServer, ceph
from tests.support.s3.simulator import S3Simulator, simulator
from voute.core.ports_store import Catalogue
from voute.store.engines import sqlite_url
from voute.store.migrate import upgrade
from voute.store.s3 import S3Place
from voute.store.sql_catalogue import SqlCatalogue
from voute.store.watch import Watch

OpenCatalogue = Callable[[Watch | None], SqlCatalogue]
ENGINES = ("sqlite", "postgres")
# Where blobs, sidecars, tiles and locks are kept.
STORES = ("memory", "posix", "s3", pytest.param("ceph", marks=pytest.mark.long))
_FOLDERS = count()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Simulator]:
    with simulator(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def s3_place(s3_server: S3Simulator) -> S3Place:
    """A folder of its own for each test."""
    return s3_server.place(f"t{next(_FOLDERS)}")


@pytest.fixture(scope="session")
def ceph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CephServer]:
    with ceph(tmp_path_factory.mktemp("ceph")) as server:
        yield server


@pytest.fixture
def ceph_place(ceph_server: CephServer) -> S3Place:
    return ceph_server.place(f"t{next(_FOLDERS)}")


@pytest.fixture(scope="session")
def fresh_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database; tests work on copies."""
    path = tmp_path_factory.mktemp("fresh") / "catalogue.sqlite"
    upgrade(sqlite_url(path))
    return path


@pytest.fixture
def sqlite_catalogue_url(fresh_sqlite: Path, tmp_path: Path) -> str:
    return sqlite_url(Path(shutil.copy(fresh_sqlite, tmp_path / "catalogue.sqlite")))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One server for the whole suite: nothing here crashes it, so it need not flush."""
    with postgres(*FAST) as server:
        yield server


@pytest.fixture(scope="session")
def shared_database(postgres_server: Postgres) -> str:
    return postgres_server.database()


@pytest.fixture
def postgres_catalogue_url(postgres_server: Postgres, shared_database: str) -> Iterator[str]:
    yield shared_database
    postgres_server.empty(shared_database)


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
