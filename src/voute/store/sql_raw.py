"""The catalogue's tables by name, for whoever checks them (`voute.core.ports_raw.RawCatalogue`)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Table,
    Text,
    exists,
    make_url,
    select,
    text,
    update,
)

from voute.core.errors import StoreError
from voute.core.ports_raw import NOT_NULL
from voute.store.engines import sqlite_engine
from voute.store.postgres import plain_engine
from voute.store.schema import metadata
from voute.store.sql import Session, chunks, translating
from voute.store.sql_catalogue import check_version

# Rows that a scan holds at a time: a thousand documents with header and card are 3 MB.
_HELD: Final = 1_000
# Faults that the engine is asked to name: whoever has so many restores a backup.
_FAULTS: Final = 20
_SOUND: Final = "ok"
# Tables whose keys are counted up, and what counts them on PostgreSQL.
_COUNTERS: Final = {"events": "events_event_id_seq", "vault_numbers": "vault_numbers_v_seq"}
_LAST_VALUE: Final = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"


class SqlRawTables:
    """`RawTables` on one connection."""

    def __init__(self, connection: Connection) -> None:
        """Take a connection inside a transaction."""
        self._connection = connection
        self._scans: list[CursorResult[Any]] = []

    def scan(
        self, table: str, columns: Sequence[str], order: Sequence[str], where: Mapping[str, object] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows in order (`RawTables.scan`)."""
        found = metadata.tables[table]
        statement = select(*(found.c[name] for name in columns)).order_by(*(self._ordered(found.c[name]) for name in order))
        statement = statement.where(*_conditions(found, where or {}))
        with translating():
            result = self._connection.execution_options(yield_per=_HELD).execute(statement)
        self._scans.append(result)
        parts = result.partitions()
        while True:
            with _readable():
                part = next(parts, None)
            if part is None:
                return
            _expect_kinds(found, columns, part)
            yield from map(tuple, part)

    def close(self) -> None:
        """End scans that nobody read to their end: PostgreSQL holds a cursor for each."""
        for result in self._scans:
            result.close()

    def fetch(self, table: str, columns: Sequence[str], key: str, values: Sequence[object]) -> Sequence[tuple[Any, ...]]:
        """Return rows by one column (`RawTables.fetch`)."""
        found = metadata.tables[table]
        statement = select(*(found.c[name] for name in columns))
        rows: list[tuple[Any, ...]] = []
        for part in chunks(values):
            with _readable():
                rows += (tuple(row) for row in self._connection.execute(statement.where(found.c[key].in_(part))))
        _expect_kinds(found, columns, rows)
        return rows

    def counters(self) -> Mapping[str, int]:
        """Return the last number that each table's counter gave out, whether or not its row is still there."""
        with translating():
            if self._connection.dialect.name == "sqlite":
                found: dict[str, int] = dict(self._connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all())
                return {name: int(found.get(name, 0)) for name in _COUNTERS}
            return {
                name: self._connection.execute(text(_LAST_VALUE.format(sequence=sequence))).scalar_one()
                for name, sequence in _COUNTERS.items()
            }

    def _ordered(self, column: Column[Any]) -> ColumnElement[Any]:
        """By code points, whatever language the database sorts words in."""
        is_word = self._connection.dialect.name != "sqlite" and isinstance(column.type, Text)
        return column.collate("C") if is_word else column

    def faults(self) -> Sequence[str]:
        """Return what the engine finds wrong (`RawTables.faults`); PostgreSQL says so when it reads."""
        if self._connection.dialect.name != "sqlite":
            return ()
        with translating():
            sound = self._connection.execute(text(f"PRAGMA integrity_check({_FAULTS})")).scalars().all()
            loose = self._connection.execute(text("PRAGMA foreign_key_check")).all()
        pages = [str(one) for one in sound if one != _SOUND]
        return (*pages, *(f"{row[0]} row {row[1]} refers to no row of {row[2]}" for row in loose[:_FAULTS]))


