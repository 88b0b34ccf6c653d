"""Long lists in canonical JSON, written and read in pieces: only a few items of a list are ever JSON values at once.

Source: `docs/spec/encoding.md`. The bytes are those of `voute.format.canonical`, and so are the refusals: each piece of a list
is read as canonical JSON, and so is the rest with empty lists; the whole is canonical then.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from voute.core.errors import FormatError
from voute.format.canonical import Json, dumps, loads

_PIECE: Final = 96 * 1024
"""Bytes of a list that are read at a time: above 64 KiB canonical JSON is checked level by level, quicker."""
_AT_A_TIME: Final = 250
"""Items that are written at a time."""


class LongList(NamedTuple):
    """How a list of flat objects stands in an object: its key, the first key of an item, the key that follows the list.

    `begin`, `between` and `end` each hold a quotation mark that is not escaped and what no string can have around it: so in JSON
    they stand nowhere else.
    """

    key: str
    first: str
    follows: str

    @property
    def begin(self) -> bytes:
        """Return how the list begins."""
        return f'"{self.key}":['.encode("ascii")

    @property
    def between(self) -> bytes:
        """Return what parts two items."""
        return f'}},{{"{self.first}":'.encode("ascii")

    @property
    def end(self) -> bytes:
        """Return what follows the last item."""
        return f'}}],"{self.follows}":'.encode("ascii")


def write_long(text: bytes, lists: Iterable[tuple[LongList, Iterable[Json]]]) -> Iterator[bytes]:
    """Write an object that is given with empty lists, with these in their places, in that order; gives its bytes in pieces."""
    for one, items in lists:
        at = text.index(one.begin) + len(one.begin)
        yield text[:at]
        text = text[at:]
        walk, comma = iter(items), b""
        while batch := list(islice(walk, _AT_A_TIME)):
            yield comma + dumps(batch)[1:-1]
            comma = b","
    yield text


def read_long(
    payload: bytes | bytearray, start: int, lists: Sequence[LongList], maximum: int
) -> tuple[Json, tuple[Iterator[Json] | None, ...]]:
    """Read an object of at most `maximum` bytes, from `start`, with these lists, in the order in which they stand.

    Returns it with its lists empty, and the items of each, at least one, read and checked as one walks through them. What is no
    such list stays where it was, its items are None. Raises `FormatError`: what is wrong with an item, when its piece is read.
    """
    if len(payload) - start > maximum:
        raise FormatError(f"more than {maximum} bytes")
    at, rest = start, bytearray()
    items: list[Iterator[Json] | None] = []
    for one in lists:
        place = _find(payload, at, one)
        if place is None:
            items.append(None)
            continue
        begin, end = place
        rest += payload[at:begin]
        items.append(_read(payload, begin, end, one, maximum))
        at = end
    rest += payload[at:]
    return loads(bytes(rest), maximum), tuple(items)


def _find(payload: bytes | bytearray, start: int, one: LongList) -> tuple[int, int] | None:
    """Find where a list that holds objects begins behind its bracket and ends before the other; None if none does."""
    begin = payload.find(one.begin + one.between[2:], start)
    end = payload.find(one.end, begin) if begin >= 0 else -1
    return None if end < 0 else (begin + len(one.begin), end + 1)


def _read(payload: bytes | bytearray, at: int, end: int, one: LongList, maximum: int) -> Iterator[Json]:
    while at < end:
        cut = payload.find(one.between, at + _PIECE, end)
        stop = end if cut < 0 else cut + 1
        items = loads(b"[" + payload[at:stop] + b"]", maximum)
        if not isinstance(items, list):
            raise FormatError(f"{one.key}: not a list")
        yield from items
        at = stop if stop == end else stop + 1
