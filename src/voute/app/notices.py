"""Notices: a holder's address, confirmed by a code; what makes a mail; stopping (docs/spec/notices.md).

A mail is a row that the transaction of its cause writes, so that no crash forgets one. Codes, stop tokens and message ids
are computed with a key of this machine: the catalogue holds none of them.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from voute.app.city import City
from voute.app.errors import NoticeCodeWrongError, NoticesOffError, TooManyError
from voute.app.notice_times import check_times, due_at
from voute.app.ports import Holder, NoticeKit
from voute.core.errors import FormatError
from voute.core.ids import ID_SIZE, Slug, VaultId
from voute.core.ports_store import Transaction
from voute.core.rows import DeliveryRow, MailKind, MailRow, NoticeRow, NoticeState
from voute.core.values import LANGUAGES, MICROSECONDS

MAX_ADDRESS: Final = 254
"""Characters of an address (RFC 5321, section 4.5.3.1.3)."""
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
"""Nothing that a header, an envelope or another address could be made of."""
_MAX_LOCAL: Final = 64
CODE_DIGITS: Final = 8
MAX_TRIES: Final = 5
"""Wrong codes before a new one has to be asked for: one chance in twenty million."""
CODE_LIFE: Final = 48 * 3600 * MICROSECONDS
"""How long an address that nobody confirmed is kept."""
DAY: Final = 24 * 3600 * MICROSECONDS
CODES_A_DAY: Final = 5
"""Codes that one vault may have sent in a day, and that one address may get, whoever asks: nobody is flooded by us."""
SEPARATOR: Final = ","
_TOKEN: Final = 16


@dataclass(frozen=True, slots=True)
class Wish:
    """Where and when a holder wants to be told, as asked for."""

    address: str
    language: str
    pace: str
    hour: int
    weekday: int
    quiet_from: int
    quiet_until: int


def check_wish(wish: Wish) -> None:
    """Refuse what can't be.

    Raises:
        FormatError: the fact `field` names it.
    """
    local = wish.address.partition("@")[0]
    if len(wish.address) > MAX_ADDRESS or len(local) > _MAX_LOCAL or not _ADDRESS.fullmatch(wish.address):
        raise FormatError("not an address", field="address")
    if wish.language not in LANGUAGES:
        raise FormatError("not a language", field="language")
    check_times(wish)


def read(city: City, holder: Holder) -> NoticeRow | None:
    """Return what the holder set, or None."""
    with city.catalogue.read() as tx:
        return tx.notices.get(holder.vault_id)


def wish_for(city: City, holder: Holder, wish: Wish) -> None:
    """Keep a wish; another address begins unconfirmed, and gets one code. The same wish again changes nothing.

    The same address again gets another code once the tries for the one before are spent.

    Raises:
        NoticesOffError: this city sends no mail.
        FormatError: a value can't be.
        TooManyError: as many codes went to this vault or this address today as may.
    """
    kit = city.notices
    if kit is None:
        raise NoticesOffError
    check_wish(wish)
    now = city.now()
    with city.catalogue.write() as tx:
        old = tx.notices.get(holder.vault_id, lock=True)
        fields = (wish.address, wish.language, wish.pace, wish.hour, wish.weekday, wish.quiet_from, wish.quiet_until)
        is_spent = old is not None and old.state == NoticeState.UNCONFIRMED and old.tries >= MAX_TRIES
        if old is not None and old.address == wish.address and old.state != NoticeState.UNREACHABLE and not is_spent:
            tx.notices.put(NoticeRow(old.vault_id, old.notice_id, *fields, old.state, old.tries, old.bounces, old.changed_at))
            return
        _spend(tx, kit, holder.vault_id, wish.address, now)
        tx.notices.remove(holder.vault_id)
        row = NoticeRow(holder.vault_id, secrets.token_bytes(ID_SIZE), *fields, NoticeState.UNCONFIRMED, 0, 0, now)
        tx.notices.put(row)
        tx.notices.put_mails([_mail(row, MailKind.CONFIRM, (), now, now)])


def _spend(tx: Transaction, kit: NoticeKit, vault: VaultId, address: str, now: int) -> None:
    window = now - now % DAY
    # The address counts under a keyed hash: the counters of the limits hold none.
    clients = (("notice-vault", vault.hex()), ("notice-address", _mac(kit, b"address", address.lower().encode()).hex()))
    for route, client in clients:
        if tx.limits.hit(route, client, window) > CODES_A_DAY:
            raise TooManyError(max(1, (window + DAY - now) // MICROSECONDS))


def confirm(city: City, holder: Holder, code: str) -> None:
    """Confirm the address by the code that went to it; again changes nothing.

    Raises:
        NoticeCodeWrongError: wrong, too often wrong, too old, or there is nothing to confirm.
    """
    now = city.now()
    with city.catalogue.write() as tx:
        row = tx.notices.get(holder.vault_id, lock=True)
        is_right = row is not None and city.notices is not None and hmac.compare_digest(code_of(city.notices, row), code)
        if row is None or row.state == NoticeState.UNREACHABLE:
            is_known = False
        elif row.state == NoticeState.CONFIRMED:
            is_known = is_right
        else:
            is_known = is_right and row.tries < MAX_TRIES and now - row.changed_at < CODE_LIFE
            state = NoticeState.CONFIRMED if is_known else NoticeState.UNCONFIRMED
            # Who proves the address proves that mail arrives there.
            tx.notices.put(row._replace(state=state, tries=row.tries + (not is_known), bounces=0))
    if not is_known:
        raise NoticeCodeWrongError


def stop(city: City, holder: Holder) -> None:
    """Forget the address and every mail that waits."""
    with city.catalogue.write() as tx:
        tx.notices.remove(holder.vault_id)


def stop_by_token(city: City, token: bytes) -> None:
    """Forget the address that a mail's stop link belongs to; a token that is not ours does nothing, and is told nothing."""
    kit, notice_id = city.notices, token[:ID_SIZE]
    if kit is None or not hmac.compare_digest(token, stop_token(kit, notice_id)):
        return
    with city.catalogue.write() as tx:
        row = tx.notices.by_id(notice_id, lock=True)
        if row is not None:
            tx.notices.remove(row.vault_id)


