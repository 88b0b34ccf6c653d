"""Which checkpoints are believed (the shared vectors hold most cases)."""

import pytest

from tests.support.log_world import NOW, World
from voute.core.errors import FormatError, LimitError
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.cosignature import Cosigner
from voute.tlog.merkle import EMPTY_ROOT
from voute.tlog.note import Note, SignatureLine
from voute.tlog.policy import (
    MAX_WITNESSES,
    BadCheckpointError,
    CheckpointState,
    NoQuorumError,
    WitnessKey,
    WitnessPolicy,
    verify_checkpoint,
    verify_log,
    write_policy,
)

KEYS = tuple(WitnessKey(f"w{n}.example", bytes([n]) * 1312) for n in range(17))


@pytest.mark.parametrize(("quorum", "count"), [(-1, 2), (3, 2), (1, 0), (1, 17)])
def test_policy_impossible_quorum_refused(quorum: int, count: int) -> None:
    with pytest.raises(LimitError):
        WitnessPolicy(quorum, KEYS[:count])


def test_policy_of_as_many_witnesses_as_may_be_is_taken() -> None:
    assert WitnessPolicy(MAX_WITNESSES, KEYS[:MAX_WITNESSES]).quorum == MAX_WITNESSES == len(KEYS) - 1


def test_policy_witness_twice_refused() -> None:
    for second in (WitnessKey(KEYS[0].name, KEYS[1].mldsa44), WitnessKey("other.example", KEYS[0].mldsa44)):
        with pytest.raises(FormatError):
            WitnessPolicy(1, (KEYS[0], second))


def test_policy_verdict_require_quorum(world: World) -> None:
    bare = world.signed(0, EMPTY_ROOT)
    verdict = verify_checkpoint(bare, [world.signer.log], world.policy)
    assert (verdict.state, verdict.witnessed_at) == (CheckpointState.LOGGED, None)
    with pytest.raises(NoQuorumError) as caught:
        verdict.require_quorum()
    assert caught.value.facts == {"have": 0, "need": 1}
    line = world.cosigner.sign(bare.head, NOW + 1)
    signed = SignedCheckpoint(bare.head, Note(bare.note.text, (*bare.note.signatures, line)))
    verdict = verify_checkpoint(signed, [world.signer.log], world.policy)
    verdict.require_quorum()
    assert (verdict.state, verdict.witnessed_at) == (CheckpointState.WITNESSED, NOW + 1)
    verify_checkpoint(bare, [world.signer.log], WitnessPolicy(0, ())).require_quorum()


def test_policy_witnesses_after_a_silent_one_are_counted_and_checked(world: World) -> None:
    """The first witness of the policy has not signed: the second counts all the same, and may not lie."""
    silent = Cosigner("silent.example", b"\x0b" * 32).public
    policy = WitnessPolicy(1, (WitnessKey(silent.name, silent.public), world.witness_key))
    bare = world.signed(0, EMPTY_ROOT)
    line = world.cosigner.sign(bare.head, NOW + 1)
    good = SignedCheckpoint(bare.head, Note(bare.note.text, (*bare.note.signatures, line)))
    assert verify_checkpoint(good, [world.signer.log], policy).witness_times == ((world.cosigner.name, NOW + 1),)
    lie = SignatureLine(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    bad = SignedCheckpoint(bare.head, Note(bare.note.text, (*bare.note.signatures, lie)))
    with pytest.raises(BadCheckpointError):
        verify_checkpoint(bad, [world.signer.log], policy)


def test_policy_is_written_as_other_tools_read_it(world: World) -> None:
    log = world.signer.log
    lines = write_policy([log], WitnessPolicy(2, KEYS[:3])).splitlines()
    assert lines == [
        f"log {log.note_key.encode()}",
        f"log {log.cosigner_key.encode()}",
        *[f"witness w{n} {one.cosigner_key.encode()}" for n, one in enumerate(KEYS[:3], 1)],
        "group witnesses 2 w1 w2 w3",
        "quorum witnesses",
    ]
    assert write_policy([], WitnessPolicy(0, ())) == "quorum none\n"


def test_policy_verify_log_head_and_text_differ_refused(world: World) -> None:
    signed = world.signed(0, EMPTY_ROOT)
    for head in (Checkpoint("other.example", 0, EMPTY_ROOT), Checkpoint(signed.head.origin, 1, EMPTY_ROOT)):
        with pytest.raises(BadCheckpointError):
            verify_log(SignedCheckpoint(head, signed.note), world.signer.log)
