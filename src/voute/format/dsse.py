"""DSSE v1 envelopes: the one way in which anything is signed.

Source: secure-systems-lab DSSE v1; `docs/spec/statements.md`. The envelope's canonical bytes are a regular language
(base64, one of our types, hex), so parsing is one match and writing one format: no JSON value is ever built. An
envelope keeps its exact bytes; its payload is parsed only by what `verify…` returned it to.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final

from voute.core.errors import FormatError, VerificationError
from voute.core.ids import Hash
from voute.format import ed25519
from voute.format.ed25519 import BadSignatureError, SigningKey
from voute.format.fields import from_base64, to_base64

__all__ = [
    "MAX_ENVELOPE",
    "BadSignatureError",
    "Envelope",
    "Kind",
    "Signature",
    "SigningKey",
    "UnknownKeyError",
    "WrongStatementError",
    "keyid",
    "parse",
    "sign",
    "sign_many",
    "statement_hash",
    "verify",
]

MAX_ENVELOPE: Final = 1024 * 1024
# The registry of a department with two million codes, all bound, and a choice behind each: 1.8 GB with names of usual length.
MAX_REGISTRY_ENVELOPE: Final = 3 * 1024 * 1024 * 1024
# A trust root is signed by the old and the new city keys.
MAX_SIGNATURES: Final = 16


class Kind(StrEnum):
    """The kinds of statement, each with its own `payloadType`."""

    TRUST_ROOT = "trust-root"
    MANIFEST = "manifest"
    VAULT_RECORD = "vault-record"
    ACT = "act"
    PACK = "pack"
    REGISTRY = "registry"
    ISSUER_AUTH = "issuer-auth"
    VAULT_INDEX = "vault-index"


class WrongStatementError(VerificationError):
    """A statement of another kind stands where one kind is expected."""

    code = "wrong-statement"


class UnknownKeyError(VerificationError):
    """No key that is trusted here has the keyid of the signature."""

    code = "unknown-key"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature and the hint that names its key."""

    keyid: str
    sig: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed envelope: nothing in it is verified yet. `raw` are its exact bytes."""

    raw: bytes
    kind: str
    payload: bytes
    signatures: tuple[Signature, ...]


_SIGNATURE = r'\{"keyid":"([0-9a-f]{16})","sig":"([A-Za-z0-9+/]{86}==)"\}'
_ENVELOPE = re.compile(
    r'\{"payload":"([A-Za-z0-9+/]*={0,2})","payloadType":"application/vnd\.voute\.([a-z][a-z-]{0,39})\.v1\+json",'
    rf'"signatures":\[({_SIGNATURE}(?:,{_SIGNATURE})*)\]\}}'
)
_ONE_SIGNATURE = re.compile(_SIGNATURE)


def payload_type(kind: str) -> str:
    """Write the media type of a kind of statement."""
    return f"application/vnd.voute.{kind}.v1+json"


@lru_cache(maxsize=65_536)
def keyid(public: bytes) -> str:
    """Write the hint for a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def statement_hash(payload: bytes) -> Hash:
    """Hash a statement: SHA-256 of its payload bytes, whatever signs it."""
    return Hash(hashlib.sha256(payload).digest())


def pre_authentication(kind: str, payload: bytes) -> bytes:
    """Write the bytes that are signed (DSSE v1, PAE)."""
    name = payload_type(kind)
    return f"DSSEv1 {len(name)} {name} {len(payload)} ".encode("ascii") + payload


def sign(kind: Kind, payload: bytes, key: SigningKey) -> bytes:
    """Sign a payload with one key; returns the envelope's canonical bytes."""
    return sign_many(kind, payload, (key,))


def sign_many(kind: Kind, payload: bytes, keys: Iterable[SigningKey]) -> bytes:
    """Sign a payload with each key (trust root); signatures are sorted by keyid, no key twice."""
    message = pre_authentication(kind, payload)
    return assemble(kind, payload, [Signature(keyid(key.public), key.sign(message)) for key in keys])


def assemble(kind: Kind, payload: bytes, signatures: Iterable[Signature]) -> bytes:
    """Write an envelope from signatures made apart (city keys); `FormatError` for none, doubles, too many."""
    ordered = sorted(signatures, key=lambda one: one.keyid)
    _check_order(ordered)
    written = ",".join(f'{{"keyid":"{one.keyid}","sig":"{to_base64(one.sig)}"}}' for one in ordered)
    text = f'{{"payload":"{to_base64(payload)}","payloadType":"{payload_type(kind)}","signatures":[{written}]}}'
    return text.encode("ascii")


def _check_order(signatures: Sequence[Signature]) -> None:
    if not 1 <= len(signatures) <= MAX_SIGNATURES:
        raise FormatError("an envelope has 1 to 16 signatures")
    for left, right in pairwise(signatures):
        if left.keyid >= right.keyid:
            raise FormatError("signatures are sorted by keyid, each once")


def parse(raw: bytes, maximum: int = MAX_ENVELOPE) -> Envelope:
    """Parse an envelope of at most `maximum` bytes; `FormatError` unless the bytes are its canonical form."""
    if len(raw) > maximum:
        raise FormatError(f"an envelope has at most {maximum} bytes")
    try:
        match = _ENVELOPE.fullmatch(raw.decode("ascii"))
    except UnicodeDecodeError as error:
        raise FormatError("an envelope is ASCII") from error
    if match is None:
        raise FormatError("not an envelope in canonical form")
    payload = from_base64(match[1], maximum)
    found = _ONE_SIGNATURE.findall(match[3])
    signatures = tuple(Signature(name, from_base64(sig)) for name, sig in found)
    _check_order(signatures)
    return Envelope(raw, match[2], payload, signatures)


def expect_kind(envelope: Envelope, kind: Kind) -> None:
    """Raise `WrongStatementError` unless the envelope is of this kind."""
    if envelope.kind != kind:
        raise WrongStatementError(f"expected {kind}, found {envelope.kind}")


def verify(envelope: Envelope, kind: Kind, keys: Iterable[bytes]) -> bytes:
    """Verify an envelope of one signature with the keys that the caller trusts; returns the key that signed.

    Raises `WrongStatementError`, `FormatError` (not exactly one signature), `UnknownKeyError` (no trusted key has its
    keyid), `BadSignatureError`. Only afterwards may the payload be parsed.
    """
    expect_kind(envelope, kind)
    if len(envelope.signatures) != 1:
        raise FormatError("exactly one signature is expected")
    only = envelope.signatures[0]
    for public in keys:
        if keyid(public) == only.keyid:
            ed25519.verify(public, only.sig, pre_authentication(kind, envelope.payload))
            return public
    raise UnknownKeyError("no trusted key has this keyid")


def signers(envelope: Envelope, kind: Kind, keys: Iterable[bytes]) -> frozenset[bytes]:
    """Return the trusted keys whose signature on the envelope holds (trust root: the caller counts them).

    Signatures of other keys are passed over; one that names a trusted key and does not verify raises
    `BadSignatureError`.
    """
    expect_kind(envelope, kind)
    trusted = {keyid(public): public for public in keys}
    message = pre_authentication(kind, envelope.payload)
    good: set[bytes] = set()
    for one in envelope.signatures:
        public = trusted.get(one.keyid)
        if public is not None:
            ed25519.verify(public, one.sig, message)
            good.add(public)
    return frozenset(good)
