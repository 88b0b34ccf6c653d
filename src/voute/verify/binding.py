"""Proof that a vault was claimed with a lookup id: the claim is in the log, and the vault's records hold.

Source: `docs/spec/claim.md`, "What the issuer's client checks", steps 4, 5 and 7. The HMAC of step 2 needs the code and is
the client's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from voute.core.errors import VerificationError
from voute.core.ids import Hash, LookupId, Slug, VaultId
from voute.core.values import UnixTime
from voute.format.event import blind, parse_event
from voute.format.subject import Claim
from voute.format.vault_record import VaultChain, verify_chain
from voute.tlog.merkle import leaf_hash, verify_inclusion
from voute.tlog.policy import CheckpointVerdict


class ClaimEventError(VerificationError):
    """The event that is proven is not the claim of this vault with this lookup id."""

    code: ClassVar[str] = "claim-event"


@dataclass(frozen=True, slots=True)
class LeafProof:
    """An event with its place in the log."""

    event: bytes
    salt: bytes
    chain: bytes
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ProvenVault:
    """A vault whose claim is proven: its verified records and when it was claimed."""

    chain: VaultChain
    bind: Hash
    claimed_at: UnixTime


def verify_claim(
    records: Sequence[bytes],
    proof: LeafProof,
    checkpoint: CheckpointVerdict,
    *,
    city: Slug,
    issuer: Slug,
    lookup_id: LookupId,
    vault_id: VaultId,
    pinned_head: Hash | None = None,
) -> ProvenVault:
    """Verify records and proof for one lookup id; `checkpoint` is a verdict that the caller required a quorum of.

    `pinned_head` is the head of the vault's records as the caller verified them before, if it did (`verify_chain`).

    Raises `RecordChainError`, `MerkleProofError`, `ClaimEventError`, or what their parsers raise.
    """
    chain = verify_chain(records, pinned_head)
    event = parse_event(proof.event)
    subject = event.subject
    if not isinstance(subject, Claim) or (event.city, chain.newest.city) != (city, city):
        raise ClaimEventError("not a claim in this city")
    if (subject.issuer, subject.lookup_id, subject.vault_id) != (issuer, lookup_id, vault_id):
        raise ClaimEventError("a claim of another vault, lookup id or issuer")
    if chain.vault_id != vault_id or subject.record_hash not in chain.hashes:
        raise ClaimEventError("the records are not those of the vault that was claimed")
    leaf = leaf_hash(blind(proof.salt, proof.chain, proof.event))
    verify_inclusion(proof.index, checkpoint.head.size, leaf, proof.path, checkpoint.head.root)
    return ProvenVault(chain, subject.bind, event.time)
