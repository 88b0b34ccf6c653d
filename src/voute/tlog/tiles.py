"""C2SP tlog-tiles: paths, tiles of hashes, bundles of entries, and the right edge where a log grows.

A tile holds up to 256 hashes of 32 bytes: at level 0 leaf hashes, at level L the roots of full tiles of level L − 1. An
entry bundle holds the entries of one level 0 tile, each behind its length (u16, big-endian). Nothing here does input or
output: what must be written comes back as (path, bytes).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from voute.core.errors import FormatError, LimitError
from voute.tlog.merkle import HASH_BYTES, NODE_PREFIX, leaf_hashes
from voute.tlog.tree import MAX_TREE_SIZE, fold

TILE_WIDTH = 256
TILE_HEIGHT = 8
TILE_BYTES = TILE_WIDTH * HASH_BYTES
MAX_ENTRY_BYTES = 0xFFFF
"""An entry's length is two bytes in a bundle."""
ENTRIES = "entries"
_PATH_GROUP = 1000


class EntryBundleError(FormatError):
    """Bytes are not the entry bundle that they should be."""

    code = "entry-bundle"


def tile_path(level: int | str, index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a tile (level 0–63) or entry bundle (level `ENTRIES`): `tile/L/x001/x234/067[.p/W]`.

    Raises:
        LimitError: no such tile can exist.
    """
    if index < 0 or not 1 <= width <= TILE_WIDTH:
        raise LimitError("no such tile", index=index, width=width)
    groups = [f"{index % _PATH_GROUP:03d}"]
    rest = index // _PATH_GROUP
    while rest:
        groups.append(f"x{rest % _PATH_GROUP:03d}")
        rest //= _PATH_GROUP
    suffix = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{suffix}"


def tile_width(level: int, index: int, size: int) -> int:
    """Return how many hashes tile (level, index) of a tree of `size` leaves holds: 0 (no such tile) to 256."""
    return max(0, min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - index * TILE_WIDTH))


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries behind their lengths, end to end.

    Raises:
        LimitError: an entry is longer than `MAX_ENTRY_BYTES`.
    """
    try:
        return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])
    except OverflowError:
        raise LimitError("an entry is too long for a bundle", limit=MAX_ENTRY_BYTES) from None


def decode_bundle(data: bytes, maximum: int = TILE_WIDTH) -> tuple[bytes, ...]:
    """Return the entries of a bundle, at most `maximum` of them.

    Raises:
        EntryBundleError: the bytes end inside an entry, or there are more entries.
    """
    entries: list[bytes] = []
    at, end, room = 0, len(data), maximum
    while at < end:
        if not room:
            raise EntryBundleError("too many entries")
        room -= 1
        begin = at + 2
        at = begin + int.from_bytes(data[begin - 2 : begin], "big")
        if begin > end or at > end:
            raise EntryBundleError("the bundle ends inside an entry")
        entries.append(data[begin:at])
    return tuple(entries)


def pair_up(row: bytes) -> bytes:
    """Return the parents of a row of hashes, end to end; a last hash without a sibling is left out."""
    prefix, step = NODE_PREFIX, 2 * HASH_BYTES
    pairs = len(row) // step
    return b"".join([sha256(prefix + row[at : at + step]).digest() for at in range(0, pairs * step, step)])


def tile_root(tile: bytes) -> bytes:
    """Return the root over a full tile's 256 hashes."""
    row = tile
    while len(row) > HASH_BYTES:
        row = pair_up(row)
    return row


@dataclass(frozen=True)
class Edge:
    """The right edge of a tree: all that is needed to append to it and to know its root.

    `levels[L]` are the hashes of the partial tile at level L (0 to 255 of them), `bundle` the partial bundle's entries.
    """

    size: int
    levels: tuple[bytes, ...]
    bundle: bytes

    @classmethod
    def empty(cls) -> Self:
        """Return the edge of the empty tree."""
        return cls(0, (), b"")

    def root(self) -> bytes:
        """Return the root hash of the tree."""
        hashes: list[bytes] = []
        for row in self.levels:
            hashes[:0] = _row_peaks(row)
        return fold(hashes)


@dataclass(frozen=True)
class Append:
    """What an append gives: the new edge, and every new tile and bundle as (path, bytes)."""

    edge: Edge
    tiles: tuple[tuple[str, bytes], ...]


def append(edge: Edge, entries: Sequence[bytes]) -> Append:
    """Return the tree grown by entries, in order, and the tiles that this makes; full tiles first at each level.

    Raises:
        LimitError: an entry is longer than 65,535 bytes, or the tree would pass `MAX_TREE_SIZE`.
    """
    size = edge.size + len(entries)
    if size > MAX_TREE_SIZE:
        raise LimitError("the tree would be too large", size=size)
    tiles, bundle = _append_bundles(edge, entries)
    levels: list[bytes] = []
    new = b"".join(leaf_hashes(entries))
    level = 0
    while new or level < len(edge.levels):
        old = edge.levels[level] if level < len(edge.levels) else b""
        row = old + new
        first = (edge.size >> TILE_HEIGHT * level) // TILE_WIDTH
        full = len(row) // TILE_BYTES
        blocks = [row[i * TILE_BYTES : (i + 1) * TILE_BYTES] for i in range(full)]
        tiles += [(tile_path(level, first + i), block) for i, block in enumerate(blocks)]
        rest = row[full * TILE_BYTES :]
        if rest and new:
            tiles.append((tile_path(level, first + full, len(rest) // HASH_BYTES), rest))
        levels.append(rest)
        new = b"".join([tile_root(block) for block in blocks])
        level += 1
    return Append(Edge(size, tuple(levels), bundle), tuple(tiles))


def _append_bundles(edge: Edge, entries: Sequence[bytes]) -> tuple[list[tuple[str, bytes]], bytes]:
    """Return the new bundles and the bytes of the partial one."""
    tiles = []
    index, held = divmod(edge.size, TILE_WIDTH)
    bundle, at = edge.bundle, 0
    while at < len(entries):
        part = entries[at : at + TILE_WIDTH - held]
        bundle += encode_bundle(part)
        held += len(part)
        at += len(part)
        tiles.append((tile_path(ENTRIES, index, held), bundle))
        if held == TILE_WIDTH:
            index, held, bundle = index + 1, 0, b""
    return tiles, bundle


def _row_peaks(row: bytes) -> list[bytes]:
    """Return the peaks over a row of fewer than 256 hashes, left to right."""
    found: list[bytes] = []
    while row:
        if (len(row) // HASH_BYTES) & 1:
            found.insert(0, row[-HASH_BYTES:])
        row = pair_up(row)
    return found
