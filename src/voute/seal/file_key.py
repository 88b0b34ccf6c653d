"""The symmetric key of one document and what age derives from it.

Source: C2SP age.md, "File key", "Header MAC", "Payload"; HKDF-SHA-256 of RFC 5869. Every derived key is 32 bytes, one
block of HKDF, so expanding is one HMAC.
"""

import hmac
import os
from typing import Final

from typing_extensions import override

from voute.core.errors import FormatError, StateError

FILE_KEY_SIZE: Final = 16
"""Bytes, fixed by the standard."""

NONCE_SIZE: Final = 16
"""Bytes before each payload, fresh for each."""


def _hkdf(key: bytes | bytearray, salt: bytes, info: bytes) -> bytes:
    return hmac.digest(hmac.digest(salt, key, "sha256"), info + b"\x01", "sha256")


class FileKey:
    """Sixteen secret bytes that protect one header and at most two payloads, each written once.

    Its repr shows nothing. `wipe` overwrites the copy that it holds; Python may have made others, so this shortens
    exposure and promises nothing.
    """

    __slots__ = ("_raw",)
    __hash__ = None  # type: ignore[assignment] # a secret is no key of a table

    def __init__(self, raw: bytes) -> None:
        """Take 16 bytes; `FormatError` for another size."""
        if len(raw) != FILE_KEY_SIZE:
            raise FormatError("age: a file key has 16 bytes")
        self._raw = bytearray(raw)

    @classmethod
    def generate(cls) -> "FileKey":
        """Return a fresh key from the system's generator."""
        return cls(os.urandom(FILE_KEY_SIZE))

    @property
    def raw(self) -> bytes:
        """Copy the key out: for wrapping, and for the vault index."""
        return bytes(self._held())

    def header_mac(self, unsigned: bytes) -> bytes:
        """Compute the MAC of a header up to and including its mark `---`; 32 bytes."""
        return hmac.digest(_hkdf(self._held(), b"", b"header"), unsigned, "sha256")

    def payload_key(self, nonce: bytes) -> bytes:
        """Derive the cipher key of the payload behind this 16-byte nonce; 32 bytes."""
        if len(nonce) != NONCE_SIZE:
            raise FormatError("age: a payload begins with a nonce of 16 bytes")
        return _hkdf(self._held(), nonce, b"payload")

    def wipe(self) -> None:
        """Overwrite the key; every later use raises `StateError`."""
        self._raw[:] = bytes(len(self._raw))
        self._raw.clear()

    def _held(self) -> bytearray:
        if not self._raw:
            raise StateError("the file key was wiped")
        return self._raw

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FileKey):
            return NotImplemented
        return hmac.compare_digest(self._held(), other._held())

    @override
    def __repr__(self) -> str:
        return "FileKey(hidden)"

    def __del__(self) -> None:
        # Missing when the constructor refused its argument.
        raw = getattr(self, "_raw", None)
        if raw:
            raw[:] = bytes(len(raw))
