"""A thread that does one piece of work again and again; what fails is logged and tried again, from what is durable."""

from collections.abc import Callable
from threading import Event, Thread

import structlog

from voute.server.logs import failure_of
from voute.server.observe.signals import SILENT, Signals


class RepeatingThread:
    """Works until `stop`: a rest before each piece of work, another one before the piece after a failure."""

    def __init__(
        self, name: str, work: Callable[[], object], every: float, after_failure: float, signals: Signals = SILENT
    ) -> None:
        """Take the name, for the logs too, the work, both rests in seconds, and who hears of failures."""
        self._name = name
        self._signals = signals
        self._work = work
        self._every = every
        self._after_failure = after_failure
        self._log = structlog.get_logger("voute.work")
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the piece in hand, and wait for it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        rest = self._every
        while not self._stopping.wait(rest):
            rest = self._every
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 -- a fault of ours ends this piece, not all that come after it
                self._log.error("work failed", work=self._name, **failure_of(error))
                self._signals.work_failed(self._name)
                rest = self._after_failure
