"""What the tables' classes share: one way to run a statement, one upsert, one translation of the driver's errors."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, Table, exc
from sqlalchemy.dialects import postgresql, sqlite

from voute.core.errors import StoreError, VouteError
from voute.core.ports_store import RowExistsError, StoreFullError

# Ids in one statement: both engines take more, but plans and memory stay small.
IN_CHUNK: Final = 1_000
# How the engines say that a unique key is taken, and that there is no room.
_SQLITE_UNIQUE: Final = "UNIQUE constraint failed"
_POSTGRES_UNIQUE: Final = "23505"
_FULL: Final = ("database or disk is full", "No space left", "could not extend file")

Item = TypeVar("Item")
Row = Mapping[str, Any]
Make = Callable[[Iterable[Any]], Item]


@contextmanager
def translating() -> Iterator[None]:
    """Turn the library's errors into ours."""
    try:
        yield
    except exc.IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == _POSTGRES_UNIQUE or _SQLITE_UNIQUE in str(error.orig):
            raise RowExistsError(str(error.orig)) from error
        raise StoreError(str(error.orig)) from error
    except (exc.DBAPIError, exc.TimeoutError) as error:
        # The statement and its values stay out of the message: logs hold no personal data.
        reason = str(getattr(error, "orig", None) or type(error).__name__)
        kind = StoreFullError if any(words in reason for words in _FULL) else StoreError
        raise kind(reason) from error


class Session:
    """One open transaction: runs statements, and refuses to commit after one of them failed."""

    def __init__(self, connection: Connection) -> None:
        """Take a connection inside a transaction."""
        self._connection = connection
        self.failed = False

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """Begin an insert that may say what to do on a conflict: the two engines write it alike."""
        return postgresql.insert(table) if self._connection.dialect.name == "postgresql" else sqlite.insert(table)

    def run(self, statement: Executable, values: Row | Sequence[Row] | None = None) -> CursorResult[*tuple[Any, ...]]:
        """Execute one statement; with a list of values, once for each.

        Raises:
            RowExistsError: a unique key is taken.
            StoreError: anything else the engine refused.
        """
        try:
            with translating():
                return self._connection.execute(statement, values)
        except VouteError:
            self.failed = True
            raise

    def one(self, make: Make[Item], statement: Executable, values: Row | None = None) -> Item | None:
        """Return the first row of a query, or None."""
        row = self.run(statement, values).first()
        return None if row is None else make(row)

    def all(self, make: Make[Item], statement: Executable, values: Row | None = None) -> tuple[Item, ...]:
        """Return all rows of a query."""
        return tuple(make(row) for row in self.run(statement, values))

    def changes(self, statement: Executable, values: Row) -> bool:
        """Execute an update of at most one row and tell whether there was one."""
        return self.run(statement, values).rowcount == 1

    def upsert(self, table: Table, rows: Sequence[Row], *, update: bool = True) -> None:
        """Insert rows; one whose primary key is there is replaced, or left alone without `update`."""
        if not rows:
            return
        keys = [column.name for column in table.primary_key]
        statement = self.insert(table)
        if update:
            others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
            self.run(statement.on_conflict_do_update(index_elements=keys, set_=others), rows)
        else:
            self.run(statement.on_conflict_do_nothing(index_elements=keys), rows)


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Cut a list into parts that one statement takes."""
    rest = iter(items)
    while part := list(islice(rest, IN_CHUNK)):
        yield part


def named(table: Table, rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Give the fields of rows the names of the table's columns, which stand in the same order."""
    names = table.columns.keys()
    return [dict(zip(names, row, strict=True)) for row in rows]
