"""An issuer withdraws codes that nobody has used: a letter came back, a run was wrong."""

from collections.abc import Sequence

from voute.app.city import City
from voute.app.directory_bound import MAX_ACTS, in_order
from voute.app.errors import ClaimUsedError, LookupRefusedError, StatementRefusedError
from voute.app.statements import issuer_act, issuer_keys, keep_act_event
from voute.core.errors import LimitError
from voute.core.ids import Slug
from voute.core.ports_store import Transaction
from voute.core.rows import BoxKind, LookupState
from voute.format.act import Act
from voute.format.subject import Revoked


def revoke(city: City, issuer: Slug, acts: Sequence[bytes]) -> int:
    """Revoke the codes of `revoked` acts, all or none, and return how many acts came; repeated ones change nothing.

    Raises:
        FormatError, VerificationError: an act does not hold.
        LookupRefusedError: an act names no code of this issuer.
        ClaimUsedError: a code was used already; nothing was revoked.
    """
    if len(acts) > MAX_ACTS:
        raise LimitError("too many acts in one call")
    keys = issuer_keys(city, issuer)
    verified = in_order([(raw, *issuer_act(city, raw, issuer, keys)) for raw in acts])
    with city.catalogue.write() as tx:
        for raw, act, act_hash in verified:
            subject = _subject(tx, issuer, act)
            if tx.lookups.revoke(subject.lookup_id, city.now()):
                keep_act_event(tx, city, act, act_hash, raw, (BoxKind.CLAIM, subject.lookup_id))
    city.wake()
    return len(verified)


def _subject(tx: Transaction, issuer: Slug, act: Act) -> Revoked:
    subject = act.subject
    if not isinstance(subject, Revoked):
        raise StatementRefusedError("not a revoked act", part="type")
    row = tx.lookups.get(subject.lookup_id, lock=True)
    if row is None or row.issuer != issuer:
        raise LookupRefusedError("not a code of this issuer", lookup_id=subject.lookup_id.hex())
    if row.state == LookupState.BOUND:
        raise ClaimUsedError(lookup_id=subject.lookup_id.hex())
    return subject
