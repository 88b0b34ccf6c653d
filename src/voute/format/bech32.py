"""Bech32 without BIP 173's length limit, as age uses it for recipients and identities.

Source: BIP 173, "Bech32"; C2SP age.md, "Conventions" (data part of any length, one case). A recipient has 1,959
symbols and a delivery reads one for each document, so the checksum's linearity is used: each of its 30 bits is the parity
of some bits of the symbols, which are one long number (docs/adr/0042).
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
_STATE_BITS: Final = 30
_SYMBOL_BITS: Final = 5
_CARRIED: Final = tuple(
    reduce(xor, (generator for bit, generator in enumerate(_GENERATORS) if top >> bit & 1), 0) for top in range(32)
)


def _shift(state: int) -> int:
    """Multiply the checksum's state by x: run it over one symbol, which is zero."""
    return (state & 0x1FFFFFF) << _SYMBOL_BITS ^ _CARRIED[state >> 25]


@cache
def _masks() -> tuple[int, ...]:
    """Give for each bit of the state, highest first, the bits of which it is the parity.

    They are those of the symbols and, above them, of the state before: running over symbols is a linear map of both. A bit
    five places higher becomes what this one does, one symbol later, so the masks of the longest string serve every other.
    """
    images = [1 << bit for bit in range(_SYMBOL_BITS)]
    while len(images) < MAX_LENGTH * _SYMBOL_BITS + _STATE_BITS:
        images.append(_shift(images[-_SYMBOL_BITS]))
    rows = "".join([f"{image:0{_STATE_BITS}b}" for image in reversed(images)])
    return tuple(int(rows[bit::_STATE_BITS], 2) for bit in range(_STATE_BITS))


def _checksum(number: int, symbols: int, state: int) -> int:
    """Run the checksum over so many symbols, which are one number, from the state that the prefix left."""
    whole = state << symbols * _SYMBOL_BITS | number
    result = 0
    for mask in _masks():
        result = result << 1 | (whole & mask).bit_count() & 1
    return result


@cache
def _prefix_state(prefix: str) -> int:
    """Run the checksum over a prefix; cached, since the product has two."""
    codes = prefix.lower().encode("ascii")
    values = (*(code >> 5 for code in codes), 0, *(code & 31 for code in codes))
    return reduce(lambda state, value: _shift(state) ^ value, values, 1)


def encode_bech32(prefix: str, data: bytes) -> str:
    """Encode bytes behind a prefix of ASCII letters, digits and hyphens of one case; the text takes its case.

    Raises `FormatError` for more than `decode_bech32` would take.
    """
    digits = b32encode(data).rstrip(b"=").translate(_FROM_BASE32)
    length = len(digits) + _CHECKSUM_SYMBOLS
    if len(prefix) + 1 + length > MAX_LENGTH:
        raise FormatError("bech32: too long")
    check = _checksum(int(digits or b"0", 32) << _CHECKSUM_SYMBOLS * _SYMBOL_BITS, length, _prefix_state(prefix)) ^ 1
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
    number = int(symbols.translate(_TO_DIGITS), 32)
    if _checksum(number, len(symbols), _prefix_state(prefix)) != 1:
        raise FormatError("bech32: checksum does not hold")
    return _to_bytes(number >> _CHECKSUM_SYMBOLS * _SYMBOL_BITS, len(symbols) - _CHECKSUM_SYMBOLS)


def _to_bytes(number: int, symbols: int) -> bytes:
    """Join the five-bit symbols to bytes; what is left over is less than a symbol, and zero."""
    size, spare = divmod(symbols * _SYMBOL_BITS, 8)
    if spare >= _SYMBOL_BITS or number & (1 << spare) - 1:
        raise FormatError("bech32: padding")
    return (number >> spare).to_bytes(size, "big")
