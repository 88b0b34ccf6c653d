"""Catalogue ports of the log's side: events, chains of boxes, the published state; and what is to be done afterwards."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from voute.core.rows import ChainRow, EventRow, JobKind, JobRow, LogStateRow, NewEvent, NumberedEvent


class Events(Protocol):
    """Events: drafted with their delivery or ready at once, then logged."""

    def add_all(self, rows: Sequence[NewEvent]) -> tuple[int, ...]:
        """Keep events and return their ids, in the same order and rising.

        One with a delivery is a draft until that delivery is committed, one without is ready.
        """
        ...

    def get(self, event_id: int) -> EventRow | None:
        """Return one."""
        ...

    def get_many(self, event_ids: Sequence[int]) -> Mapping[int, EventRow]:
        """Return those that exist."""
        ...

    def newest_release(self, *, lock: bool = False) -> EventRow | None:
        """Return the newest event of type `release`, logged or not; None when there is none.

        With `lock` other transactions that lock it wait until this one, which writes, ends.
        """
        ...

    def hold_log(self) -> None:
        """Wait until no other transaction that holds the log is open: places are given, and shown, by one at a time."""
        ...

    def pending(self, limit: int) -> tuple[EventRow, ...]:
        """Return the next events without a log index, by event id: ready ones, and drafts whose delivery is committed."""
        ...

    def number(self, rows: Sequence[NumberedEvent]) -> None:
        """Give events their log index and chain before the log publishes them; `RowExistsError` if an index is taken.

        The two are durable before any signature covers them: after a crash the same events go to the same places.
        """
        ...

    def numbered(self, at_or_above: int, limit: int) -> tuple[EventRow, ...]:
        """Return events with a log index of at least this, by log index: what a crash may have kept from the log."""
        ...

    def next_index(self) -> int:
        """Return one more than the highest log index ever given; 0 at first."""
        ...

    def set_logged(self, below: int) -> None:
        """Mark all numbered events with a log index under this as logged; again changes nothing."""
        ...


class Chains(Protocol):
    """Chain of events of each box."""

    def get_many(self, boxes: Sequence[bytes]) -> Mapping[bytes, ChainRow]:
        """Return the chains of those boxes that have one."""
        ...

    def put_all(self, rows: Sequence[ChainRow]) -> None:
        """Store or replace chains."""
        ...


class LogStates(Protocol):
    """Copy of the published checkpoint, for reading."""

    def get(self) -> LogStateRow | None:
        """Return what was last published, or None before the first checkpoint."""
        ...

    def put(self, row: LogStateRow) -> None:
        """Replace it, unless what is there is of a longer log: a writer that lost its place and does not know it yet."""
        ...


class Jobs(Protocol):
    """Work to be done after a transaction, kept by that transaction, so that no crash can forget it."""

    def add(self, kind: JobKind, subjects: Sequence[bytes], now: int) -> None:
        """Keep one piece of work a subject; one that is kept already stays as it is."""
        ...

    def pending(self, kind: JobKind, limit: int) -> tuple[JobRow, ...]:
        """Return work of a kind, the oldest first."""
        ...

    def take(self, kind: JobKind, subject: bytes) -> bool:
        """Return whether it is still to be done; other transactions that take it wait until this one ends."""
        ...

    def done(self, kind: JobKind, subjects: Sequence[bytes]) -> None:
        """Forget work; what is not there is no error."""
        ...
