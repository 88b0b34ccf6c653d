"""The witness's rules (C2SP tlog-witness), one by one, and as a property over whole histories."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.log_memory import Fault, MemoryLocks, Plan, SimulatedCrashError, store_error
from tests.support.log_world import NOW, World, entry
from voute.core.errors import FormatError, LimitError, StoreError, VouteError
from voute.core.ports_log import LockExistsError, WitnessConflictError
from voute.tlog.checkpoint import CheckpointError, SignedCheckpoint
from voute.tlog.cosignature import Cosigner, verify_cosignature
from voute.tlog.merkle import EMPTY_ROOT, leaf_hash
from voute.tlog.note import Note, NoteError, parse_signatures
from voute.tlog.policy import CheckpointState, verify_checkpoint
from voute.tlog.tree import MemoryTree, consistency_proof, root_of
from voute.tlog.witness import (
    MAX_LOG_KEYS,
    MAX_REQUEST,
    AddCheckpoint,
    FollowedLog,
    WitnessCore,
    WitnessForbiddenError,
    WitnessInconsistentError,
    WitnessRequestError,
    WitnessUnknownLogError,
    http_status,
)

MAIN = MemoryTree(leaf_hash(entry(index)) for index in range(40))
FORK = MemoryTree(leaf_hash(entry(index, "fork" if index >= 20 else "main")) for index in range(40))


def ask(world: World, old: int, size: int, tree: MemoryTree = MAIN, witness: WitnessCore | None = None) -> int:
    """Submit a head with an honest proof within its own tree; return the time of the verified cosignature."""
    signed = world.signed(size, root_of(size, tree))
    reply = (witness or world.witness()).add_checkpoint(old, consistency_proof(min(old, size), size, tree), signed.encode())
    (line,) = parse_signatures(reply.decode())
    return verify_cosignature(signed.head, line, world.cosigner.public)


@pytest.mark.control("D1")
def test_witness_add_checkpoint_growing_log_cosigned(created: World) -> None:
    old = 0
    for size in (0, 1, 7, 20, 20, 33):
        created.now += 1
        assert ask(created, old, size) == created.now
        old = size


def test_witness_clock_set_back_cosigns_no_earlier_time(created: World) -> None:
    begun = created.now
    assert ask(created, 0, 5) == begun
    for now, old, size, expected in (
        (begun - 86_400, 5, 9, begun),
        (begun - 1, 9, 9, begun),
        (begun + 5, 9, 12, begun + 5),
        (begun + 4, 12, 20, begun + 5),
    ):
        created.now = now
        assert ask(created, old, size) == expected


def test_witness_key_that_is_new_under_the_old_name_goes_on_from_the_old_head(created: World) -> None:
    ask(created, 0, 5)
    created.cosigner = Cosigner(created.cosigner.name, b"\x09" * 32)
    created.now -= 10
    assert ask(created, 5, 9) == created.now


def test_witness_checkpoint_is_cosigned_head_for_monitors(created: World) -> None:
    witness = created.witness()
    assert witness.checkpoint(created.signer.origin) is None
    ask(created, 0, 5)
    raw = witness.checkpoint(created.signer.origin)
    assert raw is not None
    verdict = verify_checkpoint(SignedCheckpoint.parse(raw), [created.signer.log], created.policy)
    assert (verdict.state, verdict.head.size) == (CheckpointState.WITNESSED, 5)
    ask(created, 5, 9)


def test_witness_checkpoint_leaves_out_lines_of_strangers(created: World) -> None:
    signed = created.signed(5, root_of(5, MAIN))
    stranger = Cosigner("stranger.example", b"\x09" * 32).sign(signed.head, NOW)
    crowded = Note(signed.note.text, (stranger, *signed.note.signatures)).encode()
    created.witness().add_checkpoint(0, (), crowded)
    raw = created.witness().checkpoint(created.signer.origin)
    assert raw is not None
    assert [line.name for line in Note.parse(raw).signatures] == [created.signer.origin] * 2 + ["witness.example"]


def test_witness_add_checkpoint_wrong_old_size_conflicts(created: World) -> None:
    ask(created, 0, 10)
    for old in (0, 9, 11):
        with pytest.raises(WitnessConflictError) as caught:
            ask(created, old, 12)
        assert (caught.value.size, http_status(caught.value)) == (10, 409)


def test_witness_add_checkpoint_old_size_larger_refused(created: World) -> None:
    with pytest.raises(WitnessRequestError) as caught:
        ask(created, 11, 10)
    assert http_status(caught.value) == 400


@pytest.mark.attack("D1")
@pytest.mark.parametrize("size", [20, 25])
def test_witness_add_checkpoint_fork_refused(created: World, size: int) -> None:
    ask(created, 0, 25)
    with pytest.raises(WitnessInconsistentError) as caught:
        ask(created, 25, 30, FORK)
    assert http_status(caught.value) == 422
    with pytest.raises(WitnessInconsistentError):
        ask(created, 25, 25, FORK)
    with pytest.raises(VouteError):
        ask(created, size, 24 if size == 25 else 30, FORK)
    assert ask(created, 25, 40) == NOW


def test_witness_add_checkpoint_proof_from_zero_not_empty_refused(created: World) -> None:
    signed = created.signed(5, root_of(5, MAIN)).encode()
    with pytest.raises(WitnessInconsistentError):
        created.witness().add_checkpoint(0, (bytes(32),), signed)


def test_witness_add_checkpoint_size_zero_wrong_root_refused(created: World) -> None:
    with pytest.raises(WitnessInconsistentError):
        created.witness().add_checkpoint(0, (), created.signed(0, bytes(32)).encode())
    created.witness().add_checkpoint(0, (), created.signed(0, EMPTY_ROOT).encode())


def test_witness_add_checkpoint_unsigned_refused(created: World) -> None:
    signed = created.signed(5, root_of(5, MAIN))
    for lines in (signed.note.signatures[:1], signed.note.signatures[1:]):
        with pytest.raises(WitnessForbiddenError) as caught:
            created.witness().add_checkpoint(0, (), Note(signed.note.text, lines).encode())
        assert http_status(caught.value) == 403


def test_witness_add_checkpoint_unknown_log_refused(created: World) -> None:
    stranger = WitnessCore(created.cosigner, [], MemoryLocks(), created.clock)
    with pytest.raises(WitnessUnknownLogError) as caught:
        ask(created, 0, 5, witness=stranger)
    assert http_status(caught.value) == 404


def test_witness_add_checkpoint_malformed_signature_line_is_that_of_no_log(created: World) -> None:
    """Who sends it learns first whether the log is followed at all; what is no text or no checkpoint is no request."""
    whole = created.signed(5, root_of(5, MAIN)).encode()
    bad = whole + b"not a signature line\n"
    for body, kind, status in (
        (bad, WitnessForbiddenError, 403),
        (bad.replace(created.signer.origin.encode(), b"other.example"), WitnessUnknownLogError, 404),
        (bad.replace(created.signer.origin.encode(), "é.example".encode()), WitnessUnknownLogError, 404),
        (bad.replace(b"\n5\n", b"\n05\n"), CheckpointError, 400),
        (whole + b"\n" + bad.partition(b"\n\n")[2], CheckpointError, 400),
        (b"\xff" + bad, NoteError, 400),
    ):
        with pytest.raises(kind) as caught:
            created.witness().add_checkpoint(0, (), body)
        assert http_status(caught.value) == status


def test_witness_state_is_kept_under_the_same_name_in_every_release(created: World) -> None:
    """Another name, and each witness would take the log for one that was never enrolled."""
    name = hashlib.sha256(f"witness.example\n{created.signer.origin}".encode()).hexdigest()
    assert list(created.witness_locks) == [f"witness-{name}"]


def test_witness_tells_whether_its_state_is_lost(created: World) -> None:
    assert not created.witness().is_lost(created.signer.origin)
    assert created.witness().is_lost("other.example")
    created.witness_locks.clear()
    assert created.witness().is_lost(created.signer.origin)


def test_witness_says_who_it_is_and_what_it_follows(created: World) -> None:
    witness = created.witness()
    assert (witness.name, witness.public) == ("witness.example", created.cosigner.public)
    assert witness.origins == (created.signer.origin,)


def test_witness_follows_logs_of_one_to_eight_keys() -> None:
    keys = tuple(Cosigner("log.example", bytes([n]) * 32).public for n in range(MAX_LOG_KEYS + 1))
    for some in (keys[:1], keys[:MAX_LOG_KEYS]):
        assert FollowedLog("log.example", some).keys == some
    for none in ((), keys, (keys[0], keys[0])):
        with pytest.raises(FormatError):
            FollowedLog("log.example", none)
    with pytest.raises(FormatError):
        FollowedLog("other.example", keys[:1])


def test_witness_lost_state_is_not_a_new_log(created: World) -> None:
    ask(created, 0, 5)
    created.witness_locks.clear()
    with pytest.raises(WitnessUnknownLogError):
        ask(created, 0, 5)
    with pytest.raises(WitnessUnknownLogError):
        created.witness().checkpoint(created.signer.origin)


def test_witness_enrol_twice_refused(created: World) -> None:
    with pytest.raises(LockExistsError):
        created.witness().enrol(created.signer.origin)


def test_witness_add_checkpoint_race_one_wins(created: World) -> None:
    slow = created.witness(Plan(at=0, fault=None, meanwhile=lambda: ask(created, 0, 30)))
    with pytest.raises(WitnessConflictError) as caught:
        ask(created, 0, 20, witness=slow)
    assert caught.value.size == 30


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.KEPT])
def test_witness_add_checkpoint_crash_in_lock_gives_no_signature(created: World, fault: Fault) -> None:
    with pytest.raises(SimulatedCrashError):
        ask(created, 0, 20, witness=created.witness(Plan(0, fault)))
    with pytest.raises(StoreError) as caught:
        ask(created, 20 if fault is Fault.KEPT else 0, 20, witness=created.witness(Plan(0, fault, store_error)))
    assert http_status(caught.value) == 500
    ask(created, 20 if fault is Fault.KEPT else 0, 21)


@given(st.data())
def test_witness_history_random_requests_never_cosign_fork(data: st.DataObject) -> None:
    world = World()
    world.witness().enrol(world.signer.origin)
    cosigned: list[tuple[int, bytes]] = [(0, EMPTY_ROOT)]
    for _ in range(12):
        tree = data.draw(st.sampled_from([MAIN, FORK]))
        size = data.draw(st.integers(0, 40))
        old = data.draw(st.sampled_from([cosigned[-1][0], cosigned[-1][0], 0, 20]))
        root = root_of(size, tree)
        grows = old == cosigned[-1][0] <= size and root_of(old, tree) == cosigned[-1][1]
        try:
            ask(world, old, size, tree)
        except VouteError:
            assert not grows
            continue
        assert grows
        cosigned.append((size, root))


def test_witness_request_round_trip() -> None:
    request = AddCheckpoint(7, tuple(hashlib.sha256(bytes([n])).digest() for n in range(63)), b"anything\n\nat all\n")
    assert AddCheckpoint.parse(request.encode()) == request
    assert AddCheckpoint.parse(b"old 0\n\n") == AddCheckpoint(0, (), b"")
    longest = AddCheckpoint(7, request.proof, b"c" * (MAX_REQUEST - len(replace(request, checkpoint=b"").encode())))
    assert len(longest.encode()) == MAX_REQUEST
    assert AddCheckpoint.parse(longest.encode()) == longest


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 1",
        b"old 1\n",
        b"1\n\nx",
        b"old  1\n\nx",
        b"old 01\n\nx",
        b"new 1\n\nx",
        b"old 1\nAA==\n\nx",
        b"old \xff\n\nx",
        b"old 1\n" + (b"A" * 43 + b"=\n") * 64 + b"\nx",
    ],
)
def test_witness_request_malformed_refused(body: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        AddCheckpoint.parse(body)
    assert http_status(caught.value) == 400


def test_witness_request_too_long_refused() -> None:
    with pytest.raises(LimitError) as caught:
        AddCheckpoint.parse(bytes(MAX_REQUEST + 1))
    assert http_status(caught.value) == 400
