"""Rows of the catalogue as the use cases see them (docs/spec/catalogue.md).

Ids and hashes are raw bytes, instants whole microseconds since 1970 UTC. A row is a fact as it was read.
"""

from dataclasses import dataclass
from typing import Literal

VaultState = Literal["open", "closed"]
MethodKind = Literal["passkey", "kit"]
LookupState = Literal["waiting", "bound", "revoked"]
DeliveryState = Literal["draft", "committed", "visible", "cancelled"]
BoxKind = Literal["claim", "vault"]
SessionKind = Literal["holder", "issuer"]
ChallengePurpose = Literal["claim", "session", "issuer", "method"]


@dataclass(frozen=True, slots=True)
class VaultRow:
    """A vault; `head_hash` is the hash of its newest record, `claim_digest` the SHA-256 of the claim's body."""

    vault_id: bytes
    v: int
    kind: str
    state: VaultState
    head_number: int
    head_hash: bytes
    keyring_number: int
    created_at: int
    claim_digest: bytes


@dataclass(frozen=True, slots=True)
class VaultRecordRow:
    """One record of a vault's chain, with its envelope's exact bytes."""

    number: int
    payload_hash: bytes
    envelope: bytes


@dataclass(frozen=True, slots=True)
class KeyringRow:
    """The newest keyring of a vault: sealed bytes that the city cannot open."""

    number: int
    sha256: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class MethodRow:
    """An unlock method: a passkey with its credential id, or a kit with its Ed25519 sign-in key."""

    method_id: bytes
    kind: MethodKind
    credential_id: bytes | None
    sign_in_key: bytes | None


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """A WebAuthn credential (COSE public key) that signs in to a vault."""

    credential_id: bytes
    vault_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    created_at: int
    last_used_at: int | None


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """A challenge that was just taken: who it was given for, and until when it was good."""

    subject: bytes | None
    expires_at: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session; `subject` is a vault id, or an issuer's slug in ASCII; only the token's SHA-256 is kept."""

    token_hash: bytes
    kind: SessionKind
    subject: bytes
    created_at: int
    seen_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class LookupRow:
    """A claim code as the city knows it: its public lookup id and the hash of its token."""

    lookup_id: bytes
    issuer: str
    token_hash: bytes
    state: LookupState
    created_delivery: bytes
    vault_id: bytes | None = None
    bind: bytes | None = None
    claimed_at: int | None = None
    claim_event: int | None = None
    bound_event: int | None = None
    revoked_at: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery; `documents` and `body_bytes` are what its drafts held when it was committed (0 before)."""

    delivery_id: bytes
    issuer: str
    run: str
    state: DeliveryState
    documents: int
    body_bytes: int
    opened_at: int
    committed_at: int | None
    visible_at: int | None


@dataclass(frozen=True, slots=True)
class PackRow:
    """A pack of a delivery; `statement_hash` is None until its documents are drafted."""

    delivery_id: bytes
    pack_hash: bytes
    size: int
    statement_hash: bytes | None
    documents: int
    body_bytes: int
    stored_at: int


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document; `position` is its place in the order of becoming visible, None before."""

    document_id: bytes
    position: int | None
    delivery_id: bytes
    issuer: str
    box_kind: BoxKind
    box_id: bytes
    pack_hash: bytes
    body_offset: int
    body_length: int
    sealed_hash: bytes
    manifest_hash: bytes
    header: bytes
    card: bytes
    dedupe_id: bytes
    content_id: bytes
    event_id: int
    opened_at: int | None


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A visible document as a holder's list shows it; `delivered_at` is when its delivery became visible."""

    document_id: bytes
    position: int
    issuer: str
    header: bytes
    card: bytes
    manifest_hash: bytes
    pack_hash: bytes
    body_offset: int
    body_length: int
    sealed_hash: bytes
    event_id: int
    delivered_at: int
    opened_at: int | None


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document that an issuer already sent under a dedupe id, in a delivery that was not cancelled."""

    dedupe_id: bytes
    content_id: bytes
    document_id: bytes
    delivery_id: bytes
    run: str
    delivery_state: DeliveryState


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to keep; a delivery's events wait for its commit, the others are ready at once.

    `act` is the envelope behind it, None where it is kept elsewhere (pack statement, vault record).
    """

    delivery_id: bytes | None
    type: str
    box_kind: BoxKind | None
    box_id: bytes | None
    salt: bytes
    data: bytes
    act: bytes | None


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """A ready event that has no place in the log yet."""

    event_id: int
    box_id: bytes | None
    salt: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """An event with its place in the log and its chain value."""

    event_id: int
    log_index: int
    salt: bytes
    chain: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event; `log_index` and `chain` are None until it is numbered, `logged` says that a checkpoint holds it."""

    event_id: int
    type: str
    box_id: bytes | None
    salt: bytes
    data: bytes
    act: bytes | None
    chain: bytes | None
    log_index: int | None
    logged: bool


@dataclass(frozen=True, slots=True)
class DeliveredEvent:
    """One line of a delivery's receipts: a document, its event and its place in the log."""

    document_id: bytes
    event_id: int
    log_index: int
    salt: bytes
    chain: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class ChainRow:
    """The chain of a box: its salt, how many events it had and the last chain value."""

    box_id: bytes
    chain_salt: bytes
    n: int
    head: bytes


@dataclass(frozen=True, slots=True)
class LogStateRow:
    """What the city last published of its log: a copy for reading, the truth is in the lock store."""

    size: int
    root: bytes
    checkpoint: str
    published_at: int
