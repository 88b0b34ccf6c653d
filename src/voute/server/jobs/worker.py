"""Does what transactions left to be done: destroying deleted documents, removing cancelled packs."""

from functools import partial
from typing import Final

from voute.app.city import City
from voute.app.destroy import work
from voute.server.jobs.repeating import RepeatingThread
from voute.server.observe.signals import SILENT, Signals

EVERY: Final = 1.0
"""Seconds between looks: a deletion's leaf is published within about as long."""
AFTER_FAILURE: Final = 10.0
"""Seconds of rest after a failure: a full disk does not empty itself."""


def worker(city: City, signals: Signals = SILENT) -> RepeatingThread:
    """Make the thread; several processes may have one, each piece is done by whoever locks it first."""
    return RepeatingThread("worker", partial(work, city), EVERY, AFTER_FAILURE, signals)
