"""What an act or an event is about: one small record a type, the same in both.

Source: `docs/spec/event-receipt.md`, the table of events. An actor is written `vault:HEX`, `issuer:SLUG` or
`service`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from voute.core import ids
from voute.core.errors import FormatError
from voute.core.ids import DeliveryId, DocumentId, Hash, LookupId, Slug, VaultId
from voute.core.values import LANGUAGES
from voute.format.canonical import Json
from voute.format.fields import Fields, write_hex

SERVICE: Final = "service"
_VAULT: Final = "vault:"
_ISSUER: Final = "issuer:"


def vault_actor(vault_id: VaultId) -> str:
    """Name a vault as actor."""
    return _VAULT + vault_id.hex()


def issuer_actor(issuer: Slug) -> str:
    """Name an issuer as actor."""
    return _ISSUER + issuer


def check_actor(actor: str, kind: str) -> str:
    """Return the actor if it is of this kind (`vault`, `issuer`, `service`) and well written; `FormatError` otherwise."""
    if kind == "vault" and actor.startswith(_VAULT):
        ids.parse_hex(actor.removeprefix(_VAULT), ids.HASH_SIZE)
    elif kind == "issuer" and actor.startswith(_ISSUER):
        ids.slug(actor.removeprefix(_ISSUER))
    elif kind == SERVICE and actor == SERVICE:
        pass
    else:
        raise FormatError(f"the actor must be a {kind}", field="actor")
    return actor


class Subject(Protocol):
    """A subject knows its type word and writes itself."""

    @property
    def type(self) -> str:
        """The word that stands in `type`."""
        ...

    def to_json(self) -> Mapping[str, Json]:
        """Write the subject's object."""
        ...


