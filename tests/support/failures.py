"""Hears which work of a server failed."""

from typing_extensions import override

from voute.server.observe.signals import Signals


class Failures(Signals):
    """Keeps the names of what failed."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    @override
    def work_failed(self, work: str) -> None:
        self.failed.append(work)
