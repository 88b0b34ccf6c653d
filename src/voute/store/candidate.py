"""Who of a city's processes, on however many machines, does what only one may do: whoever holds a lock of the database.

The lock belongs to a connection of its own. A process that ends, or whose connection is cut, loses it at the server's side at
once; whoever had it finds out with the next question. Between the two another process may have begun: what both do meanwhile
is kept apart by `CityLock.LOG`, and by the log's own lock (docs/spec/log.md), which no two signers pass with different heads.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy import Connection, NullPool, create_engine, make_url

from voute.core.errors import StoreError
from voute.store.engines import BUSY_SECONDS
from voute.store.postgres import CLASS, CityLock, connecting
from voute.store.sql import translating

# What is asked here is answered at once, but for a batch that waits while a backup takes its instant.
_OPTIONS: Final = f"-c lock_timeout={BUSY_SECONDS * 1_000} -c statement_timeout={(BUSY_SECONDS + 10) * 1_000}"
_UNANSWERED: Final = 5_000
"""Milliseconds after which a connection without an answer from the other machine is gone."""
_HELD: Final = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid = %(of)s AND objid = %(lock)s"
)


class Candidate:
    """One candidate for being the log's writer; its methods are called by one thread, but for `holds`."""

    def __init__(self, url: str) -> None:
        """Take the catalogue's address; nothing is connected before the first question."""
        self._engine = create_engine(
            make_url(url),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={**connecting(f"voute election {os.getpid()}"), "options": _OPTIONS, "tcp_user_timeout": _UNANSWERED},
        )
        self._connection: Connection | None = None
        self._holds = False

    def is_elected(self) -> bool:
        """Return whether this process holds the lock now, taking it if it is free; asks the server each time.

        Raises:
            StoreError: the server does not answer; the lock is lost with the connection.
        """
        with self._connected() as connection:
            question = "SELECT true" if self._holds else f"SELECT pg_try_advisory_lock({CLASS}, {CityLock.ELECTED.value})"
            self._holds = bool(connection.exec_driver_sql(question).scalar_one())
        return self._holds

    def holds(self) -> bool:
        """Return whether this process was the holder at the last question."""
        return self._holds

    @contextmanager
    def working(self) -> Iterator[None]:
        """Mark that a batch is under way: who takes an instant of the city waits for its end.

        Raises:
            StoreError: the server does not answer: the place is lost.
        """
        with self._connected() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({CLASS}, {CityLock.BATCH.value})")
        try:
            yield
        finally:
            with self._connected() as connection:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({CLASS}, {CityLock.BATCH.value})")

    def is_taken(self) -> bool:
        """Tell whether anybody holds the lock, without taking it.

        Raises:
            StoreError: the server does not answer.
        """
        with self._connected() as connection:
            values = {"of": CLASS, "lock": CityLock.ELECTED.value}
            return bool(connection.exec_driver_sql(_HELD, values).scalar_one())

    def step_down(self) -> None:
        """Let go of the lock, and of the connection."""
        connection = self._connection
        if connection is not None:
            # At once: a connection that is closed lets go of its locks a moment later.
            with suppress(StoreError), translating():
                connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
        self._drop()

    def _drop(self) -> None:
        self._holds = False
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(StoreError), translating():
                connection.close()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Give the connection, made if there is none; any error ends it, and with it the lock."""
        try:
            with translating():
                if self._connection is None:
                    self._holds = False
                    self._connection = self._engine.connect()
                yield self._connection
        except StoreError:
            self._drop()
            raise
