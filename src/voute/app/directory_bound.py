"""An issuer pins the vault of a code: its signed `bound` becomes an event in the holder's journal, once."""

from collections.abc import Sequence
from typing import Final

from voute.app.city import City
from voute.app.errors import LookupRefusedError, StatementRefusedError
from voute.app.statements import issuer_act, issuer_keys, keep_act_event
from voute.core.errors import LimitError
from voute.core.ids import Hash, Slug
from voute.core.ports_store import Transaction
from voute.core.rows import BoxKind
from voute.format import dsse
from voute.format.act import Act
from voute.format.subject import Bound

MAX_ACTS: Final = 1_000
"""Signed acts in one call: verifying them takes about a tenth of a second."""


def accept_bound(city: City, issuer: Slug, acts: Sequence[bytes]) -> int:
    """Keep the events of `bound` acts, all or none, and return how many acts came; repeated ones change nothing.

    Raises:
        FormatError, VerificationError: an act does not hold; nothing was kept.
        LookupRefusedError: an act names another's code or another vault than the code's.
    """
    if len(acts) > MAX_ACTS:
        raise LimitError("too many acts in one call")
    keys = issuer_keys(city, issuer)
    verified = in_order([(raw, *issuer_act(city, raw, issuer, keys)) for raw in acts])
    with city.catalogue.write() as tx:
        for raw, act, act_hash in verified:
            subject = _subject(tx, issuer, act)
            row = tx.lookups.get(subject.lookup_id)
            if row is not None and row.bound_event is None:
                event = keep_act_event(tx, city, act, act_hash, raw, (BoxKind.VAULT, subject.vault_id))
                tx.lookups.set_bound_event(subject.lookup_id, event)
    city.wake()
    return len(verified)


def in_order(verified: Sequence[tuple[bytes, Act, Hash]]) -> Sequence[tuple[bytes, Act, Hash]]:
    """Sort acts by the code that they are about: calls that share some then wait for one another, never both ways."""
    return sorted(verified, key=lambda one: getattr(one[1].subject, "lookup_id", b""))


def _subject(tx: Transaction, issuer: Slug, act: Act) -> Bound:
    subject = act.subject
    if not isinstance(subject, Bound):
        raise StatementRefusedError("not a bound act", part="type")
    row = tx.lookups.get(subject.lookup_id, lock=True)
    if row is None or row.issuer != issuer or row.vault_id != subject.vault_id:
        raise LookupRefusedError("not a code of this issuer that this vault has", lookup_id=subject.lookup_id.hex())
    records = tx.vaults.records((subject.vault_id,)).get(subject.vault_id, ())
    if subject.record_hash not in {dsse.statement_hash(dsse.parse(raw).payload) for raw in records}:
        raise LookupRefusedError("not a record of this vault", lookup_id=subject.lookup_id.hex())
    return subject
