"""Memory that a sealer uses again: for every file that it reads, and for every pack that it fills.

A file is read where the last one was, and sealed where its pack will be sent from: a sealer holds one pack and one file, never
pieces of the last pack beside the next (docs/adr/0057).
"""

import mmap
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from voute.core.errors import LimitError
from voute.format.pack import MAX_PACK

PIECE: Final = 1024 * 1024
"""Bytes of a pack that are handed to the network at a time."""

_FIRST: Final = 256 * 1024
"""Bytes that a file finds at first: most bills are smaller."""


class FileRoom:
    """Reads files whole, each over the one before."""

    def __init__(self) -> None:
        """Make some room."""
        self._room = memoryview(bytearray(_FIRST))

    def read(self, path: str | Path) -> memoryview:
        """Return a file's bytes, which stand there until the next call; raises `OSError`."""
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._demand(os.fstat(handle).st_size + 1, 0)
            size = 0
            while got := os.readv(handle, (self._room[size:],)):
                size += got
                self._demand(size + 1, size)
            return self._room[:size]
        finally:
            os.close(handle)

    def _demand(self, size: int, kept: int) -> None:
        if len(self._room) < size:
            larger = memoryview(bytearray(2 * size))
            larger[:kept] = self._room[:kept]
            self._room = larger


class PackRoom:
    """Holds the bytes of one pack after the other, in the room of the largest; what no pack has used takes no memory."""

    def __init__(self) -> None:
        """Reserve the room of the largest pack."""
        # Unlike a bytearray, which is written full of zeros, it takes nothing until it is used.
        self._room = memoryview(mmap.mmap(-1, MAX_PACK, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
        self._given: memoryview | None = None
        self.size = 0

    def begin(self) -> None:
        """Forget the pack; whoever still has views of it sees the next one."""
        self.size, self._given = 0, None

    def place(self, length: int) -> memoryview:
        """Give the next `length` bytes to be written in place; `append` takes them. `LimitError` where a pack ends before."""
        if self.size + length > MAX_PACK:
            raise LimitError("the pack is full")
        self._given = self._room[self.size : self.size + length]
        return self._given

    def append(self, data: bytes | memoryview) -> None:
        """Take the next bytes: those that `place` gave are there already, others are copied."""
        if data is not self._given:
            self.place(len(data))[:] = data
        self.size += len(data)
        self._given = None

    def parts(self) -> Sequence[memoryview]:
        """Return all bytes so far, in pieces."""
        return [self._room[start : min(start + PIECE, self.size)] for start in range(0, self.size, PIECE)]
