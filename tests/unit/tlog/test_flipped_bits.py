"""One bit flips somewhere between an entry and its signature, a thousand times: nothing wrong is signed, the log goes on."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from tests.support.log_memory import Fault, Plan, flip
from tests.support.log_world import World, entry
from tests.support.mutants import mutated
from voute.core.errors import VouteError
from voute.tlog import sequencer, tiles
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.merkle import leaf_hash
from voute.tlog.reader import TileTree
from voute.tlog.tiles import Append, Edge
from voute.tlog.tree import MemoryTree, root_of

RUNS = 1_000
FIRST, BOTH = 260, 270
ENTRIES = [entry(index) for index in range(BOTH)]
TREE = MemoryTree(map(leaf_hash, ENTRIES))
WRITES = ("staged batch", "tiles", "checkpoint")


def started() -> World:
    world = World()
    world.sequencer().create()
    world.sequencer().sequence(ENTRIES[:FIRST], 0)
    return world


@pytest.fixture(scope="module")
def template() -> World:
    return started()


def copy_of(world: World) -> World:
    """The same log in stores of its own; the signer remembers what it signed."""
    signer = type(world.signer)()
    signer.signed = {size: set(roots) for size, roots in world.signer.signed.items()}
    return World(signer=signer, tiles=dict(world.tiles), locks=dict(world.locks))


def append_once(world: World, plan: Plan | None = None) -> None:
    """What the city does: finish what is there, and append what the log lacks."""
    sequencer = world.sequencer(plan)
    size = sequencer.recover().head.size
    if size < BOTH:
        sequencer.sequence(ENTRIES[size:], size)


def nothing_wrong_was_signed(world: World) -> bool:
    return all(roots == {root_of(size, TREE)} for size, roots in world.signer.signed.items())


def whole(world: World) -> bool:
    """Whether the published checkpoint leads to every entry."""
    head = SignedCheckpoint.parse(world.tiles["checkpoint"]).head
    try:
        return list(TileTree(head.size, head.root, world.store().get).entries(0, head.size)) == ENTRIES
    except VouteError:
        return False


def told(action: Callable[[], None]) -> str:
    """The code of the error that an action ends with, if it does."""
    try:
        action()
    except VouteError as error:
        return error.code
    return ""


# -- stages: where the bit flips


def in_a_write(at: int) -> Callable[[World, int], None]:
    def run(world: World, bit: int) -> None:
        append_once(world, Plan(at, Fault.FLIPPED, bit=bit))

    return run


def in_the_new_root(world: World, bit: int) -> None:
    with changed_append(lambda grown: replace(grown, edge=cast("Edge", EdgeWithFlippedRoot(grown.edge, bit)))):
        append_once(world)


def in_a_new_tile(world: World, bit: int) -> None:
    def change(grown: Append) -> Append:
        changed = list(grown.tiles)
        place = bit % len(changed)
        changed[place] = (changed[place][0], flip(changed[place][1], bit))
        return replace(grown, tiles=tuple(changed))

    with changed_append(change):
        append_once(world)


def in_an_entry_after_it_was_staged(world: World, bit: int) -> None:
    """The entry that becomes a tile is not the one that was staged."""
    real = tiles.append

    def append(edge: Any, entries: Any) -> Append:  # noqa: ANN401 -- what the original takes
        damaged = list(entries)
        damaged[bit % len(damaged)] = flip(damaged[bit % len(damaged)], bit)
        return real(edge, damaged)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequencer, "append", append)
        append_once(world)


def in_an_old_tile_when_it_is_read(world: World, bit: int) -> None:
    store = world.store()
    path = sorted(name for name in store.kept if name.startswith("tile/"))[bit % 3]
    kept = store.kept[path]
    store.kept[path] = flip(kept, bit)
    try:
        append_once(world)
    finally:
        # The disk is read again, and gives what it holds.
        if path in store.kept:
            store.kept[path] = kept


class EdgeWithFlippedRoot:
    """The right edge of a tree whose root was hit on its way to the register."""

    def __init__(self, edge: Any, bit: int) -> None:  # noqa: ANN401 -- the original
        self._edge, self._bit = edge, bit

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever the original has
        return getattr(self._edge, name)

    def root(self) -> bytes:
        root: bytes = self._edge.root()
        return flip(root, self._bit)


def changed_append(change: Callable[[Append], Append]) -> Any:  # noqa: ANN401 -- a context of pytest's
    real = tiles.append
    context = pytest.MonkeyPatch.context()

    class Changed:
        def __enter__(self) -> None:
            context.__enter__().setattr(sequencer, "append", lambda edge, entries: change(real(edge, entries)))

        def __exit__(self, *error: object) -> None:
            context.__exit__(*error)  # type: ignore[arg-type] # the three of every context

    return Changed()


STAGES: dict[str, Callable[[World, int], None]] = {
    **{f"written: {name}": in_a_write(at) for at, name in enumerate(WRITES)},
    "computed: root": in_the_new_root,
    "computed: tile": in_a_new_tile,
    "computed: entry": in_an_entry_after_it_was_staged,
    "read: old tile": in_an_old_tile_when_it_is_read,
}


@pytest.mark.control("D3")
def test_flipped_bits_control_without_one_the_log_grows(template: World) -> None:
    world = copy_of(template)
    plan = Plan()
    append_once(world, plan)
    assert plan.calls[:4] == ["put_all", "replace", "put_all", "put_mutable"]
    assert whole(world)
    assert nothing_wrong_was_signed(world)
    assert set(world.signer.signed) == {0, FIRST, BOTH}


@pytest.mark.attack("D3")
@pytest.mark.parametrize("stage", STAGES)
def test_flipped_bits_at_any_stage_nothing_wrong_is_signed_and_the_log_goes_on(template: World, stage: str) -> None:
    chance = random.Random(stage)
    for _ in range(RUNS // len(STAGES) + 1):
        world, bit = copy_of(template), chance.randrange(100_000)
        refusal = told(lambda: STAGES[stage](world, bit))  # noqa: B023 -- called at once
        assert refusal in {"", "recheck", "tile-damaged", "log-damaged", "tile-conflict"}, (stage, bit)
        assert nothing_wrong_was_signed(world)
        # A new process on what is left, as often as an operator would start it.
        for _ in range(3):
            told(lambda: append_once(world))  # noqa: B023 -- called at once
        assert whole(world), (stage, bit)
        assert nothing_wrong_was_signed(world)


@pytest.mark.mutant("D3")
def test_flipped_bits_mutant_that_reads_nothing_back_publishes_a_tree_that_nobody_can_follow(template: World) -> None:
    world = copy_of(template)
    with mutated("reads no tile back"):
        in_a_new_tile(world, 4)
    assert BOTH in world.signer.signed
    assert not whole(world)


@pytest.mark.mutant("D3")
def test_flipped_bits_mutant_without_the_second_computation_loses_the_log(template: World) -> None:
    world = copy_of(template)
    with mutated("computes the root once"), pytest.raises(VouteError):
        in_the_new_root(world, 3)
    with pytest.raises(VouteError):
        append_once(world)
