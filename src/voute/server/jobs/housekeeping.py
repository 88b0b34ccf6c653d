"""Removes rows that ended by themselves: challenges, sessions, counters of rate limits."""

from threading import Event, Thread
from typing import Final

import structlog

from voute.app.city import MICROSECONDS, City
from voute.core.errors import VouteError

EVERY: Final = 300.0
KEEP_COUNTERS: Final = 3600 * MICROSECONDS
"""How long counters stay after their window, for whoever asks why a call was refused."""

_log = structlog.get_logger("voute.housekeeping")


def sweep(city: City) -> int:
    """Remove what ended; returns how many rows."""
    now = city.now()
    with city.catalogue.write(durable=False) as tx:
        return tx.challenges.purge(now) + tx.sessions.purge(now) + tx.limits.purge(now - KEEP_COUNTERS)


class HousekeepingThread:
    """Sweeps every five minutes until `stop`."""

    def __init__(self, city: City) -> None:
        """Take the city."""
        self._city = city
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
            except VouteError as error:
                _log.warning("sweep failed", code=error.code)
