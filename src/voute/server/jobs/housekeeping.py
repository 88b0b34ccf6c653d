"""Removes rows that ended by themselves (challenges, sessions, counters of rate limits) and files that a crash left half."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Final

import structlog

from voute.app.city import MICROSECONDS, City
from voute.core.errors import VouteError

EVERY: Final = 300.0
KEEP_COUNTERS: Final = 3600 * MICROSECONDS
"""How long counters stay after their window, for whoever asks why a call was refused."""

UNTOUCHED: Final = 24 * 3600.0
"""Seconds after which a temporary file belongs to nobody: no upload pauses for a day."""

_log = structlog.get_logger("voute.housekeeping")


def sweep(city: City) -> int:
    """Remove what ended; returns how many rows."""
    now = city.now()
    with city.catalogue.write(durable=False) as tx:
        return tx.challenges.purge(now) + tx.sessions.purge(now) + tx.limits.purge(now - KEEP_COUNTERS)


class HousekeepingThread:
    """Sweeps every five minutes until `stop`."""

    def __init__(self, city: City, sweep_files: Callable[[float], int]) -> None:
        """Take the city, and what removes temporary files that were not touched for some seconds."""
        self._city = city
        self._sweep_files = sweep_files
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            try:
                sweep(self._city)
                self._sweep_files(UNTOUCHED)
            except VouteError as error:
                _log.warning("sweep failed", code=error.code)
