"""Reading a log from untrusted tiles: right bytes or a named error, never wrong bytes."""

import hashlib
from collections import deque

import pytest

from tests.support.log_memory import MemoryTiles, flip
from voute.core.errors import LimitError
from voute.core.ports_log import TileMissingError
from voute.tlog import reader
from voute.tlog.merkle import EMPTY_ROOT, leaf_hash
from voute.tlog.reader import TileDamagedError, TileTree, read_bundle, read_edge, read_tile
from voute.tlog.tiles import Edge, append, encode_bundle
from voute.tlog.tree import MemoryTree, Prover, consistency_proof, inclusion_proof, peaks, root_of

SIZE = 1100
ENTRIES = [hashlib.sha256(index.to_bytes(4, "big")).digest() for index in range(SIZE)]
MEMORY = MemoryTree(map(leaf_hash, ENTRIES))
ROOT = root_of(SIZE, MEMORY)
TILES = dict(append(Edge.empty(), ENTRIES).tiles)


def store() -> MemoryTiles:
    return MemoryTiles(kept=dict(TILES))


def read_everything(tiles: MemoryTiles) -> None:
    """Read all entries and make a proof for each tile, and check that they are right."""
    tree = TileTree(SIZE, ROOT, tiles.get)
    prover = Prover(SIZE, tree)
    assert list(tree.entries(0, SIZE)) == ENTRIES
    for index in range(0, SIZE, 97):
        assert prover.inclusion(index) == inclusion_proof(index, SIZE, MEMORY)


def test_reader_tree_every_node_equals_memory() -> None:
    tree = TileTree(SIZE, ROOT, store().get)
    for level in range(SIZE.bit_length()):
        for index in range(SIZE >> level):
            assert tree.node(level, index) == MEMORY.node(level, index)
    assert consistency_proof(700, SIZE, tree) == consistency_proof(700, SIZE, MEMORY)
    assert list(tree.entries(250, 600)) == ENTRIES[250:600]
    assert list(tree.entries(7, 7)) == []


@pytest.mark.parametrize("path", sorted(TILES))
def test_reader_any_tile_flipped_is_refused(path: str) -> None:
    for bit in (0, 9, 5000):
        tiles = store()
        tiles.kept[path] = flip(TILES[path], bit)
        with pytest.raises(TileDamagedError) as caught:
            read_everything(tiles)
        assert caught.value.facts["path"]


@pytest.mark.parametrize("path", sorted(TILES))
def test_reader_any_tile_cut_or_missing_is_refused(path: str) -> None:
    for data in (TILES[path][:-1], TILES[path][:-34], TILES[path] + bytes(32), b""):
        tiles = store()
        tiles.kept[path] = data
        with pytest.raises(TileDamagedError):
            read_everything(tiles)
    tiles = store()
    del tiles.kept[path]
    with pytest.raises(TileMissingError):
        read_everything(tiles)


def test_reader_full_tile_stands_in_for_partial() -> None:
    old = 300
    tiles = store()  # holds full tile 1 only, not its partial of 44
    root = root_of(old, MEMORY)
    tree = TileTree(old, root, MemoryTiles(kept={**tiles.kept, "tile/1/000.p/1": MEMORY.node(8, 0)}).get)
    assert list(tree.entries(0, old)) == ENTRIES[:old]
    assert len(read_tile(0, 1, old, tiles.get)) == 44 * 32
    assert len(read_bundle(1, old, tiles.get)) == 44
    with pytest.raises(TileMissingError):
        read_edge(old, root, tiles.get)


def test_reader_edge_wrong_root_refused() -> None:
    with pytest.raises(TileDamagedError):
        read_edge(SIZE, bytes(32), store().get)
    assert read_edge(0, EMPTY_ROOT, store().get) == Edge.empty()
    with pytest.raises(TileDamagedError):
        read_edge(0, ROOT, store().get)


def test_reader_partial_bundle_of_other_entries_refused() -> None:
    tiles = store()
    path = "tile/entries/004.p/76"
    tiles.kept[path] = encode_bundle([b"x" * 32] * 76)
    with pytest.raises(TileDamagedError):
        TileTree(SIZE, ROOT, tiles.get)


def test_reader_node_outside_tree_refused() -> None:
    tree = TileTree(SIZE, ROOT, store().get)
    for level, index in ((0, SIZE), (0, 5 * 256), (4, SIZE >> 4), (16, 0), (-1, 0), (0, -1)):
        with pytest.raises(LimitError):
            tree.node(level, index)
    for span in ((-1, 2), (3, 2), (0, SIZE + 1)):
        with pytest.raises(LimitError):
            list(tree.entries(*span))


@pytest.mark.parametrize("size", [255, 256, 512, 1024])
def test_reader_tree_that_ends_with_a_full_tile(size: int) -> None:
    grown = append(Edge.empty(), ENTRIES[:size])
    tree = TileTree(size, root_of(size, MEMORY), MemoryTiles(kept=dict(grown.tiles)).get)
    assert tree.edge == grown.edge
    assert (tree.size, tree.root) == (size, root_of(size, MEMORY))
    assert list(tree.entries(0, size)) == ENTRIES[:size]


def test_reader_fetches_a_tile_once_while_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "CACHED_TILES", 2)
    fetched: list[str] = []

    def get(path: str) -> bytes:
        fetched.append(path)
        return TILES[path]

    tree = TileTree(SIZE, ROOT, get)
    fetched.clear()
    for index in (0, 256, 1, 257, 512, 513):
        assert tree.node(0, index) == MEMORY.node(0, index)
    # As many as said, the newest: the tile above them, which was read first, made room for the second.
    assert fetched == ["tile/0/000", "tile/0/001", "tile/0/002"]


def test_reader_cache_more_tiles_than_kept() -> None:
    entries = [index.to_bytes(32, "big") for index in range(257 * 256 + 5)]
    grown = append(Edge.empty(), entries)
    tree = TileTree(len(entries), grown.edge.root(), MemoryTiles(kept=dict(grown.tiles)).get)
    assert deque(tree.entries(0, len(entries)), maxlen=1) == deque([entries[-1]])
    assert Prover(len(entries), tree).inclusion(0)[0] == leaf_hash(entries[1])
    assert len(peaks(0, len(entries))) == 4