def with_issuer(issuers: str, issuer: Slug) -> str:
    """Return whom a waiting notice names, and one more: sorted, each once."""
    return SEPARATOR.join(sorted({*issuers.split(SEPARATOR), issuer}))


def tell_of_delivery(tx: Transaction, city_kit: NoticeKit | None, delivery: DeliveryRow, now: int) -> None:
    """Leave a mail for every holder whom a delivery reaches and who asked; called where it becomes visible."""
    if city_kit is None:
        return
    reached = tx.notices.reached_by(delivery.delivery_id)
    waiting = tx.notices.waiting([row.vault_id for row in reached], MailKind.DOCUMENTS)
    mails: list[MailRow] = []
    # All rows in two statements: this is the log writer's transaction, and a delivery may reach a whole city.
    for row in reached:
        old = waiting.get(row.vault_id)
        if old is None:
            mails.append(_mail(row, MailKind.DOCUMENTS, (delivery.issuer,), now, due_at(row, now, city_kit.zone)))
        elif (issuers := with_issuer(old.issuers, delivery.issuer)) != old.issuers:
            mails.append(old._replace(issuers=issuers))
    tx.notices.put_mails(mails)


def tell_of_safety(tx: Transaction, city: City, vault: VaultId, kind: MailKind) -> None:
    """Leave a mail that goes at once, at whatever hour: the vault has a new way in, or a code of it was frozen."""
    row = tx.notices.get(vault, lock=True)
    if city.notices is not None and row is not None and row.state == NoticeState.CONFIRMED:
        now = city.now()
        tx.notices.put_mails([_mail(row, kind, (), now, now)])


def _mail(row: NoticeRow, kind: MailKind, issuers: Iterable[Slug], now: int, due: int) -> MailRow:
    return MailRow(secrets.token_bytes(ID_SIZE), row.vault_id, kind, SEPARATOR.join(issuers), now, due, 0)


def _mac(kit: NoticeKit, purpose: bytes, data: bytes) -> bytes:
    return hmac.digest(kit.key, purpose + b"\0" + data, hashlib.sha256)[:_TOKEN]


def code_of(kit: NoticeKit, row: NoticeRow) -> str:
    """Return the digits that confirm an address."""
    number = int.from_bytes(_mac(kit, b"confirm", row.notice_id)) % 10**CODE_DIGITS
    return f"{number:0{CODE_DIGITS}}"


def stop_token(kit: NoticeKit, notice_id: bytes) -> bytes:
    """Return what a stop link carries: an id of the address, of nothing else, and its authentication."""
    return notice_id + _mac(kit, b"stop", notice_id)


def mail_token(kit: NoticeKit, notice_id: bytes, mail_id: bytes) -> bytes:
    """Return what a message id carries, by which a bounce is told from a made-up one."""
    return notice_id + mail_id + _mac(kit, b"mail", notice_id + mail_id)
