"""Catalogues to run the contract on: one database of each engine that this machine has."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from voute.core.ports_store import Catalogue
from voute.store.engines import sqlite_url
from voute.store.migrate import upgrade
from voute.store.sql_catalogue import SqlCatalogue
from voute.store.watch import Watch

OpenCatalogue = Callable[[Watch | None], SqlCatalogue]


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database; tests work on copies."""
    path = tmp_path_factory.mktemp("fresh") / "catalogue.sqlite"
    upgrade(sqlite_url(path))
    return path


@pytest.fixture
def open_catalogue(fresh_database: Path, tmp_path: Path) -> Iterator[OpenCatalogue]:
    """Opens the same database as often as asked, as several processes would."""
    url = sqlite_url(Path(shutil.copy(fresh_database, tmp_path / "catalogue.sqlite")))
    opened: list[SqlCatalogue] = []

    def open_one(watch: Watch | None = None) -> SqlCatalogue:
        opened.append(SqlCatalogue(url, watch))
        return opened[-1]

    yield open_one
    for catalogue in opened:
        catalogue.close()


@pytest.fixture
def catalogue(open_catalogue: OpenCatalogue) -> Catalogue:
    return open_catalogue(None)
