"""Ports of whoever looks after a city: how much of what there is, and notes of what was done when. Nothing here names anybody."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class DeliveryCount(NamedTuple):
    """Deliveries of one state, the documents in them, and the bytes of their packs."""

    deliveries: int
    documents: int
    size: int


class JobCount(NamedTuple):
    """Work of one kind that waits, and since when (microseconds)."""

    waiting: int
    oldest: int


class MailCount(NamedTuple):
    """Notices that nobody tried to send yet, those that were tried in vain, and when the oldest of these was written."""

    untried: int
    tried: int
    oldest: int | None


class DeadCount(NamedTuple):
    """Documents that their holders deleted, and the bytes of their bodies; `held` are those not yet given back to the disk."""

    documents: int
    size: int
    held: int


class Counts(Protocol):
    """Sums over tables; each is quick at any size, since it reads few rows or an index that stays short."""

    def deliveries(self) -> Mapping[str, DeliveryCount]:
        """Return counts by state; a draft's documents and bytes are 0 until it is committed."""
        ...

    def unsequenced(self) -> int:
        """Return how many events are ready for the log and have no place in it."""
        ...

    def jobs(self) -> Mapping[str, JobCount]:
        """Return what waits, by kind."""
        ...

    def mails(self) -> MailCount:
        """Return what waits to be sent."""
        ...

    def messages(self) -> MailCount:
        """Return what waits to be sent to devices."""
        ...

    def addresses(self) -> Mapping[str, int]:
        """Return how many addresses for notices there are, by state."""
        ...

    def sessions(self, now: int) -> Mapping[str, int]:
        """Return sessions that have not ended, by kind."""
        ...

    def dead(self) -> DeadCount:
        """Return what was deleted."""
        ...


class MarkRow(NamedTuple):
    """A note of the city's own work: where it is, or when it was last done."""

    name: str
    data: bytes
    changed_at: int


class Marks(Protocol):
    """Notes by name; losing them costs a repetition of work, nothing else."""

    def get(self, name: str) -> MarkRow | None:
        """Return a note."""
        ...

    def put(self, row: MarkRow) -> None:
        """Store or replace it."""
        ...
