"""Rebuilds the tree of the log from its stored entries, level by level, in one pass and little memory.

Own arithmetic on purpose: the sequencer's tiles, its second code path and this file agree or something is wrong. What is
shared is the definition: how a leaf and a node are hashed, and how a tile is called.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from voute.tlog.merkle import EMPTY_ROOT, HASH_BYTES, NODE_PREFIX, leaf_hash, node_hash

WIDTH: Final = 256
"""Hashes of a full tile."""
FULL: Final = WIDTH * HASH_BYTES


def parents(row: bytes) -> bytes:
    """Return the hashes over neighbouring pairs; a last one without neighbour is left out."""
    step = 2 * HASH_BYTES
    whole = len(row) - len(row) % step
    return b"".join([sha256(NODE_PREFIX + row[at : at + step]).digest() for at in range(0, whole, step)])


def top_of(row: bytes) -> bytes:
    """Return the root over a full tile's hashes."""
    while len(row) > HASH_BYTES:
        row = parents(row)
    return row


def peaks_of(row: bytes) -> list[bytes]:
    """Return the roots of the complete subtrees over fewer than 256 hashes, the largest (leftmost) first."""
    found: list[bytes] = []
    while row:
        if len(row) // HASH_BYTES % 2:
            found.append(row[-HASH_BYTES:])
        row = parents(row)
    return found[::-1]


def root_of_peaks(hashes: Sequence[bytes]) -> bytes:
    """Return the root over the complete subtrees of a tree, leftmost first."""
    if not hashes:
        return EMPTY_ROOT
    value = hashes[-1]
    for left in hashes[-2::-1]:
        value = node_hash(left, value)
    return value


@dataclass(slots=True)
class Rebuilt:
    """A tree as far as it was rebuilt: for each level the hashes that fill no tile yet, and how many tiles are full.

    `marks` are sizes whose root is kept in `root_at` on the way.
    """

    marks: Iterable[int] = ()
    rests: list[bytes] = field(default_factory=list)
    full: list[int] = field(default_factory=list)
    root_at: dict[int, bytes] = field(default_factory=lambda: {0: EMPTY_ROOT})

    @property
    def size(self) -> int:
        """Leaves so far."""
        return 0 if not self.rests else self.full[0] * WIDTH + len(self.rests[0]) // HASH_BYTES

    def add(self, row: bytes) -> list[tuple[int, int, bytes]]:
        """Add the leaf hashes of the next tile, full unless it is the last; returns the tiles above that it fills."""
        start = self.size
        for mark in self.marks:
            if start < mark <= start + len(row) // HASH_BYTES:
                self.root_at[mark] = self.root(row[: (mark - start) * HASH_BYTES])
        if not self.rests:
            self._grow()
        if len(row) < FULL:
            self.rests[0] = row
            return []
        self.full[0] += 1
        filled: list[tuple[int, int, bytes]] = []
        level, value = 1, top_of(row)
        while value:
            if level == len(self.rests):
                self._grow()
            row = self.rests[level] + value
            value = b""
            if len(row) == FULL:
                filled.append((level, self.full[level], row))
                self.full[level] += 1
                value, row = top_of(row), b""
            self.rests[level] = row
            level += 1
        return filled

    def _grow(self) -> None:
        self.rests.append(b"")
        self.full.append(0)

    def edge(self) -> list[tuple[int, int, bytes]]:
        """Return the partial tiles above level 0 (level, index, hashes)."""
        rows = list(zip(self.rests, self.full, strict=True))
        return [(level, index, row) for level, (row, index) in enumerate(rows) if level and row]

    def peaks(self, lowest: bytes | None = None) -> list[bytes]:
        """Return the peaks of the tree, with `lowest` in place of the leaf hashes that fill no tile."""
        rows = [*self.rests] or [b""]
        if lowest is not None:
            rows[0] = lowest
        return [peak for row in reversed(rows) for peak in peaks_of(row)]

    def root(self, lowest: bytes | None = None) -> bytes:
        """Return the root, with `lowest` in place of the leaf hashes that fill no tile."""
        return root_of_peaks(self.peaks(lowest))

    def grown(self, entries: Iterable[bytes]) -> bytes:
        """Return the root that the tree would have with further entries, added one by one."""
        stack, size = self.peaks(), self.size
        for entry in entries:
            value, count = leaf_hash(entry), size
            while count % 2:
                value, count = node_hash(stack.pop(), value), count // 2
            stack.append(value)
            size += 1
        return root_of_peaks(stack)
