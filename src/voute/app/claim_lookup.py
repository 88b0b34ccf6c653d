"""The first step of a claim: with the code's token the visitor learns what waits, and gets a number and a challenge."""

import hmac
from dataclasses import dataclass
from typing import Final

from voute.app.city import City
from voute.app.errors import ClaimEmptyError, ClaimFrozenError, ClaimRevokedError, ClaimUnknownError, ClaimUsedError
from voute.app.secret import digest, give_challenge
from voute.core.errors import StateError
from voute.core.ids import DocumentId, LookupId
from voute.core.ports_store import Transaction
from voute.core.rows import ListedDocument, LookupRow, LookupState
from voute.core.values import MICROSECONDS, time_text, unix_time

PURPOSE: Final = "claim"
MAX_WAITING: Final = 200
"""Documents that one code shows; who has more waiting finds the rest in the vault."""
_NO_TOKEN: Final = bytes(32)
_HOUR: Final = 3_600 * MICROSECONDS


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a good code gives: the vault number to sign with, a challenge, the waiting documents."""

    v: int
    challenge: bytes
    documents: tuple[ListedDocument, ...]


def look_up(city: City, lookup_id: LookupId, token: bytes) -> Waiting:
    """Show what waits behind a code; asking again is allowed until it is claimed.

    Raises:
        ClaimUnknownError: unknown id or wrong token, alike.
        ClaimUsedError, ClaimRevokedError, ClaimFrozenError: for the bearer of the right token alone.
        ClaimEmptyError: nothing visible waits yet.
    """
    with city.catalogue.read() as tx:
        expect_waiting(known_lookup(tx, lookup_id, token))
        documents = tx.documents.page((lookup_id,), 0, MAX_WAITING)
    if not documents:
        raise ClaimEmptyError
    now = city.now()
    with city.catalogue.write() as tx:
        return Waiting(tx.vaults.number_for(lookup_id, now), give_challenge(tx, PURPOSE, lookup_id, now), documents)


def known_lookup(tx: Transaction, lookup_id: LookupId, token: bytes, *, lock: bool = False) -> LookupRow:
    """Return the lookup whose token this is (`lock`: `Lookups.get`); an unknown id costs the same comparison.

    Raises:
        ClaimUnknownError: unknown id or wrong token.
    """
    row = tx.lookups.get(lookup_id, lock=lock)
    expected = _NO_TOKEN if row is None else row.token_hash
    if not hmac.compare_digest(digest(token), expected) or row is None:
        raise ClaimUnknownError
    return row


def expect_waiting(row: LookupRow) -> None:
    """Refuse a code that was used, revoked or frozen."""
    if row.state != LookupState.WAITING or row.frozen_at is not None:
        raise refusal(row)


def refusal(row: LookupRow) -> StateError:
    """Say why a code opens nothing any more; of a used one when it was, to the hour: enough to remember by."""
    if row.state == LookupState.REVOKED:
        return ClaimRevokedError()
    if row.frozen_at is not None:
        return ClaimFrozenError(used=int(row.state == LookupState.BOUND))
    if row.claimed_at is None:
        return ClaimUsedError()
    return ClaimUsedError(at=time_text(unix_time(row.claimed_at // _HOUR * _HOUR // MICROSECONDS)))


def waiting_ids(tx: Transaction, lookup_id: LookupId) -> frozenset[DocumentId]:
    """Return the ids of the visible documents of a lookup."""
    return frozenset(row.document_id for row in tx.documents.page((lookup_id,), 0, MAX_WAITING))
