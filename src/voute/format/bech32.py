"""Bech32 without BIP 173's length limit, as age uses it for recipients and identities.

Source: BIP 173, "Bech32"; C2SP age.md, "Conventions" (data part of any length, one case). A recipient has 1,959
symbols and a delivery reads one for each document, so the checksum is computed six symbols a step: 30 bits, which is
its whole state.
"""

from base64 import b32encode
from functools import cache, reduce
from operator import xor
from typing import Final

from voute.core.errors import FormatError

MAX_LENGTH: Final = 4096
"""Symbols in a string; twice a hybrid recipient, the longest that the product reads."""

_SYMBOLS: Final = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
# The digits that `int(…, 32)` reads: Python converts a base that is a power of two in one pass.
_DIGITS: Final = b"0123456789abcdefghijklmnopqrstuv"
_TO_DIGITS: Final = bytes.maketrans(_SYMBOLS, _DIGITS)
_TO_SYMBOLS: Final = bytes.maketrans(_DIGITS, _SYMBOLS)
# RFC 4648 §6 cuts bytes into the same five bits, under other letters.
_FROM_BASE32: Final = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _DIGITS)
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_SYMBOLS: Final = 6
_STEP: Final = 6
_TEN_BITS: Final = 0x3FF


def _shift(state: int, symbols: int) -> int:
    """Multiply the checksum's state by x as often as there are symbols."""
    for _ in range(symbols):
        top = state >> 25
        state = reduce(xor, (g for bit, g in enumerate(_GENERATORS) if top >> bit & 1), (state & 0x1FFFFFF) << 5)
    return state


def _step_table(position: int) -> tuple[int, ...]:
    """What ten bits of the state at this position become in one step; the map is linear, so unit vectors make it."""
    images = [_shift(1 << position + bit, _STEP) for bit in range(10)]
    return tuple(reduce(xor, (image for bit, image in enumerate(images) if value >> bit & 1), 0) for value in range(1024))


_LOW, _MIDDLE, _HIGH = (_step_table(position) for position in (0, 10, 20))


def _checksum(digits: bytes, state: int) -> int:
    """Run the checksum over symbols in base 32 digits, from the state that the prefix left."""
    head = len(digits) % _STEP
    for at in range(head):
        state = _shift(state, 1) ^ int(digits[at : at + 1], 32)
    low, middle, high = _LOW, _MIDDLE, _HIGH
    for at in range(head, len(digits), _STEP):
        carried = low[state & _TEN_BITS] ^ middle[state >> 10 & _TEN_BITS] ^ high[state >> 20]
        state = carried ^ int(digits[at : at + _STEP], 32)
    return state


@cache
def _prefix_state(prefix: str) -> int:
    """Run the checksum over a prefix; cached, since the product has two."""
    codes = prefix.lower().encode("ascii")
    values = (*(code >> 5 for code in codes), 0, *(code & 31 for code in codes))
    return reduce(lambda state, value: _shift(state, 1) ^ value, values, 1)


def encode_bech32(prefix: str, data: bytes) -> str:
    """Encode bytes behind a prefix of ASCII letters, digits and hyphens of one case; the text takes its case."""
    digits = b32encode(data).rstrip(b"=").translate(_FROM_BASE32)
    check = _checksum(digits + b"0" * _CHECKSUM_SYMBOLS, _prefix_state(prefix)) ^ 1
    digits += bytes(_DIGITS[check >> bits & 31] for bits in (25, 20, 15, 10, 5, 0))
    text = f"{prefix}1".lower() + digits.translate(_TO_SYMBOLS).decode("ascii")
    return text.upper() if prefix.isupper() else text


def decode_bech32(prefix: str, text: str) -> bytes:
    """Decode a string whose prefix is exactly `prefix`, all of it in the case of the prefix.

    Raises `FormatError` and nothing else; encoding the result gives back `text`.
    """
    if len(text) > MAX_LENGTH:
        raise FormatError("bech32: too long")
    if not text.isascii() or not text.startswith(f"{prefix}1"):
        raise FormatError("bech32: another prefix")
    data = text[len(prefix) + 1 :]
    if data != (data.upper() if prefix.isupper() else data.lower()):
        raise FormatError("bech32: mixed case")
    symbols = data.lower().encode("ascii")
    if len(symbols) < _CHECKSUM_SYMBOLS or symbols.translate(None, _SYMBOLS):
        raise FormatError("bech32: a symbol that is none, or too few")
    digits = symbols.translate(_TO_DIGITS)
    if _checksum(digits, _prefix_state(prefix)) != 1:
        raise FormatError("bech32: checksum does not hold")
    return _from_digits(digits[:-_CHECKSUM_SYMBOLS])


def _from_digits(digits: bytes) -> bytes:
    """Join the five-bit digits to bytes; what is left over is less than a digit, and zero."""
    size, spare = divmod(len(digits) * 5, 8)
    number = int(digits or b"0", 32)
    if spare >= 5 or number & (1 << spare) - 1:  # noqa: PLR2004 (bits of a symbol)
        raise FormatError("bech32: padding")
    return (number >> spare).to_bytes(size, "big")
