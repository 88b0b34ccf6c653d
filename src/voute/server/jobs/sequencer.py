"""The thread that brings events into the log: woken by commits, and by itself five times a second."""

import time
from threading import Event, Thread
from typing import Final

import structlog

from voute.app.sequence import BATCH, Sequencing
from voute.core.errors import VouteError
from voute.core.ports_log import TileStore
from voute.server.composition import LogParts
from voute.server.jobs.election import Election
from voute.server.logs import frames_of
from voute.tlog.cosigning import Cosigning
from voute.tlog.sequencer import Published

EVERY: Final = 0.2
"""Seconds between looks when nobody wakes the thread: another process may have committed."""
AFTER_FAILURE: Final = 2.0
"""Seconds of rest after a failure."""
REFRESH: Final = 600.0
"""Seconds after which an unchanged checkpoint is cosigned anew, so that its times say that it is current."""
WITNESS_REST: Final = 60.0
"""Seconds for which a witness that failed is not asked again: a dead one never slows the city down."""

_log = structlog.get_logger("voute.sequencer")


class SequencerThread:
    """Runs until `stop`; whatever fails is logged and tried again, from what is durable."""

    def __init__(self, use_case: Sequencing, parts: LogParts, tiles: TileStore, woken: Event, election: Election) -> None:
        """Take the use case, log and witnesses, the event that commits set, and the election."""
        self._use_case = use_case
        self._parts = parts
        self._tiles = tiles
        self._woken = woken
        self._election = election
        self._stopping = Event()
        self._resting: dict[str, float] = {}
        self._cosigned_at = float("-inf")
        self._thread = Thread(target=self._run, name="sequencer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch in hand, and wait for it."""
        self._stopping.set()
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        with self._election:
            while not self._stopping.is_set():
                rest = EVERY
                try:
                    if self._election.is_elected():
                        self._work()
                except (VouteError, OSError) as error:
                    code = error.code if isinstance(error, VouteError) else type(error).__name__
                    _log.error("sequencer failed", code=code, detail=str(error), at=frames_of(error))
                    rest = AFTER_FAILURE
                self._woken.wait(rest)
                self._woken.clear()

    def _work(self) -> None:
        """Bring everything that is ready into the log, then have the last checkpoint cosigned, then show it."""
        while True:
            step = self._use_case.step()
            published = step.published
            last = step.events < BATCH or self._stopping.is_set()
            if last and (step.events or time.monotonic() - self._cosigned_at > REFRESH):
                published = self._cosign(published)
            self._use_case.publish(published)
            if last:
                return

    def _cosign(self, published: Published) -> Published:
        """Ask the witnesses that are not resting; what is published stays as it is when none answers."""
        self._cosigned_at = time.monotonic()
        ready = [pair for pair in self._parts.witnesses if self._resting.get(pair[0].name, 0.0) <= self._cosigned_at]
        if not ready:
            return published
        report = Cosigning(self._parts.sequencer, self._tiles, ready).run()
        for name, error in report.failures:
            self._resting[name] = time.monotonic() + WITNESS_REST
            _log.warning("witness failed", witness=name, code=error.code)
        return report.published
