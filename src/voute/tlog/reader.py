"""Reading a log from its tiles, trusting nothing but a root: every tile is checked against the tree above it."""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from voute.core.errors import FormatError, LimitError, VerificationError
from voute.core.ports_log import TileMissingError
from voute.tlog.merkle import HASH_BYTES, leaf_hashes
from voute.tlog.tiles import (
    ENTRIES,
    TILE_HEIGHT,
    TILE_WIDTH,
    Edge,
    decode_bundle,
    encode_bundle,
    pair_up,
    tile_path,
    tile_width,
)

CACHED_TILES = 256
"""Tiles kept by a reader: 16 kB each, enough for the proofs of 60,000 neighbouring leaves."""

GetTile = Callable[[str], bytes]
"""Gives the bytes under a path, or raises `TileMissingError` (as `TileStore.get`)."""


class TileDamagedError(VerificationError):
    """A stored tile or bundle is not what the root commits to; the fact `path` names it."""

    code = "tile-damaged"

    def __init__(self, path: str) -> None:
        """Name the damaged object."""
        super().__init__(f"damaged: {path}", path=path)


def read_tile(level: int, index: int, size: int, get: GetTile) -> bytes:
    """Return the hashes of a tile of the tree of `size` leaves; a full tile stands in for a partial one that is gone.

    Raises:
        TileDamagedError: the stored bytes have the wrong length.
        TileMissingError: neither is stored.
    """
    width = tile_width(level, index, size)
    data, path, held = _get_partial(level, index, width, get)
    if len(data) != held * HASH_BYTES:
        raise TileDamagedError(path)
    return data[: width * HASH_BYTES]


def read_bundle(index: int, size: int, get: GetTile) -> tuple[bytes, ...]:
    """Return the entries of bundle `index` of the tree of `size` leaves, unchecked but for their number.

    Raises:
        TileDamagedError: the stored bytes are no bundle of as many entries.
        TileMissingError: it is not stored.
    """
    width = tile_width(0, index, size)
    data, path, held = _get_partial(ENTRIES, index, width, get)
    try:
        entries = decode_bundle(data)
    except FormatError:
        raise TileDamagedError(path) from None
    if len(entries) != held:
        raise TileDamagedError(path)
    return entries[:width]


def read_edge(size: int, root: bytes, get: GetTile) -> Edge:
    """Return the right edge of the tree of `size` leaves with this root, checked against it.

    Raises:
        TileDamagedError: the stored tiles lead to another root, or the partial bundle is not theirs.
        TileMissingError: one is not stored.
    """
    levels: list[bytes] = []
    while size >> TILE_HEIGHT * len(levels):
        level = len(levels)
        index, width = divmod(size >> TILE_HEIGHT * level, TILE_WIDTH)
        levels.append(read_tile(level, index, size, get) if width else b"")
    index, width = divmod(size, TILE_WIDTH)
    entries = read_bundle(index, size, get) if width else ()
    if b"".join(leaf_hashes(entries)) != (levels[0] if levels else b""):
        raise TileDamagedError(tile_path(ENTRIES, index, width))
    edge = Edge(size, tuple(levels), encode_bundle(entries))
    if edge.root() != root:
        raise TileDamagedError("tile")
    return edge


class TileTree:
    """A tree of known size and root over stored tiles: a `NodeReader` that gives authenticated nodes only.

    Not safe for use by several threads at once.
    """

    def __init__(self, size: int, root: bytes, get: GetTile) -> None:
        """Read and check the right edge; see `read_edge` for errors."""
        self.edge = read_edge(size, root, get)
        self.size = size
        self.root = root
        self._get = get
        self._cache: OrderedDict[tuple[int, int], tuple[bytes, ...]] = OrderedDict()

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of node (level, index).

        Raises:
            LimitError: the node does not lie inside the tree.
            TileDamagedError: a tile on the way is not what the root commits to.
        """
        if level < 0 or index < 0:
            raise LimitError("no such node in this tree", level=level, index=index)
        tile_level, height = divmod(level, TILE_HEIGHT)
        width = TILE_HEIGHT - height
        tile, offset = index >> width, index & (1 << width) - 1
        rows = self._cache.get((tile_level, tile))
        if rows is None:
            rows = self._load(tile_level, tile)
        value = rows[height][offset * HASH_BYTES : (offset + 1) * HASH_BYTES]
        if not value:
            raise LimitError("no such node in this tree", level=level, index=index)
        return value

    def entries(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the entries [start, end), each checked against its leaf hash.

        Raises:
            LimitError: the range lies outside the tree.
            TileDamagedError: a bundle or tile is not what the root commits to.
        """
        if not 0 <= start <= end <= self.size:
            raise LimitError("no such entries in this tree", start=start, end=end, size=self.size)
        while start < end:
            index, offset = divmod(start, TILE_WIDTH)
            entries = read_bundle(index, self.size, self._get)
            self.node(0, start)
            if b"".join(leaf_hashes(entries)) != self._cache[0, index][0]:
                raise TileDamagedError(tile_path(ENTRIES, index, len(entries)))
            part = entries[offset : offset + end - start]
            yield from part
            start += len(part)

    def _load(self, level: int, index: int) -> tuple[bytes, ...]:
        width = tile_width(level, index, self.size)
        if width == TILE_WIDTH:
            data = read_tile(level, index, self.size, self._get)
        elif width:
            data = self.edge.levels[level]
        else:
            raise LimitError("no such tile in this tree", level=level, index=index)
        rows = [data]
        while len(rows) <= TILE_HEIGHT:
            rows.append(pair_up(rows[-1]))
        if width == TILE_WIDTH and rows[TILE_HEIGHT] != self.node((level + 1) * TILE_HEIGHT, index):
            raise TileDamagedError(tile_path(level, index))
        self._cache[level, index] = kept = tuple(rows)
        if len(self._cache) > CACHED_TILES:
            self._cache.popitem(last=False)
        return kept


def _get_partial(level: int | str, index: int, width: int, get: GetTile) -> tuple[bytes, str, int]:
    """Return the bytes, path and width of a tile or bundle: the partial one if it is there, else the full one."""
    path = tile_path(level, index, width)
    try:
        return get(path), path, width
    except TileMissingError:
        if width == TILE_WIDTH:
            raise
    try:
        full = tile_path(level, index)
        return get(full), full, TILE_WIDTH
    except TileMissingError:
        raise TileMissingError(f"not stored: {path}", path=path) from None
