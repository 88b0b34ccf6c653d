"""Lists of bytes and the two labelled derivations that everything shares.

Source: `docs/spec/encoding.md`, "Lists of bytes" and "Derivation" (HKDF-SHA256, RFC 5869). `Reader` reads binary
files whole.
"""

import hashlib
import hmac
import struct
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import Hash

Part = bytes | str
_U32 = struct.Struct(">I")
_U64 = struct.Struct(">Q")
_NO_SALT: Final = bytes(32)


def u32(value: int) -> bytes:
    """Write an integer as 4 bytes, big-endian; `FormatError` when it does not fit."""
    try:
        return _U32.pack(value)
    except struct.error as error:
        raise FormatError("integer does not fit 4 bytes") from error


def u64(value: int) -> bytes:
    """Write an integer as 8 bytes, big-endian; `FormatError` when it does not fit."""
    try:
        return _U64.pack(value)
    except struct.error as error:
        raise FormatError("integer does not fit 8 bytes") from error


def _raw(part: Part) -> bytes:
    if isinstance(part, bytes):
        return part
    try:
        return part.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FormatError("lone surrogate in a text") from error


def length_prefixed(*parts: Part) -> bytes:
    """Join parts, each behind its length as 4 bytes: no two lists give the same bytes. Texts are UTF-8."""
    out: list[bytes] = []
    for part in parts:
        raw = _raw(part)
        out += (_U32.pack(len(raw)), raw)
    return b"".join(out)


def labelled_hash(label: str, *parts: Part) -> Hash:
    """`HASH(label, parts…)`: SHA-256 of the length-prefixed label `voute/…` and parts; 32 bytes."""
    return Hash(hashlib.sha256(length_prefixed(f"voute/{label}", *parts)).digest())


def derive(key: bytes, label: str, *parts: Part) -> bytes:
    """`KDF(key, label, parts…)`: HKDF-SHA256, empty salt, info = label and parts length-prefixed; 32 bytes."""
    return expand(extract(key), label, *parts)


def extract(key: bytes) -> bytes:
    """The first half of `KDF`, for whoever derives several keys from one: as secret as the key."""
    return hmac.digest(_NO_SALT, key, "sha256")


def expand(extracted: bytes, label: str, *parts: Part) -> bytes:
    """The second half of `KDF`; one block of RFC 5869 is exactly 32 bytes, so it is one HMAC."""
    return hmac.digest(extracted, length_prefixed(f"voute/{label}", *parts) + b"\x01", "sha256")


def mac(key: bytes, *parts: Part) -> bytes:
    """HMAC-SHA256 over length-prefixed parts; 32 bytes. Compare with `hmac.compare_digest`."""
    return hmac.digest(key, length_prefixed(*parts), "sha256")


class Reader:
    """Reads a byte string from its start to its end; every short read is `FormatError`."""

    __slots__ = ("_at", "_data", "_what")

    def __init__(self, data: bytes, what: str) -> None:
        """Start at the first byte; `what` names the format in errors."""
        self._data = data
        self._at = 0
        self._what = what

    def take(self, size: int) -> bytes:
        """Take exactly `size` bytes."""
        end = self._at + size
        if end > len(self._data):
            raise FormatError(f"{self._what}: cut short")
        piece = self._data[self._at : end]
        self._at = end
        return piece

    def u32(self) -> int:
        """Take a 4-byte integer."""
        return int.from_bytes(self.take(4), "big")

    def u64(self) -> int:
        """Take an 8-byte integer."""
        return int.from_bytes(self.take(8), "big")

    def part(self, maximum: int) -> bytes:
        """Take a part behind its 4-byte length, at most `maximum` bytes."""
        size = self.u32()
        if size > maximum:
            raise FormatError(f"{self._what}: a part is longer than {maximum} bytes")
        return self.take(size)

    def magic(self, expected: bytes) -> None:
        """Demand these bytes."""
        if self.take(len(expected)) != expected:
            raise FormatError(f"{self._what}: wrong magic")

    def end(self) -> None:
        """Demand that nothing is left."""
        if self._at != len(self._data):
            raise FormatError(f"{self._what}: bytes after the end")
