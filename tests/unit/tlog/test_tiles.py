"""Tiles of growing trees, against the definition in C2SP tlog-tiles and its examples."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.log_memory import MemoryTiles
from voute.core.errors import LimitError
from voute.tlog.merkle import leaf_hash
from voute.tlog.reader import TileTree, read_edge
from voute.tlog.tiles import (
    ENTRIES,
    MAX_ENTRY_BYTES,
    TILE_WIDTH,
    Edge,
    EntryBundleError,
    append,
    decode_bundle,
    encode_bundle,
    tile_path,
    tile_width,
)
from voute.tlog.tree import MAX_TREE_SIZE, MemoryTree, root_of, subtree_root

ALL = [hashlib.sha256(index.to_bytes(4, "big")).digest() for index in range(70_000)]


def test_tiles_path_examples_of_the_standard() -> None:
    assert tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tile_path(3, 0, 1) == "tile/3/000.p/1"
    assert tile_path(ENTRIES, 999) == "tile/entries/999"
    assert tile_path(63, 1000, 255) == "tile/63/x001/000.p/255"


@pytest.mark.parametrize(("index", "width"), [(-1, 256), (0, 0), (0, 257)])
def test_tiles_path_impossible_refused(index: int, width: int) -> None:
    with pytest.raises(LimitError):
        tile_path(0, index, width)


def test_tiles_append_70000_leaves_as_the_standard_counts() -> None:
    grown = append(Edge.empty(), ALL)
    paths = [path for path, _ in grown.tiles]
    assert len([path for path in paths if path.startswith("tile/0/") and ".p/" not in path]) == 273
    assert {path for path in paths if ".p/" in path} == {
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
        "tile/entries/273.p/112",
    }
    assert [path for path in paths if path.startswith("tile/1/")] == ["tile/1/000", "tile/1/001.p/17"]
    store = MemoryTiles(kept=dict(grown.tiles))
    tree = TileTree(len(ALL), grown.edge.root(), store.get)
    assert list(tree.entries(0, len(ALL))) == ALL


def test_tiles_append_256_leaves_make_full_tile_and_one_above() -> None:
    grown = append(Edge.empty(), ALL[:256])
    assert [path for path, _ in grown.tiles] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert grown.edge.levels == (b"", root_of(256, MemoryTree(map(leaf_hash, ALL[:256]))))
    assert grown.edge.bundle == b""


@given(st.lists(st.sampled_from([0, 1, 2, 100, 255, 256, 257, 511, 600]), max_size=6))
def test_tiles_append_random_steps_equal_recomputation(steps: list[int]) -> None:
    tree = MemoryTree(map(leaf_hash, ALL[: sum(steps)]))
    store, edge = MemoryTiles(), Edge.empty()
    for step in steps:
        grown = append(edge, ALL[edge.size : edge.size + step])
        store.put_all(grown.tiles)  # refuses other bytes under a path already written
        edge = grown.edge
        assert edge.root() == root_of(edge.size, tree)
        assert read_edge(edge.size, edge.root(), store.get) == edge
        for path, data in grown.tiles:
            kind, name = path.removeprefix("tile/").split("/", 1)
            index = int(name.split(".")[0])
            if kind == ENTRIES:
                assert list(decode_bundle(data)) == ALL[index * 256 : min(edge.size, index * 256 + 256)]
                continue
            reach = 256 ** int(kind)
            at = [(index * 256 + place) * reach for place in range(len(data) // 32)]
            assert data == b"".join(subtree_root(start, start + reach, tree) for start in at)
            assert tile_width(int(kind), index, edge.size) == len(at)
    assert tile_width(0, 99, edge.size) == 0


def test_tiles_append_nothing_changes_nothing() -> None:
    edge = append(Edge.empty(), ALL[:300]).edge
    grown = append(edge, [])
    assert grown.edge == edge
    assert grown.tiles == ()


def test_tiles_append_beyond_largest_tree_refused() -> None:
    with pytest.raises(LimitError):
        append(Edge(MAX_TREE_SIZE, (), b""), [b"x"])
    assert append(Edge(MAX_TREE_SIZE - 1, (), b""), [b"x"]).edge.size == MAX_TREE_SIZE


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_tiles_bundle_random_round_trip(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries)) == tuple(entries)


def test_tiles_bundle_longest_entry_round_trip() -> None:
    longest = bytes(MAX_ENTRY_BYTES)
    assert decode_bundle(encode_bundle([longest])) == (longest,)
    with pytest.raises(LimitError):
        encode_bundle([longest + b"x"])


def test_tiles_bundle_of_more_entries_than_may_be_refused() -> None:
    """Empty entries cost two bytes each: without the limit a small file would make millions of objects."""
    most = encode_bundle([b""] * TILE_WIDTH)
    assert decode_bundle(most) == (b"",) * TILE_WIDTH
    assert decode_bundle(encode_bundle([b"a", b"b"]), 2) == (b"a", b"b")
    for data, maximum in ((most + b"\0\0", TILE_WIDTH), (encode_bundle([b"a", b"b", b"c"]), 2)):
        with pytest.raises(EntryBundleError):
            decode_bundle(data, maximum)


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x01", b"\x00\x02a", b"\x00\x00\x00"])
def test_tiles_bundle_cut_refused(data: bytes) -> None:
    with pytest.raises(EntryBundleError):
        decode_bundle(data)
