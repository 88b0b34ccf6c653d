"""The age v1 header: strict parser and encoder that agree on every byte.

Source: C2SP age.md, "Header" (ABNF) and "Conventions" (raw canonical base64). The grammar takes stanzas of any type,
as the standard asks, and knows no key: the MAC is a value here, checked by `voute.seal` under the file key. What the
product takes is narrower: `demand_hybrid` (`docs/spec/age.md`, "Recipients").
"""

import re
from binascii import Error as BinasciiError
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Protocol

from voute.core.errors import FormatError, LimitError

MAX_STANZAS: Final = 64
"""More recipients than a keyring has unlock methods: bounds the work that a forged header can ask for."""

MAX_HEADER: Final = 256 * 1024
"""Bytes; 64 hybrid stanzas need 100 KiB: bounds the memory that a forged header can ask for."""

MAC_SIZE: Final = 32
"""Bytes of HMAC-SHA-256."""

HYBRID_TYPE: Final = "mlkem768x25519"
"""First argument of the one stanza that the product reads and writes."""

SHARE_SIZE: Final = 1120
"""Bytes of a hybrid encapsulated key: 1,088 of ML-KEM-768, then 32 of X25519."""

WRAPPED_SIZE: Final = 32
"""Bytes of a wrapped file key: 16, and the cipher's tag of 16. Checked before a key touches it (partitioning)."""

_X25519_SIZE: Final = 32
# All points of Curve25519 and its twist whose order divides 8, as u-coordinates (RFC 7748 §6.1 gives the all-zero
# secret for each). OpenSSL reports them like a key that does not fit, and the standard wants them refused as malformed.
_FIELD: Final = 2**255 - 19
_LOW_ORDER: Final = frozenset(
    u.to_bytes(_X25519_SIZE, "little")
    for u in (
        0,
        1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
        _FIELD - 1,
        _FIELD,
        _FIELD + 1,
    )
)

_VERSION_LINE: Final = b"age-encryption.org/v1\n"
_END: Final = b"---"
_COLUMNS: Final = 64
_STANZA: Final = b"-> "
_BODY_LINE: Final = re.compile(rb"[A-Za-z0-9+/]{0,64}\n")
_END_LINE: Final = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")


class LineSource(Protocol):
    """What a header is read from: any binary file, or `io.BytesIO`."""

    def readline(self, size: int, /) -> bytes:
        """Return the next line with its line feed; less if it is longer than `size` bytes or the source ends."""
        ...


def to_raw_base64(data: bytes) -> bytes:
    """Write bytes as standard base64 without padding (RFC 4648 §4)."""
    return b2a_base64(data, newline=False).rstrip(b"=")


def from_raw_base64(text: bytes) -> bytes:
    """Read standard base64 without padding; its own encoding is exactly `text`, all else is `FormatError`."""
    try:
        raw = a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True)
    except BinasciiError as error:
        raise FormatError("age: not base64") from error
    if to_raw_base64(raw) != text:
        raise FormatError("age: base64 with padding or not canonical")
    return raw


@dataclass(frozen=True, slots=True)
class Stanza:
    """One recipient stanza: its type, the arguments after it (visible ASCII, none empty) and its body of any size."""

    type: str
    args: tuple[str, ...]
    body: bytes

    def __post_init__(self) -> None:
        """Refuse what would not read back as the same stanza."""
        for argument in (self.type, *self.args):
            # In ASCII these are the codes 0x21 to 0x7e, VCHAR of the grammar.
            if not (argument and argument.isascii() and argument.isprintable() and " " not in argument):
                raise FormatError("age: a stanza argument is visible ASCII and not empty")

    def encode(self) -> bytes:
        """Return the stanza's lines; the last is shorter than 64 columns, empty if need be."""
        body = to_raw_base64(self.body)
        lines = [_STANZA + " ".join((self.type, *self.args)).encode("ascii")]
        lines += (body[at : at + _COLUMNS] for at in range(0, len(body) + 1, _COLUMNS))
        return b"\n".join(lines) + b"\n"


@dataclass(frozen=True, slots=True)
class Header:
    """A header as it stands: 1 to `MAX_STANZAS` stanzas and a MAC of 32 bytes that nobody has checked yet."""

    stanzas: tuple[Stanza, ...]
    mac: bytes

    def __post_init__(self) -> None:
        """Refuse what the grammar does not hold."""
        _check_count(len(self.stanzas))
        if len(self.mac) != MAC_SIZE:
            raise FormatError("age: the MAC has 32 bytes")

    def encode(self) -> bytes:
        """Return the exact bytes of the header."""
        return encode_header(unsigned_header(self.stanzas), self.mac)


def _check_count(stanzas: int) -> None:
    if stanzas == 0:
        raise FormatError("age: a header has a stanza")
    if stanzas > MAX_STANZAS:
        raise LimitError("age: too many stanzas", limit=MAX_STANZAS)


