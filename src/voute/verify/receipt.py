"""The verdict on (document, receipt, trust root): seven numbered steps, offline, each of which raises.

Source: `docs/spec/event-receipt.md`, "Verifying". The error of a step that fails carries the fact `step`. Nothing of the
receipt is shown to anyone before the last step has passed.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Final

from voute.core.errors import FormatError, VerificationError, VouteError
from voute.core.ids import DocumentId, Hash, Slug
from voute.core.values import Names, UnixTime
from voute.format.event import Event, blind, parse_event
from voute.format.manifest import Manifest
from voute.format.receipt import Receipt, parse_receipt
from voute.format.signed_manifest import ParsedManifest, SignedManifest, WrongCityError, read_signed, verify_signed
from voute.format.subject import Deliver, issuer_actor
from voute.format.trust_root import TrustRoot
from voute.tlog.merkle import MerkleProofError, leaf_hash, verify_inclusion
from voute.tlog.policy import CheckpointState, CheckpointVerdict, checkpoint_policy, verify_checkpoint
from voute.tlog.proof import TlogProof

_PIECE: Final = 1024 * 1024

STEPS: Final = (
    "receipt-reads",
    "same-city",
    "document-same",
    "issuer-signed",
    "event-same",
    "in-log",
    "checkpoint-signed",
    "witnesses",
)
"""The name of each step, by its number; message files say what it means to people."""


class DocumentDiffersError(VerificationError):
    """The file is not the one that the issuer signed for."""

    code: ClassVar[str] = "document-differs"


class KeyNotValidThenError(VerificationError):
    """The issuer's key was not yet, or no longer, good when the event was logged."""

    code: ClassVar[str] = "key-not-valid-then"


class EventDiffersError(VerificationError):
    """The logged event is about another document or another act, or by somebody else."""

    code: ClassVar[str] = "event-differs"


class NotInLogError(VerificationError):
    """The event is not in the tree that the checkpoint stands for."""

    code: ClassVar[str] = "not-in-log"


@dataclass(frozen=True, slots=True)
class Digest:
    """A document as far as a receipt knows it: SHA-256 and size in bytes."""

    sha256: Hash
    size: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a receipt proves about a document.

    `event_time` is the city's word, `witnessed_at` the median of the quorum's cosignature times (None when `state` is
    `logged`); `steps` are the (number, name) that passed.
    """

    state: CheckpointState
    issuer: Slug
    names: Names
    document_id: DocumentId
    title: str
    issued_at: UnixTime
    event_time: UnixTime
    witnessed_at: UnixTime | None
    index: int
    tree_size: int
    steps: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Claimed:
    """All parts of a receipt, well formed, nothing verified."""

    receipt: Receipt
    event: Event
    signed: ParsedManifest
    proof: TlogProof

    @property
    def manifest(self) -> Manifest:
        return self.signed.manifest


def digest(document: BinaryIO) -> Digest:
    """Hash a document from its present position to its end, a megabyte at a time."""
    sha256, size = hashlib.sha256(), 0
    while piece := document.read(_PIECE):
        sha256.update(piece)
        size += len(piece)
    return Digest(Hash(sha256.digest()), size)


def digest_bytes(document: bytes) -> Digest:
    """Hash a document that is in memory."""
    return Digest(Hash(hashlib.sha256(document).digest()), len(document))


@contextmanager
def step(number: int) -> Iterator[None]:
    """Name the step in what is raised inside, as the fact `step`."""
    try:
        yield
    except VouteError as error:
        error.facts = {**error.facts, "step": number}
        raise


def _read(raw: bytes) -> _Claimed:
    receipt = parse_receipt(raw)
    event = parse_event(receipt.event)
    if receipt.manifest is None:
        raise FormatError("a receipt without manifest speaks of no document", field="manifest")
    signed = read_signed(receipt.manifest)
    # Canonical JSON holds no lone surrogate, so that its texts always encode.
    proof = TlogProof.parse(receipt.proof.encode("utf-8"))
    return _Claimed(receipt, event, signed, proof)


def _expect_city(claimed: _Claimed, root: TrustRoot) -> None:
    if {claimed.receipt.city, claimed.event.city, claimed.manifest.city} != {root.city}:
        raise WrongCityError("not all of one city", city=root.city)


def _expect_document(manifest: Manifest, document: Digest) -> None:
    if (manifest.sha256, manifest.size) != (document.sha256, document.size):
        raise DocumentDiffersError("hash or size", size=document.size, expected=manifest.size)


def _expect_issuer(claimed: _Claimed, root: TrustRoot) -> SignedManifest:
    signed = verify_signed(claimed.signed, root)
    if not signed.key.holds_at(claimed.proof.index):
        raise KeyNotValidThenError("key and log index", issuer=signed.issuer.id)
    return signed


def _expect_event(event: Event, signed: SignedManifest) -> None:
    subject = event.subject
    if not isinstance(subject, Deliver) or event.actor != issuer_actor(signed.issuer.id):
        raise EventDiffersError("not a delivery by this issuer")
    if (subject.manifest_hash, subject.document_id) != (signed.manifest_hash, signed.manifest.document_id):
        raise EventDiffersError("a delivery of another document")


def expect_logged(receipt: Receipt, proof: TlogProof) -> None:
    """Raise `NotInLogError` unless the receipt's event is in the tree that the proof's checkpoint stands for."""
    leaf = leaf_hash(blind(receipt.salt, receipt.chain, receipt.event))
    head = proof.checkpoint.head
    try:
        verify_inclusion(proof.index, head.size, leaf, proof.path, head.root)
    except MerkleProofError as error:
        raise NotInLogError(error.detail) from error


def _verify_checkpoint(claimed: _Claimed, root: TrustRoot) -> CheckpointVerdict:
    logs, policy = checkpoint_policy(root)
    return verify_checkpoint(claimed.proof.checkpoint, logs, policy)


def verify_receipt(document: Digest, receipt: bytes, root: TrustRoot, *, require_witnessed: bool = False) -> Verdict:
    """Verify that a document was issued, delivered and logged as its receipt says.

    `root` is one that the caller has accepted (`voute.verify.trust`). With `require_witnessed` a checkpoint without the
    quorum raises `NoQuorumError`; without, the verdict says `logged`. Raises `VouteError` of the step that fails, with
    fact `step`, and nothing else.
    """
    with step(0):
        claimed = _read(receipt)
    with step(1):
        _expect_city(claimed, root)
    with step(2):
        _expect_document(claimed.manifest, document)
    with step(3):
        signed = _expect_issuer(claimed, root)
    with step(4):
        _expect_event(claimed.event, signed)
    with step(5):
        expect_logged(claimed.receipt, claimed.proof)
    with step(6):
        checkpoint = _verify_checkpoint(claimed, root)
    with step(7):
        if require_witnessed:
            checkpoint.require_quorum()
    witnessed_at = checkpoint.witnessed_at
    return Verdict(
        state=checkpoint.state,
        issuer=signed.issuer.id,
        names=signed.issuer.names,
        document_id=signed.manifest.document_id,
        title=signed.manifest.title,
        issued_at=signed.manifest.issued_at,
        event_time=claimed.event.time,
        witnessed_at=None if witnessed_at is None else UnixTime(witnessed_at),
        index=claimed.proof.index,
        tree_size=checkpoint.head.size,
        steps=tuple(enumerate(STEPS)),
    )
