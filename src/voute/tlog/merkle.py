"""RFC 6962 Merkle trees: hashing, and verifying proofs.

Hashes are 32 bytes, SHA-256; leaf and node hashes are domain separated (RFC 6962 §2.1). Verifying raises
`VerificationError`, never returns False. Building trees and proofs is in `voute.tlog.tree`.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from voute.core.errors import VerificationError

HASH_BYTES = 32
LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962 §2.1)."""

_sha256 = hashlib.sha256


class MerkleProofError(VerificationError):
    """A Merkle proof does not lead to the root that it must lead to."""

    code = "merkle-proof"


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one leaf: SHA-256(0x00 ‖ entry) (RFC 6962 §2.1)."""
    return _sha256(LEAF_PREFIX + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (RFC 6962 §2.1)."""
    return _sha256(NODE_PREFIX + left + right).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """Return `leaf_hash` of every entry, in order; the fast path for batches."""
    sha256, prefix = _sha256, LEAF_PREFIX
    return [sha256(prefix + entry).digest() for entry in entries]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash `leaf` is leaf `index` of the tree of `size` leaves with this root (RFC 9162 §2.1.3.2).

    Raises:
        MerkleProofError: it is not, by this proof.
    """
    verify_subtree_inclusion(index, 0, size, leaf, proof, root)


def verify_subtree_inclusion(index: int, start: int, end: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` is leaf `index` of a log's subtree [start, end) with this root.

    Source: draft-ietf-plants-merkle-tree-certs §4.3. A tree of `size` leaves is the subtree [0, size).

    Raises:
        MerkleProofError: the range is no subtree, the index lies outside, or the proof does not hold.
    """
    _check_subtree(start, end)
    if not start <= index < end:
        raise MerkleProofError("the index is outside the tree")
    _check_lengths(leaf, *proof)
    node, last = index - start, end - start - 1
    value = leaf
    for sibling in proof:
        if last == 0:
            raise MerkleProofError("the proof is too long")
        if node & 1 or node == last:
            value = node_hash(sibling, value)
            while not node & 1:  # the right edge: levels where the node has no sibling
                node >>= 1
                last >>= 1
        else:
            value = node_hash(value, sibling)
        node >>= 1
        last >>= 1
    if last != 0:
        raise MerkleProofError("the proof is too short")
    _check_equal(value, root)


def verify_consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree (size1, root1) is a prefix of the tree (size2, root2) (RFC 6962 §2.1.2, RFC 9162 §2.1.4.2).

    A first size of zero is an error here: it would prove nothing. A witness that meets a log for the first time uses
    `verify_append`.

    Raises:
        MerkleProofError: it is not, by this proof.
    """
    if size1 < 1:
        raise MerkleProofError("consistency with the empty tree proves nothing")
    verify_subtree_consistency(0, size1, size2, root1, root2, proof)


def verify_append(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Check an append by the witness's rule, for which the empty tree is a prefix of every tree (C2SP tlog-witness).

    When `size1` is zero the proof must be empty and `root1` must be the root of the empty tree; a tree of size zero
    must have that root too.

    Raises:
        MerkleProofError: the second tree does not extend the first, by this proof.
    """
    if size2 == 0:
        _check_equal(EMPTY_ROOT, root2)
    if size1 != 0:
        verify_consistency(size1, size2, root1, root2, proof)
        return
    _check_equal(EMPTY_ROOT, root1)
    if proof or size2 < 0:
        raise MerkleProofError("a proof from the empty tree must be empty")


def verify_subtree_consistency(start: int, end: int, size: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Check that the subtree [start, end) with root1 belongs to the tree of `size` leaves with root2.

    Source: draft-ietf-plants-merkle-tree-certs §4.4. The empty subtree has the root of the empty tree, belongs to
    every tree and has no proof (so do the test vectors of transparency-dev/merkle).

    Raises:
        MerkleProofError: it does not, by this proof.
    """
    if end > size:
        raise MerkleProofError("the first tree is larger than the second")
    if start == end and start >= 0:
        if proof:
            raise MerkleProofError("a proof from an empty tree must be empty")
        _check_equal(EMPTY_ROOT, root1)
        return
    _check_subtree(start, end)
    _check_lengths(*proof)
    _check_equal(*_fold_consistency(start, end, size, root1, proof), root1, root2)


def _fold_consistency(start: int, end: int, size: int, root1: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the roots of subtree and tree to which a consistency proof leads."""
    first, node, last = start, end - 1, size - 1
    # Skip the levels where the subtree's last node needs no hash of its own.
    while first != node and (node == last or node & 1):
        first >>= 1
        node >>= 1
        last >>= 1
    hashes = iter(proof)
    seed = root1
    if first != node:
        seed = next(hashes, b"")
        if not seed:
            raise MerkleProofError("the proof is too short")
    value1 = value2 = seed
    for sibling in hashes:
        if last == 0:
            raise MerkleProofError("the proof is too long")
        if node & 1 or node == last:
            if first < node:
                value1 = node_hash(sibling, value1)
            value2 = node_hash(sibling, value2)
            while not node & 1:
                first >>= 1
                node >>= 1
                last >>= 1
        else:
            value2 = node_hash(value2, sibling)
        first >>= 1
        node >>= 1
        last >>= 1
    if last != 0:
        raise MerkleProofError("the proof is too short")
    return value1, value2


def _check_subtree(start: int, end: int) -> None:
    """Refuse ranges that are no subtree: `start` must be a multiple of the smallest power of two ≥ end − start."""
    if not 0 <= start < end:
        raise MerkleProofError("the tree is empty or its range reversed")
    if start % (1 << (end - start - 1).bit_length()):
        raise MerkleProofError("the range is not a subtree")


def _check_lengths(*hashes: bytes) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise MerkleProofError("a hash of the proof is not 32 bytes")


def _check_equal(*values: bytes) -> None:
    """Compare the first half of the values with the second half, one by one."""
    half = len(values) // 2
    for computed, expected in zip(values[:half], values[half:], strict=True):
        if not hmac.compare_digest(computed, expected):
            raise MerkleProofError("the proof leads to another root")
