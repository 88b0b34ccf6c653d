"""What a claim code is made from and what is made from it: the issuer's client and the holder's, never the server's.

Source: `docs/spec/claim.md`. A code is 15 bytes (115 bits); all derivations are HKDF-SHA256 with a label per purpose.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import ClassVar, Final

from voute.core.errors import VerificationError
from voute.core.ids import Hash, LookupId, VaultId
from voute.format.binary import derive, expand, extract, length_prefixed, u32
from voute.format.claim_code import CODE_BITS, CODE_SIZE, check_code_value
from voute.seal.hybrid import HybridIdentity

_LOOKUP_ID: Final = "claim/lookup-id/v1"
_SPARE_MASK: Final = 0xFF << (CODE_SIZE * 8 - CODE_BITS) & 0xFF


class BindMismatchError(VerificationError):
    """A binding was not made with the code that this issuer printed for this party."""

    code: ClassVar[str] = "bind-mismatch"


@dataclass(frozen=True, slots=True, repr=False)
class ClaimKeys:
    """All that a code gives. Secret but for `lookup_id` and `token_hash`."""

    lookup_id: LookupId
    identity_seed: bytes
    token: bytes
    binding_key: bytes

    @property
    def token_hash(self) -> Hash:
        """Return what the city keeps of the token."""
        return Hash(hashlib.sha256(self.token).digest())

    def identity(self) -> HybridIdentity:
        """Return the identity to which waiting documents are sealed."""
        return HybridIdentity(self.identity_seed)


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a code is for: (issuer, party, slot) of one code epoch in one city."""

    city: str
    issuer: str
    party: str
    slot: int
    code_epoch: int


def run_secret(master: bytes, city: str, issuer: str, run: str) -> bytes:
    """Derive the secret of a run from the issuer's master (32 bytes)."""
    return derive(master, "run/v1", city, issuer, run)


def make_code(secret: bytes, reference: str, party: str, slot: int, code_epoch: int) -> bytes:
    """Derive a party's code from the secret of a run; returns its 15 bytes."""
    value = bytearray(derive(secret, "code/v1", reference, party, u32(slot), u32(code_epoch))[:CODE_SIZE])
    value[-1] &= _SPARE_MASK
    return bytes(value)


def claim_keys(code: bytes) -> ClaimKeys:
    """Derive all that a code gives; `FormatError` for bytes that are no code."""
    check_code_value(code)
    extracted = extract(code)
    return ClaimKeys(
        lookup_id=LookupId(expand(extracted, _LOOKUP_ID)),
        identity_seed=expand(extracted, "claim/identity/v1"),
        token=expand(extracted, "claim/token/v1"),
        binding_key=expand(extracted, "claim/binding/v1"),
    )


def lookup_id_of(code: bytes) -> LookupId:
    """Derive the lookup id alone; `FormatError` for bytes that are no code."""
    check_code_value(code)
    return LookupId(derive(code, _LOOKUP_ID))


def make_bind(keys: ClaimKeys, party: Party, vault_id: VaultId) -> Hash:
    """Authenticate a vault to the issuer: HMAC-SHA256 under the code's binding key."""
    parts = length_prefixed(
        "voute/bind/v1",
        party.city,
        party.issuer,
        keys.lookup_id,
        party.party,
        u32(party.slot),
        u32(party.code_epoch),
        vault_id,
    )
    return Hash(hmac.digest(keys.binding_key, parts, "sha256"))


def check_bind(keys: ClaimKeys, party: Party, vault_id: VaultId, bind: bytes) -> None:
    """Raise `BindMismatchError` unless `bind` is the one that the holder of the code made for this vault."""
    if not hmac.compare_digest(make_bind(keys, party, vault_id), bind):
        raise BindMismatchError("bind")


def dedupe_key(master: bytes) -> bytes:
    """Derive the key under which the city recognises a document that was delivered before."""
    return derive(master, "issuer/dedupe/v1")


def dedupe_id(key: bytes, *parts: str) -> Hash:
    """Name a document to the city without telling what it is: HMAC of party and document key, or of run and file."""
    return Hash(hmac.digest(key, length_prefixed(*parts), "sha256"))


def content_id(key: bytes, plaintext_hash: bytes) -> Hash:
    """Name a document's bytes to the city without telling their hash."""
    return Hash(hmac.digest(key, length_prefixed("content", plaintext_hash), "sha256"))
