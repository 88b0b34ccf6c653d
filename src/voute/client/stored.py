"""A long list that takes no memory: its items lie one after the other in a file without a name.

The file is of this process alone: mode 0600, without a name from its first moment, in the department's folder, gone with the
list whatever ends the run. Only what is longer than a piece is written at all. The bytes are Python's own (`marshal`), which is
neither a format nor safe to read from anybody else: they never leave the processes of one run (docs/adr/0058).
"""

import marshal
import weakref
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Generic, Protocol, TypeVar

from voute.client.disk import DISK, GrowingFile

_Item = TypeVar("_Item")
_Given_co = TypeVar("_Given_co", covariant=True)

PIECE: Final = 256 * 1024
"""Bytes that are gathered for one write, and read at a time."""


def pack_values(values: tuple[Any, ...]) -> bytes:
    """Write a tuple of plain values (texts, bytes, numbers, None, tuples of them)."""
    return marshal.dumps(values)


def unpack_values(raw: bytes | memoryview) -> Any:  # noqa: ANN401 -- what `pack_values` was given
    """Read what another process of this run, or this one, has written with `pack_values`."""
    return marshal.loads(raw)  # noqa: S302 -- our own bytes, from a file that nobody else can open


class Items(Protocol[_Given_co]):
    """What can be counted, walked through as often as one likes, and asked for one item: a tuple, or what is stored."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[_Given_co]: ...

    def __getitem__(self, number: int, /) -> _Given_co: ...


class Stored(Generic[_Item]):
    """A sequence that only grows; an item is made anew each time that it is read."""

    def __init__(self, folder: Path, encode: Callable[[_Item], bytes], decode: Callable[[bytes], _Item]) -> None:
        """Take the folder of the file, and how an item becomes bytes and is made of them again."""
        self._folder = folder
        self._encode = encode
        self._decode = decode
        self._ends = array("Q")
        self._rest = bytearray()
        self._written = 0
        self._file: GrowingFile | None = None

    def append(self, item: _Item) -> None:
        """Add an item; raises `OSError` when the disk has no room."""
        self.append_raw(self._encode(item))

    def append_raw(self, raw: bytes) -> None:
        """Add an item by the bytes that another process of this run has made of it."""
        self._rest += raw
        self._ends.append(self._written + len(self._rest))
        if len(self._rest) >= PIECE:
            self._write()

    def raw(self, number: int) -> bytes:
        """Give the bytes of an item."""
        start = self._start(number)
        return self._read(start, self._ends[number] - start)

    def __getitem__(self, number: int) -> _Item:
        return self._decode(self.raw(number))

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[_Item]:
        piece, base = b"", 0
        start = 0
        for end in self._ends:
            if end > base + len(piece):
                piece, base = self._read(start, max(PIECE, end - start)), start
            yield self._decode(piece[start - base : end - base])
            start = end

    def _start(self, number: int) -> int:
        return self._ends[number - 1] if number else 0

    def _read(self, start: int, length: int) -> bytes:
        """Read up to so many bytes from a place; less at the end of what is written, or of all."""
        if self._file is None or start >= self._written:
            return bytes(self._rest[start - self._written : start - self._written + length])
        return self._file.read(start, min(length, self._written - start))

    def _write(self) -> None:
        if self._file is None:
            self._file = DISK.nameless(self._folder)
            weakref.finalize(self, self._file.close)
        self._file.append((memoryview(self._rest),))
        self._written += len(self._rest)
        self._rest = bytearray()
