"""Identifiers as distinct types: raw bytes inside the program, lower-case hex at its edges.

Sizes are those of `docs/spec/encoding.md`: 16 bytes for what a client draws (document, delivery, unlock method), 32
bytes for what a hash or a derivation gives (vault, lookup, statement and pack hashes).
"""

import re
from typing import Final, NewType

from voute.core.errors import FormatError

ID_SIZE: Final = 16
HASH_SIZE: Final = 32

DocumentId = NewType("DocumentId", bytes)
DeliveryId = NewType("DeliveryId", bytes)
MethodId = NewType("MethodId", bytes)
VaultId = NewType("VaultId", bytes)
LookupId = NewType("LookupId", bytes)
Hash = NewType("Hash", bytes)
Slug = NewType("Slug", str)

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}")


def sized(value: bytes, size: int) -> bytes:
    """Return the bytes if they have the size; `FormatError` otherwise."""
    if len(value) != size:
        raise FormatError(f"expected {size} bytes, got {len(value)}")
    return value


def parse_hex(text: str, size: int) -> bytes:
    """Decode lower-case hex of exactly `size` bytes; `FormatError` for anything else, upper case too."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    # Writing it again refuses upper case, blanks, another length.
    if len(raw) != size or raw.hex() != text:
        raise FormatError(f"expected {2 * size} lower-case hex digits")
    return raw


def document_id(raw: bytes) -> DocumentId:
    """Take 16 bytes as a document id."""
    return DocumentId(sized(raw, ID_SIZE))


def delivery_id(raw: bytes) -> DeliveryId:
    """Take 16 bytes as a delivery id."""
    return DeliveryId(sized(raw, ID_SIZE))


def method_id(raw: bytes) -> MethodId:
    """Take 16 bytes as an unlock method's id."""
    return MethodId(sized(raw, ID_SIZE))


def vault_id(raw: bytes) -> VaultId:
    """Take 32 bytes as a vault id."""
    return VaultId(sized(raw, HASH_SIZE))


def lookup_id(raw: bytes) -> LookupId:
    """Take 32 bytes as a lookup id."""
    return LookupId(sized(raw, HASH_SIZE))


def hash_of(raw: bytes) -> Hash:
    """Take 32 bytes as a SHA-256 value."""
    return Hash(sized(raw, HASH_SIZE))


def slug(text: str) -> Slug:
    """Take a text as a slug (`[a-z][a-z0-9-]{0,39}`): city, issuer, document type."""
    if _SLUG.fullmatch(text) is None:
        raise FormatError("not a slug")
    return Slug(text)
