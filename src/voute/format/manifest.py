"""The manifest: what an issuer says about one document (payload of `manifest`), sealed in the document's card.

Source: `docs/spec/document.md`, "Manifest". What a client shows about a document comes from here and from nowhere
else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import DocumentId, Hash, LookupId, Slug, VaultId
from voute.core.values import LANGUAGES, Money, UnixTime, text_of, time_text
from voute.format import canonical, dsse
from voute.format.canonical import Json
from voute.format.dsse import Kind, SigningKey
from voute.format.fields import Fields, write_date, write_hex, write_money

MAX_PARTY: Final = 200
MAX_TITLE: Final = 200
MAX_PAYMENT_REFERENCE: Final = 64
# A tax bill has up to six instalments in practice; one a month at most.
MAX_INSTALMENTS: Final = 12
# A pack of 64 MiB holds the largest body with room for its index.
MAX_BODY: Final = 50 * 1024 * 1024
# One STREAM chunk of age.
MAX_CARD: Final = 64 * 1024

MEDIA_TYPES: Final = frozenset({"application/pdf"})
ACTIONS: Final = frozenset({"pay", "reply"})
ASSURANCES: Final = frozenset({"single", "double"})

_KEYS = frozenset(
    [
        "version",
        "city",
        "issuer",
        "type",
        "document_id",
        "nonce",
        "party",
        "recipient",
        "title",
        "language",
        "media_type",
        "plaintext",
        "issued_at",
        "due",
        "reply_by",
        "amount",
        "instalments",
        "payment_reference",
        "action",
        "supersedes",
        "minimum_assurance",
        "sensitive",
    ]
)
_CLAIM_KEYS = frozenset({"kind", "lookup_id", "slot", "code_epoch"})
_VAULT_KEYS = frozenset({"kind", "vault_id"})
_INSTALMENT_KEYS = frozenset({"cents", "currency", "due"})
_PLAINTEXT_KEYS = frozenset({"sha256", "size"})


@dataclass(frozen=True, slots=True)
class ToClaim:
    """The document waits for whoever holds the code behind this lookup id."""

    lookup_id: LookupId
    slot: int
    code_epoch: int

    def to_json(self) -> Json:
        """Write the object."""
        return {
            "kind": "claim",
            "lookup_id": self.lookup_id.hex(),
            "slot": self.slot,
            "code_epoch": self.code_epoch,
        }


@dataclass(frozen=True, slots=True)
class ToVault:
    """The document is for this vault."""

    vault_id: VaultId

    def to_json(self) -> Json:
        """Write the object."""
        return {"kind": "vault", "vault_id": self.vault_id.hex()}


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of an amount and its day."""

    money: Money
    due: date


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that an issuer says about one document; absent values are None. `size` is in bytes."""

    city: Slug
    issuer: Slug
    type: Slug
    document_id: DocumentId
    nonce: Hash
    party: str
    recipient: ToClaim | ToVault
    title: str
    language: str
    sha256: Hash
    size: int
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
    media_type: str = "application/pdf"

    def encode(self) -> bytes:
        """Write the payload; raises `FormatError` for a value that the specification does not allow."""
        self._check()
        return canonical.dumps(self._to_json())

    def _to_json(self) -> Mapping[str, Json]:
        return {
            "version": 1,
            "city": self.city,
            "issuer": self.issuer,
            "type": self.type,
            "document_id": self.document_id.hex(),
            "nonce": self.nonce.hex(),
            "party": self.party,
            "recipient": self.recipient.to_json(),
            "title": self.title,
            "language": self.language,
            "media_type": self.media_type,
            "plaintext": {"sha256": self.sha256.hex(), "size": self.size},
            "issued_at": time_text(self.issued_at),
            "due": write_date(self.due),
            "reply_by": write_date(self.reply_by),
            "amount": write_money(self.amount),
            "instalments": write_instalments(self.instalments),
            "payment_reference": self.payment_reference,
            "action": self.action,
            "supersedes": write_hex(self.supersedes),
            "minimum_assurance": self.minimum_assurance,
            "sensitive": self.sensitive,
        }

    def _check(self) -> None:
        text_of(self.party, MAX_PARTY)
        text_of(self.title, MAX_TITLE)
        if self.payment_reference is not None:
            text_of(self.payment_reference, MAX_PAYMENT_REFERENCE)
        if not 1 <= self.size <= MAX_BODY:
            raise FormatError("size out of range", field="size")
        _check_instalments(self.instalments)

    def sign(self, key: SigningKey, payload: bytes | None = None) -> bytes:
        """Sign with the issuer's signing key; returns the envelope, which is the card's plaintext.

        `payload` is `encode()` again when the caller has it already.
        """
        return dsse.sign(Kind.MANIFEST, self.encode() if payload is None else payload, key)


def _check_instalments(instalments: tuple[Instalment, ...]) -> None:
    days = [one.due for one in instalments]
    if len(days) > MAX_INSTALMENTS or days != sorted(days):
        raise FormatError("instalments are at most 12, sorted by due day", field="instalments")


def _read_recipient(fields: Fields) -> ToClaim | ToVault:
    kind = fields.word_in("recipient", "kind")
    if kind == "claim":
        inner = fields.object("recipient", _CLAIM_KEYS)
        return ToClaim(LookupId(inner.hash("lookup_id")), inner.u32("slot"), inner.u32("code_epoch"))
    if kind == "vault":
        return ToVault(VaultId(fields.object("recipient", _VAULT_KEYS).hash("vault_id")))
    raise FormatError("manifest.recipient: unknown kind", field="recipient")


def write_instalments(instalments: tuple[Instalment, ...]) -> Json:
    """Write the parts of an amount."""
    return [{"cents": one.money.cents, "currency": one.money.currency, "due": one.due.isoformat()} for one in instalments]


def read_instalments(fields: Fields) -> tuple[Instalment, ...]:
    """Read the parts of an amount from the key `instalments`: at most 12, sorted by due day."""
    found = tuple(
        Instalment(Money(one.integer("cents"), one.string("currency")), one.date("due"))
        for one in fields.objects("instalments", _INSTALMENT_KEYS, 0, MAX_INSTALMENTS)
    )
    _check_instalments(found)
    return found


def parse_manifest(payload: bytes) -> Manifest:
    """Parse the payload of a verified envelope; raises `FormatError` alone."""
    fields = Fields(canonical.loads(payload, MAX_CARD), _KEYS, "manifest")
    fields.version()
    plaintext = fields.object("plaintext", _PLAINTEXT_KEYS)
    supersedes = fields.optional("supersedes", fields.identifier)
    return Manifest(
        city=fields.slug("city"),
        issuer=fields.slug("issuer"),
        type=fields.slug("type"),
        document_id=DocumentId(fields.identifier("document_id")),
        nonce=fields.hash("nonce"),
        party=fields.text("party", MAX_PARTY),
        recipient=_read_recipient(fields),
        title=fields.text("title", MAX_TITLE),
        language=fields.one_of("language", LANGUAGES),
        sha256=plaintext.hash("sha256"),
        size=plaintext.integer("size", 1, MAX_BODY),
        issued_at=fields.time("issued_at"),
        due=fields.optional("due", fields.date),
        reply_by=fields.optional("reply_by", fields.date),
        amount=fields.optional("amount", fields.money),
        instalments=read_instalments(fields),
        payment_reference=fields.optional("payment_reference", lambda key: fields.text(key, MAX_PAYMENT_REFERENCE)),
        action=fields.optional("action", lambda key: fields.one_of(key, ACTIONS)),
        supersedes=None if supersedes is None else DocumentId(supersedes),
        minimum_assurance=fields.one_of("minimum_assurance", ASSURANCES),
        sensitive=fields.boolean("sensitive"),
        media_type=fields.one_of("media_type", MEDIA_TYPES),
    )
