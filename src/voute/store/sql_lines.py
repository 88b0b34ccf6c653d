"""Connections to the database for looks alone: kept open, each statement on them stands alone, the one used last comes first.

They are no part of the engine's pool, whose way around one costs more than a look (docs/adr/0060). Nobody asks a kept connection
whether it lives: a look changes nothing, so one whose connection turns out to be cut is made again on a new one.
"""

from collections import deque
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Any, Final, cast

from sqlalchemy import Engine, exc

from voute.core.errors import StoreError
from voute.store.engines import BUSY_SECONDS
from voute.store.postgres import LOOKS
from voute.store.sql import translating

Rows = Sequence[Sequence[Any]]


_ENDED: Final = "57P"
"""How PostgreSQL's codes begin when it ended the connection itself (class 57, "operator intervention": shut down, crashed)."""


class Line:
    """One connection, used by one thread at a time; `is_good` says whether another look may use it."""

    def __init__(self, lines: "Lines") -> None:
        """Connect.

        Raises:
            sqlalchemy.exc.DBAPIError: the library's own, as for any connection.
        """
        self._lines = lines
        self._driver = lines.connect()
        self.is_good = True

    def ask(self, text: str, values: Sequence[object]) -> Rows:
        """Run one statement and return its rows; it is run again, once, when the connection was cut before it answered.

        Raises:
            sqlalchemy.exc.DBAPIError: the library's own.
        """
        self.is_good = False
        try:
            rows = self._ask(text, values)
        except self._lines.error as error:
            if not self._is_cut(error):
                raise self._lines.failed(error) from error
            rows = self._ask_anew(text, values)
        self.is_good = True
        return rows

    def close(self) -> None:
        """Close the connection."""
        self._driver.close()

    def _ask(self, text: str, values: Sequence[object]) -> Rows:
        cursor = self._driver.cursor(**self._lines.options)
        cursor.execute(text, values)
        rows: Rows = cursor.fetchall()
        return rows

    def _ask_anew(self, text: str, values: Sequence[object]) -> Rows:
        self._driver.close()
        self._driver = self._lines.connect()
        try:
            return self._ask(text, values)
        except self._lines.error as error:
            raise self._lines.failed(error) from error

    def _is_cut(self, error: Exception) -> bool:
        # SQLite's are never cut, and have neither of the two.
        code = getattr(error, "sqlstate", None) or ""
        return bool(getattr(self._driver, "closed", False)) or code.startswith(_ENDED)


class Lines:
    """Lends connections."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine that says how to connect; nothing is connected yet."""
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._kept: deque[Line] = deque()
        # A queue of places is a semaphore that takes a twentieth of the time.
        self._places: SimpleQueue[None] = SimpleQueue()
        for _ in range(LOOKS):
            self._places.put(None)
        self.error: Final[type[Exception]] = cast("Any", engine.dialect.loaded_dbapi).Error
        # PostgreSQL would write bytes as text, which takes longer than finding them.
        self.options: Final[dict[str, Any]] = {} if self._is_sqlite else {"binary": True}

    def take(self) -> Line:
        """Lend a connection; whoever has one gives it back.

        Raises:
            StoreError: all are lent, and none comes back; or there is none to be had.
        """
        try:
            self._places.get(timeout=BUSY_SECONDS)
        except Empty:
            raise StoreError("no look ends") from None
        try:
            return self._kept.pop()
        except IndexError:
            pass
        try:
            with translating():
                return Line(self)
        except BaseException:
            self._places.put(None)
            raise

    def give_back(self, line: Line) -> None:
        """Keep a connection for the next look, or close one whose last statement did not end well."""
        try:
            if line.is_good:
                self._kept.append(line)
            else:
                line.close()
        finally:
            self._places.put(None)

    def close(self) -> None:
        """Close what is kept; the next look connects anew."""
        while self._kept:
            self._kept.pop().close()

    def connect(self) -> Any:  # noqa: ANN401 -- the drivers share no type
        """Make a connection of the engine's that belongs to nobody else, and on which each statement stands alone."""
        pooled = self._engine.raw_connection()
        driver = cast("Any", pooled.driver_connection)
        pooled.detach()
        if not self._is_sqlite:
            # So our connections to SQLite are anyway; psycopg would begin a transaction.
            driver.autocommit = True
        return driver

    def failed(self, error: Exception) -> exc.DBAPIError:
        """Return the library's error for a driver's; no values in it: logs hold no personal data."""
        wrapped = exc.DBAPIError.instance("", None, error, self.error, dialect=self._engine.dialect)
        return cast("exc.DBAPIError", wrapped)
