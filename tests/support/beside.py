"""A second transaction beside one that is open: begun in a thread of its own, met where it waits or after it has ended."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import create_engine, make_url, text

from voute.core.ports_store import Catalogue, Transaction

Item = TypeVar("Item")
SECONDS = 30
SQLITE_LOOK = 0.1
"""How long the second one is given on SQLite, where it can do nothing but wait for the first."""
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


class Beside:
    """Starts second transactions on a catalogue; `met` returns when the one just begun has ended or waits for a lock."""

    def __init__(self, catalogue: Catalogue, url: str) -> None:
        self._catalogue = catalogue
        self._url = url
        self._pool = ThreadPoolExecutor(4)

    def begin(self, work: Callable[[Transaction], Item]) -> "Future[Item]":
        """Run `work` in a transaction that commits; returns once it has ended or can go no further."""
        future = self._pool.submit(self._write, work)
        self._meet(future)
        return future

    def close(self) -> None:
        self._pool.shutdown()

    def _write(self, work: Callable[[Transaction], Item]) -> Item:
        with self._catalogue.write() as tx:
            return work(tx)

    def _meet(self, future: "Future[Any]") -> None:
        if make_url(self._url).get_backend_name() == "sqlite":
            time.sleep(SQLITE_LOOK)
            assert not future.done(), "SQLite has one writer"
            return
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        end = time.monotonic() + SECONDS
        with engine.connect() as connection:
            while not future.done() and not connection.execute(_WAITING).scalar_one():
                assert time.monotonic() < end
                time.sleep(0.005)
        engine.dispose()


@contextmanager
def beside(catalogue: Catalogue, url: str) -> Iterator[Beside]:
    made = Beside(catalogue, url)
    try:
        yield made
    finally:
        made.close()
