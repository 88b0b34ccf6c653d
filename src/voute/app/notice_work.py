"""Sending mails: each is put off before it is tried, so that a crash repeats it, as the same mail (docs/spec/notices.md)."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from voute.app.city import City
from voute.app.mail_blocks import note_block
from voute.app.notices import CODE_LIFE, mail_token
from voute.core.ids import ID_SIZE
from voute.core.ports_store import Transaction
from voute.core.rows import MailKind, MailRow, NoticeRow, NoticeState
from voute.core.values import MICROSECONDS

FIRST_REST: Final = 120 * MICROSECONDS
"""Before the second try; doubled each time, and longer than one try lasts."""
LONGEST_REST: Final = 6 * 3600 * MICROSECONDS
MAX_TRIES: Final = 16
"""About two and a half days of trying, then a mail is given up: what it says can be seen in the vault."""
MAX_BOUNCES: Final = 3
"""Refusals since it was confirmed before an address counts as not reachable; of a code, one is enough."""


class Sent(Enum):
    """What became of one mail."""

    ACCEPTED = "accepted"
    LATER = "later"
    """The other side asked for patience, or did not answer."""
    REFUSED = "refused"
    """There is no such address, or it takes no mail: the address's fault."""
    BLOCKED = "blocked"
    """The other side wants no mail from us: tried again as after LATER, and shown to operators."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail that is to be sent now, and to whom."""

    mail: MailRow
    notice: NoticeRow


def send_due(city: City, send: Callable[[Outgoing], Sent], limit: int) -> int:
    """Try the mails that are due, at most `limit`; returns how many were accepted.

    Raises:
        VouteError: the store failed.
    """
    done = 0
    for outgoing in _take(city, limit):
        outcome = send(outgoing)
        done += outcome is Sent.ACCEPTED
        with city.catalogue.write() as tx:
            _note(tx, outgoing, outcome, city.now())
    return done


def rest_after(tries: int) -> int:
    """Return how long a notice rests that was tried so often before, in microseconds."""
    return min(FIRST_REST << tries, LONGEST_REST)


def purge(city: City) -> int:
    """Forget addresses that nobody confirmed in time; returns how many."""
    with city.catalogue.write() as tx:
        return tx.notices.purge(city.now() - CODE_LIFE)


def _take(city: City, limit: int) -> tuple[Outgoing, ...]:
    now = city.now()
    with city.catalogue.read() as tx:
        if not tx.notices.due(now, 1):
            return ()
    taken: list[Outgoing] = []
    with city.catalogue.write() as tx:
        for mail in tx.notices.due(now, limit, lock=True):
            notice = tx.notices.get(mail.vault_id)
            if notice is None or mail.tries >= MAX_TRIES or not _may(mail, notice):
                tx.notices.mail_done(mail.mail_id)
                continue
            mail = mail._replace(tries=mail.tries + 1, due_at=now + rest_after(mail.tries))  # noqa: PLW2901 - the row as it is from now on
            tx.notices.put_mails([mail])
            taken.append(Outgoing(mail, notice))
    return tuple(taken)


def _may(mail: MailRow, notice: NoticeRow) -> bool:
    wanted = NoticeState.UNCONFIRMED if mail.kind == MailKind.CONFIRM else NoticeState.CONFIRMED
    return notice.state == wanted


def _note(tx: Transaction, outgoing: Outgoing, outcome: Sent, now: int) -> None:
    if outcome is Sent.BLOCKED:
        note_block(tx, now)
    notice = tx.notices.get(outgoing.mail.vault_id, lock=True)
    if outcome in {Sent.LATER, Sent.BLOCKED} or notice is None or notice.notice_id != outgoing.notice.notice_id:
        return
    tx.notices.mail_done(outgoing.mail.mail_id)
    if outcome is Sent.REFUSED:
        _bounced(tx, notice)


def _bounced(tx: Transaction, notice: NoticeRow) -> None:
    bounces = notice.bounces + 1
    is_lost = bounces >= MAX_BOUNCES or notice.state == NoticeState.UNCONFIRMED
    tx.notices.put(notice._replace(bounces=bounces, state=NoticeState.UNREACHABLE if is_lost else notice.state))


def note_bounce(city: City, token: bytes, *, is_address: bool) -> bool:
    """Count a refusal that came back later, by the token of its message id; False for one that is not ours or too old.

    Only what `is_address` counts against the address; anything else is noted as a refusal of us.
    """
    notice_id, mail_id = token[:ID_SIZE], token[ID_SIZE : 2 * ID_SIZE]
    if city.notices is None or not hmac.compare_digest(token, mail_token(city.notices, notice_id, mail_id)):
        return False
    with city.catalogue.write() as tx:
        notice = tx.notices.by_id(notice_id, lock=True)
        if notice is None:
            return False
        if is_address:
            _bounced(tx, notice)
        else:
            note_block(tx, city.now())
    return True
