"""The thread that walks through all bytes: on the server that writes the log alone, slowly, after everybody else."""

import os
import threading
import time
from contextlib import suppress
from typing import Final

import structlog

from voute.app.city import City
from voute.app.scrub import Damage, Scrubbing
from voute.core.values import MICROSECONDS
from voute.server.jobs.election import Election
from voute.server.logs import failure_of
from voute.server.observe.signals import SILENT, Signals
from voute.server.settings import Settings

LOOK: Final = 30.0
"""Seconds between looks whether a walk is due."""
AFTER_FAILURE: Final = 300.0
"""Seconds of rest after a store that did not answer."""
AGAIN: Final = 24 * 3600.0
"""Seconds after which damage that is known is looked at again, and at each start."""
NICE: Final = 15
"""How far this thread stands behind all others for the processor."""
DAY: Final = 24 * 3600 * MICROSECONDS

_log = structlog.get_logger("voute.scrub")


class _StoppedError(Exception):
    """The server ends: the piece in hand is read again next time."""


class ScrubThread:
    """Reads piece after piece until `stop`."""

    def __init__(self, settings: Settings, city: City, election: Election, signals: Signals = SILENT) -> None:
        """Take the pace and period of the settings, the city, the election, and who hears of failures."""
        self._rate = settings.scrub_megabytes * 1_000_000
        self._election = election
        self._signals = signals
        self._scrubbing = Scrubbing(city, settings.scrub_days * DAY, self._pace, _tell)
        self._again_at = float("-inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scrub", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End at once: what was not noted is read again."""
        self._stopping.set()
        self._thread.join()

    def _pace(self, many: int) -> None:
        if self._stopping.wait(many / self._rate):
            raise _StoppedError

    def _run(self) -> None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        rest = LOOK
        while not self._stopping.wait(rest):
            rest = LOOK
            try:
                while self._election.holds() and self._read_some():
                    if self._stopping.is_set():
                        return
            except _StoppedError:
                return
            except Exception as error:  # noqa: BLE001 -- a fault of ours ends this piece, not the walk
                _log.error("scrub failed", **failure_of(error))
                self._signals.work_failed("scrub")
                rest = AFTER_FAILURE

    def _read_some(self) -> bool:
        """Look at known damage when it is time to, also in the middle of a walk, then read one piece; False: nothing is due."""
        if time.monotonic() >= self._again_at:
            self._scrubbing.look_again()
            self._again_at = time.monotonic() + AGAIN
        return self._scrubbing.step()


def _tell(damage: Damage) -> None:
    """Say what is damaged, as `voute fsck` calls it; a pack's name names nobody."""
    _log.error("damaged", finding=damage.code, where=damage.where)
