"""Sessions of holders and issuers: opened by a proof, kept as the hash of a token, ended by time or by hand."""

from contextlib import suppress
from typing import Final, NamedTuple

from voute.app.errors import NotSignedInError
from voute.app.ports import Holder
from voute.app.secret import digest, fresh
from voute.core.ids import Slug, VaultId, slug, vault_id
from voute.core.ports_looks import Look
from voute.core.ports_store import Catalogue, StoreFullError, Transaction
from voute.core.rows import SessionRow

SECOND: Final = 1_000_000
HOLDER_IDLE: Final = 30 * 60 * SECOND
"""A forgotten open page closes by itself after half an hour."""
HOLDER_LIFE: Final = 12 * 3600 * SECOND
"""Nobody stays signed in for longer than a working day."""
ISSUER_LIFE: Final = 3600 * SECOND
"""A delivery that takes longer signs a second challenge."""
AHEAD: Final = 5 * 60 * SECOND
"""By how much the clocks of a city's machines may differ; a session seen later than that is of a clock that was set back."""
TOUCH_EVERY: Final = 60 * SECOND
"""How exactly idleness is measured: a session costs at most one write a minute."""

HOLDER: Final = "holder"
ISSUER: Final = "issuer"


class Opened(NamedTuple):
    """A new session: its token (32 bytes, shown once) and when it ends at the latest."""

    token: bytes
    expires_at: int


def open_holder(tx: Transaction, vault: VaultId, now: int, ending: bytes | None = None) -> Opened:
    """Open a holder's session; the one whose token the same browser showed, `ending`, ends with it."""
    if ending is not None:
        tx.sessions.remove(digest(ending))
    return _open(tx, HOLDER, vault, now, HOLDER_LIFE)


def open_issuer(tx: Transaction, issuer: Slug, now: int) -> Opened:
    """Open an issuer's session."""
    return _open(tx, ISSUER, issuer.encode("ascii"), now, ISSUER_LIFE)


def _open(tx: Transaction, kind: str, subject: bytes, now: int, life: int) -> Opened:
    token = fresh()
    tx.sessions.add(SessionRow(digest(token), kind, subject, now, now, now + life))
    return Opened(token, now + life)


def holder_of(catalogue: Catalogue, token: bytes, now: int) -> tuple[Holder, bool]:
    """Return who a token belongs to, and whether it is time to `touch` the session; one short read.

    Raises:
        NotSignedInError: no such session, or it ended.
    """
    with catalogue.look() as look:
        return holder_at(look, token, now)


def holder_at(look: Look, token: bytes, now: int) -> tuple[Holder, bool]:
    """Return the same by a look that goes on to what the holder asks for.

    Raises:
        NotSignedInError: no such session, or it ended.
    """
    return judge_holder(look.session(digest(token)), now)


def judge_holder(row: SessionRow | None, now: int) -> tuple[Holder, bool]:
    """Return the same of the session that a look found, or did not find.

    Raises:
        NotSignedInError: no such session, or it ended.
    """
    good = _live(row, HOLDER, now)
    idle_end = good.seen_at + HOLDER_IDLE
    if now >= idle_end:
        raise NotSignedInError
    is_due = now - good.seen_at >= TOUCH_EVERY
    expires_at = min(good.expires_at, now + HOLDER_IDLE if is_due else idle_end)
    return Holder(vault_id(good.subject), good.token_hash, expires_at), is_due


def touch(catalogue: Catalogue, holder: Holder, now: int) -> None:
    """Note that a session is in use; a catalogue without room does not note it, and the session ends when its idle time does."""
    with suppress(StoreFullError), catalogue.write(durable=False) as tx:
        tx.sessions.touch(holder.token_hash, now)


def issuer_of(catalogue: Catalogue, token: bytes, now: int) -> Slug:
    """Return which issuer a bearer token belongs to.

    Raises:
        NotSignedInError: no such session, or it ended.
    """
    with catalogue.look() as look:
        return slug(_live(look.session(digest(token)), ISSUER, now).subject.decode("ascii"))


def _live(row: SessionRow | None, kind: str, now: int) -> SessionRow:
    if row is None or row.kind != kind or not _is_good(row, now):
        raise NotSignedInError
    return row


def _is_good(row: SessionRow, now: int) -> bool:
    """Whether a session has begun and not ended: one of a clock that was set back would else live on until that moment."""
    return row.seen_at <= now + AHEAD and now < row.expires_at


def sweep(tx: Transaction, now: int) -> int:
    """Remove the sessions that ended, and those of a clock that was set back; returns how many."""
    return tx.sessions.purge(now, now + AHEAD)


def close(catalogue: Catalogue, holder: Holder) -> None:
    """End the session in use; ending it twice is no error."""
    with catalogue.write() as tx:
        tx.sessions.remove(holder.token_hash)


def others(catalogue: Catalogue, holder: Holder, now: int) -> tuple[SessionRow, ...]:
    """Return the vault's other sessions that are still good, the one that was seen last first."""
    with catalogue.read() as tx:
        rows = tx.sessions.of(HOLDER, holder.vault_id)
    good = (row for row in rows if _is_good(row, now) and now < row.seen_at + HOLDER_IDLE)
    return tuple(row for row in good if row.token_hash != holder.token_hash)


def close_others(catalogue: Catalogue, holder: Holder) -> None:
    """End all sessions of the vault but the one in use, on whatever device they are."""
    with catalogue.write() as tx:
        if tx.sessions.get(holder.token_hash) is None:
            raise NotSignedInError
        tx.sessions.remove_of(HOLDER, holder.vault_id, keep=holder.token_hash)
