"""What the city's processes say of themselves while they work; by itself nobody listens.

Nothing said here names a person, a vault or a document: routes are patterns, names are those of limits, work and witnesses.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final, Self

from typing_extensions import override

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
OTHER: Final = "other"
"""Stands for the method of a request that none of these is: whatever was sent stays out."""


class Span:
    """One piece of work on its way, for a trace; this one is written nowhere, and is its own block."""

    trace = ""
    """Id of the trace in hex, or empty."""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End; an error goes on."""

    def called(self, name: str, facts: Mapping[str, str | int | float]) -> None:
        """Say, when it is known, what the work was and how it ended."""


class Signals:
    """Listens to nothing: the default, and what a listener overrides."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note a request that was answered; `route` is its pattern, empty where no route answers."""

    def refused(self, limit: str) -> None:
        """Note a request that came too often, by the name of its rate limit."""

    def witness_failed(self, name: str) -> None:
        """Note that a witness of the trust root did not cosign."""

    def work_failed(self, work: str) -> None:
        """Note that work beside the requests failed, by its name; it is done again."""

    def sequenced(self, events: int) -> None:
        """Note how many events came into the log."""

    def notice(self, way: str, outcome: str) -> None:
        """Note what became of a notice that was tried, by mail or on a device."""

    def span(self, name: str) -> AbstractContextManager[Span]:
        """Trace the block, inside whatever block of this thread or request is traced."""
        del name
        return _UNSEEN


_UNSEEN: Final = Span()


class Together(Signals):
    """Several listeners at once; spans are the last one's."""

    def __init__(self, *listeners: Signals) -> None:
        """Take them."""
        self._all = listeners

    @override
    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note a request (`Signals.request`)."""
        for one in self._all:
            one.request(method, route, status, seconds)

    @override
    def refused(self, limit: str) -> None:
        """Note a refusal (`Signals.refused`)."""
        for one in self._all:
            one.refused(limit)

    @override
    def witness_failed(self, name: str) -> None:
        """Note a witness (`Signals.witness_failed`)."""
        for one in self._all:
            one.witness_failed(name)

    @override
    def work_failed(self, work: str) -> None:
        """Note failed work (`Signals.work_failed`)."""
        for one in self._all:
            one.work_failed(work)

    @override
    def sequenced(self, events: int) -> None:
        """Note events (`Signals.sequenced`)."""
        for one in self._all:
            one.sequenced(events)

    @override
    def notice(self, way: str, outcome: str) -> None:
        """Note a notice (`Signals.notice`)."""
        for one in self._all:
            one.notice(way, outcome)

    @override
    def span(self, name: str) -> AbstractContextManager[Span]:
        """Trace the block (`Signals.span`)."""
        return self._all[-1].span(name)


SILENT = Signals()
"""Nobody listens."""
