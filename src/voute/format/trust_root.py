"""The trust root: which keys speak for a city, its log, its witnesses and its departments (payload of `trust-root`).

Source: `docs/spec/trust-root.md`. This module holds the schema and the rules of one root alone; which root counts is
`voute.verify.trust`'s.
"""

import hashlib
import re
from base64 import b32encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import Hash, Slug, VaultId
from voute.core.values import Names, UnixTime
from voute.format import canonical, dsse
from voute.format.canonical import Json
from voute.format.fields import Fields, to_base64, write_hex, write_names, write_time

MAX_CITY_KEYS: Final = 16
MAX_LOGS: Final = 64
MAX_WITNESSES: Final = 16
MAX_ISSUERS: Final = 1000
# Keys of one issuer over its life, old ones included; types of document of one department.
MAX_ISSUER_KEYS: Final = 100
MAX_TYPES: Final = 200
MLDSA44_SIZE: Final = 1312
# 80 bits: enough against a second root made to look alike, short enough to read aloud.
FINGERPRINT_BYTES: Final = 10

# A log's origin and a witness's name are C2SP key names (signed-note): here printable ASCII without space and plus.
_KEY_NAME = re.compile(r"[!-*,-~]{1,200}")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?")
_MISREAD = str.maketrans("OIL", "011")
_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")

_KEYS = frozenset(
    {
        *("version", "number", "previous", "city", "names", "issued_at", "effective_at", "rp_id", "origin"),
        *("keys", "threshold", "logs", "witnesses", "issuers"),
    }
)
_CITY_KEY_KEYS = frozenset({"keyid", "ed25519"})
_LOG_KEYS = frozenset({"origin", "ed25519", "mldsa44", "from", "until"})
_WITNESSES_KEYS = frozenset({"quorum", "keys"})
_WITNESS_KEYS = frozenset({"name", "mldsa44"})
_ISSUER_KEYS = frozenset({"id", "names", "vault_id", "keys", "document_types"})
_ISSUER_KEY_KEYS = frozenset({"ed25519", "from", "until"})
_TYPE_KEYS = frozenset({"id", "names", "registered"})


@dataclass(frozen=True, slots=True)
class LogKey:
    """One log (or shard of a year): its origin, both its keys, and when it takes entries."""

    origin: str
    ed25519: bytes
    mldsa44: bytes
    since: UnixTime
    until: UnixTime | None


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """One witness: its name and its ML-DSA-44 key."""

    name: str
    mldsa44: bytes


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A department's signing key, good for log indexes from `since` up to but without `until`."""

    ed25519: bytes
    since: int
    until: int | None

    def holds_at(self, index: int) -> bool:
        """Tell whether the key is good at this log index."""
        return self.since <= index and (self.until is None or index < self.until)


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A type of document; `registered`: its openings are told to the department one by one."""

    id: Slug
    names: Names
    registered: bool


@dataclass(frozen=True, slots=True)
class Issuer:
    """A department: its names, its vault if it has one, its keys, its types of document."""

    id: Slug
    names: Names
    vault_id: VaultId | None
    keys: tuple[IssuerKey, ...]
    document_types: tuple[DocumentType, ...]


@dataclass(frozen=True, slots=True)
class TrustRoot:
    """One numbered trust root; `keys` are the city's own Ed25519 keys, `threshold` of which must sign."""

    number: int
    previous: Hash | None
    city: Slug
    names: Names
    issued_at: UnixTime
    effective_at: UnixTime
    rp_id: str
    origin: str
    keys: tuple[bytes, ...]
    threshold: int
    logs: tuple[LogKey, ...]
    quorum: int
    witnesses: tuple[WitnessKey, ...]
    issuers: tuple[Issuer, ...]

    def issuer(self, name: str) -> Issuer | None:
        """Return the department with this id, or None."""
        return next((one for one in self.issuers if one.id == name), None)

    def end_of(self, origin: str) -> UnixTime | None:
        """Return the second at which a log ends; None: it goes on, or is none of this root's."""
        return next((one.until for one in self.logs if one.origin == origin), None)

    def encode(self) -> bytes:
        """Write the payload; `FormatError` for what the specification does not allow."""
        _check(self)
        return canonical.dumps(
            {
                "version": 1,
                "number": self.number,
                "previous": write_hex(self.previous),
                "city": self.city,
                "names": write_names(self.names),
                "issued_at": write_time(self.issued_at),
                "effective_at": write_time(self.effective_at),
                "rp_id": self.rp_id,
                "origin": self.origin,
                "keys": [{"keyid": dsse.keyid(key), "ed25519": key.hex()} for key in self.keys],
                "threshold": self.threshold,
                "logs": [_write_log(one) for one in self.logs],
                "witnesses": {
                    "quorum": self.quorum,
                    "keys": [{"name": one.name, "mldsa44": to_base64(one.mldsa44)} for one in self.witnesses],
                },
                "issuers": [_write_issuer(one) for one in self.issuers],
            }
        )


