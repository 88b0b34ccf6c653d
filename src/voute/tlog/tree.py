"""RFC 6962 trees over a reader of node hashes: roots, inclusion and consistency proofs.

A node (level, index) is the hash of the complete subtree over the leaves [index · 2^level, (index + 1) · 2^level).
Everything here asks a `NodeReader` for such nodes only, so the tree may live in memory, in tiles, or behind HTTP.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from voute.core.errors import LimitError
from voute.tlog.merkle import EMPTY_ROOT, node_hash

MAX_TREE_SIZE = 2**53 - 1
"""Largest tree: sizes and indexes stay exact in JSON numbers and in every language that reads them."""


_OWN_LEVELS = 8
"""Levels on which the leaves of one block, 256 of them, have siblings of their own; those further up are the same for all."""
_SHARED_BLOCKS = 256
"""Blocks whose common way up a prover keeps: half a kilobyte each, 65,536 neighbouring leaves."""


class NodeReader(Protocol):
    """Gives the hashes of complete subtrees."""

    def node(self, level: int, index: int) -> bytes:
        """Return the 32-byte hash of node (level, index), which lies wholly inside the tree."""
        ...


class MemoryTree:
    """All nodes of a tree in memory; for small trees, tests and generators of vectors."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        """Start from leaf hashes, in order."""
        self._levels: list[list[bytes]] = [[]]
        for leaf in leaves:
            self.append(leaf)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash at the right edge."""
        value, level = leaf, 0
        self._levels[0].append(value)
        while not len(self._levels[level]) & 1:
            row = self._levels[level]
            value, level = node_hash(row[-2], row[-1]), level + 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(value)

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of node (level, index)."""
        return self._levels[level][index]


def peaks(start: int, end: int) -> list[tuple[int, int]]:
    """Return, left to right, the nodes (level, index) that make up the subtree [start, end)."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over the hashes of a tree's peaks, left to right; of none, the root of the empty tree."""
    if not hashes:
        return EMPTY_ROOT
    value = hashes[-1]
    for left in hashes[-2::-1]:
        value = node_hash(left, value)
    return value


def root_of(size: int, reader: NodeReader) -> bytes:
    """Return the root of the first `size` leaves."""
    return subtree_root(0, size, reader)


def subtree_root(start: int, end: int, reader: NodeReader) -> bytes:
    """Return the root over the leaves [start, end), where `start` is aligned as RFC 6962 splits trees."""
    return fold([reader.node(level, index) for level, index in peaks(start, end)])


class Prover:
    """Makes inclusion proofs in one tree; what the proofs share is computed once."""

    def __init__(self, size: int, reader: NodeReader) -> None:
        """Read the peaks of the tree of `size` leaves."""
        self.size = size
        self._reader = reader
        self._peaks = peaks(0, size)
        hashes = [reader.node(level, index) for level, index in self._peaks]
        self.root = fold(hashes)
        self._above = [
            ((fold(hashes[i + 1 :]),) if i + 1 < len(hashes) else ()) + tuple(reversed(hashes[:i])) for i in range(len(hashes))
        ]
        self._shared: dict[int, tuple[bytes, ...]] = {}

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """Return the proof for a leaf: its sibling first, the root's child last (RFC 6962 §2.1.1).

        Raises:
            LimitError: there is no such leaf.
        """
        if not 0 <= index < self.size:
            raise LimitError("no such leaf in this tree", index=index, size=self.size)
        block = index >> _OWN_LEVELS
        if (block + 1) << _OWN_LEVELS > self.size:
            # The last block is not whole: each of its leaves has another way up.
            return self._path(0, index)
        shared = self._shared.get(block)
        if shared is None:
            if len(self._shared) == _SHARED_BLOCKS:
                self._shared.clear()
            shared = self._shared[block] = self._path(_OWN_LEVELS, index)
        node = self._reader.node
        return (*[node(i, (index >> i) ^ 1) for i in range(_OWN_LEVELS)], *shared)

    def _path(self, start: int, index: int) -> tuple[bytes, ...]:
        """Return the proof for a leaf from a level on, which lies inside its peak."""
        node = self._reader.node
        level, above = next(
            (level, above) for (level, peak), above in zip(self._peaks, self._above, strict=True) if index >> level == peak
        )
        return (*[node(i, (index >> i) ^ 1) for i in range(start, level)], *above)


def inclusion_proof(index: int, size: int, reader: NodeReader) -> tuple[bytes, ...]:
    """Return one inclusion proof; for many in the same tree keep a `Prover`."""
    return Prover(size, reader).inclusion(index)


def consistency_proof(size1: int, size2: int, reader: NodeReader) -> tuple[bytes, ...]:
    """Return the proof that the first `size1` leaves are a prefix of the first `size2` (RFC 6962 §2.1.2).

    Empty when the sizes are equal or the first is zero (the witness's rule).

    Raises:
        LimitError: the first size is larger than the second, or negative.
    """
    if not 0 <= size1 <= size2:
        raise LimitError("no consistency proof between these sizes", old=size1, size=size2)
    return subtree_consistency_proof(0, size1, size2, reader) if size1 else ()


def subtree_consistency_proof(start: int, end: int, size: int, reader: NodeReader) -> tuple[bytes, ...]:
    """Return the proof that the subtree [start, end) belongs to the tree (draft-ietf-plants-merkle-tree-certs §4.4).

    Raises:
        LimitError: the range lies outside the tree or is empty.
    """
    if not 0 <= start < end <= size:
        raise LimitError("no such subtree in this tree", start=start, end=end, size=size)
    proof: list[bytes] = []
    low, high, known = 0, size, True
    while (low, high) != (start, end):
        split = low + (1 << (high - low - 1).bit_length() - 1)
        if end <= split:
            proof.append(subtree_root(split, high, reader))
            high = split
        else:
            proof.append(subtree_root(low, split, reader))
            low = split
            if start < split:  # the subtree is cut: what is left of it is not a root that the verifier holds
                start, known = split, False
    if not known:
        proof.append(subtree_root(low, high, reader))
    return tuple(reversed(proof))
