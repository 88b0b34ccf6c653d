"""Building trees and proofs, against RFC 6962's own recursive definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import LimitError
from voute.tlog.tree import (
    MemoryTree,
    Prover,
    consistency_proof,
    fold,
    inclusion_proof,
    peaks,
    root_of,
    subtree_consistency_proof,
)

LEAVES = [hashlib.sha256(bytes([index])).digest() for index in range(140)]


def mth(leaves: list[bytes]) -> bytes:
    """The Merkle Tree Hash as RFC 6962 §2.1 writes it down."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:split]) + mth(leaves[split:])).digest()


def path(index: int, leaves: list[bytes]) -> tuple[bytes, ...]:
    """PATH of RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return ()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return (*path(index, leaves[:split]), mth(leaves[split:]))
    return (*path(index - split, leaves[split:]), mth(leaves[:split]))


def subproof(size: int, leaves: list[bytes], *, whole: bool) -> tuple[bytes, ...]:
    """SUBPROOF of RFC 6962 §2.1.2."""
    if size == len(leaves):
        return () if whole else (mth(leaves),)
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if size <= split:
        return (*subproof(size, leaves[:split], whole=whole), mth(leaves[split:]))
    return (*subproof(size - split, leaves[split:], whole=False), mth(leaves[:split]))


@given(st.integers(0, len(LEAVES)))
def test_tree_root_random_size_equals_definition(size: int) -> None:
    tree = MemoryTree(LEAVES[:size])
    assert tree.size == size
    assert root_of(size, tree) == mth(LEAVES[:size])


@given(st.integers(1, len(LEAVES)), st.data())
def test_tree_proofs_random_tree_equal_definition(size: int, data: st.DataObject) -> None:
    tree = MemoryTree(LEAVES)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    assert inclusion_proof(index, size, tree) == path(index, LEAVES[:size])
    assert consistency_proof(old, size, tree) == subproof(old, LEAVES[:size], whole=True)
    assert Prover(size, tree).root == mth(LEAVES[:size])


def test_tree_peaks_sum_to_range() -> None:
    assert peaks(0, 13) == [(3, 0), (2, 2), (0, 12)]
    assert peaks(8, 13) == [(2, 2), (0, 12)]
    assert fold([]) == mth([])


@pytest.mark.parametrize("index", [-1, 5, 6])
def test_tree_inclusion_index_outside_refused(index: int) -> None:
    with pytest.raises(LimitError):
        inclusion_proof(index, 5, MemoryTree(LEAVES))


@pytest.mark.parametrize("sizes", [(-1, 5), (6, 5)])
def test_tree_consistency_sizes_reversed_refused(sizes: tuple[int, int]) -> None:
    with pytest.raises(LimitError):
        consistency_proof(*sizes, MemoryTree(LEAVES))


def test_tree_consistency_from_nothing_is_empty() -> None:
    assert consistency_proof(0, 5, MemoryTree(LEAVES)) == ()


@pytest.mark.parametrize("span", [(-1, 2), (2, 2), (3, 6)])
def test_tree_subtree_outside_refused(span: tuple[int, int]) -> None:
    with pytest.raises(LimitError):
        subtree_consistency_proof(*span, 5, MemoryTree(LEAVES))
