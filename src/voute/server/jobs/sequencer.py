"""The thread that brings events into the log: woken by commits, and by itself five times a second."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Thread
from typing import Final

import structlog

from voute.app.sequence import BATCH, Sequencing
from voute.core.ports_log import TileStore
from voute.server.composition import LogParts
from voute.server.jobs.election import Election
from voute.server.logs import failure_of
from voute.server.observe.signals import SILENT, Signals
from voute.tlog.cosigning import Answer, Cosigning, CosignReport
from voute.tlog.sequencer import Published

EVERY: Final = 0.2
"""Seconds between looks when nobody wakes the thread: another process may have committed."""
AFTER_FAILURE: Final = 2.0
"""Seconds of rest after a failure."""
REFRESH: Final = 600.0
"""Seconds after which an unchanged checkpoint is cosigned anew, so that its times say that it is current."""
WITNESS_REST: Final = 10.0
"""Seconds for which a witness that failed is not asked again."""

_log = structlog.get_logger("voute.sequencer")


class SequencerThread:
    """Runs until `stop`; whatever fails is logged and tried again, from what is durable.

    A witness that answered last time is asked before what came in is shown; one that failed is asked later and beside, so that
    a dead witness delays nothing but once, by its own time limit.
    """

    def __init__(
        self,
        use_case: Sequencing,
        parts: LogParts,
        tiles: TileStore,
        woken: Event,
        election: Election,
        signals: Signals = SILENT,
    ) -> None:
        """Take the use case, log and witnesses, the event that commits set, the election, and who hears of it."""
        self._signals = signals
        self._use_case = use_case
        self._parts = parts
        self._woken = woken
        self._election = election
        self._stopping = Event()
        self._pool = ThreadPoolExecutor(max(1, len(parts.witnesses)), thread_name_prefix="witness")
        self._cosigning = Cosigning(parts.sequencer, tiles, parts.witnesses, self._pool.map)
        self._failed: dict[str, float] = {}
        """When a witness that failed may be asked again."""
        self._late: dict[str, Future[Answer]] = {}
        self._cosigned_at = float("-inf")
        self._caught_up = False
        self._thread = Thread(target=self._run, name="sequencer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch in hand, and wait for it."""
        self._stopping.set()
        self._woken.set()
        self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        with self._election:
            while not self._stopping.is_set():
                rest = EVERY
                try:
                    if self._election.is_elected():
                        self._work()
                except Exception as error:  # noqa: BLE001 -- without this thread nothing comes into the log any more
                    _log.error("sequencer failed", **failure_of(error))
                    self._signals.work_failed("sequencer")
                    rest = AFTER_FAILURE
                    # What fails here may be this machine's (its disk, its lock, its line): another one is let try.
                    self._election.step_down()
                self._woken.wait(rest)
                self._woken.clear()

    def _work(self) -> None:
        """Bring everything that is ready into the log, then have the last checkpoint cosigned, then show it."""
        if not self._caught_up:
            with self._election.working():
                self._use_case.catch_up()
            self._caught_up = True
        while True:
            with self._election.working():
                step = self._use_case.step()
            if step.events:
                self._signals.sequenced(step.events)
            published = step.published
            last = step.events < BATCH or self._stopping.is_set()
            if last and (step.events or time.monotonic() - self._cosigned_at > REFRESH):
                published = self._cosign(published)
            elif last:
                published = self._hear(published)
            self._use_case.publish(published)
            if last:
                self._ask_again(published)
                return

    def _cosign(self, published: Published) -> Published:
        """Ask the witnesses that answered last time; what is published stays as it is when none answers."""
        self._cosigned_at = time.monotonic()
        ready = [witness.name for witness, _ in self._parts.witnesses if witness.name not in self._failed]
        if not ready:
            return published
        return self._note(self._cosigning.run(ready))

    def _ask_again(self, published: Published) -> None:
        """Ask witnesses that failed and rested, each in a thread of its own."""
        now = time.monotonic()
        for witness, key in self._parts.witnesses:
            if self._failed.get(witness.name, float("inf")) <= now and witness.name not in self._late:
                self._late[witness.name] = self._pool.submit(self._cosigning.ask, witness, key, published)

    def _hear(self, published: Published) -> Published:
        """Publish what witnesses that were asked beside have said since."""
        done = [name for name, answer in self._late.items() if answer.done()]
        if not done:
            return published
        answers = [self._late.pop(name).result() for name in done]
        if any(answer.line is not None and answer.head != published.head for answer in answers):
            # The log went on while it was asked: with the next look it is asked for the new head.
            self._cosigned_at = float("-inf")
        return self._note(self._cosigning.merge(answers))

    def _note(self, report: CosignReport) -> Published:
        """Remember who failed, and who answers again; the next events ask the latter first."""
        for name in report.cosigned:
            if self._failed.pop(name, None) is not None:
                _log.info("witness answers again", witness=name)
        for name, error in report.failures:
            self._signals.witness_failed(name)
            if name not in self._failed:
                _log.warning("witness failed", witness=name, code=error.code)
            self._failed[name] = time.monotonic() + WITNESS_REST
        return report.published
