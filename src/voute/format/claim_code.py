"""The claim code as people see it: 115 bits in 23 symbols of Crockford's alphabet and one check symbol.

Source: `docs/spec/claim.md`, "Code". Making and deriving from a code is the client's (`voute.seal.claim`).
"""

from typing import ClassVar, Final

from voute.core.errors import FormatError

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BITS: Final = 115
CODE_SIZE: Final = 15
"""Bytes that hold a code: 115 bits and five zero bits."""
DATA_SYMBOLS: Final = 23
SYMBOLS: Final = 24
# x^5 + x^2 + 1 without its leading term: finds every wrong symbol and every swap of two neighbours.
_POLYNOMIAL: Final = 0b00101
_SPARE_BITS: Final = CODE_SIZE * 8 - CODE_BITS
_READ_AS: Final = {"I": "1", "L": "1", "O": "0"}
_IGNORED: Final = frozenset(" -\u00a0\u2010\u2011\u2012\u2013\u2014\u2212\u202f\t\r\n")
_VALUE: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}
# What people paste may hold spaces and dashes, not a page of text.
MAX_TYPED: Final = 200


class CodeSymbolError(FormatError):
    """A character is none of a code's; fact `position` counts the symbols from 1."""

    code: ClassVar[str] = "code-symbol"


class CodeLengthError(FormatError):
    """Too few or too many symbols; facts `found` and `expected`."""

    code: ClassVar[str] = "code-length"


class CodeCheckError(FormatError):
    """The check symbol does not fit: one symbol is wrong, or two are swapped."""

    code: ClassVar[str] = "code-check"


def _check_of(data: int) -> int:
    register = 0
    for position in range(CODE_BITS - 1, -1, -1):
        feedback = (register >> 4) ^ ((data >> position) & 1)
        register = (register << 1) & 0b11111
        if feedback:
            register ^= _POLYNOMIAL
    return register


def check_code_value(value: bytes) -> bytes:
    """Return the 15 bytes of a code; `FormatError` for another size or spare bits that are not zero."""
    if len(value) != CODE_SIZE or value[-1] & ((1 << _SPARE_BITS) - 1):
        raise FormatError("a code has 115 bits in 15 bytes")
    return value


def write_code(value: bytes) -> str:
    """Write the 24 symbols of a code, without hyphens (the form of a link's fragment)."""
    data = int.from_bytes(check_code_value(value), "big") >> _SPARE_BITS
    symbols = [(data >> (5 * place)) & 31 for place in range(DATA_SYMBOLS - 1, -1, -1)]
    return "".join(ALPHABET[symbol] for symbol in [*symbols, _check_of(data)])


def group_code(code: str) -> str:
    """Write a code in six groups of four, as printed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(typed: str) -> bytes:
    """Read what a person typed or scanned; returns the 15 bytes.

    Spaces and dashes are ignored, lower case taken, I and L read as 1, O as 0. Raises `CodeSymbolError` (first),
    `CodeLengthError`, `CodeCheckError`.
    """
    if len(typed) > MAX_TYPED:
        raise CodeLengthError("too long", found=len(typed), expected=SYMBOLS)
    symbols: list[int] = []
    for character in typed:
        if character in _IGNORED:
            continue
        # Upper-casing beyond ASCII would take foreign letters for ours (U+017F becomes S).
        upper = character.upper() if character.isascii() else character
        value = _VALUE.get(_READ_AS.get(upper, upper))
        if value is None:
            raise CodeSymbolError("no symbol of a code", position=len(symbols) + 1)
        symbols.append(value)
    if len(symbols) != SYMBOLS:
        raise CodeLengthError("wrong length", found=len(symbols), expected=SYMBOLS)
    data = 0
    for symbol in symbols[:DATA_SYMBOLS]:
        data = data << 5 | symbol
    if symbols[-1] != _check_of(data):
        raise CodeCheckError("check symbol")
    return (data << _SPARE_BITS).to_bytes(CODE_SIZE, "big")
