"""An issuer's client asks what became of its codes: still waiting, bound to which vault (with proof), revoked or frozen.

Of a vault whose newest record the client has pinned it is told only that this is so: what proves it was shown when it was pinned
(`docs/spec/claim.md`, "A head that is the same").
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from voute.app.city import City
from voute.app.proofs import Proofs, is_logged, open_proofs
from voute.core.ids import Hash, LookupId, Slug, VaultId
from voute.core.ports_store import Transaction
from voute.core.rows import ConsentRow, EventRow, LookupRow, LookupState

MAX_MATCH: Final = 10_000
"""Lookup ids, or dedupe ids, in one call: about 700 kB of hex."""
MAX_TYPES: Final = 200
"""Document types in one call: as many as the trust root gives to an issuer at most."""
UNKNOWN: Final = "unknown"
FROZEN: Final = "frozen"
_NO_PINS: Final[Mapping[LookupId, Hash]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LeafProof:
    """A logged event and its inclusion path in the match's checkpoint."""

    event: bytes
    salt: bytes
    chain: bytes
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A vault's newest choice for one document type of this issuer: the signed act, and the proof of its event."""

    act: bytes
    proof: LeafProof


@dataclass(frozen=True, slots=True)
class Binding:
    """The vault behind a code: what the issuer's client verifies before it seals to it, or leaves paper out."""

    vault_id: VaultId
    bind: Hash
    records: tuple[bytes, ...]
    claimed_at: int
    proof: LeafProof
    consents: tuple[GivenConsent, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """The vault behind a code still has the newest record that the asker has pinned."""

    consents: tuple[GivenConsent, ...]


@dataclass(frozen=True, slots=True)
class MatchEntry:
    """State of one lookup id; a bound one has a binding, or is the same as the asker knows it."""

    lookup_id: LookupId
    state: str
    binding: Binding | None = None
    same: Same | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """All entries in the order asked, with the checkpoint that the proofs lead to (empty text before the first)."""

    checkpoint: str
    entries: tuple[MatchEntry, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read for a whole match."""

    events: Mapping[int, EventRow]
    same: Collection[LookupId]
    """Lookup ids whose vault's head is the one that the asker has pinned."""
    records: Mapping[VaultId, tuple[bytes, ...]]
    """Of the vaults of all others."""
    consents: Mapping[VaultId, tuple[ConsentRow, ...]]
    proofs: Proofs | None

    def leaf(self, event_id: int | None) -> tuple[EventRow, LeafProof] | None:
        """Return an event with its proof, or None while it is in no published checkpoint."""
        event = None if event_id is None else self.events.get(event_id)
        if self.proofs is None or event is None or not is_logged(event) or event.log_index is None or event.chain is None:
            return None
        return event, LeafProof(event.data, event.salt, event.chain, event.log_index, self.proofs.path(event.log_index))


def match(
    city: City,
    issuer: Slug,
    lookup_ids: Sequence[LookupId],
    document_types: Collection[str] = (),
    pinned: Mapping[LookupId, Hash] = _NO_PINS,
) -> Match:
    """Say what the city knows of an issuer's lookup ids; another issuer's are unknown.

    A claim counts once its event is logged: until then its code still waits. With a bound one comes what its vault chose for
    these document types; a choice that is not logged yet hides the one before it. `pinned` are the heads that the issuer has
    pinned, by lookup id.
    """
    with city.catalogue.read() as tx:
        state = tx.log_states.get()
        proofs = None if state is None else open_proofs(city, tx)
        rows = {key: row for key, row in tx.lookups.get_many(lookup_ids).items() if row.issuer == issuer}
        bound = [row for row in rows.values() if row.state == LookupState.BOUND]
        vaults = [row.vault_id for row in bound if row.vault_id is not None]
        consents = _consents(tx, vaults, issuer, document_types)
        same = _same(tx, bound, pinned)
        fresh = [row for row in bound if row.lookup_id not in same]
        claims = [row.claim_event for row in fresh if row.claim_event is not None]
        chosen = [row.event_id for rows_ in consents.values() for row in rows_]
        others = [row.vault_id for row in fresh if row.vault_id is not None]
        known = _Known(tx.events.get_many([*claims, *chosen]), same, tx.vaults.records(others), consents, proofs)
    entries = [_entry(key, rows.get(key), known) for key in lookup_ids]
    return Match("" if proofs is None else proofs.text, tuple(entries))


def _same(tx: Transaction, bound: Sequence[LookupRow], pinned: Mapping[LookupId, Hash]) -> Collection[LookupId]:
    asked = {row.lookup_id: row.vault_id for row in bound if row.vault_id is not None and row.lookup_id in pinned}
    heads = tx.vaults.heads(list(asked.values()))
    return {lookup for lookup, vault in asked.items() if heads.get(vault) == pinned[lookup]}


def _consents(
    tx: Transaction, vaults: Sequence[VaultId], issuer: Slug, document_types: Collection[str]
) -> Mapping[VaultId, tuple[ConsentRow, ...]]:
    if not document_types:
        return {}
    found = tx.consents.of_vaults(vaults, issuer)
    return {vault: tuple(row for row in rows if row.document_type in document_types) for vault, rows in found.items()}


def _entry(lookup_id: LookupId, row: LookupRow | None, known: _Known) -> MatchEntry:
    if row is None:
        return MatchEntry(lookup_id, UNKNOWN)
    if row.state != LookupState.REVOKED and row.frozen_at is not None:
        return MatchEntry(lookup_id, FROZEN)
    if row.state != LookupState.BOUND:
        return MatchEntry(lookup_id, row.state)
    if row.vault_id is not None and lookup_id in known.same:
        return MatchEntry(lookup_id, str(LookupState.BOUND), same=Same(_given(row.vault_id, known)))
    binding = _binding(row, known)
    return MatchEntry(lookup_id, str(LookupState.WAITING if binding is None else LookupState.BOUND), binding)


def _binding(row: LookupRow, known: _Known) -> Binding | None:
    claim = known.leaf(row.claim_event)
    if claim is None or row.vault_id is None or row.bind is None or row.claimed_at is None:
        return None
    records, given = known.records[row.vault_id], _given(row.vault_id, known)
    return Binding(row.vault_id, row.bind, records, row.claimed_at, claim[1], given)


def _given(vault_id: VaultId, known: _Known) -> tuple[GivenConsent, ...]:
    given: list[GivenConsent] = []
    for consent in known.consents.get(vault_id, ()):
        leaf = known.leaf(consent.event_id)
        if leaf is not None and leaf[0].act is not None:
            given.append(GivenConsent(leaf[0].act, leaf[1]))
    return tuple(given)