@dataclass(frozen=True, slots=True)
class Deliver:
    """An issuer put a document into a vault or before a claim code."""

    delivery_id: DeliveryId
    document_id: DocumentId
    manifest_hash: Hash
    sealed_hash: Hash

    @property
    def type(self) -> str:
        """`deliver`."""
        return "deliver"

    def to_json(self) -> Mapping[str, Json]:
        """Write the subject's object."""
        return {
            "delivery_id": self.delivery_id.hex(),
            "document_id": self.document_id.hex(),
            "manifest_hash": self.manifest_hash.hex(),
            "sealed_hash": self.sealed_hash.hex(),
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """A vault was opened, or a reference added to one, with the code of a letter."""

    lookup_id: LookupId
    issuer: Slug
    vault_id: VaultId
    record_hash: Hash
    bind: Hash

    @property
    def type(self) -> str:
        """`claim`."""
        return "claim"

    def to_json(self) -> Mapping[str, Json]:
        """Write the subject's object."""
        return {
            "lookup_id": self.lookup_id.hex(),
            "issuer": self.issuer,
            "vault_id": self.vault_id.hex(),
            "record_hash": self.record_hash.hex(),
            "bind": self.bind.hex(),
        }


@dataclass(frozen=True, slots=True)
class Bound:
    """An issuer pinned the vault of a lookup id."""

    lookup_id: LookupId
    vault_id: VaultId
    record_hash: Hash

    @property
    def type(self) -> str:
        """`bound`."""
        return "bound"

    def to_json(self) -> Mapping[str, Json]:
        """Write the subject's object."""
        return {
            "lookup_id": self.lookup_id.hex(),
            "vault_id": self.vault_id.hex(),
            "record_hash": self.record_hash.hex(),
        }


@dataclass(frozen=True, slots=True)
class KeyringChange:
    """A vault replaced its keyring: `number` is the keyring's."""

    vault_id: VaultId
    number: int
    record_hash: Hash

    @property
    def type(self) -> str:
        """`keyring`."""
        return "keyring"

    def to_json(self) -> Mapping[str, Json]:
        """Write the subject's object."""
        return {"vault_id": self.vault_id.hex(), "number": self.number, "record_hash": self.record_hash.hex()}


@dataclass(frozen=True, slots=True)
class Opened:
    """A holder opened a document for the first time."""

    document_id: DocumentId
    manifest_hash: Hash

    @property
    def type(self) -> str:
        """`opened`."""
        return "opened"

    def to_json(self) -> Mapping[str, Json]:
        """Write the subject's object."""
        return {"document_id": self.document_id.hex(), "manifest_hash": self.manifest_hash.hex()}


@dataclass(frozen=True, slots=True)
class Delete:
    """A holder deleted a document."""

    document_id: DocumentId
    manifest_hash: Hash

    @property
    def type(self) -> str:
        """`delete`."""
        return "delete"

    def to_json(self) -> Mapping[str, Json]:
        """Write the subject's object."""
        return {"document_id": self.document_id.hex(), "manifest_hash": self.manifest_hash.hex()}


@dataclass(frozen=True, slots=True)
class Revoked:
    """An issuer withdrew a code that nobody has used."""

    lookup_id: LookupId

    @property
    def type(self) -> str:
        """`revoked`."""
        return "revoked"

    def to_json(self) -> Mapping[str, Json]:
        """Write the subject's object."""
        return {"lookup_id": self.lookup_id.hex()}


@dataclass(frozen=True, slots=True)
class Disown:
    """A holder said that a code is no longer theirs: nothing new comes into the vault by it."""

    lookup_id: LookupId
    vault_id: VaultId

    @property
    def type(self) -> str:
        """`disown`."""
        return "disown"

    def to_json(self) -> Mapping[str, Json]:
        """Write the subject's object."""
        return {"lookup_id": self.lookup_id.hex(), "vault_id": self.vault_id.hex()}


@dataclass(frozen=True, slots=True)
class Freeze:
    """Somebody with the letter said that it is not theirs, or that another used its code; `vault_id` None: nobody had."""

    lookup_id: LookupId
    vault_id: VaultId | None

    @property
    def type(self) -> str:
        """`freeze`."""
        return "freeze"

    def to_json(self) -> Mapping[str, Json]:
        """Write the subject's object."""
        return {"lookup_id": self.lookup_id.hex(), "vault_id": write_hex(self.vault_id)}


@dataclass(frozen=True, slots=True)
class Consent:
    """A holder chose, for one document type of one issuer, to do without paper, or to have it again.

    `number` counts the choices of this vault for this type; `text`, `language` and `words` say which words were shown
    (`docs/spec/consent.md`).
    """

    issuer: Slug
    document_type: Slug
    number: int
    paperless: bool
    text: Slug
    language: str
    words: Hash

    @property
    def type(self) -> str:
        """`consent`."""
        return "consent"

    def to_json(self) -> Mapping[str, Json]:
        """Write the subject's object."""
        return {
            "issuer": self.issuer,
            "document_type": self.document_type,
            "number": self.number,
            "paperless": self.paperless,
            "text": self.text,
            "language": self.language,
            "words": self.words.hex(),
        }


AnySubject = Deliver | Claim | Bound | KeyringChange | Opened | Delete | Revoked | Disown | Freeze | Consent


def _deliver(fields: Fields) -> Deliver:
    return Deliver(
        DeliveryId(fields.identifier("delivery_id")),
        DocumentId(fields.identifier("document_id")),
        fields.hash("manifest_hash"),
        fields.hash("sealed_hash"),
    )


def _claim(fields: Fields) -> Claim:
    return Claim(
        LookupId(fields.hash("lookup_id")),
        fields.slug("issuer"),
        VaultId(fields.hash("vault_id")),
        fields.hash("record_hash"),
        fields.hash("bind"),
    )


def _bound(fields: Fields) -> Bound:
    return Bound(LookupId(fields.hash("lookup_id")), VaultId(fields.hash("vault_id")), fields.hash("record_hash"))


def _keyring(fields: Fields) -> KeyringChange:
    return KeyringChange(VaultId(fields.hash("vault_id")), fields.integer("number", 1), fields.hash("record_hash"))


def _opened(fields: Fields) -> Opened:
    return Opened(DocumentId(fields.identifier("document_id")), fields.hash("manifest_hash"))


def _delete(fields: Fields) -> Delete:
    return Delete(DocumentId(fields.identifier("document_id")), fields.hash("manifest_hash"))


def _revoked(fields: Fields) -> Revoked:
    return Revoked(LookupId(fields.hash("lookup_id")))


def _disown(fields: Fields) -> Disown:
    return Disown(LookupId(fields.hash("lookup_id")), VaultId(fields.hash("vault_id")))


def _freeze(fields: Fields) -> Freeze:
    vault = fields.optional("vault_id", fields.hash)
    return Freeze(LookupId(fields.hash("lookup_id")), None if vault is None else VaultId(vault))


def _consent(fields: Fields) -> Consent:
    return Consent(
        issuer=fields.slug("issuer"),
        document_type=fields.slug("document_type"),
        number=fields.integer("number", 1),
        paperless=fields.boolean("paperless"),
        text=fields.slug("text"),
        language=fields.one_of("language", LANGUAGES),
        words=fields.hash("words"),
    )


@dataclass(frozen=True, slots=True)
class _Type:
    keys: frozenset[str]
    read: Callable[[Fields], AnySubject]
    actor: str
    is_act: bool


_TYPES: Final[Mapping[str, _Type]] = {
    "deliver": _Type(frozenset({"delivery_id", "document_id", "manifest_hash", "sealed_hash"}), _deliver, "issuer", is_act=False),
    "claim": _Type(frozenset({"lookup_id", "issuer", "vault_id", "record_hash", "bind"}), _claim, "vault", is_act=True),
    "bound": _Type(frozenset({"lookup_id", "vault_id", "record_hash"}), _bound, "issuer", is_act=True),
    "keyring": _Type(frozenset({"vault_id", "number", "record_hash"}), _keyring, "vault", is_act=False),
    "opened": _Type(frozenset({"document_id", "manifest_hash"}), _opened, "vault", is_act=True),
    "delete": _Type(frozenset({"document_id", "manifest_hash"}), _delete, "vault", is_act=True),
    "revoked": _Type(frozenset({"lookup_id"}), _revoked, "issuer", is_act=True),
    "disown": _Type(frozenset({"lookup_id", "vault_id"}), _disown, "vault", is_act=True),
    "freeze": _Type(frozenset({"lookup_id", "vault_id"}), _freeze, SERVICE, is_act=False),
    "consent": _Type(
        frozenset({"issuer", "document_type", "number", "paperless", "text", "language", "words"}),
        _consent,
        "vault",
        is_act=True,
    ),
}
_WORDS: Final = frozenset(_TYPES)


def check_pair(subject: AnySubject, actor: str, *, act: bool) -> None:
    """Raise `FormatError` unless this actor may do this; `act`: as a signed act, not as an event."""
    kind = _TYPES[subject.type]
    if act and not kind.is_act:
        raise FormatError("this type of event is not an act", field="type")
    check_actor(actor, kind.actor)


def is_asserted(subject: AnySubject) -> bool:
    """Say whether the service alone asserts this event: no statement of anybody stands behind it."""
    return _TYPES[subject.type].actor == SERVICE


def read_subject(fields: Fields, *, act: bool) -> tuple[AnySubject, str]:
    """Read `type`, `actor` and `subject` of an act or event; returns subject and actor."""
    kind = _TYPES[fields.one_of("type", _WORDS)]
    subject = kind.read(fields.object("subject", kind.keys))
    actor = fields.string("actor")
    check_pair(subject, actor, act=act)
    return subject, actor
