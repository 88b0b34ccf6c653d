"""The post-quantum hybrid recipient of age: its keys, wrapping and unwrapping of file keys.

Source: C2SP age.md, "The MLKEM768-X25519 hybrid post-quantum recipient type": HPKE base mode (RFC 9180 §6.1) with
KEM MLKEM768-X25519 (draft-ietf-hpke-pq-03: a 32-byte seed, expanded with SHAKE256), HKDF-SHA256, ChaCha20Poly1305.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from typing_extensions import override

from voute.core.errors import FormatError, NotForThisKeyError
from voute.format.age_header import HYBRID_TYPE, WRAPPED_SIZE, Stanza, demand_full_order, hybrid_share, to_raw_base64
from voute.format.age_text import recipient_bytes
from voute.format.bech32 import decode_bech32, encode_bech32
from voute.seal.file_key import FileKey

SEED_SIZE: Final = 32
"""Bytes of an identity."""

RECIPIENT_SIZE: Final = 1216
"""Bytes of a recipient: 1,184 of ML-KEM-768, then 32 of X25519."""

RECIPIENT_PREFIX: Final = "age1pq"
IDENTITY_PREFIX: Final = "AGE-SECRET-KEY-PQ-"

_INFO: Final = b"age-encryption.org/mlkem768x25519"
_MLKEM_SEED_SIZE: Final = 64
_MLKEM_PUBLIC_SIZE: Final = 1184
_X25519_SIZE: Final = 32
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def _load(raw: bytes) -> MLKEM768X25519PublicKey:
    classical = raw[_MLKEM_PUBLIC_SIZE:]
    demand_full_order(classical)
    try:
        lattice = MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_SIZE])
    except ValueError as error:
        raise FormatError("age: not an ML-KEM-768 key") from error
    return MLKEM768X25519PublicKey(lattice, X25519PublicKey.from_public_bytes(classical))


class HybridRecipient:
    """A public key to wrap file keys to. Loading it costs some 40 µs, a wrap 150: keep the object for many wraps."""

    __slots__ = ("_key", "raw")

    def __init__(self, raw: bytes, key: MLKEM768X25519PublicKey | None = None) -> None:
        """Take 1,216 bytes, and the key that they are if it was computed here and needs no check.

        Raises `FormatError` for another size or bytes that are no key (FIPS 203 §7.2, low order).
        """
        if len(raw) != RECIPIENT_SIZE:
            raise FormatError("age: a hybrid recipient has 1,216 bytes")
        self.raw = raw
        self._key = key or _load(raw)

    @classmethod
    def from_string(cls, text: str) -> "HybridRecipient":
        """Read `age1pq1…`, lower case; `FormatError` for anything else."""
        return cls(recipient_bytes(text))

    def to_string(self) -> str:
        """Write `age1pq1…`."""
        return encode_bech32(RECIPIENT_PREFIX, self.raw)

    def wrap(self, file_key: FileKey) -> Stanza:
        """Wrap a file key with fresh randomness: two wraps of one key have nothing in common."""
        # Suite.encrypt returns the encapsulated key and the ciphertext, end to end.
        sealed = _SUITE.encrypt(file_key.raw, self._key, _INFO)
        share, body = sealed[:-WRAPPED_SIZE], sealed[-WRAPPED_SIZE:]
        return Stanza(HYBRID_TYPE, (to_raw_base64(share).decode("ascii"),), body)

    @override
    def __eq__(self, other: object) -> bool:
        return self.raw == other.raw if isinstance(other, HybridRecipient) else NotImplemented

    @override
    def __hash__(self) -> int:
        return hash(self.raw)

    @override
    def __repr__(self) -> str:
        return f"HybridRecipient({self.to_string()[:20]}…)"


class HybridIdentity:
    """A secret key: a 32-byte seed. Its keys are expanded at first use (some 200 µs); its repr shows nothing."""

    def __init__(self, seed: bytes) -> None:
        """Take 32 bytes; `FormatError` for another size."""
        if len(seed) != SEED_SIZE:
            raise FormatError("age: a hybrid identity has 32 bytes")
        self.seed = bytes(seed)

    @classmethod
    def generate(cls) -> "HybridIdentity":
        """Return a fresh identity from the system's generator."""
        return cls(os.urandom(SEED_SIZE))

    @classmethod
    def from_string(cls, text: str) -> "HybridIdentity":
        """Read `AGE-SECRET-KEY-PQ-1…`, upper case; `FormatError` for anything else."""
        return cls(decode_bech32(IDENTITY_PREFIX, text))

    def to_string(self) -> str:
        """Write `AGE-SECRET-KEY-PQ-1…`: the secret itself."""
        return encode_bech32(IDENTITY_PREFIX, self.seed)

    @cached_property
    def _parts(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        expanded = hashlib.shake_256(self.seed).digest(_MLKEM_SEED_SIZE + _X25519_SIZE)
        lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE])
        return lattice, X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:])

    @cached_property
    def _key(self) -> MLKEM768X25519PrivateKey:
        return MLKEM768X25519PrivateKey(*self._parts)

    @cached_property
    def recipient(self) -> HybridRecipient:
        """The public key of this identity."""
        lattice, classical = self._parts[0].public_key(), self._parts[1].public_key()
        key = MLKEM768X25519PublicKey(lattice, classical)
        return HybridRecipient(lattice.public_bytes_raw() + classical.public_bytes_raw(), key)

    def unwrap(self, stanzas: Sequence[Stanza]) -> FileKey:
        """Return the file key from the first stanza that this identity opens; stanzas of other types are not looked at.

        Raises `FormatError` if any hybrid stanza is malformed, before a key touches one, and `NotForThisKeyError` if
        none is for this key. The header's MAC is still to be checked.
        """
        sealed = [hybrid_share(stanza) + stanza.body for stanza in stanzas if stanza.type == HYBRID_TYPE]
        for item in sealed:
            try:
                return FileKey(_SUITE.decrypt(item, self._key, _INFO))
            except InvalidTag:
                continue
        raise NotForThisKeyError("no stanza is for this key")

    @override
    def __eq__(self, other: object) -> bool:
        return hmac.compare_digest(self.seed, other.seed) if isinstance(other, HybridIdentity) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # a secret is no key of a table

    @override
    def __repr__(self) -> str:
        return "HybridIdentity(hidden)"
