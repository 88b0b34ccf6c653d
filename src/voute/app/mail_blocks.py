"""When a mail server last refused our mail as such (policy, spam): noted in the catalogue for whoever looks at the city."""

from typing import Final

from voute.core.ports_seen import MarkRow
from voute.core.ports_store import Transaction

MARK: Final = "mail-blocked"


def note_block(tx: Transaction, now: int) -> None:
    """Note a refusal that is ours, at this instant (microseconds)."""
    tx.marks.put(MarkRow(MARK, b"{}", now))


def last_block(tx: Transaction) -> int | None:
    """Return when (microseconds) a mail of ours was last refused as such, or None."""
    row = tx.marks.get(MARK)
    return None if row is None else row.changed_at