def fingerprint(payload: bytes) -> str:
    """Write the fingerprint of a first root's payload: 80 bits as four groups of four Crockford symbols."""
    symbols = b32encode(hashlib.sha256(payload).digest()[:FINGERPRINT_BYTES]).translate(_CROCKFORD).decode("ascii")
    return "-".join(symbols[start : start + 4] for start in range(0, 16, 4))


def tidy_fingerprint(typed: str) -> str:
    """Give a fingerprint that somebody typed from paper its one form: any case and grouping, O for zero, I and L for one."""
    symbols = "".join(typed.split()).replace("-", "").upper().translate(_MISREAD)
    return "-".join(symbols[start : start + 4] for start in range(0, len(symbols), 4))


def _write_log(one: LogKey) -> Json:
    return {
        "origin": one.origin,
        "ed25519": one.ed25519.hex(),
        "mldsa44": to_base64(one.mldsa44),
        "from": write_time(one.since),
        "until": write_time(one.until),
    }


def _write_issuer(one: Issuer) -> Json:
    return {
        "id": one.id,
        "names": write_names(one.names),
        "vault_id": write_hex(one.vault_id),
        "keys": [{"ed25519": key.ed25519.hex(), "from": key.since, "until": key.until} for key in one.keys],
        "document_types": [
            {"id": kind.id, "names": write_names(kind.names), "registered": kind.registered} for kind in one.document_types
        ],
    }


def _check_sorted(names: Iterable[str], field: str) -> None:
    if any(left >= right for left, right in pairwise(names)):
        raise FormatError(f"trust-root.{field}: not sorted, or one twice", field=field)


def _check_unique(keys: Sequence[bytes], field: str) -> None:
    if len(set(keys)) != len(keys):
        raise FormatError(f"trust-root.{field}: a key twice", field=field)


def _check_span(start: int, end: int | None, field: str) -> None:
    if end is not None and end <= start:
        raise FormatError(f"trust-root.{field}: ends before it begins", field=field)


def _check_origin(root: TrustRoot) -> None:
    match = _ORIGIN.fullmatch(root.origin)
    if match is None or _HOST.fullmatch(root.rp_id) is None or match[2] != root.rp_id:
        raise FormatError("trust-root.origin: not an origin whose host is rp_id", field="origin")
    if match[1] == "http" and root.rp_id != "localhost":
        raise FormatError("trust-root.origin: http is for localhost alone", field="origin")


def _check(root: TrustRoot) -> None:
    if (root.number == 1) != (root.previous is None):
        raise FormatError("trust-root.previous: only the first root has none", field="previous")
    _check_origin(root)
    _check_sorted((dsse.keyid(key) for key in root.keys), "keys")
    if not 1 <= root.threshold <= len(root.keys):
        raise FormatError("trust-root.threshold: more than there are keys", field="threshold")
    _check_sorted((one.origin for one in root.logs), "logs")
    _check_sorted((one.name for one in root.witnesses), "witnesses")
    if not 0 <= root.quorum <= len(root.witnesses):
        raise FormatError("trust-root.witnesses: quorum larger than the list", field="witnesses")
    _check_sorted((one.id for one in root.issuers), "issuers")
    for log in root.logs:
        _check_span(log.since, log.until, "logs")
    for issuer in root.issuers:
        _check_issuer(issuer)
    _check_unique([one.mldsa44 for one in root.witnesses], "witnesses")
    _check_unique([key.ed25519 for one in root.issuers for key in one.keys], "issuers")


