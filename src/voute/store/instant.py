"""One instant of a city on PostgreSQL: nobody commits while files get their second names, its rows are read as they are then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import NullPool, create_engine, make_url

from voute.store.copy_tables import copy_tables
from voute.store.engines import BUSY_SECONDS
from voute.store.new_catalogue import new_catalogue
from voute.store.postgres import CLASS, CityLock, connecting
from voute.store.sql import translating
from voute.store.sql_raw import SqlRawCatalogue, SqlRawTables

_OPTIONS: Final = f"-c lock_timeout={BUSY_SECONDS * 1_000}"


@contextmanager
def instant(catalogue: str) -> Iterator[tuple[SqlRawTables, Callable[[], None]]]:
    """Hold durable transactions, and the log's writer between two batches; gives the rows of now and what lets them go on.

    The rows stay those of the instant until the block ends. A batch under way, and transactions under way, end first; new
    ones wait at the gate, as for the writer's place on SQLite, and are refused after as long.

    Raises:
        StoreError: the database failed, or something under way does not end.
    """
    engine = create_engine(
        make_url(catalogue),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={**connecting("voute backup"), "options": _OPTIONS},
    )
    with translating():
        gate = engine.connect()
    with gate:

        def let_go() -> None:
            with translating():
                gate.exec_driver_sql("SELECT pg_advisory_unlock_all()")

        # In the order in which the log's writer takes them.
        for lock in (CityLock.BATCH, CityLock.GATE):
            with translating():
                gate.exec_driver_sql(f"SELECT pg_advisory_lock({CLASS}, {lock.value})")
        with SqlRawCatalogue(catalogue).view() as view:
            yield view, let_go


def write_copy(view: SqlRawTables, file: Path) -> None:
    """Write the rows of a view into a new SQLite catalogue, durable when this returns.

    Raises:
        StoreError: the file is there, the database failed, or a disk refused.
    """
    with new_catalogue(file) as target, target.change() as change:
        copy_tables(view, change)
