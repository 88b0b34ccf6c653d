"""Catalogue ports of the log's side: events, chains of boxes, the published state."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from voute.core.rows import ChainRow, EventRow, LoggedEvent, LogStateRow, NewEvent


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

    def pending(self, limit: int) -> tuple[EventRow, ...]:
        """Return the next events for the log, by event id: ready ones, and drafts whose delivery is committed."""
        ...

    def set_logged(self, rows: Sequence[LoggedEvent]) -> None:
        """Write back index and chain, and mark them logged; the same again changes nothing.

        `RowExistsError` if an index is taken by another event.
        """
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
        """Replace it."""
        ...
