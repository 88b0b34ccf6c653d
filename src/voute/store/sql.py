"""What the tables' classes share: one way to run a statement, one upsert, one translation of the driver's errors."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice, repeat
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeVar, cast

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect, Executable, Insert, Select, Table, exc
from sqlalchemy.dialects import postgresql, sqlite

from voute.core.errors import StoreError, VouteError
from voute.core.ports_store import RowExistsError, StoreFullError
from voute.store.postgres import COPY_FROM, CityLock, copy_rows, hold

# Ids in one statement: both engines take more, but plans and memory stay small.
IN_CHUNK: Final = 1_000
# So many ids apart are the lengths of longer lists: the last one stands there again until the next is reached, which changes no
# answer, and a few texts serve all lists.
_IN_STEP: Final = 40
# Texts that are kept: of each statement one for each length and engine; 4 kB the longest.
_TEXTS: Final = 512
# How the engines say that a unique key is taken, and that there is no room; PostgreSQL's words are of its server's language.
_SQLITE_UNIQUE: Final = "UNIQUE constraint failed"
_POSTGRES_UNIQUE: Final = "23505"
_SQLITE_FULL: Final = "database or disk is full"
_POSTGRES_FULL: Final = "53100"

Item = TypeVar("Item")
Row = Mapping[str, Any]
Make = Callable[[Iterable[Any]], Item]
_NOTHING: Final[Row] = {}


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

    def among(
        self, make: Make[Item], statement: Select[*tuple[Any, ...]], name: str, items: Sequence[Any], others: Row = _NOTHING
    ) -> Iterator[Item]:
        """Yield all rows of a query for values of an expanding parameter, so many at a time; `others` are the other parameters.

        The text of a part is kept: the library would name each value anew every time, which takes as long as finding its row.
        """
        for part in chunks(items):
            many = len(part) if len(part) <= _IN_STEP else -(-len(part) // _IN_STEP) * _IN_STEP
            text = _expanded(statement, name, many, tuple(others), self._connection.dialect)
            given = {**text.own, **others}
            before, after = (given[key] for key in text.before), (given[key] for key in text.after)
            values = (*before, *part, *repeat(part[-1], many - len(part)), *after)
            with self._noting():
                yield from map(make, self._connection.exec_driver_sql(text.text, values).all())

    def changes(self, statement: Executable, values: Row) -> bool:
        """Execute an update of at most one row and tell whether there was one."""
        return self.run(statement, values).rowcount == 1

    def run_many(self, statement: ClauseElement, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
        """Execute one statement for each row of values, which stand in the order of `names`; returns how many rows it changed.

        The rows go to the driver as they are: three times as fast as through the library for the 20,000 of a delivery.
        """
        if not rows:
            return 0
        text, wanted = _written(statement, tuple(names), self._connection.dialect)
        if wanted != tuple(names):
            pick = itemgetter(*(names.index(name) for name in wanted))
            rows = [pick(row) for row in rows]
        with self._noting():
            return self._connection.exec_driver_sql(text, list(rows)).rowcount

    def insert_all(self, table: Table, rows: Sequence[tuple[Any, ...]], names: Sequence[str] | None = None) -> None:
        """Insert rows whose fields stand in the order of the table's columns, or of `names`, which may be more than those."""
        columns = table.columns.keys()
        if names is not None and tuple(names) != tuple(columns):
            columns = [name for name in columns if name in names]
            pick = itemgetter(*(names.index(name) for name in columns))
            rows = [pick(row) for row in rows]
        if self.is_sqlite or len(rows) < COPY_FROM:
            self.run_many(_insert(table), columns, rows)
            return
        with self._noting():
            copy_rows(self._connection, table, columns, rows)

    def upsert(self, table: Table, rows: Sequence[tuple[Any, ...]], *, update: bool = True) -> int:
        """Insert rows; one whose primary key is there is replaced, or left alone without `update`; returns how many counted."""
        return self.run_many(_upsert(table, is_sqlite=self.is_sqlite, update=update), table.columns.keys(), rows)

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


# A table's statements are made once: so the text of each is found again.
@lru_cache(maxsize=_TEXTS)
def _insert(table: Table) -> Insert:
    return table.insert()


@lru_cache(maxsize=_TEXTS)
def _upsert(table: Table, *, is_sqlite: bool, update: bool) -> Insert:
    keys = [column.name for column in table.primary_key]
    statement = upsertable(table, is_sqlite=is_sqlite)
    if not update:
        return statement.on_conflict_do_nothing(index_elements=keys)
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


@lru_cache(maxsize=_TEXTS)
def _written(statement: ClauseElement, names: tuple[str, ...], dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """Write a statement for rows of values: its text, and the order in which it wants them."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    return str(compiled), tuple(getattr(compiled, "positiontup", None) or ())


class _Expanded(NamedTuple):
    """A query as one engine's driver takes it: what stands before and after the list by name, and the values it brings itself."""

    text: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    own: Row


@lru_cache(maxsize=_TEXTS)
def _expanded(statement: Select[*tuple[Any, ...]], name: str, many: int, others: tuple[str, ...], dialect: Dialect) -> _Expanded:
    given = statement.params({name: list(range(many)), **dict.fromkeys(others)})
    compiled = cast("Any", given.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))
    names: tuple[str, ...] = tuple(compiled.positiontup)
    first = names.index(f"{name}_1")
    before, after = names[:first], names[first + many :]
    own = cast("Row", given.compile(dialect=dialect).params)
    return _Expanded(str(compiled), before, after, {key: own[key] for key in (*before, *after)})


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Cut a list into parts that one statement takes."""
    rest = iter(items)
    while part := list(islice(rest, IN_CHUNK)):
        yield part
