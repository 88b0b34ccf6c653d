"""age's own text forms of hybrid keys, as they stand in our statements: recipient and secret key line.

Source: C2SP age.md, "The mlkem768x25519 recipient type"; `docs/spec/document.md`. What the keys do is `voute.seal`'s.
"""

from functools import lru_cache
from typing import Final

from voute.core.errors import FormatError
from voute.format.bech32 import decode_bech32

RECIPIENT_PREFIX: Final = "age1pq"
SECRET_PREFIX: Final = "AGE-SECRET-KEY-PQ-"  # noqa: S105 (a label, no secret)
RECIPIENT_SIZE: Final = 1216
"""Bytes of a hybrid public key: 1,184 of ML-KEM-768, then 32 of X25519."""
SEED_SIZE: Final = 32


# A vault's records repeat their recipient, and what is sealed to it reads it once more.
@lru_cache(maxsize=1024)
def recipient_bytes(text: str) -> bytes:
    """Return the 1,216 bytes of a hybrid recipient `age1pq1…`; `FormatError` for anything else."""
    raw = decode_bech32(RECIPIENT_PREFIX, text)
    if len(raw) != RECIPIENT_SIZE:
        raise FormatError("a hybrid recipient has 1,216 bytes")
    return raw


def check_recipient(text: str) -> str:
    """Return the text if it is a hybrid recipient, `age1pq1…` of 1,216 bytes; `FormatError` otherwise."""
    recipient_bytes(text)
    return text


def check_secret(text: str) -> str:
    """Return the text if it is a secret key line in upper case, `AGE-SECRET-KEY-PQ-1…` of 32 bytes."""
    if len(decode_bech32(SECRET_PREFIX, text)) != SEED_SIZE:
        raise FormatError("a hybrid secret key has 32 bytes")
    return text
