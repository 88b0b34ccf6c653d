"""Vault records: the signed, numbered, chained statements that say which keys a vault has.

Source: `docs/spec/vault.md`, "Vault record". A vault's id is the hash of its first record (genesis), so whoever
knows the id can verify everything that a server hands over about the vault.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import ClassVar, Final

from voute.core.errors import FormatError, VerificationError
from voute.core.ids import Hash, MethodId, Slug, VaultId
from voute.format import binary, canonical, dsse
from voute.format.canonical import Json
from voute.format.dsse import Kind, SigningKey
from voute.format.fields import Fields, write_hex

# One record a change of keys: more in a lifetime is abuse, and a chain must stay cheap to verify.
MAX_RECORDS: Final = 1000
MAX_METHODS: Final = 16

_KEYS = frozenset(
    {
        *("version", "vault_id", "number", "previous", "v", "city", "kind", "root_key", "nonce"),
        *("reading", "keyring", "methods", "members", "state"),
    }
)
_READING_KEYS = frozenset({"epoch", "recipient"})
_KEYRING_KEYS = frozenset({"number", "sha256"})
_METHOD_KEYS = frozenset({"id", "commitment"})


class RecordChainError(VerificationError):
    """Records do not form one vault's chain."""

    code: ClassVar[str] = "record-chain"


class VaultKind(StrEnum):
    """What kind of holder a vault belongs to."""

    PERSON = "person"
    BUSINESS = "business"
    HOUSEHOLD = "household"
    DEPARTMENT = "department"


class VaultState(StrEnum):
    """Whether a vault takes documents."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading epoch (from 1) and the hybrid recipient to which documents are sealed."""

    epoch: int
    recipient: str


@dataclass(frozen=True, slots=True)
class KeyringRef:
    """Which keyring.age is the vault's: its number (from 1) and the SHA-256 of its bytes."""

    number: int
    sha256: Hash


@dataclass(frozen=True, slots=True)
class MethodCommitment:
    """An unlock method: its id and a hash that hides its recipient."""

    id: MethodId
    commitment: Hash


@dataclass(frozen=True, slots=True)
class VaultRecord:
    """One record; genesis (number 0) has no vault id, no previous, no keyring and no methods."""

    vault_id: VaultId | None
    number: int
    previous: Hash | None
    v: int
    city: Slug
    kind: VaultKind
    root_key: bytes
    nonce: Hash
    reading: Reading
    keyring: KeyringRef | None
    methods: tuple[MethodCommitment, ...]
    state: VaultState

    def encode(self) -> bytes:
        """Write the payload; `FormatError` for what the specification does not allow."""
        _check_shape(self)
        methods: list[Json] = [{"id": one.id.hex(), "commitment": one.commitment.hex()} for one in self.methods]
        keyring = self.keyring
        return canonical.dumps(
            {
                "version": 1,
                "vault_id": write_hex(self.vault_id),
                "number": self.number,
                "previous": write_hex(self.previous),
                "v": self.v,
                "city": self.city,
                "kind": str(self.kind),
                "root_key": self.root_key.hex(),
                "nonce": self.nonce.hex(),
                "reading": {"epoch": self.reading.epoch, "recipient": self.reading.recipient},
                "keyring": None if keyring is None else {"number": keyring.number, "sha256": keyring.sha256.hex()},
                "methods": methods,
                "members": [],
                "state": str(self.state),
            }
        )

    def sign(self, key: SigningKey) -> bytes:
        """Sign with the vault's root key; returns the envelope."""
        return dsse.sign(Kind.VAULT_RECORD, self.encode(), key)


def method_commitment(method_id: MethodId, recipient: str) -> Hash:
    """Commit to an unlock method's recipient without showing it."""
    return binary.labelled_hash("method/commitment/v1", method_id, recipient)


def _check_shape(record: VaultRecord) -> None:
    """What holds for one record alone: genesis has nothing, every later one has everything."""
    ids = [one.id for one in record.methods]
    if any(left >= right for left, right in pairwise(ids)):
        raise FormatError("methods are sorted by id, each once", field="methods")
    absent = (record.vault_id is None, record.previous is None, record.keyring is None, not record.methods)
    if absent != (record.number == 0,) * 4:
        raise FormatError("only genesis is without vault id, previous, keyring and methods", field="number")
    if record.number == 0 and (record.reading.epoch != 1 or record.state is not VaultState.OPEN):
        raise FormatError("genesis is open and of reading epoch 1", field="reading")


def _read_keyring(fields: Fields) -> KeyringRef:
    return KeyringRef(fields.integer("number", 1), fields.hash("sha256"))


def parse_vault_record(payload: bytes) -> VaultRecord:
    """Parse a record's payload; raises `FormatError` alone. Nothing is verified."""
    fields = Fields(canonical.loads(payload), _KEYS, "vault-record")
    fields.version()
    fields.list("members", 0, 0)
    reading = fields.object("reading", _READING_KEYS)
    vault_id = fields.optional("vault_id", fields.hash)
    keyring = fields.optional("keyring", lambda key: _read_keyring(fields.object(key, _KEYRING_KEYS)))
    record = VaultRecord(
        vault_id=None if vault_id is None else VaultId(vault_id),
        number=fields.integer("number", 0, MAX_RECORDS - 1),
        previous=fields.optional("previous", fields.hash),
        v=fields.integer("v", 1),
        city=fields.slug("city"),
        kind=VaultKind(fields.one_of("kind", frozenset(VaultKind))),
        root_key=fields.hash("root_key"),
        nonce=fields.hash("nonce"),
        reading=Reading(reading.integer("epoch", 1, MAX_RECORDS), reading.recipient("recipient")),
        keyring=keyring,
        methods=tuple(
            MethodCommitment(MethodId(one.identifier("id")), one.hash("commitment"))
            for one in fields.objects("methods", _METHOD_KEYS, 0, MAX_METHODS)
        ),
        state=VaultState(fields.one_of("state", frozenset(VaultState))),
    )
    _check_shape(record)
    return record


