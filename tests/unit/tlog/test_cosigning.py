"""Collecting cosignatures: a witness may be dead, ahead, behind or lying; the log goes on."""

from collections.abc import Sequence

import pytest

from tests.support.log_memory import flip
from tests.support.log_world import NOW, World, entry
from voute.core.errors import StoreError, VerificationError, VouteError
from voute.core.ports_log import WitnessConflictError
from voute.format.ed25519 import BadSignatureError
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.cosignature import Cosigner
from voute.tlog.cosigning import Cosigning, WitnessAheadError
from voute.tlog.merkle import leaf_hash
from voute.tlog.note import Note, NoteError, SignatureLine
from voute.tlog.policy import CheckpointState, WitnessKey, WitnessPolicy, verify_checkpoint
from voute.tlog.tree import MemoryTree, root_of


class Scripted:
    """A witness behind a line: answers what the test says."""

    def __init__(self, reply: bytes | VouteError) -> None:
        self.name = "scripted.example"
        self.reply = reply
        self.asked: list[tuple[int, int]] = []

    def add_checkpoint(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        self.asked.append((old_size, SignedCheckpoint.parse(checkpoint).head.size))
        assert all(len(value) == 32 for value in proof)
        if isinstance(self.reply, VouteError):
            raise self.reply
        return self.reply


SECOND = Cosigner("scripted.example", b"\x05" * 32)
SECOND_KEY = WitnessKey(SECOND.name, SECOND.public.public)


def append(world: World, end: int) -> None:
    size = world.sequencer().recover().head.size
    world.sequencer().sequence([entry(index) for index in range(size, end)], size)


def cosign_with(world: World, reply: bytes | VouteError) -> tuple[VouteError | None, Scripted]:
    """Run a round with the good witness and a scripted one; return the error of the latter."""
    witness = Scripted(reply)
    both = Cosigning(world.sequencer(), world.store(), [(witness, SECOND_KEY), (world.witness(), world.witness_key)])
    report = both.run()
    assert "witness.example" in report.cosigned
    return (dict(report.failures).get(witness.name), witness)


def state(world: World, *keys: WitnessKey, quorum: int = 1) -> CheckpointState:
    signed = SignedCheckpoint.parse(world.tiles["checkpoint"])
    return verify_checkpoint(signed, [world.signer.log], WitnessPolicy(quorum, keys)).state


def test_cosigning_run_publishes_cosignatures(created: World) -> None:
    cosigning = created.cosigning()
    for end in (1, 300, 301):
        append(created, end)
        assert state(created, created.witness_key) is CheckpointState.LOGGED
        report = cosigning.run()
        assert (report.cosigned, report.failures) == (("witness.example",), ())
        assert state(created, created.witness_key) is CheckpointState.WITNESSED


def test_cosigning_run_asks_only_those_that_are_named(created: World) -> None:
    append(created, 5)
    good = SECOND.sign(created.sequencer().recover().head, NOW)
    # The witness answers to a name of its own; its key stands under another in the trust root.
    asked, left = Scripted(good.encode().encode()), Scripted(StoreError("not to be asked"))
    asked.name, left.name = "line-to-the-second", "line-to-another"
    report = Cosigning(created.sequencer(), created.store(), [(left, created.witness_key), (asked, SECOND_KEY)]).run({asked.name})
    assert (report.cosigned, report.failures) == ((SECOND.name,), ())
    assert (asked.asked, left.asked) == ([(0, 5)], [])
    assert Cosigning(created.sequencer(), created.store(), [(asked, SECOND_KEY)]).run(()).cosigned == ()


def test_cosigning_run_second_round_goes_on_from_the_size_cosigned_last(created: World) -> None:
    """One request a round: what each witness cosigned last is remembered for that witness."""
    append(created, 5)
    second, dead = Scripted(b""), Scripted(StoreError("no route"))
    dead.name = "dead.example"
    cosigning = Cosigning(created.sequencer(), created.store(), [(second, SECOND_KEY), (dead, created.witness_key)])
    for end in (5, 9):
        append(created, end)
        second.reply = SECOND.sign(created.sequencer().recover().head, NOW).encode().encode()
        assert cosigning.run().cosigned == (SECOND.name,)
    assert second.asked == [(0, 5), (5, 9)]
    assert dead.asked == [(0, 5), (0, 9)]


def test_cosigning_run_same_size_refreshes_time(created: World) -> None:
    append(created, 5)
    cosigning = created.cosigning()
    for _ in range(3):
        created.now += 60
        signed = cosigning.run().published.checkpoint
        assert len(signed.note.signatures) == 3
        assert verify_checkpoint(signed, [created.signer.log], created.policy).witnessed_at == created.now
    assert created.now == NOW + 180


def test_cosigning_run_new_process_learns_size_from_conflict(created: World) -> None:
    append(created, 5)
    created.cosigning().run()
    append(created, 9)
    assert created.cosigning().run().cosigned == ("witness.example",)


def test_cosigning_run_dead_witness_stops_nothing(created: World) -> None:
    append(created, 5)
    error, witness = cosign_with(created, StoreError("no route"))
    assert (type(error), witness.asked) == (StoreError, [(0, 5)])
    assert state(created, created.witness_key, SECOND_KEY) is CheckpointState.WITNESSED
    assert state(created, created.witness_key, SECOND_KEY, quorum=2) is CheckpointState.LOGGED


def test_cosigning_run_witness_ahead_is_named(created: World) -> None:
    append(created, 5)
    error, witness = cosign_with(created, WitnessConflictError(6))
    assert isinstance(error, WitnessAheadError)
    assert error.facts == {"size": 6}
    assert len(witness.asked) == 1


def test_cosigning_run_witness_conflicting_twice_fails(created: World) -> None:
    append(created, 5)
    error, witness = cosign_with(created, WitnessConflictError(3))
    assert isinstance(error, WitnessConflictError)
    assert witness.asked == [(0, 5), (3, 5)]


def test_cosigning_run_lying_replies_are_not_published(created: World) -> None:
    append(created, 5)
    head = created.sequencer().recover().head
    good = SECOND.sign(head, NOW)
    other = SECOND.sign(created.head(4, head.root), NOW)
    bad = SignatureLine(good.name, good.key_id, flip(good.signature))
    stranger = Cosigner("stranger.example", b"\x06" * 32).sign(head, NOW)
    for reply, kind in (
        (b"", NoteError),
        (b"\xff\n", NoteError),
        (b"not a line\n", NoteError),
        (stranger.encode().encode(), VerificationError),
        (bad.encode().encode(), BadSignatureError),
        (other.encode().encode(), BadSignatureError),
    ):
        error, _ = cosign_with(created, reply)
        assert type(error) is kind
        assert state(created, created.witness_key, SECOND_KEY, quorum=2) is CheckpointState.LOGGED
    assert cosign_with(created, (stranger.encode() + good.encode()).encode())[0] is None
    assert state(created, created.witness_key, SECOND_KEY, quorum=2) is CheckpointState.WITNESSED


def test_cosigning_run_keeps_earlier_line_of_silent_witness(created: World) -> None:
    append(created, 5)
    good = SECOND.sign(created.sequencer().recover().head, NOW)
    cosign_with(created, good.encode().encode())
    cosign_with(created, StoreError("gone"))
    assert state(created, created.witness_key, SECOND_KEY, quorum=2) is CheckpointState.WITNESSED
    append(created, 6)
    cosign_with(created, StoreError("gone"))
    assert state(created, created.witness_key, SECOND_KEY, quorum=2) is CheckpointState.LOGGED


def test_cosigning_run_damaged_and_unknown_lines_are_dropped(created: World) -> None:
    append(created, 5)
    note = created.sequencer().recover().checkpoint.note
    good = SECOND.sign(created.sequencer().recover().head, NOW)
    bad = SignatureLine(good.name, good.key_id, flip(good.signature))
    junk = SignatureLine("junk", b"abcd", b"x")
    created.tiles["checkpoint"] = Note(note.text, (bad, junk, *note.signatures)).encode()
    silent = Cosigning(created.sequencer(), created.store(), [(Scripted(StoreError("gone")), SECOND_KEY)])
    assert silent.run().published.checkpoint.note == note
    assert created.tiles["checkpoint"] == note.encode()
    assert silent.run().published.checkpoint.note == note


@pytest.mark.attack("D1")
def test_cosigning_run_forked_log_gets_no_cosignature(created: World) -> None:
    """A thief of the log's keys and stores forks it; the witness has seen the other branch."""
    append(created, 5)
    created.cosigning().run()
    thief = World(signer=created.signer, witness_locks=created.witness_locks)
    thief.sequencer().create()
    thief.sequencer().sequence([entry(index, "fork") for index in range(8)], 0)
    report = thief.cosigning().run()
    assert report.cosigned == ()
    assert [error.code for _, error in report.failures] == ["witness-inconsistent"]
    fork = MemoryTree(leaf_hash(entry(index, "fork")) for index in range(8))
    assert created.signer.signed[8] == {root_of(8, fork)}
    with pytest.raises(VerificationError):
        thief.witness().add_checkpoint(5, (), thief.tiles["checkpoint"])
