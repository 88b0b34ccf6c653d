"""Proof verification: honest proofs of random trees hold, anything changed does not."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.tlog.merkle import (
    EMPTY_ROOT,
    MerkleProofError,
    leaf_hash,
    leaf_hashes,
    node_hash,
    verify_append,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)
from voute.tlog.tree import (
    MemoryTree,
    Prover,
    consistency_proof,
    inclusion_proof,
    root_of,
    subtree_consistency_proof,
    subtree_root,
)

SIZE = 200
TREE = MemoryTree(leaf_hash(bytes([index])) for index in range(SIZE))
LEAVES = [TREE.node(0, index) for index in range(SIZE)]
JUNK = hashlib.sha256(b"junk").digest()


def changed(proof: tuple[bytes, ...], data: st.DataObject) -> tuple[bytes, ...]:
    """Return the proof with one hash changed, removed, added, cut or swapped."""
    kind = data.draw(st.sampled_from(["flip", "drop", "add", "cut", "swap"]) if proof else st.just("add"))
    at = data.draw(st.integers(0, max(0, len(proof) - 1)))
    hashes = list(proof)
    match kind:
        case "flip":
            bit = data.draw(st.integers(0, 255))
            hashes[at] = (int.from_bytes(hashes[at], "big") ^ (1 << bit)).to_bytes(32, "big")
        case "drop":
            hashes.pop(at)
        case "add":
            hashes.insert(at, JUNK)
        case "cut":
            hashes[at] = hashes[at][:-1]
        case _:
            hashes[at], hashes[at - 1] = hashes[at - 1], hashes[at]
    return tuple(hashes)


def test_merkle_hash_known_values() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hashes([b"", b"x"]) == [leaf_hash(b""), leaf_hash(b"x")]
    assert node_hash(b"a", b"b") == hashlib.sha256(b"\x01ab").digest()


@given(st.integers(1, SIZE), st.data())
def test_merkle_inclusion_verify_random_leaf(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root = root_of(size, TREE)
    proof = inclusion_proof(index, size, TREE)
    verify_inclusion(index, size, LEAVES[index], proof, root)
    broken = changed(proof, data)
    other = data.draw(st.integers(0, size - 1).filter(lambda value: value != index)) if size > 1 else size
    for call in (
        (index, size, LEAVES[index], broken, root) if broken != proof else (index, size, JUNK, proof, root),
        (other, size, LEAVES[index], proof, root),
        (index, size, JUNK, proof, root),
        (index, size, LEAVES[index], proof, JUNK),
        (index, size, LEAVES[index][:-1], proof, root),
        (-1, size, LEAVES[index], proof, root),
        (size, size, LEAVES[index], proof, root),
    ):
        with pytest.raises(MerkleProofError):
            verify_inclusion(*call)


@given(st.integers(1, SIZE), st.data())
def test_merkle_consistency_verify_random_sizes(size2: int, data: st.DataObject) -> None:
    size1 = data.draw(st.integers(1, size2))
    root1, root2 = root_of(size1, TREE), root_of(size2, TREE)
    proof = consistency_proof(size1, size2, TREE)
    verify_consistency(size1, size2, root1, root2, proof)
    verify_append(size1, size2, root1, root2, proof)
    broken = changed(proof, data)
    calls = [
        (size1, size2, JUNK, root2, proof),
        (size1, size2, root1, JUNK, proof),
        (size2 + 1, size2, root1, root2, proof),
        (0, size2, EMPTY_ROOT, root2, ()),
        (-1, size2, root1, root2, proof),
    ]
    if broken != proof:
        calls.append((size1, size2, root1, root2, broken))
    for call in calls:
        with pytest.raises(MerkleProofError):
            verify_consistency(*call)


@given(st.integers(1, SIZE), st.data())
def test_merkle_subtree_verify_random_range(size: int, data: st.DataObject) -> None:
    level = data.draw(st.integers(0, 7))
    start = data.draw(st.integers(0, (size - 1) >> level)) << level
    end = data.draw(st.integers(start + 1, min(size, start + (1 << level))))
    root1, root2 = subtree_root(start, end, TREE), root_of(size, TREE)
    proof = subtree_consistency_proof(start, end, size, TREE)
    verify_subtree_consistency(start, end, size, root1, root2, proof)
    broken = changed(proof, data)
    for call in ((root1, root2, broken) if broken != proof else (JUNK, root2, proof), (JUNK, root2, proof)):
        with pytest.raises(MerkleProofError):
            verify_subtree_consistency(start, end, size, *call)
    part = MemoryTree(LEAVES[start:end])
    inside = data.draw(st.integers(0, end - start - 1))
    verify_subtree_inclusion(start + inside, start, end, LEAVES[start + inside], Prover(part.size, part).inclusion(inside), root1)


@pytest.mark.parametrize("size", range(1, 34))
def test_merkle_every_leaf_of_a_small_tree_verifies_and_with_nothing_else(size: int) -> None:
    """The last leaf of each size too: there the levels without a sibling are skipped."""
    root, prover = root_of(size, TREE), Prover(size, TREE)
    for index in range(size):
        leaf, proof = LEAVES[index], prover.inclusion(index)
        verify_inclusion(index, size, leaf, proof, root)
        calls = [(JUNK, proof, root), (leaf, proof, JUNK), (leaf, (*proof, JUNK), root)]
        for call in [*calls, (leaf, proof[:-1], root)] if proof else calls:
            with pytest.raises(MerkleProofError):
                verify_inclusion(index, size, *call)


def test_merkle_leaves_of_many_blocks_verify_by_one_prover() -> None:
    """More blocks than a prover keeps the way up of, each met twice, and a last one that is not whole."""
    size = 257 * 256 + 3
    leaves = [leaf_hash(number.to_bytes(4, "big")) for number in range(size)]
    tree = MemoryTree(leaves)
    root, prover = root_of(size, tree), Prover(size, tree)
    for index in (*range(0, size, 256), *range(255, size, 256), size - 1, 0):
        verify_inclusion(index, size, leaves[index], prover.inclusion(index), root)


@pytest.mark.parametrize("size", range(1, 34))
def test_merkle_every_subtree_of_a_small_tree_verifies_and_with_no_other_root(size: int) -> None:
    """Chance seldom meets a range that starts far right and is cut by the tree's edge; counting meets them all."""
    root2 = root_of(size, TREE)
    for level in range(size.bit_length() + 1):
        for start in range(0, size, 1 << level):
            for end in range(start + 1, min(size, start + (1 << level)) + 1):
                proof = subtree_consistency_proof(start, end, size, TREE)
                root1 = subtree_root(start, end, TREE)
                verify_subtree_consistency(start, end, size, root1, root2, proof)
                calls = [(JUNK, root2, proof), (root1, JUNK, proof), (root1, root2, (*proof, JUNK))]
                for call in [*calls, (root1, root2, proof[:-1])] if proof else calls:
                    with pytest.raises(MerkleProofError):
                        verify_subtree_consistency(start, end, size, *call)


def test_merkle_append_verify_from_empty_tree() -> None:
    root = root_of(5, TREE)
    verify_append(0, 5, EMPTY_ROOT, root, ())
    verify_append(0, 0, EMPTY_ROOT, EMPTY_ROOT, ())
    for call in (
        (0, 5, JUNK, root, ()),
        (0, 5, EMPTY_ROOT, root, (JUNK,)),
        (0, 0, EMPTY_ROOT, JUNK, ()),
        (0, -1, EMPTY_ROOT, root, ()),
        (1, 0, root, EMPTY_ROOT, ()),
    ):
        with pytest.raises(MerkleProofError):
            verify_append(*call)


def test_merkle_subtree_verify_misaligned_range() -> None:
    with pytest.raises(MerkleProofError):
        verify_subtree_inclusion(3, 3, 5, LEAVES[3], (LEAVES[4],), node_hash(LEAVES[3], LEAVES[4]))
    with pytest.raises(MerkleProofError):
        verify_subtree_consistency(-2, -2, 5, EMPTY_ROOT, root_of(5, TREE), ())
