"""Rows of the catalogue as the use cases see them (docs/spec/catalogue.md has one line for each).

Named tuples, for lists of them are built by the thousand. Times are integer microseconds UTC, fields in the order of columns.
"""

from enum import StrEnum
from typing import NamedTuple

from voute.core.ids import DeliveryId, DocumentId, Hash, LookupId, MethodId, Slug, VaultId


class BoxKind(StrEnum):
    """What a box id is: where a document waits, and whose chain an event extends."""

    CLAIM = "claim"
    VAULT = "vault"


class LookupState(StrEnum):
    """Life of a claim code."""

    WAITING = "waiting"
    BOUND = "bound"
    REVOKED = "revoked"


class DeliveryState(StrEnum):
    """Life of a delivery; a cancelled one leaves no row."""

    DRAFT = "draft"
    COMMITTED = "committed"
    VISIBLE = "visible"


class EventState(StrEnum):
    """Life of an event; a draft becomes ready through its delivery's commit alone."""

    DRAFT = "draft"
    READY = "ready"
    LOGGED = "logged"


class VaultRow(NamedTuple):
    """A vault; `claim_digest` is the hash of the claim that made it, so that the same claim again gets the same answer."""

    vault_id: VaultId
    v: int
    kind: str
    state: str
    head_number: int
    head_hash: Hash
    keyring_number: int
    created_at: int
    claim_digest: Hash


class NumberRow(NamedTuple):
    """A vault number and the lookup id that it was given to."""

    v: int
    lookup_id: LookupId
    given_at: int


class RecordRow(NamedTuple):
    """One vault record, its DSSE envelope verbatim."""

    vault_id: VaultId
    number: int
    payload_hash: Hash
    envelope: bytes


class KeyringRow(NamedTuple):
    """The current keyring.age of a vault."""

    vault_id: VaultId
    number: int
    sha256: Hash
    data: bytes


class IndexRow(NamedTuple):
    """The current sealed index of a vault; `number` is the one that its writer gave it."""

    vault_id: VaultId
    number: int
    sha256: Hash
    written_at: int
    data: bytes


class MethodRow(NamedTuple):
    """An unlock method as far as the city knows it; `last_used_at` is a kit's alone: a passkey's stands with its credential."""

    vault_id: VaultId
    method_id: MethodId
    kind: str
    credential_id: bytes | None
    sign_in_key: bytes | None
    last_used_at: int | None = None


class ConsentRow(NamedTuple):
    """The newest choice of a vault for one document type of one issuer; `paperless` is 0 or 1, `event_id` that of its act."""

    vault_id: VaultId
    issuer: Slug
    document_type: Slug
    number: int
    paperless: int
    chosen_at: int
    event_id: int


class CredentialRow(NamedTuple):
    """A WebAuthn credential; `transports` is a comma-separated list."""

    credential_id: bytes
    vault_id: VaultId
    public_key: bytes
    sign_count: int
    transports: str
    created_at: int
    last_used_at: int | None


class ChallengeRow(NamedTuple):
    """A challenge that was handed out, by its hash; `subject` is what it was asked for (lookup id, issuer, vault) or None."""

    challenge_hash: Hash
    purpose: str
    subject: bytes | None
    expires_at: int


class SessionRow(NamedTuple):
    """A signed-in holder (`subject` = vault id) or issuer (`subject` = slug in ASCII)."""

    token_hash: Hash
    kind: str
    subject: bytes
    created_at: int
    seen_at: int
    expires_at: int


class LookupRow(NamedTuple):
    """A claim code as far as the city knows it; the token only as its hash.

    A frozen one keeps its state: what it was when somebody said that it is not theirs. Nothing new goes by it.
    """

    lookup_id: LookupId
    issuer: Slug
    token_hash: Hash
    state: str
    vault_id: VaultId | None
    bind: Hash | None
    claimed_at: int | None
    claim_event: int | None
    bound_event: int | None
    revoked_at: int | None
    created_delivery: DeliveryId
    frozen_at: int | None = None
    frozen_event: int | None = None


class DeliveryRow(NamedTuple):
    """One run of an issuer; `size` is the bytes of its packs."""

    delivery_id: DeliveryId
    issuer: Slug
    run: str
    state: str
    documents: int
    size: int
    opened_at: int
    committed_at: int | None
    visible_at: int | None


class PackRow(NamedTuple):
    """A pack of a delivery; `documents` is 0 until its draft came."""

    delivery_id: DeliveryId
    pack_hash: Hash
    size: int
    statement_hash: Hash | None
    documents: int
    stored_at: int


