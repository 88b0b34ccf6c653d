"""Many proofs of one tree: the same verdict as one by one, whatever came before."""

import random
from typing import Any

import pytest

from voute.tlog import inclusions as module
from voute.tlog.inclusions import Inclusions
from voute.tlog.merkle import MerkleProofError, leaf_hashes, verify_inclusion
from voute.tlog.tree import MemoryTree, Prover, root_of

SIZES = [1, 2, 3, 7, 8, 9, 64, 100, 257]


class Tree:
    """A tree of so many leaves with the proof of each."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.leaves = leaf_hashes(number.to_bytes(4, "big") for number in range(size))
        source = MemoryTree(self.leaves)
        self.root = root_of(size, source)
        prover = Prover(size, source)
        self.proofs = [tuple(prover.inclusion(index)) for index in range(size)]

    def open(self) -> Inclusions:
        return Inclusions(self.size, self.root)


@pytest.mark.parametrize("size", SIZES)
def test_inclusions_of_every_leaf_hold_in_any_order(size: int) -> None:
    tree = Tree(size)
    order = list(range(size))
    for indexes in (order, order[::-1], random.Random(size).sample(order, size)):
        opened = tree.open()
        for index in indexes:
            opened.verify(index, tree.leaves[index], tree.proofs[index])
            opened.verify(index, tree.leaves[index], tree.proofs[index])


@pytest.mark.parametrize("size", SIZES[1:])
def test_inclusions_refuse_what_one_proof_alone_would_be_refused_for(size: int) -> None:
    tree = Tree(size)
    chance = random.Random(size)
    for index in range(size):
        proof = tree.proofs[index]
        spot = chance.randrange(len(proof))
        bent = bytes([proof[spot][0] ^ 1]) + proof[spot][1:]
        lies = [
            (index, tree.leaves[index], (*proof[:spot], bent, *proof[spot + 1 :])),
            (index, tree.leaves[index], proof[:-1]),
            (index, tree.leaves[index], (*proof, proof[-1])),
            (index, tree.leaves[index], (*proof[:spot], proof[spot][1:], *proof[spot + 1 :])),
            (index, tree.leaves[index - 1], proof),
            (index, tree.leaves[index][1:], proof),
            (index + size, tree.leaves[index], proof),
            (index - size, tree.leaves[index], proof),
        ]
        for place, leaf, given in lies:
            with pytest.raises(MerkleProofError):
                verify_inclusion(place, size, leaf, given, tree.root)
            opened = tree.open()
            for before in {index, (index + 1) % size, (index - 1) % size}:
                opened.verify(before, tree.leaves[before], tree.proofs[before])
                with pytest.raises(MerkleProofError):
                    opened.verify(place, leaf, given)
                opened.verify(index, tree.leaves[index], proof)


@pytest.mark.parametrize(("size", "steps"), [(2, 3), (8, 17), (64, 132), (100, 210), (257, 513)])
def test_inclusions_in_the_order_of_the_log_cost_two_hashes_a_leaf(
    size: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted as it happens: a leaf is led to the root only where its way meets that of the leaf before at the root alone."""
    counts = {"verify_inclusion": 0, "node_hash": 0}
    for name in counts:
        real = getattr(module, name)

        def counted(*given: Any, name: str = name, real: Any = real) -> Any:  # noqa: ANN401 whatever it takes and gives
            counts[name] += 1
            return real(*given)

        monkeypatch.setattr(module, name, counted)
    tree = Tree(size)
    opened = tree.open()
    for index in range(size):
        # Asked for again it meets itself at its foot.
        for _ in range(2):
            opened.verify(index, tree.leaves[index], tree.proofs[index])
    assert counts == {"verify_inclusion": 3 if size == 100 else 2, "node_hash": steps}
