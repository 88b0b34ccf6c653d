"""Proof that a vault gave up paper for one document type: signed by its root key, in words that are known, in the log.

Source: `docs/spec/consent.md`, "What an issuer's client checks". Whether it is the newest choice is the client's to judge, by the
numbers that it has seen.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from voute.core.errors import VerificationError
from voute.core.ids import Hash, Slug, VaultId
from voute.core.values import UnixTime
from voute.format import dsse
from voute.format.act import parse_act
from voute.format.consent import check_words
from voute.format.event import blind, parse_event
from voute.format.subject import Consent, vault_actor
from voute.tlog.merkle import leaf_hash, verify_inclusion
from voute.tlog.policy import CheckpointVerdict
from voute.verify.binding import LeafProof


class ConsentDiffersError(VerificationError):
    """The choice is another vault's, about another issuer or document type, or its event is another's."""

    code: ClassVar[str] = "consent-differs"


@dataclass(frozen=True, slots=True)
class ProvenConsent:
    """A choice that is signed, in known words, and in the log."""

    number: int
    paperless: bool
    act: Hash
    index: int
    at: UnixTime


class SignedFor(Protocol):
    """A vault whose records are verified."""

    @property
    def vault_id(self) -> VaultId:
        """Its id."""
        ...

    @property
    def root_key(self) -> bytes:
        """The key that signs its acts."""
        ...


def verify_consent(
    raw: bytes,
    proof: LeafProof,
    checkpoint: CheckpointVerdict,
    vault: SignedFor,
    *,
    city: Slug,
    issuer: Slug,
    document_type: Slug,
) -> ProvenConsent:
    """Verify a choice of a vault whose records are verified; `checkpoint` is a verdict that a quorum was required of.

    Raises `ConsentDiffersError`, `MerkleProofError`, what signatures raise, or what the parsers raise.
    """
    envelope = dsse.parse(raw)
    dsse.verify(envelope, dsse.Kind.ACT, (vault.root_key,))
    act = parse_act(envelope.payload)
    consent = act.subject
    if not isinstance(consent, Consent) or (act.city, act.actor) != (city, vault_actor(vault.vault_id)):
        raise ConsentDiffersError("not a choice of this vault in this city")
    if (consent.issuer, consent.document_type) != (issuer, document_type):
        raise ConsentDiffersError("a choice about another issuer or document type")
    if consent.paperless:
        # Paper is asked for again in any words.
        check_words(consent)
    digest = dsse.statement_hash(envelope.payload)
    event = parse_event(proof.event)
    if (event.city, event.actor, event.act, event.subject) != (city, act.actor, digest, consent):
        raise ConsentDiffersError("the event is another's")
    leaf = leaf_hash(blind(proof.salt, proof.chain, proof.event))
    verify_inclusion(proof.index, checkpoint.head.size, leaf, proof.path, checkpoint.head.root)
    return ProvenConsent(consent.number, consent.paperless, digest, proof.index, event.time)