class DocumentRow(NamedTuple):
    """A document: all but its body, which is a range of its pack; `position` is None until it is visible.

    Once destroyed it has neither header nor card (no bytes), and its `deliver` event neither salt nor bytes.
    """

    document_id: DocumentId
    position: int | None
    delivery_id: DeliveryId
    issuer: Slug
    box_kind: str
    box_id: bytes
    pack_hash: Hash
    body_offset: int
    body_length: int
    sealed_hash: Hash
    manifest_hash: Hash
    header: bytes
    card: bytes
    dedupe_id: Hash
    content_id: Hash
    event_id: int
    opened_at: int | None
    opened_event: int | None = None
    deleted_at: int | None = None
    delete_event: int | None = None


class BodyRow(NamedTuple):
    """Where the body of a document lies, by the number of its `deliver` event."""

    event_id: int
    pack_hash: Hash
    body_offset: int
    body_length: int


class ListedDocument(NamedTuple):
    """What a list shows of a visible document, with whether and when it was delivered and logged."""

    document_id: DocumentId
    position: int
    header: bytes
    card: bytes
    body_length: int
    issuer: Slug
    delivered_at: int
    opened_at: int | None
    log_index: int | None


class PlaceRow(NamedTuple):
    """That a visible document is there, and when it was first opened."""

    document_id: DocumentId
    position: int
    opened_at: int | None


class KnownDocument(NamedTuple):
    """The earlier document that an issuer's dedupe id stands for."""

    dedupe_id: Hash
    content_id: Hash
    document_id: DocumentId
    delivery_id: DeliveryId
    run: str
    state: str


class NewEvent(NamedTuple):
    """An event to be kept: a draft when it belongs to a delivery, else ready for the log at once."""

    delivery_id: DeliveryId | None
    type: str
    box_kind: str | None
    box_id: bytes | None
    salt: bytes
    data: bytes
    act: bytes | None


class EventRow(NamedTuple):
    """A kept event; `chain` and `log_index` are None until it is numbered, its state says when it is in the log."""

    event_id: int
    delivery_id: DeliveryId | None
    type: str
    box_kind: str | None
    box_id: bytes | None
    salt: bytes
    data: bytes
    act: bytes | None
    state: str
    chain: Hash | None
    log_index: int | None


class NumberedEvent(NamedTuple):
    """The place in the log that the sequencer gives to one event, before it publishes."""

    event_id: int
    chain: Hash
    log_index: int


class ReceiptRow(NamedTuple):
    """What a receipt needs of a document's `deliver` event; of a destroyed document `salt` and `data` are empty."""

    document_id: DocumentId
    log_index: int
    salt: bytes
    chain: Hash
    data: bytes


class ChainRow(NamedTuple):
    """The chain of one box: `n` events so far, `head` the last value."""

    box_id: bytes
    chain_salt: bytes
    n: int
    head: Hash


class NoticeState(StrEnum):
    """Life of an address: nothing but one code goes to an unconfirmed one, nothing at all to an unreachable one."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    UNREACHABLE = "unreachable"


class NoticeRow(NamedTuple):
    """Where and when a holder wants to be told that something came; gone when they stop. Hours are local ones.

    `notice_id` is drawn anew for each address; `tries` counts wrong codes, `bounces` refusals since it was confirmed.
    """

    vault_id: VaultId
    notice_id: bytes
    address: str
    language: str
    pace: str
    hour: int
    weekday: int
    quiet_from: int
    quiet_until: int
    state: str
    tries: int
    bounces: int
    changed_at: int


class MailKind(StrEnum):
    """What a mail says."""

    CONFIRM = "confirm"
    DOCUMENTS = "documents"
    WAY_IN = "way-in"
    FROZEN = "frozen"


class MailRow(NamedTuple):
    """A mail to be sent; gone when it is. Once tried it is changed no more, so that a repeat is the same mail."""

    mail_id: bytes
    vault_id: VaultId
    kind: str
    issuers: str
    created_at: int
    due_at: int
    tries: int


class JobKind(StrEnum):
    """Work that a transaction left to be done after it, until it is done."""

    DESTROY = "destroy"
    """A holder deleted a document; the subject is its id."""
    REMOVE_PACK = "remove-pack"
    """A cancelled delivery left a pack; the subject is its hash."""
    COMPACT = "compact"
    """Documents of a pack are destroyed: their bodies' bytes go; the subject is the pack's hash."""


class JobRow(NamedTuple):
    """One such piece of work; gone when it is done."""

    kind: str
    subject: bytes
    created_at: int


class LogStateRow(NamedTuple):
    """A copy of what the log last published; the truth is the lock store."""

    size: int
    root: Hash
    checkpoint: str
    published_at: int
