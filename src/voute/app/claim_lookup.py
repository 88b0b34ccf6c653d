"""The first step of a claim: with the code's token the visitor learns what waits, and gets a number and a challenge."""

import hmac
from dataclasses import dataclass
from typing import Final

from voute.app.city import City
from voute.app.errors import ClaimEmptyError, ClaimRevokedError, ClaimUnknownError, ClaimUsedError
from voute.app.secret import digest, give_challenge
from voute.core.ids import DocumentId, LookupId
from voute.core.ports_store import Transaction
from voute.core.rows import ListedDocument, LookupRow, LookupState

PURPOSE: Final = "claim"
MAX_WAITING: Final = 200
"""Documents that one code shows; who has more waiting finds the rest in the vault."""
_NO_TOKEN: Final = bytes(32)


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
        ClaimUsedError, ClaimRevokedError: for the bearer of the right token alone.
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


def known_lookup(tx: Transaction, lookup_id: LookupId, token: bytes) -> LookupRow:
    """Return the lookup whose token this is; an unknown id costs the same comparison.

    Raises:
        ClaimUnknownError: unknown id or wrong token.
    """
    row = tx.lookups.get(lookup_id)
    expected = _NO_TOKEN if row is None else row.token_hash
    if not hmac.compare_digest(digest(token), expected) or row is None:
        raise ClaimUnknownError
    return row


def expect_waiting(row: LookupRow) -> None:
    """Refuse a code that was used or revoked."""
    if row.state == LookupState.REVOKED:
        raise ClaimRevokedError
    if row.state != LookupState.WAITING:
        raise ClaimUsedError


def waiting_ids(tx: Transaction, lookup_id: LookupId) -> frozenset[DocumentId]:
    """Return the ids of the visible documents of a lookup."""
    return frozenset(row.document_id for row in tx.documents.page((lookup_id,), 0, MAX_WAITING))
