"""What the tables' classes share: one way to run a statement, one upsert, one translation of the driver's errors."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any, Final, TypeVar

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect, Executable, Select, Table, exc
from sqlalchemy.dialects import postgresql, sqlite

from voute.core.errors import StoreError, VouteError
from voute.core.ports_store import RowExistsError, StoreFullError
from voute.store.postgres import COPY_FROM, CityLock, copy_rows, hold

# Ids in one statement: both engines take more, but plans and memory stay small.
IN_CHUNK: Final = 1_000
# How the engines say that a unique key is taken, and that there is no room; PostgreSQL's words are of its server's language.
_SQLITE_UNIQUE: Final = "UNIQUE constraint failed"
_POSTGRES_UNIQUE: Final = "23505"
_SQLITE_FULL: Final = "database or disk is full"
_POSTGRES_FULL: Final = "53100"

Item = TypeVar("Item")
Row = Mapping[str, Any]
Make = Callable[[Iterable[Any]], Item]


@contextmanager
def translating() -> Iterator[None]:
    """Turn the library's errors into ours."""
    try:
        yield
    except exc.IntegrityError as error:
        if _state(error) == _POSTGRES_UNIQUE or _SQLITE_UNIQUE in str(error.orig):
            raise RowExistsError(_reason(error)) from error
        raise StoreError(_reason(error)) from error
    except (exc.DBAPIError, exc.TimeoutError) as error:
        reason = _reason(error)
        is_full = _state(error) == _POSTGRES_FULL or _SQLITE_FULL in reason
        raise (StoreFullError if is_full else StoreError)(reason) from error


def _state(error: exc.SQLAlchemyError) -> str | None:
    """Return PostgreSQL's code of an error; None where there is none."""
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _reason(error: exc.SQLAlchemyError) -> str:
    """Say what the engine said, without statement, values and rows: logs hold no personal data."""
    said = getattr(error, "orig", None)
    # PostgreSQL names the row in its detail.
    return str(getattr(getattr(said, "diag", None), "message_primary", None) or said or type(error).__name__)


class Session:
    """One open transaction: runs statements, and refuses to commit after one of them failed."""

    def __init__(self, connection: Connection) -> None:
        """Take a connection inside a transaction."""
        self._connection = connection
        self.is_sqlite = connection.dialect.name == "sqlite"
        self.failed = False

    def run(self, statement: Executable, values: Row | None = None) -> CursorResult[*tuple[Any, ...]]:
        """Execute one statement.

        Raises:
            RowExistsError: a unique key is taken.
            StoreError: anything else the engine refused.
        """
        with self._noting():
            return self._connection.execute(statement, values)

    def one(self, make: Make[Item], statement: Executable, values: Row | None = None) -> Item | None:
        """Return the first row of a query, or None."""
        row = self.run(statement, values).first()
        return None if row is None else make(row)

    def all(self, make: Make[Item], statement: Executable, values: Row | None = None) -> tuple[Item, ...]:
        """Return all rows of a query."""
        return tuple(map(make, self.run(statement, values).all()))

    def among(self, make: Make[Item], statement: Select[*tuple[Any, ...]], name: str, items: Sequence[Any]) -> Iterator[Item]:
        """Yield all rows of a query for values of an expanding parameter, its only one, so many at a time.

        The text of a part is kept: the library would name each value anew every time, which takes as long as finding its row.
        """
        for part in chunks(items):
            text = _expanded(statement, name, len(part), self._connection.dialect)
            with self._noting():
                yield from map(make, self._connection.exec_driver_sql(text, tuple(part)).all())

    def changes(self, statement: Executable, values: Row) -> bool:
        """Execute an update of at most one row and tell whether there was one."""
        return self.run(statement, values).rowcount == 1

    def run_many(self, statement: ClauseElement, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
        """Execute one statement for each row of values, which stand in the order of `names`; returns how many rows it changed.

        The rows go to the driver as they are: three times as fast as through the library for the 20,000 of a delivery.
        """
        if not rows:
            return 0
        compiled = statement.compile(dialect=self._connection.dialect, column_keys=list(names))
        wanted = getattr(compiled, "positiontup", None) or ()
        if tuple(wanted) != tuple(names):
            pick = itemgetter(*(names.index(name) for name in wanted))
            rows = [pick(row) for row in rows]
        with self._noting():
            return self._connection.exec_driver_sql(str(compiled), list(rows)).rowcount

    def insert_all(self, table: Table, rows: Sequence[tuple[Any, ...]], names: Sequence[str] | None = None) -> None:
        """Insert rows whose fields stand in the order of the table's columns, or of `names`, which may be more than those."""
        columns = table.columns.keys()
        if names is not None and tuple(names) != tuple(columns):
            columns = [name for name in columns if name in names]
            pick = itemgetter(*(names.index(name) for name in columns))
            rows = [pick(row) for row in rows]
        if self.is_sqlite or len(rows) < COPY_FROM:
            self.run_many(table.insert(), columns, rows)
            return
        with self._noting():
            copy_rows(self._connection, table, columns, rows)

    def upsert(self, table: Table, rows: Sequence[tuple[Any, ...]], *, update: bool = True) -> int:
        """Insert rows; one whose primary key is there is replaced, or left alone without `update`; returns how many counted."""
        keys = [column.name for column in table.primary_key]
        names = table.columns.keys()
        statement = upsertable(table, is_sqlite=self.is_sqlite)
        if update:
            others = {name: statement.excluded[name] for name in names if name not in keys}
            return self.run_many(statement.on_conflict_do_update(index_elements=keys, set_=others), names, rows)
        return self.run_many(statement.on_conflict_do_nothing(index_elements=keys), names, rows)

    def hold(self, lock: CityLock) -> None:
        """Do what follows while no other transaction holds this lock; on SQLite a writing transaction is alone anyway."""
        if not self.is_sqlite:
            with self._noting():
                hold(self._connection, lock)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Translate an error and remember that the transaction is lost."""
        try:
            with translating():
                yield
        except VouteError:
            self.failed = True
            raise


def upsertable(table: Table, *, is_sqlite: bool) -> sqlite.Insert | postgresql.Insert:
    """Begin an insert that may say what to do on a conflict: the two engines write it alike."""
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


@lru_cache(maxsize=64)
def _expanded(statement: Select[*tuple[Any, ...]], name: str, many: int, dialect: Dialect) -> str:
    given = statement.params({name: list(range(many))})
    return str(given.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Cut a list into parts that one statement takes."""
    rest = iter(items)
    while part := list(islice(rest, IN_CHUNK)):
        yield part
