"""The thread that does what transactions left to be done: destroying deleted documents, removing cancelled packs."""

from threading import Event, Thread
from typing import Final

import structlog

from voute.app.city import City
from voute.app.destroy import work
from voute.core.errors import VouteError
from voute.server.logs import frames_of

EVERY: Final = 1.0
"""Seconds between looks: a deletion's leaf is published within about as long."""
AFTER_FAILURE: Final = 10.0
"""Seconds of rest after a failure: a full disk does not empty itself."""

_log = structlog.get_logger("voute.worker")


class WorkerThread:
    """Works until `stop`; several processes may have one, each piece is done by whoever locks it first."""

    def __init__(self, city: City) -> None:
        """Take the city."""
        self._city = city
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the piece in hand, and wait for it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        rest = EVERY
        while not self._stopping.wait(rest):
            rest = EVERY
            try:
                work(self._city)
            except VouteError as error:
                _log.error("work failed", code=error.code, detail=str(error), at=frames_of(error))
                rest = AFTER_FAILURE
