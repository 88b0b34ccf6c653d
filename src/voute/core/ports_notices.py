"""Port of the notices: where a holder wants to be told, and the mails that are to be sent (docs/spec/notices.md)."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from voute.core.ids import DeliveryId, VaultId
from voute.core.rows import MailRow, NoticeRow
from voute.core.values import MICROSECONDS

FARTHEST: Final = 9 * 24 * 3600 * MICROSECONDS
"""Nothing is put off for longer (a week and a day of quiet hours): what is due later was put off by a clock that was ahead."""


class Notices(Protocol):
    """Addresses by vault, and mails that wait."""

    def get(self, vault_id: VaultId, *, lock: bool = False) -> NoticeRow | None:
        """Return a vault's address and times; with `lock` they stay so until this transaction, which writes, ends."""
        ...

    def by_id(self, notice_id: bytes, *, lock: bool = False) -> NoticeRow | None:
        """Return the row that bears this id; `lock` as for `get`."""
        ...

    def put(self, row: NoticeRow) -> None:
        """Store or replace a vault's row."""
        ...

    def remove(self, vault_id: VaultId) -> None:
        """Forget a vault's address and every mail to it; what is not there is no error."""
        ...

    def purge(self, before: int) -> int:
        """Forget addresses that were not confirmed and last changed before this instant; returns how many."""
        ...

    def reached_by(self, delivery_id: DeliveryId) -> Sequence[NoticeRow]:
        """Return confirmed rows of the vaults that a delivery has a document for, in their box or under a code of theirs.

        They are there until this transaction, which writes, ends: a mail may be left for them.
        """
        ...

    def waiting(self, vault_ids: Sequence[VaultId], kind: str) -> Mapping[VaultId, MailRow]:
        """Return a mail of this kind to each of these vaults that has one which nobody has tried to send yet.

        Nobody tries until this transaction, which writes, ends.
        """
        ...

    def put_mails(self, rows: Sequence[MailRow]) -> None:
        """Store or replace mails."""
        ...

    def due(self, now: int, limit: int, *, lock: bool = False) -> tuple[MailRow, ...]:
        """Return mails that are due (also by `FARTHEST`), the longest due first.

        With `lock`, which is for a transaction that writes, without those that another transaction is taking.
        """
        ...

    def mail_done(self, mail_id: bytes) -> None:
        """Forget a mail; what is not there is no error."""
        ...