class SqlRawChange:
    """`RawChange` on one connection."""

    def __init__(self, connection: Connection) -> None:
        """Take a connection inside a transaction."""
        self._session = Session(connection)

    def put(self, table: str, values: Mapping[str, object]) -> None:
        """Insert or replace a row (`RawChange.put`)."""
        found = metadata.tables[table]
        self._session.upsert(found, [tuple(values[column.name] for column in found.columns)])

    def put_all(self, table: str, rows: Sequence[Sequence[object]], *, replace: bool = True) -> None:
        """Insert or replace many rows (`RawChange.put_all`)."""
        self._session.upsert(metadata.tables[table], [tuple(row) for row in rows], update=replace)

    def tables_with_rows(self) -> Sequence[str]:
        """Return the names of the tables that are not empty."""
        return [name for name, table in metadata.tables.items() if self._session.run(select(exists(table.select()))).scalar_one()]

    def add_all(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows whose values stand in the order of the table's columns, in the engine's fastest way.

        Raises:
            StoreError, RowExistsError: a row breaks a rule of the schema, or is there.
        """
        self._session.insert_all(metadata.tables[table], rows)

    def set_counter(self, table: str, last: int) -> None:
        """Let a table's counter go on after this number."""
        if self._session.is_sqlite:
            self._session.run(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
            self._session.run(
                text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), {"name": table, "last": last}
            )
        elif last:
            self._session.run(text("SELECT setval(CAST(:name AS regclass), :last)"), {"name": _COUNTERS[table], "last": last})

    def set(self, table: str, key: Mapping[str, object], values: Mapping[str, object]) -> None:
        """Set columns (`RawChange.set`)."""
        found = metadata.tables[table]
        self._session.run(update(found).where(*_conditions(found, key)).values(dict(values)))


class SqlRawCatalogue:
    """`RawCatalogue` on SQLite or PostgreSQL; makes no file, and asks nothing of a running server."""

    def __init__(self, url: str) -> None:
        """Take the catalogue's address; nothing is opened yet."""
        self._url = make_url(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"

    @contextmanager
    def view(self) -> Iterator[SqlRawTables]:
        """Open a consistent view (`RawCatalogue.view`)."""
        with self._connected(is_reader=True) as connection:
            if not self._is_sqlite:
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            with translating():
                check_version(connection)
            with closing(SqlRawTables(connection)) as tables:
                yield tables

    @contextmanager
    def change(self) -> Iterator[SqlRawChange]:
        """Open a transaction (`RawCatalogue.change`)."""
        with self._connected(is_reader=False) as connection:
            yield SqlRawChange(connection)
            with translating():
                connection.commit()

    @contextmanager
    def _connected(self, *, is_reader: bool) -> Iterator[Connection]:
        engine = self._engine(is_reader=is_reader)
        try:
            with translating():
                connection = engine.connect()
                connection.begin()
            with connection:
                yield connection
        finally:
            engine.dispose()

    def _engine(self, *, is_reader: bool) -> Engine:
        if not self._is_sqlite:
            return plain_engine(self._url)
        # SQLite would make an empty file of a wrong path.
        if not Path(self._url.database or "").is_file():
            raise StoreError("there is no catalogue")
        setting = "PRAGMA query_only = ON" if is_reader else "PRAGMA synchronous = FULL"
        return sqlite_engine(self._url, setting, begin="BEGIN" if is_reader else "BEGIN IMMEDIATE")


def _conditions(table: Table, where: Mapping[str, object]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name, value in where.items():
        column = table.c[name]
        found.append(column.is_not(None) if value is NOT_NULL else column == value)
    return found


def _expect_kinds(table: Table, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Refuse values that are not of their column's kind: SQLite keeps whatever it is given, or finds on a damaged page."""
    for name, values in zip(columns, zip(*rows, strict=True), strict=False):
        wrong = set(map(type, values)) - {table.c[name].type.python_type, type(None)}
        if wrong:
            raise StoreError(f"{table.name}.{name} holds a value of another kind")


@contextmanager
def _readable() -> Iterator[None]:
    """Turn what the library makes of values that are not of their column's kind into our error too."""
    try:
        with translating():
            yield
    except (TypeError, ValueError) as error:
        raise StoreError(f"a value is not of its column's kind: {error}") from error