def unsigned_header(stanzas: Sequence[Stanza]) -> bytes:
    """Return what the MAC is computed over: the header up to and including the mark `---`."""
    _check_count(len(stanzas))
    return b"".join((_VERSION_LINE, *(stanza.encode() for stanza in stanzas), _END))


def encode_header(unsigned: bytes, mac: bytes) -> bytes:
    """Close an unsigned header with its MAC."""
    return b"".join((unsigned, b" ", to_raw_base64(mac), b"\n"))


class _Lines:
    """Reads lines and counts their bytes against `MAX_HEADER`."""

    __slots__ = ("_source", "size")

    def __init__(self, source: LineSource) -> None:
        self._source = source
        self.size = 0

    def next(self) -> bytes:
        line = self._source.readline(MAX_HEADER - self.size + 1)
        self.size += len(line)
        if self.size > MAX_HEADER:
            raise LimitError("age: the header is too long", limit=MAX_HEADER)
        if not line.endswith(b"\n"):
            raise FormatError("age: the header ends early")
        return line


def _read_body(lines: _Lines) -> bytes:
    parts: list[bytes] = []
    while True:
        line = lines.next()
        if _BODY_LINE.fullmatch(line) is None:
            raise FormatError("age: a body line is at most 64 columns of base64")
        parts.append(line[:-1])
        if len(line) <= _COLUMNS:
            return from_raw_base64(b"".join(parts))


def read_header(source: LineSource) -> tuple[Header, int]:
    """Read a header from where a file stands, and not a byte more; returns it with its size in bytes.

    Raises `FormatError` or `LimitError` and nothing else of its own; errors of the source pass.
    """
    lines = _Lines(source)
    if lines.next() != _VERSION_LINE:
        raise FormatError("age: another version, or no age file")
    stanzas: list[Stanza] = []
    while (line := lines.next()).startswith(_STANZA):
        if len(stanzas) == MAX_STANZAS:
            raise LimitError("age: too many stanzas", limit=MAX_STANZAS)
        # Latin-1 takes every byte, so that the stanza itself refuses what is not visible ASCII.
        kind, *args = line[len(_STANZA) : -1].decode("latin-1").split(" ")
        stanzas.append(Stanza(kind, tuple(args), _read_body(lines)))
    closing = _END_LINE.fullmatch(line)
    if closing is None:
        raise FormatError("age: neither a stanza nor the end of a header")
    return Header(tuple(stanzas), from_raw_base64(closing[1])), lines.size


def parse_header(data: bytes) -> tuple[Header, int]:
    """Parse the header at the start of a file; returns it with its size in bytes. What follows is not looked at."""
    return read_header(BytesIO(data))


def parse_hybrid_header(data: bytes) -> Header:
    """Parse bytes that are one header, nothing else, with hybrid stanzas alone: what the product stores and sends."""
    header, size = parse_header(data)
    if size != len(data):
        raise FormatError("age: bytes after the header")
    demand_hybrid(header)
    return header


def demand_hybrid(header: Header) -> None:
    """Refuse a header with any stanza that is not a well-formed hybrid one (`FormatError`).

    A foreign stanza is refused and never skipped: a header that also wraps its file key to a classical key would be
    only classically safe, and one with stanzas that nobody reads hides bytes (`docs/spec/age.md`, "Recipients").
    """
    expect_hybrid(header.stanzas)
    for stanza in header.stanzas:
        hybrid_share(stanza)


def expect_hybrid(stanzas: Sequence[Stanza]) -> None:
    """Raise `FormatError` if any stanza is of another type than the hybrid one; its shape is not looked at."""
    if any(stanza.type != HYBRID_TYPE for stanza in stanzas):
        raise FormatError("age: a stanza that the product does not take")


def hybrid_share(stanza: Stanza) -> bytes:
    """Return the 1,120-byte encapsulated key of a hybrid stanza, its shape checked before a key touches it.

    C2SP age.md, "mlkem768x25519 recipient stanza": one argument besides the type, canonical, of that size, its X25519
    part of full order; a body of 32 bytes. Raises `FormatError`.
    """
    if len(stanza.args) != 1:
        raise FormatError("age: a hybrid stanza has one argument")
    share = from_raw_base64(stanza.args[0].encode("ascii"))
    if len(share) != SHARE_SIZE:
        raise FormatError("age: a hybrid share has 1,120 bytes")
    demand_full_order(share[-_X25519_SIZE:])
    if len(stanza.body) != WRAPPED_SIZE:
        raise FormatError("age: a hybrid body has 32 bytes")
    return share


def demand_full_order(u: bytes) -> None:
    """Refuse an X25519 share or key that gives everyone the same secret (`FormatError`); RFC 7748 §5 ignores the top bit."""
    if u[:-1] + bytes((u[-1] & 0x7F,)) in _LOW_ORDER:
        raise FormatError("age: an X25519 value of low order")
