"""Sealing and opening one document: a file key, a header, the card with the signed manifest, the body.

Source: `docs/spec/document.md`. Opening is six checks in a fixed order, and nothing of the document leaves this module
before the ones that concern it have passed.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from voute.core.errors import LimitError, VerificationError, VouteError
from voute.core.ids import HASH_SIZE, ID_SIZE, DocumentId, Hash, LookupId, Slug, VaultId
from voute.core.values import Money, UnixTime
from voute.format.dsse import SigningKey, statement_hash
from voute.format.manifest import MAX_BODY, MAX_CARD, Instalment, Manifest, ToClaim, ToVault
from voute.format.signed_manifest import SignedManifest, WrongCityError, read_signed, verify_signed
from voute.format.trust_root import TrustRoot
from voute.seal.agefile import open_header, open_payload, seal_header, seal_payload, seal_payload_into
from voute.seal.file_key import FileKey
from voute.seal.hybrid import HybridIdentity, HybridRecipient
from voute.seal.stream import Buffer


class WrongDocumentError(VerificationError):
    """Another document than the one that was asked for."""

    code: ClassVar[str] = "wrong-document"


class WrongVaultError(VerificationError):
    """A document that is sealed to a key of ours but made out to someone else."""

    code: ClassVar[str] = "wrong-vault"


class BodyMismatchError(VerificationError):
    """The body does not open whole, or is not the file that the issuer signed for."""

    code: ClassVar[str] = "body-mismatch"


@dataclass(frozen=True, slots=True)
class DocumentFields:
    """What the issuer decides about a document; sealing adds id, nonce, hash and size."""

    city: Slug
    issuer: Slug
    type: Slug
    party: str
    recipient: ToClaim | ToVault
    title: str
    language: str
    issued_at: UnixTime
    due: date | None = None
    reply_by: date | None = None
    amount: Money | None = None
    instalments: tuple[Instalment, ...] = ()
    payment_reference: str | None = None
    action: str | None = None
    supersedes: DocumentId | None = None
    minimum_assurance: str = "single"
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """A sealed document and its hashes; `header ‖ card` and `header ‖ body` are complete age files.

    `envelope` is the signed manifest in the clear, for the issuer's own receipts. `sealed_hash` is SHA-256 of the sealed body;
    `body` is empty when it was sealed into a place that the caller gave.
    """

    document_id: DocumentId
    header: bytes
    card: bytes
    body: bytes
    sealed_hash: Hash
    plaintext_hash: Hash
    manifest_hash: Hash
    envelope: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeldClaim:
    """A claim in the holder's keyring: the manifest must agree with all of it."""

    issuer: Slug
    party: str
    lookup_id: LookupId
    slot: int
    code_epoch: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Who opens: a vault with its claims, or whoever has a code in hand (`code`: its lookup id), or both."""

    vault_id: VaultId | None = None
    claims: tuple[HeldClaim, ...] = ()
    code: LookupId | None = None


@dataclass(frozen=True, slots=True)
class OpenedCard:
    """A card whose manifest is verified; the key opens the body and re-wraps the header."""

    signed: SignedManifest
    file_key: FileKey = field(repr=False)

    @property
    def manifest(self) -> Manifest:
        """What the issuer says about the document."""
        return self.signed.manifest


def _manifest(fields: DocumentFields, plaintext_hash: Hash, size: int) -> Manifest:
    return Manifest(
        city=fields.city,
        issuer=fields.issuer,
        type=fields.type,
        document_id=DocumentId(os.urandom(ID_SIZE)),
        nonce=Hash(os.urandom(HASH_SIZE)),
        party=fields.party,
        recipient=fields.recipient,
        title=fields.title,
        language=fields.language,
        sha256=plaintext_hash,
        size=size,
        issued_at=fields.issued_at,
        due=fields.due,
        reply_by=fields.reply_by,
        amount=fields.amount,
        instalments=fields.instalments,
        payment_reference=fields.payment_reference,
        action=fields.action,
        supersedes=fields.supersedes,
        minimum_assurance=fields.minimum_assurance,
        sensitive=fields.sensitive,
    )


def seal_document(
    fields: DocumentFields, signer: SigningKey, recipient: HybridRecipient, body: Buffer, place: memoryview | None = None
) -> SealedDocument:
    """Seal a document of 1 byte to `MAX_BODY` for one recipient, under a fresh file key; into a place, if one is given.

    `place` has exactly `payload_size(len(body))` bytes. Whether the recipient belongs to `fields.recipient` is the caller's to
    prove (`docs/spec/claim.md`). Raises `FormatError` for fields that a manifest cannot hold or another place, `LimitError` for a
    body that is empty or too long.
    """
    if not 1 <= len(body) <= MAX_BODY:
        raise LimitError("a body has 1 byte to 50 MiB", size=len(body), limit=MAX_BODY)
    plaintext_hash = Hash(hashlib.sha256(body).digest())
    manifest = _manifest(fields, plaintext_hash, len(body))
    payload = manifest.encode()
    return _seal(manifest.document_id, payload, manifest.sign(signer, payload), plaintext_hash, recipient, body, place)


def _seal(
    document_id: DocumentId,
    payload: bytes,
    envelope: bytes,
    plaintext_hash: Hash,
    recipient: HybridRecipient,
    body: Buffer,
    place: memoryview | None,
) -> SealedDocument:
    if len(envelope) > MAX_CARD:
        raise LimitError("a card has at most 64 KiB", size=len(envelope), limit=MAX_CARD)
    file_key = FileKey.generate()
    sealed = b""
    if place is None:
        sealed = seal_payload(file_key, body)
    else:
        seal_payload_into(file_key, body, place)
    return SealedDocument(
        document_id=document_id,
        header=seal_header(file_key, (recipient,)),
        card=seal_payload(file_key, envelope),
        body=sealed,
        sealed_hash=Hash(hashlib.sha256(sealed if place is None else place).digest()),
        plaintext_hash=plaintext_hash,
        manifest_hash=statement_hash(payload),
        envelope=envelope,
    )


def _expect_wanted(manifest: Manifest, root: TrustRoot, wanted: DocumentId | None) -> None:
    if manifest.city != root.city:
        raise WrongCityError("another city", city=manifest.city)
    if wanted is not None and manifest.document_id != wanted:
        raise WrongDocumentError("another document than was asked for")


def _expect_holder(manifest: Manifest, holder: Holder) -> None:
    to = manifest.recipient
    if isinstance(to, ToVault):
        if holder.vault_id is None or to.vault_id != holder.vault_id:
            raise WrongVaultError("made out to another vault")
        return
    mine = HeldClaim(manifest.issuer, manifest.party, to.lookup_id, to.slot, to.code_epoch)
    if mine not in holder.claims and to.lookup_id != holder.code:
        raise WrongVaultError("made out to a claim that is not ours")


def open_card(
    header: bytes,
    card: bytes,
    identities: Iterable[HybridIdentity],
    root: TrustRoot,
    holder: Holder,
    wanted: DocumentId | None = None,
) -> OpenedCard:
    """Open a card: checks 1 to 5 of `docs/spec/document.md`, in that order.

    `wanted` is the document that was asked for, None for a list. Raises `VouteError` alone; the codes are those of the
    specification, and nothing of the manifest leaves when one is raised.
    """
    # (1) The header is of a key of ours and untouched.
    file_key = open_header(header, identities)
    # (2) The card opens to a well-formed manifest.
    if len(card) > MAX_CARD + HASH_SIZE:
        raise LimitError("a card has at most 64 KiB", size=len(card), limit=MAX_CARD)
    parsed = read_signed(open_payload(file_key, card))
    # (3) One of its issuer's keys signed it.
    signed = verify_signed(parsed, root)
    # (4) It is of this city, and the document that was asked for.
    _expect_wanted(signed.manifest, root, wanted)
    # (5) It is for this holder.
    _expect_holder(signed.manifest, holder)
    return OpenedCard(signed, file_key)


def open_body(opened: OpenedCard, body: Buffer) -> bytes:
    """Open the body of an opened card: check 6. Returns the file whole, or raises `BodyMismatchError` alone."""
    try:
        plaintext = open_payload(opened.file_key, body)
    except VouteError as error:
        raise BodyMismatchError(error.detail) from error
    manifest = opened.manifest
    if len(plaintext) != manifest.size or hashlib.sha256(plaintext).digest() != manifest.sha256:
        raise BodyMismatchError("another file than the issuer signed for")
    return plaintext


def rewrap(opened: OpenedCard, recipients: Sequence[HybridRecipient]) -> bytes:
    """Write a new header for an opened document (at a claim: to the vault's reading recipient); payloads stay."""
    return seal_header(opened.file_key, recipients)
