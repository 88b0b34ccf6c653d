"""Tables of addresses and mails (`voute.core.ports_notices.Notices`)."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, delete, exists, or_, select

from voute.core.ids import DeliveryId, VaultId
from voute.core.ports_notices import FARTHEST
from voute.core.rows import MailRow, NoticeRow
from voute.store.schema import documents, lookups, notice_mails, notices
from voute.store.sql import Session, chunks

_GET: Final = select(notices).where(notices.c.vault_id == bindparam("vault_id"))
_BY_ID: Final = select(notices).where(notices.c.notice_id == bindparam("notice_id"))
_UNCONFIRMED: Final = (
    select(notices.c.vault_id)
    .where(notices.c.state == "unconfirmed", notices.c.changed_at < bindparam("before"))
    .order_by(notices.c.vault_id)
    .with_for_update()
)
_ANY: Final = select(exists().where(notices.c.state == "confirmed"))
_IN_BOX: Final = select(documents.c.box_id).where(documents.c.delivery_id == bindparam("delivery_id"))
_UNDER_CODE: Final = (
    select(lookups.c.vault_id)
    .join(documents, documents.c.box_id == lookups.c.lookup_id)
    .where(documents.c.delivery_id == bindparam("delivery_id"), lookups.c.vault_id.is_not(None))
)
_REACHED: Final = (
    select(notices)
    .where(notices.c.state == "confirmed", or_(notices.c.vault_id.in_(_IN_BOX), notices.c.vault_id.in_(_UNDER_CODE)))
    .order_by(notices.c.vault_id)
    # Against removing alone.
    .with_for_update(read=True, key_share=True)
)
_WAITING: Final = (
    select(notice_mails)
    .where(
        notice_mails.c.vault_id.in_(bindparam("vault_ids", expanding=True)),
        notice_mails.c.kind == bindparam("of"),
        notice_mails.c.tries == 0,
    )
    .order_by(notice_mails.c.mail_id)
    .with_for_update()
)
_DUE: Final = (
    select(notice_mails)
    .where((notice_mails.c.due_at <= bindparam("now")) | (notice_mails.c.due_at > bindparam("never")))
    .order_by(notice_mails.c.due_at, notice_mails.c.mail_id)
    .limit(bindparam("most"))
)
# Two machines never send the same mail at once: the second one passes it over.
_TAKE: Final = _DUE.with_for_update(skip_locked=True)


class SqlNotices:
    """`Notices` in two tables."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def get(self, vault_id: VaultId, *, lock: bool = False) -> NoticeRow | None:
        """Return a vault's row (`Notices.get`)."""
        return self._session.one(NoticeRow._make, _GET.with_for_update() if lock else _GET, {"vault_id": vault_id})

    def by_id(self, notice_id: bytes, *, lock: bool = False) -> NoticeRow | None:
        """Return the row of an id (`Notices.by_id`)."""
        return self._session.one(NoticeRow._make, _BY_ID.with_for_update() if lock else _BY_ID, {"notice_id": notice_id})

    def put(self, row: NoticeRow) -> None:
        """Store or replace a row (`Notices.put`)."""
        self._session.upsert(notices, [row])

    def remove(self, vault_id: VaultId) -> None:
        """Forget an address and its mails (`Notices.remove`)."""
        # The address first: whoever leaves a mail for it just now ends before the mails are looked for.
        self.get(vault_id, lock=True)
        self._session.run(delete(notice_mails).where(notice_mails.c.vault_id == vault_id))
        self._session.run(delete(notices).where(notices.c.vault_id == vault_id))

    def purge(self, before: int) -> int:
        """Forget what was never confirmed (`Notices.purge`)."""
        # Locked, so that none is confirmed between the two statements.
        old = self._session.run(_UNCONFIRMED, {"before": before}).scalars().all()
        for part in chunks(old):
            self._session.run(delete(notice_mails).where(notice_mails.c.vault_id.in_(part)))
            self._session.run(delete(notices).where(notices.c.vault_id.in_(part)))
        return len(old)

    def reached_by(self, delivery_id: DeliveryId) -> Sequence[NoticeRow]:
        """Return whom a delivery reaches (`Notices.reached_by`)."""
        # Most cities begin without any: a large delivery is not read for nobody.
        if not self._session.run(_ANY).scalar_one():
            return ()
        return self._session.all(NoticeRow._make, _REACHED, {"delivery_id": delivery_id})

    def waiting(self, vault_ids: Sequence[VaultId], kind: str) -> Mapping[VaultId, MailRow]:
        """Return untried mails (`Notices.waiting`)."""
        found = (
            row
            for part in chunks(vault_ids)
            for row in self._session.all(MailRow._make, _WAITING, {"vault_ids": part, "of": kind})
        )
        return {row.vault_id: row for row in found}

    def put_mails(self, rows: Sequence[MailRow]) -> None:
        """Store or replace mails (`Notices.put_mails`)."""
        self._session.upsert(notice_mails, rows)

    def due(self, now: int, limit: int, *, lock: bool = False) -> tuple[MailRow, ...]:
        """Return mails that are due (`Notices.due`)."""
        return self._session.all(MailRow._make, _TAKE if lock else _DUE, {"now": now, "never": now + FARTHEST, "most": limit})

    def mail_done(self, mail_id: bytes) -> None:
        """Forget a mail (`Notices.mail_done`)."""
        self._session.run(delete(notice_mails).where(notice_mails.c.mail_id == mail_id))
