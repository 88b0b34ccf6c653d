"""The plaintext of keyring.age: an age identity file whose comments hold our JSON.

Source: `docs/spec/vault.md`, "keyring.age". Stock `age` reads the key lines and passes over the rest; this parser
accepts exactly one way to write each keyring. Every value of this module is secret.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import Hash, LookupId, MethodId, Slug, VaultId
from voute.core.values import UnixTime, text_of, time_text
from voute.format import canonical
from voute.format.age_text import check_secret
from voute.format.canonical import Json
from voute.format.fields import Fields, write_hex
from voute.format.manifest import MAX_PARTY
from voute.format.vault_record import MAX_METHODS, MAX_RECORDS

MAX_PLAINTEXT: Final = 1024 * 1024
MAX_METHOD_NAME: Final = 64
# A holder with more bound references than this is a property manager: another design, not a longer list.
MAX_CLAIMS: Final = 2000
METHOD_KINDS: Final = frozenset({"passkey", "kit"})

_FIRST = "# voute keyring v1"
_READING = re.compile(r"# reading ([1-9][0-9]{0,3})")
_CLAIM = re.compile(r"# claim ([0-9a-f]{64})")

_KEYS = frozenset(
    {
        *("version", "city", "vault_id", "number", "record_head", "root_seed", "claims", "methods"),
        "trust_root_version",
    }
)
_CLAIM_KEYS = frozenset({"issuer", "party", "lookup_id", "slot", "code_epoch"})
_METHOD_KEYS = frozenset({"id", "kind", "recipient", "created_at", "name"})


@dataclass(frozen=True, slots=True)
class KeyringClaim:
    """A reference that was claimed, and its identity, so that late arrivals under the old code still open."""

    issuer: Slug
    party: str
    lookup_id: LookupId
    slot: int
    code_epoch: int
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyringMethod:
    """An unlock method: its id, what it is, its recipient, when it was added, what the holder calls it."""

    id: MethodId
    kind: str
    recipient: str
    created_at: UnixTime
    name: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """A parsed keyring: nothing is checked against the vault's records yet.

    `readings` are the identities of epochs 1, 2, …: `AGE-SECRET-KEY-PQ-1…` each. `root_seed` is None for a member who
    is no owner.
    """

    city: Slug
    vault_id: VaultId
    number: int
    record_head: Hash
    root_seed: bytes | None = field(repr=False)
    claims: tuple[KeyringClaim, ...]
    methods: tuple[KeyringMethod, ...]
    trust_root_version: int
    readings: tuple[str, ...] = field(repr=False)

    def encode(self) -> bytes:
        """Write the plaintext; `FormatError` for what the specification does not allow."""
        _check(self)
        lines = [_FIRST, "# " + canonical.dumps(self._to_json()).decode("utf-8")]
        for epoch, secret in enumerate(self.readings, 1):
            lines += (f"# reading {epoch}", secret)
        for one in self.claims:
            lines += (f"# claim {one.lookup_id.hex()}", one.secret)
        raw = "".join(f"{line}\n" for line in lines).encode("utf-8")
        if len(raw) > MAX_PLAINTEXT:
            raise FormatError("keyring: too long")
        return raw

    def _to_json(self) -> Json:
        return {
            "version": 1,
            "city": self.city,
            "vault_id": self.vault_id.hex(),
            "number": self.number,
            "record_head": self.record_head.hex(),
            "root_seed": write_hex(self.root_seed),
            "claims": [
                {
                    "issuer": one.issuer,
                    "party": one.party,
                    "lookup_id": one.lookup_id.hex(),
                    "slot": one.slot,
                    "code_epoch": one.code_epoch,
                }
                for one in self.claims
            ],
            "methods": [
                {
                    "id": one.id.hex(),
                    "kind": one.kind,
                    "recipient": one.recipient,
                    "created_at": time_text(one.created_at),
                    "name": one.name,
                }
                for one in self.methods
            ],
            "trust_root_version": self.trust_root_version,
        }


def _check(keyring: Keyring) -> None:
    ids = [one.id for one in keyring.methods]
    if not ids or any(left >= right for left, right in pairwise(ids)):
        raise FormatError("keyring.methods: empty or not sorted by id", field="methods")
    if len({one.lookup_id for one in keyring.claims}) != len(keyring.claims):
        raise FormatError("keyring.claims: one twice", field="claims")
    if not 1 <= len(keyring.readings) <= MAX_RECORDS:
        raise FormatError("keyring: no reading identity")
    for one in keyring.methods:
        text_of(one.name, MAX_METHOD_NAME)
    for secret in (*keyring.readings, *(one.secret for one in keyring.claims)):
        check_secret(secret)


def _read_claims(fields: Fields, secrets: dict[str, str]) -> tuple[KeyringClaim, ...]:
    found = tuple(
        KeyringClaim(
            issuer=one.slug("issuer"),
            party=one.text("party", MAX_PARTY),
            lookup_id=LookupId(one.hash("lookup_id")),
            slot=one.u32("slot"),
            code_epoch=one.u32("code_epoch"),
            secret=secrets.get(one.string("lookup_id"), ""),
        )
        for one in fields.objects("claims", _CLAIM_KEYS, 0, MAX_CLAIMS)
    )
    if [one.lookup_id.hex() for one in found] != list(secrets):
        raise FormatError("keyring.claims: not the claim lines that follow", field="claims")
    return found


def _read_methods(fields: Fields) -> tuple[KeyringMethod, ...]:
    return tuple(
        KeyringMethod(
            id=MethodId(one.identifier("id")),
            kind=one.one_of("kind", METHOD_KINDS),
            recipient=one.recipient("recipient"),
            created_at=one.time("created_at"),
            name=one.text("name", MAX_METHOD_NAME),
        )
        for one in fields.objects("methods", _METHOD_KEYS, 1, MAX_METHODS)
    )


def _split(raw: bytes) -> list[str]:
    if len(raw) > MAX_PLAINTEXT:
        raise FormatError("keyring: too long")
    try:
        lines = raw.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError("keyring: not UTF-8") from error
    # Two lines of head, pairs of label and key, and what stands behind the last line end: nothing.
    if len(lines) % 2 == 0 or lines[0] != _FIRST or lines[-1] or not lines[1].startswith("# "):
        raise FormatError("keyring: not its lines")
    return lines


def _read_secrets(lines: list[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    readings: list[str] = []
    claims: dict[str, str] = {}
    for label, secret in zip(lines[0::2], lines[1::2], strict=True):
        if (match := _CLAIM.fullmatch(label)) is not None and match[1] not in claims:
            claims[match[1]] = secret
        elif (match := _READING.fullmatch(label)) is not None and int(match[1]) == len(readings) + 1 and not claims:
            readings.append(secret)
        else:
            raise FormatError("keyring: label of a key line")
    return tuple(readings), claims


def parse_keyring(raw: bytes) -> Keyring:
    """Parse a keyring's plaintext; its own encoding is exactly `raw`, since JSON, labels and keys have one form each.

    Raises `FormatError` alone.
    """
    lines = _split(raw)
    readings, claims = _read_secrets(lines[2:-1])
    fields = Fields(canonical.loads(lines[1][2:].encode("utf-8"), MAX_PLAINTEXT), _KEYS, "keyring")
    fields.version()
    keyring = Keyring(
        city=fields.slug("city"),
        vault_id=VaultId(fields.hash("vault_id")),
        number=fields.integer("number", 1),
        record_head=fields.hash("record_head"),
        root_seed=fields.optional("root_seed", fields.hash),
        claims=_read_claims(fields, claims),
        methods=_read_methods(fields),
        trust_root_version=fields.integer("trust_root_version", 1),
        readings=readings,
    )
    _check(keyring)
    return keyring
