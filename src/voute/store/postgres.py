"""PostgreSQL: how it is reached, what it is asked to wait for, bulk rows by COPY (docs/operate/postgresql.md).

Writing transactions are READ COMMITTED: every statement sees what others committed before it, so that whoever waited for a
lock decides on what is true now. What SQLite's one writer gave for nothing is a row lock, an upsert or one of the locks here.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final, cast

from sqlalchemy import URL, BigInteger, Column, Connection, Engine, Integer, LargeBinary, Table, Text, create_engine, exc, text

from voute.core.ports_store import DatabaseUnfitError
from voute.store.engines import BUSY_SECONDS

PARAMSTYLE: Final = "format"
"""Values by position, so that rows reach both drivers as tuples."""
_CONNECTIONS: Final = 24
"""Connections of one process at most: its threads for use cases, and its jobs. The server must allow as many for each process."""
_KEPT: Final = 8
"""Connections that stay open between bursts."""
LOOKS: Final = 8
"""Connections of one process for looks, beside those: a look takes a tenth of a millisecond, nobody waits long for one."""
_CONNECT_SECONDS: Final = 10
_LIMITS: Final = {
    # Longer than making a delivery of a whole city visible takes; a statement that hangs holds locks that others wait for.
    "statement_timeout": 120_000,
    # As long as a writer waits on SQLite: then it is refused, and its caller tries again.
    "lock_timeout": BUSY_SECONDS * 1_000,
    # A process that was stopped in the middle of a transaction holds nobody up for longer.
    "idle_in_transaction_session_timeout": 120_000,
}
_SILENCE: Final = {"keepalives": 1, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
"""A machine that is gone without a word is noticed within half a minute."""
CLASS: Final = 0x564F5554
"""First half of our advisory locks' keys ("VOUT"): they belong to the database, which is the city's own."""
COPY_FROM: Final = 16
"""Rows from which COPY is the faster way in (docs/adr/0043)."""
_TYPES: Final = ((LargeBinary, "bytea"), (BigInteger, "int8"), (Integer, "int4"), (Text, "text"))


class CityLock(IntEnum):
    """Second half of an advisory lock's key: what is done by one at a time."""

    GATE = 1
    """Held shared by every durable transaction, alone by whoever takes an instant of the whole city (a backup)."""
    LOG = 2
    """Giving events their places, and showing what is published."""
    RELEASE = 3
    """Announcing a release, once for all processes that start with it."""
    ELECTED = 4
    """Being the log's writer: held by a connection of its own for as long as the process is the writer."""
    BATCH = 5
    """A batch of the log's writer is under way; a backup waits for its end."""


def postgres_engine(url: URL) -> Engine:
    """Make the engine of a serving process: a pool that finds out by itself that the database was started again.

    Each connection is asked whether it lives before it is used: a twentieth of a millisecond, and no request fails for a
    restart that is over.
    """
    options = " ".join(f"-c {name}={value}" for name, value in _LIMITS.items())
    return _engine(
        url,
        pool_size=_KEPT,
        max_overflow=_CONNECTIONS - _KEPT,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        paramstyle=PARAMSTYLE,
        isolation_level="READ COMMITTED",
        connect_args={**connecting("voute"), "options": options},
    )


def plain_engine(url: URL) -> Engine:
    """Make an engine for long work of one connection (migrating, checking, copying): no time limits."""
    return _engine(
        url, pool_size=1, paramstyle=PARAMSTYLE, isolation_level="READ COMMITTED", connect_args=connecting("voute work")
    )


def _engine(url: URL, **given: Any) -> Engine:  # noqa: ANN401 -- SQLAlchemy's own
    try:
        return create_engine(url, **given)
    except ModuleNotFoundError as error:
        raise DatabaseUnfitError("voute[postgres] is not installed", where=place_of(url), why="driver") from error


def place_of(url: URL) -> str:
    """Say where a database is, with neither password nor options of its address."""
    return f"{url.host or url.query.get('host', 'socket')}:{url.port or 5432}/{url.database or ''}"


def connecting(name: str) -> dict[str, Any]:
    """Return what every connection of ours is made with; `name` is how the server's own views call it."""
    # Said by name: a database without an encoding of its own (SQL_ASCII) hands out bytes, and can't even be asked for it.
    return {"connect_timeout": _CONNECT_SECONDS, "application_name": name, "client_encoding": "UTF8", **_SILENCE}


def hold(connection: Connection, lock: CityLock, *, shared: bool = False) -> None:
    """Wait for a lock and keep it until the transaction ends."""
    way = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    connection.exec_driver_sql(f"SELECT {way}({CLASS}, {lock.value})")


def expect_fit(connection: Connection) -> None:
    """Refuse a database whose settings would break what is promised: texts that cannot be kept, commits that may be lost.

    Raises:
        DatabaseUnfitError: its encoding is not UTF8, or `synchronous_commit` is off.
    """
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    why = f"server_encoding = {encoding}, UTF8 expected" if encoding != "UTF8" else ""
    if connection.execute(text("SHOW synchronous_commit")).scalar_one() == "off":
        why = why or "synchronous_commit = off"
    if why:
        raise DatabaseUnfitError(why, where=place_of(connection.engine.url), why=why)


def copy_rows(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows by COPY, in the driver's binary form; one that breaks a rule of the schema refuses them all.

    Raises:
        IntegrityError, DBAPIError: the library's own, as for any statement.
    """
    types = [_type_of(table.columns[name]) for name in names]
    columns = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in names)
    statement = f"COPY {table.name} ({columns}) FROM STDIN WITH (FORMAT binary)"
    dbapi = cast("Any", connection.dialect.loaded_dbapi)
    try:
        with cast("Any", connection.connection.cursor()) as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
    except dbapi.Error as error:
        # No rows in the message: logs hold no personal data.
        raise exc.DBAPIError.instance(statement, None, error, dbapi.Error, dialect=connection.dialect) from error


def _type_of(column: Column[Any]) -> str:
    return next(name for kind, name in _TYPES if isinstance(column.type, kind))