def _check_issuer(issuer: Issuer) -> None:
    _check_sorted((kind.id for kind in issuer.document_types), "document_types")
    for key in issuer.keys:
        _check_span(key.since, key.until, "issuers")


def _key_name(fields: Fields, key: str) -> str:
    name = fields.text(key)
    if _KEY_NAME.fullmatch(name) is None:
        raise FormatError("trust-root: not a key name", field=key)
    return name


def _mldsa44(fields: Fields) -> bytes:
    raw = fields.base64("mldsa44")
    if len(raw) != MLDSA44_SIZE:
        raise FormatError("trust-root.mldsa44: a key has 1312 bytes", field="mldsa44")
    return raw


def _read_city_keys(fields: Fields) -> tuple[bytes, ...]:
    keys: list[bytes] = []
    for one in fields.objects("keys", _CITY_KEY_KEYS, 1, MAX_CITY_KEYS):
        key = one.hash("ed25519")
        if one.string("keyid") != dsse.keyid(key):
            raise FormatError("trust-root.keys: keyid of another key", field="keys")
        keys.append(key)
    return tuple(keys)


def _read_log(one: Fields) -> LogKey:
    return LogKey(
        _key_name(one, "origin"),
        one.hash("ed25519"),
        _mldsa44(one),
        one.time("from"),
        one.optional("until", one.time),
    )


def _read_issuer(one: Fields) -> Issuer:
    vault_id = one.optional("vault_id", one.hash)
    return Issuer(
        id=one.slug("id"),
        names=one.names("names"),
        vault_id=None if vault_id is None else VaultId(vault_id),
        keys=tuple(
            IssuerKey(key.hash("ed25519"), key.integer("from"), key.optional("until", key.integer))
            for key in one.objects("keys", _ISSUER_KEY_KEYS, 1, MAX_ISSUER_KEYS)
        ),
        document_types=tuple(
            DocumentType(kind.slug("id"), kind.names("names"), kind.boolean("registered"))
            for kind in one.objects("document_types", _TYPE_KEYS, 0, MAX_TYPES)
        ),
    )


def parse_trust_root(payload: bytes) -> TrustRoot:
    """Parse a root's payload; raises `FormatError` alone. Nothing is verified (`voute.verify.trust`)."""
    fields = Fields(canonical.loads(payload), _KEYS, "trust-root")
    fields.version()
    witnesses = fields.object("witnesses", _WITNESSES_KEYS)
    root = TrustRoot(
        number=fields.integer("number", 1),
        previous=fields.optional("previous", fields.hash),
        city=fields.slug("city"),
        names=fields.names("names"),
        issued_at=fields.time("issued_at"),
        effective_at=fields.time("effective_at"),
        rp_id=fields.string("rp_id"),
        origin=fields.string("origin"),
        keys=_read_city_keys(fields),
        threshold=fields.integer("threshold", 1, MAX_CITY_KEYS),
        logs=tuple(_read_log(one) for one in fields.objects("logs", _LOG_KEYS, 1, MAX_LOGS)),
        quorum=witnesses.integer("quorum", 0, MAX_WITNESSES),
        witnesses=tuple(
            WitnessKey(_key_name(one, "name"), _mldsa44(one))
            for one in witnesses.objects("keys", _WITNESS_KEYS, 0, MAX_WITNESSES)
        ),
        issuers=tuple(_read_issuer(one) for one in fields.objects("issuers", _ISSUER_KEYS, 0, MAX_ISSUERS)),
    )
    _check(root)
    return root


def sign_trust_root(root: TrustRoot, keys: Sequence[dsse.SigningKey]) -> bytes:
    """Sign a root with several city keys at once (demonstration, tests); returns the envelope.

    In a city each officer signs apart and `dsse.assemble` joins the signatures.
    """
    return dsse.sign_many(dsse.Kind.TRUST_ROOT, root.encode(), keys)
