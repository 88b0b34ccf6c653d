"""Two histories of one log, each consistent in itself, for two clients: neither counts without the witness, and it signs one."""

import pytest

from tests.support.log_world import World, entry
from tests.support.mutants import mutated
from voute.core.errors import VouteError
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.merkle import leaf_hash
from voute.tlog.note import Note, parse_signatures
from voute.tlog.policy import CheckpointState, NoQuorumError, verify_checkpoint
from voute.tlog.tree import MemoryTree, consistency_proof, root_of
from voute.tlog.witness import WitnessInconsistentError, http_status

SIZE = 40
VIEWS = {
    branch: MemoryTree(leaf_hash(entry(index, branch if index >= 20 else "main")) for index in range(SIZE))
    for branch in ("shown to the first", "shown to the second")
}
FIRST, SECOND = VIEWS


def signed(world: World, branch: str, size: int = SIZE) -> SignedCheckpoint:
    """A checkpoint that the log has signed with both keys: its operator is the liar."""
    return world.signed(size, root_of(size, VIEWS[branch]))


def cosigned(world: World, branch: str, old: int, size: int = SIZE) -> SignedCheckpoint:
    """The same with the witness's line, if it gives one."""
    note = signed(world, branch, size).note
    proof = consistency_proof(old, size, VIEWS[branch])
    reply = world.witness().add_checkpoint(old, proof, note.encode())
    return SignedCheckpoint.parse(Note(note.text, (*note.signatures, *parse_signatures(reply.decode()))).encode())


def accept(world: World, checkpoint: SignedCheckpoint) -> None:
    """What a client does with a checkpoint that it is to rely on."""
    verify_checkpoint(checkpoint, [world.signer.log], world.policy).require_quorum()


@pytest.mark.attack("D1")
def test_split_view_no_client_accepts_either_history_without_the_quorum(created: World) -> None:
    roots = {root_of(SIZE, tree) for tree in VIEWS.values()}
    assert len(roots) == 2
    for branch in VIEWS:
        with pytest.raises(NoQuorumError):
            accept(created, signed(created, branch))


@pytest.mark.attack("D1")
@pytest.mark.control("D1")
def test_split_view_the_witness_signs_the_first_history_alone(created: World) -> None:
    created.witness().add_checkpoint(0, (), signed(created, FIRST, 10).encode())
    accept(created, cosigned(created, FIRST, 10))
    verdict = verify_checkpoint(cosigned(created, FIRST, SIZE), [created.signer.log], created.policy)
    assert verdict.state is CheckpointState.WITNESSED
    # The second client is shown a history of the same size, and one that goes on from it: no line for either.
    statuses = []
    for old in (0, 10, SIZE):
        with pytest.raises(VouteError) as caught:
            cosigned(created, SECOND, old)
        statuses.append(http_status(caught.value))
    assert statuses == [409, 409, 422]
    with pytest.raises(NoQuorumError):
        accept(created, signed(created, SECOND))


@pytest.mark.attack("D1")
def test_split_view_the_line_of_one_history_does_not_hold_on_the_other(created: World) -> None:
    line = cosigned(created, FIRST, 0).note.signatures[-1]
    other = signed(created, SECOND)
    moved = SignedCheckpoint.parse(Note(other.note.text, (*other.note.signatures, line)).encode())
    with pytest.raises(VouteError):
        accept(created, moved)


@pytest.mark.mutant("D1")
def test_split_view_mutant_clients_each_believe_another_history(created: World) -> None:
    with mutated("asks no witness"):
        for branch in VIEWS:
            accept(created, signed(created, branch))


@pytest.mark.mutant("D1")
def test_split_view_mutant_witness_signs_both(created: World) -> None:
    cosigned(created, FIRST, 0, 30)
    with pytest.raises(WitnessInconsistentError):
        cosigned(created, SECOND, 30)
    with mutated("witness asks for no proof"):
        accept(created, cosigned(created, SECOND, 30))
