"""An issuer's client asks what became of its codes: still waiting, bound to which vault (with proof), revoked or frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voute.app.city import City
from voute.app.proofs import Proofs, is_logged, open_proofs
from voute.core.ids import Hash, LookupId, Slug, VaultId
from voute.core.rows import EventRow, LookupRow, LookupState

MAX_MATCH: Final = 10_000
"""Lookup ids, or dedupe ids, in one call: about 700 kB of hex."""
UNKNOWN: Final = "unknown"
FROZEN: Final = "frozen"


@dataclass(frozen=True, slots=True)
class ClaimProof:
    """The logged event of a claim and its inclusion path in the match's checkpoint."""

    event: bytes
    salt: bytes
    chain: bytes
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """The vault behind a code: what the issuer's client verifies before it seals to it."""

    vault_id: VaultId
    bind: Hash
    records: tuple[bytes, ...]
    claimed_at: int
    proof: ClaimProof


@dataclass(frozen=True, slots=True)
class MatchEntry:
    """State of one lookup id."""

    lookup_id: LookupId
    state: str
    binding: Binding | None


@dataclass(frozen=True, slots=True)
class Match:
    """All entries in the order asked, with the checkpoint that the proofs lead to (empty text before the first)."""

    checkpoint: str
    entries: tuple[MatchEntry, ...]


def match(city: City, issuer: Slug, lookup_ids: Sequence[LookupId]) -> Match:
    """Say what the city knows of an issuer's lookup ids; another issuer's are unknown.

    A claim counts once its event is logged: until then its code still waits.
    """
    with city.catalogue.read() as tx:
        state = tx.log_states.get()
        proofs = None if state is None else open_proofs(city, tx)
        rows = {key: row for key, row in tx.lookups.get_many(lookup_ids).items() if row.issuer == issuer}
        bound = [row for row in rows.values() if row.state == LookupState.BOUND]
        events = tx.events.get_many([row.claim_event for row in bound if row.claim_event is not None])
        records = tx.vaults.records([row.vault_id for row in bound if row.vault_id is not None])
    entries = [_entry(key, rows.get(key), events, records, proofs) for key in lookup_ids]
    return Match("" if proofs is None else proofs.text, tuple(entries))


def _entry(
    lookup_id: LookupId,
    row: LookupRow | None,
    events: Mapping[int, EventRow],
    records: Mapping[VaultId, tuple[bytes, ...]],
    proofs: Proofs | None,
) -> MatchEntry:
    if row is None:
        return MatchEntry(lookup_id, UNKNOWN, None)
    if row.state != LookupState.REVOKED and row.frozen_at is not None:
        return MatchEntry(lookup_id, FROZEN, None)
    if row.state != LookupState.BOUND:
        return MatchEntry(lookup_id, row.state, None)
    binding = _binding(row, events, records, proofs)
    return MatchEntry(lookup_id, str(LookupState.WAITING if binding is None else LookupState.BOUND), binding)


def _binding(
    row: LookupRow,
    events: Mapping[int, EventRow],
    records: Mapping[VaultId, tuple[bytes, ...]],
    proofs: Proofs | None,
) -> Binding | None:
    event = None if row.claim_event is None else events.get(row.claim_event)
    if proofs is None or event is None or not is_logged(event) or event.log_index is None or event.chain is None:
        return None
    if row.vault_id is None or row.bind is None or row.claimed_at is None:
        return None
    proof = ClaimProof(event.data, event.salt, event.chain, event.log_index, proofs.path(event.log_index))
    return Binding(row.vault_id, row.bind, records[row.vault_id], row.claimed_at, proof)