@dataclass(frozen=True, slots=True)
class VaultChain:
    """A verified chain: `hashes[n]` is the hash of `records[n]`'s payload."""

    records: tuple[VaultRecord, ...]
    hashes: tuple[Hash, ...]

    @property
    def vault_id(self) -> VaultId:
        """The hash of genesis."""
        return VaultId(self.hashes[0])

    @property
    def newest(self) -> VaultRecord:
        """The record that counts."""
        return self.records[-1]

    @property
    def head(self) -> Hash:
        """The hash of the newest record."""
        return self.hashes[-1]

    @property
    def root_key(self) -> bytes:
        """The Ed25519 key that signs all records."""
        return self.records[0].root_key


def _check_genesis(record: VaultRecord) -> None:
    if record.number != 0:
        raise RecordChainError("a chain begins with genesis")


def _check_next(chain: VaultChain, record: VaultRecord) -> None:
    old = chain.newest
    if record.number != old.number + 1 or record.previous != chain.head or record.vault_id != chain.vault_id:
        raise RecordChainError("not the next record of this vault")
    if (record.v, record.city, record.kind, record.root_key) != (old.v, old.city, old.kind, old.root_key):
        raise RecordChainError("v, city, kind and root key never change")
    _check_reading(old.reading, record.reading)
    if old.keyring is not None and record.keyring is not None:
        _check_keyring(old.keyring, record.keyring)


def _check_reading(old: Reading, new: Reading) -> None:
    if new.epoch not in {old.epoch, old.epoch + 1} or (new.epoch == old.epoch) != (new.recipient == old.recipient):
        raise RecordChainError("a new reading epoch has a new recipient, the same epoch the same")


def _check_keyring(old: KeyringRef, new: KeyringRef) -> None:
    if new.number < old.number or (new.number == old.number and new.sha256 != old.sha256):
        raise RecordChainError("a keyring's number never falls, and names one keyring")


def start_chain(genesis: bytes) -> VaultChain:
    """Verify a genesis envelope: it is signed by the root key that it names.

    Raises, in this order: `FormatError` (envelope), `WrongStatementError`, `FormatError` (payload),
    `RecordChainError` (not number 0), `UnknownKeyError`, `BadSignatureError`.
    """
    envelope = dsse.parse(genesis)
    chain = _start(envelope)
    dsse.verify(envelope, Kind.VAULT_RECORD, (chain.root_key,))
    return chain


def extend_chain(chain: VaultChain, raw: bytes) -> VaultChain:
    """Verify the next record's envelope against a verified chain; returns the longer chain.

    Raises, in this order: `FormatError` (envelope), `WrongStatementError`, `UnknownKeyError`, `BadSignatureError`,
    `FormatError` (payload), `RecordChainError`.
    """
    envelope = dsse.parse(raw)
    dsse.verify(envelope, Kind.VAULT_RECORD, (chain.root_key,))
    return _extend(chain, envelope)


def _start(envelope: dsse.Envelope) -> VaultChain:
    dsse.expect_kind(envelope, Kind.VAULT_RECORD)
    record = parse_vault_record(envelope.payload)
    _check_genesis(record)
    return VaultChain((record,), (dsse.statement_hash(envelope.payload),))


def _extend(chain: VaultChain, envelope: dsse.Envelope) -> VaultChain:
    record = parse_vault_record(envelope.payload)
    _check_next(chain, record)
    return VaultChain((*chain.records, record), (*chain.hashes, dsse.statement_hash(envelope.payload)))


def verify_chain(envelopes: Sequence[bytes], pinned_head: Hash | None = None) -> VaultChain:
    """Verify a whole chain, genesis first, 1 to 1,000 records; raises as `start_chain` and `extend_chain` do.

    `pinned_head` is the head of a chain that the caller verified before. Where it is still the head, every record is, by the
    hashes that lead to it, the very one whose signature was verified then: signatures are not verified a second time.
    """
    if not 1 <= len(envelopes) <= MAX_RECORDS:
        raise RecordChainError("a chain has 1 to 1,000 records")
    if pinned_head is not None:
        parsed = [dsse.parse(raw) for raw in envelopes]
        if dsse.statement_hash(parsed[-1].payload) == pinned_head:
            return _follow(parsed)
    chain = start_chain(envelopes[0])
    for raw in envelopes[1:]:
        chain = extend_chain(chain, raw)
    return chain


def _follow(envelopes: Sequence[dsse.Envelope]) -> VaultChain:
    """Read a chain whose head is trusted already: numbers, hashes and keys must fit together."""
    chain = _start(envelopes[0])
    for envelope in envelopes[1:]:
        dsse.expect_kind(envelope, Kind.VAULT_RECORD)
        chain = _extend(chain, envelope)
    if any(len(envelope.signatures) != 1 for envelope in envelopes):
        raise FormatError("a record has exactly one signature")
    return chain


def expect_extends(chain: VaultChain, pinned_head: Hash) -> None:
    """Raise `RecordChainError` unless a head that was seen before is in the chain."""
    if pinned_head not in chain.hashes:
        raise RecordChainError("the chain does not hold the head that was seen before")
