"""Every write of the sequencer, the lock and the witness is broken in turn; no fork, no loss, no signature too early."""

from contextlib import suppress

import pytest

from tests.support.log_memory import Fault, Plan, SimulatedCrashError, store_error
from tests.support.log_world import World, entry
from voute.core.errors import StoreError, VouteError
from voute.core.ports_log import LockExistsError, LockMissingError
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.merkle import leaf_hash
from voute.tlog.policy import verify_checkpoint
from voute.tlog.reader import TileTree
from voute.tlog.sequencer import SequenceGapError, Sequencer, lock_key
from voute.tlog.tree import MemoryTree, root_of

ENDS = (3, 250, 300)
ENTRIES = [entry(index) for index in range(ENDS[-1])]
TREE = MemoryTree(map(leaf_hash, ENTRIES))


def start(world: World, plan: Plan | None) -> Sequencer:
    """What an operator does once, and again when told that it failed."""
    sequencer = world.sequencer(plan)
    try:
        sequencer.recover()
    except LockMissingError:
        sequencer.create()
    with suppress(LockExistsError):
        world.witness(plan).enrol(world.signer.origin)
    return sequencer


def feed(world: World, plan: Plan | None = None) -> None:
    """What the city does: append what the log lacks, batch by batch, and have it cosigned."""
    sequencer = start(world, plan)
    cosigning = world.cosigning(plan)
    size = sequencer.recover().head.size
    assert size in {0, *ENDS}
    for end in ENDS:
        if end > size:
            head = sequencer.sequence(ENTRIES[size:end], size).head
            assert (head.size, head.root) == (end, root_of(end, TREE))
            size = end
        cosigning.run()


def assert_whole(world: World) -> None:
    """Check the whole log from raw storage, as an auditor would, and everything that was ever signed."""
    signed = SignedCheckpoint.parse(world.tiles["checkpoint"])
    verdict = verify_checkpoint(signed, [world.signer.log], world.policy)
    assert (verdict.head.size, verdict.state) == (ENDS[-1], "witnessed")
    assert list(TileTree(ENDS[-1], verdict.head.root, world.store().get).entries(0, ENDS[-1])) == ENTRIES
    assert world.locks == {lock_key(world.signer.origin): verdict.head.encode().encode()}
    for size, roots in world.signer.signed.items():
        assert roots == {root_of(size, TREE)}


def writes() -> list[str]:
    plan = Plan()
    world = World()
    feed(world, plan)
    assert_whole(world)
    return plan.calls


WRITES = writes()


@pytest.mark.parametrize("at", range(len(WRITES)))
@pytest.mark.parametrize("fault", [Fault.LOST, Fault.PARTIAL, Fault.KEPT])
def test_sequencer_crash_at_any_write_recovers(at: int, fault: Fault) -> None:
    world = World()
    try:
        feed(world, Plan(at, fault, SimulatedCrashError))
    except SimulatedCrashError:
        pass
    else:
        pytest.fail("the crash did not happen")
    feed(world)
    assert_whole(world)


@pytest.mark.parametrize("at", range(len(WRITES)))
@pytest.mark.parametrize("fault", [Fault.LOST, Fault.PARTIAL, Fault.KEPT])
def test_sequencer_store_error_at_any_write_recovers_in_same_process(at: int, fault: Fault) -> None:
    world = World()
    plan = Plan(at, fault, store_error)
    try:
        feed(world, plan)
    except StoreError:
        feed(world, plan)
    else:
        assert WRITES[at] in {"delete", "replace"}  # tidying, or a witness: neither stops the log
    feed(world)
    assert_whole(world)


@pytest.mark.attack("D3")
@pytest.mark.parametrize("at", [place for place, name in enumerate(WRITES) if name.startswith("put")])
@pytest.mark.parametrize("bit", [0, 77, 4999])
def test_sequencer_bit_flipped_in_any_write_is_never_signed(at: int, bit: int) -> None:
    world = World()
    codes: set[str] = set()
    for plan in (Plan(at, Fault.FLIPPED, bit=bit), None, None):
        try:
            feed(world, plan)
        except VouteError as error:
            codes.add(error.code)
    assert codes <= {"recheck", "tile-damaged"}
    for size, roots in world.signer.signed.items():
        assert roots == {root_of(size, TREE)}
    assert_whole(world)


def test_sequencer_crash_every_second_write_still_gets_there() -> None:
    """The same world crashes again and again, each time a little further."""
    world = World()
    for at in (*range(12), *range(12), *range(12)):
        try:
            feed(world, Plan(at, Fault.KEPT if at % 2 else Fault.LOST))
            break
        except SimulatedCrashError:
            continue
    feed(world)
    assert_whole(world)


def test_sequencer_caller_never_told_finds_its_entries_in_log() -> None:
    """The swap was kept, its answer lost: the batch is in, a repeat is refused and says where the log ends."""
    world = World()
    start(world, None)
    with pytest.raises(SimulatedCrashError):
        world.sequencer(Plan(1, Fault.KEPT)).sequence(ENTRIES[:7], 0)
    with pytest.raises(SequenceGapError) as caught:
        world.sequencer().sequence(ENTRIES[:7], 0)
    assert caught.value.facts["size"] == 7
    head = world.sequencer().recover().head
    assert list(TileTree(7, head.root, world.store().get).entries(0, 7)) == ENTRIES[:7]
