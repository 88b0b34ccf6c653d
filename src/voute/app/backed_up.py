"""When the last backup was taken: noted in the catalogue, so that whoever looks at the city sees it."""

from typing import Final

from voute.core.ports_seen import MarkRow
from voute.core.ports_store import Transaction

MARK: Final = "backup"


def note_backup(tx: Transaction, taken_at: int) -> None:
    """Note that a backup of this instant (microseconds) is whole; an older one changes nothing."""
    known = last_backup(tx)
    if known is None or known < taken_at:
        tx.marks.put(MarkRow(MARK, b"{}", taken_at))


def last_backup(tx: Transaction) -> int | None:
    """Return of which instant (microseconds) the newest backup is, or None."""
    row = tx.marks.get(MARK)
    return None if row is None else row.changed_at
