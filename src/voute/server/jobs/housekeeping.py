"""Removes rows that ended by themselves (challenges, sessions, counters of rate limits) and files that a crash left half."""

from collections.abc import Callable
from typing import Final

from voute.app import notice_work, session
from voute.app.city import City
from voute.core.values import MICROSECONDS
from voute.server.jobs.repeating import RepeatingThread
from voute.server.observe.signals import SILENT, Signals

EVERY: Final = 300.0
KEEP_COUNTERS: Final = 25 * 3600 * MICROSECONDS
"""How long counters stay after their window began: the longest window is a day (codes of notices)."""

UNTOUCHED: Final = 24 * 3600.0
"""Seconds after which a temporary file belongs to nobody: no upload pauses for a day."""


def sweep(city: City) -> int:
    """Remove what ended; returns how many rows."""
    now = city.now()
    with city.catalogue.write(durable=False) as tx:
        return tx.challenges.purge(now) + session.sweep(tx, now) + tx.limits.purge(now - KEEP_COUNTERS)


def housekeeping(city: City, sweep_files: Callable[[float], int], signals: Signals = SILENT) -> RepeatingThread:
    """Make the thread, of the city and of what removes temporary files that were not touched for some seconds."""

    def keep_house() -> None:
        sweep(city)
        notice_work.purge(city)
        sweep_files(UNTOUCHED)

    return RepeatingThread("housekeeping", keep_house, EVERY, EVERY, signals)
