"""The sequencer without crashes: what it gives, and what it refuses."""

import hashlib

import pytest
from typing_extensions import override

from tests.support.log_memory import MemoryLocks, MemoryTiles, Plan, flip, store_error
from tests.support.log_world import World, entry
from voute.core.errors import LimitError, StateError
from voute.core.ports_log import LockConflictError, LockExistsError, LockMissingError, TileMissingError
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.merkle import EMPTY_ROOT, leaf_hash
from voute.tlog.note import Note, SignatureLine
from voute.tlog.policy import BadCheckpointError, verify_log
from voute.tlog.reader import TileDamagedError, TileTree
from voute.tlog.recheck import RecheckError, grow_root, recheck_staged, recheck_stored
from voute.tlog.sequencer import LogDamagedError, Published, SequenceGapError, Sequencer, read_published
from voute.tlog.signer import MemorySigner
from voute.tlog.staging import MAX_BATCH_ENTRIES, StagedBatch
from voute.tlog.tree import MemoryTree, peaks, root_of


def entries(start: int, end: int) -> list[bytes]:
    return [entry(index) for index in range(start, end)]


def grow(world: World, *sizes: int) -> Published:
    """Append in batches that end at these sizes."""
    sequencer, size = world.sequencer(), world.sequencer().recover().head.size
    for end in sizes:
        sequencer.sequence(entries(size, end), size)
        size = end
    return sequencer.recover()


def assert_holds(world: World, size: int) -> None:
    """Check the published checkpoint and every entry by independent means."""
    published = read_published(world.store(), world.signer.log)
    assert published is not None
    root = root_of(size, MemoryTree(map(leaf_hash, entries(0, size))))
    assert (published.head.size, published.head.root) == (size, root)
    assert list(TileTree(size, root, world.store().get).entries(0, size)) == entries(0, size)


def test_sequencer_create_publishes_empty_tree(created: World) -> None:
    assert_holds(created, 0)
    assert read_published(created.store(), created.signer.log) == created.sequencer().recover().checkpoint


def test_sequencer_head_is_locked_under_the_same_name_in_every_release(created: World) -> None:
    """Another name, and an older release that still runs would sign a second history."""
    assert list(created.locks) == ["log-" + hashlib.sha256(created.signer.origin.encode()).hexdigest()]


def test_sequencer_create_twice_refused(created: World) -> None:
    with pytest.raises(LockExistsError):
        created.sequencer().create()


def test_sequencer_without_lock_never_starts(world: World) -> None:
    for act in (world.sequencer().recover, lambda: world.sequencer().sequence(entries(0, 1), 0)):
        with pytest.raises(LockMissingError):
            act()
    assert world.tiles == {}


@pytest.mark.control("D2")
@pytest.mark.parametrize("sizes", [(1,), (3, 4, 5), (255, 256, 257), (256, 512), (300, 900), (1, 1000)])
def test_sequencer_sequence_batches_publishes_them(created: World, sizes: tuple[int, ...]) -> None:
    assert grow(created, *sizes).head.size == sizes[-1]
    assert_holds(created, sizes[-1])
    assert created.sequencer().sequence([], sizes[-1]).head.size == sizes[-1]


def test_sequencer_clock_set_back_signs_no_earlier_time(created: World) -> None:
    """A time says that no larger tree was seen by then: one of a larger tree that is earlier would be a lie."""

    def time_of(published: Published) -> int:
        return verify_log(published.checkpoint, created.signer.log)

    begun = created.now
    assert time_of(grow(created, 3)) == begun
    for now, expected in ((begun - 86_400, begun), (0, begun), (begun + 5, begun + 5), (begun + 4, begun + 5)):
        created.now = now
        size = created.sequencer().recover().head.size
        assert time_of(grow(created, size + 2)) == expected
    assert_holds(created, 11)


def test_sequencer_sequence_leaves_no_rubbish(created: World) -> None:
    # From 300, whose number has one bit more than a tile is wide, past the end of the first tile of the level above.
    grow(created, 10, 200, 300, 65_830, 65_831)
    partial = {"tile/0/257.p/38", "tile/1/001.p/1", "tile/2/000.p/1", "tile/entries/257.p/38"}
    earlier = {"tile/0/257.p/39", "tile/entries/257.p/39"}
    assert {path for path in created.tiles if ".p/" in path} == partial | earlier
    assert not any(path.startswith("staging/") for path in created.tiles)


def test_sequencer_sequence_elsewhere_is_a_gap(created: World) -> None:
    grow(created, 5)
    for at in (0, 4, 6):
        with pytest.raises(SequenceGapError) as caught:
            created.sequencer().sequence(entries(5, 6), at)
        assert caught.value.facts == {"size": 5, "at": at}
    assert_holds(created, 5)


def test_sequencer_sequence_entries_out_of_bounds_refused(created: World) -> None:
    tiles = dict(created.tiles)
    for batch in ([entry(0), bytes(31)], [bytes(65_536)], [entry(0)] * (MAX_BATCH_ENTRIES + 1)):
        with pytest.raises(LimitError):
            created.sequencer().sequence(batch, 0)
    assert created.tiles == tiles
    longest = bytes(65_535)
    head = created.sequencer().sequence([entry(0), longest], 0).head
    assert list(TileTree(2, head.root, created.store().get).entries(1, 2)) == [longest]


@pytest.mark.attack("D2")
@pytest.mark.parametrize("moment", range(6))
def test_sequencer_two_processes_one_wins_at_every_moment(created: World, moment: int) -> None:
    grow(created, 250)
    rivals: list[str] = []

    def rival() -> None:
        try:
            created.sequencer().sequence([entry(250, "rival")] * 20, 250)
            rivals.append("won")
        except SequenceGapError:
            rivals.append("lost")

    plan = Plan(at=moment, fault=None, meanwhile=rival)
    try:
        created.sequencer(plan).sequence(entries(250, 260), 250)
    except LockConflictError:
        assert rivals == ["won"]
        assert created.sequencer().recover().head.size == 270
    else:
        assert rivals == ["lost"]
        assert_holds(created, 260)
    assert moment < len(plan.calls)
    assert (rivals == ["won"]) == (moment < 2)  # before the swap: staging, the swap itself
    assert all(len(roots) == 1 for roots in created.signer.signed.values())


def test_sequencer_late_publisher_is_put_right(created: World) -> None:
    old = grow(created, 5).checkpoint
    grow(created, 9)
    created.tiles["checkpoint"] = old.encode()
    assert created.sequencer().recover().head.size == 9
    assert_holds(created, 9)


@pytest.mark.parametrize("damage", ["missing", "flipped", "empty", "not-text"])
def test_sequencer_recover_checkpoint_lost_signs_same_head(created: World, damage: str) -> None:
    grow(created, 300)
    whole = created.tiles.pop("checkpoint")
    if damage != "missing":
        created.tiles["checkpoint"] = {"flipped": flip(whole), "empty": b"", "not-text": b"\xff"}[damage]
    assert created.sequencer().recover().head.size == 300
    assert_holds(created, 300)
    assert all(len(roots) == 1 for roots in created.signer.signed.values())


@pytest.mark.attack("D2", "D3")
def test_sequencer_recover_tiles_lost_never_signs(created: World) -> None:
    grow(created, 300)
    del created.tiles["checkpoint"]
    before = dict(created.signer.signed)
    kept = created.tiles.pop("tile/0/001.p/44")
    with pytest.raises(LogDamagedError) as caught:
        created.sequencer().recover()
    assert caught.value.facts == {"size": 300}
    created.tiles["tile/0/001.p/44"] = flip(kept)
    with pytest.raises(TileDamagedError):
        created.sequencer().recover()
    assert created.signer.signed == before


@pytest.mark.attack("D2")
def test_sequencer_restored_older_store_never_forks(created: World) -> None:
    grow(created, 200)
    backup = dict(created.tiles)
    grow(created, 250)
    created.tiles.clear()
    created.tiles.update(backup)
    with pytest.raises(LogDamagedError):
        created.sequencer().sequence([entry(200, "rival")], 200)
    assert created.signer.signed.keys() == {0, 200, 250}


def test_sequencer_replace_checkpoint_publishes_the_same_head_with_other_lines(created: World) -> None:
    signed = grow(created, 5).checkpoint
    line = created.cosigner.sign(signed.head, created.now)
    cosigned = SignedCheckpoint(signed.head, Note(signed.note.text, (*signed.note.signatures, line)))
    assert created.sequencer().replace_checkpoint(cosigned) == Published(signed.head, cosigned)
    assert created.tiles["checkpoint"] == cosigned.encode()
    assert created.sequencer().recover().checkpoint == cosigned


def test_sequencer_what_no_signature_covers_is_replaced(created: World) -> None:
    """Tiles of an attempt that was never signed stand under the names of the new ones."""
    grow(created, 3)
    left = dict.fromkeys(("tile/0/000.p/5", "tile/entries/000.p/5"), b"left behind")
    created.tiles.update(left)
    assert grow(created, 5).head.size == 5
    assert_holds(created, 5)
    assert not any(created.tiles[path] == data for path, data in left.items())


def test_sequencer_replace_checkpoint_of_other_head_refused(created: World) -> None:
    old = grow(created, 5).checkpoint
    grow(created, 6)
    with pytest.raises(StateError):
        created.sequencer().replace_checkpoint(old)


def test_sequencer_published_by_other_keys_is_not_believed(created: World) -> None:
    grow(created, 5)
    thief = MemorySigner(created.signer.origin, b"\x08" * 32, b"\x09" * 32)
    head = created.sequencer().recover().head
    created.tiles["checkpoint"] = thief.sign(5, head.root, created.now)
    assert read_published(created.store(), created.signer.log) is None
    assert_own = created.sequencer().recover().checkpoint
    assert read_published(created.store(), created.signer.log) == assert_own


def test_sequencer_published_with_junk_lines_is_believed(created: World) -> None:
    note = grow(created, 5).checkpoint.note
    created.tiles["checkpoint"] = Note(note.text, (*note.signatures, SignatureLine("junk", b"abcd", b"x"))).encode()
    assert created.sequencer().recover().head.size == 5


def test_sequencer_signer_that_errs_is_caught(created: World) -> None:
    class Wrong(MemorySigner):
        """Signs the root it is asked for, at another size."""

        @override
        def sign(self, size: int, root: bytes, timestamp: int) -> bytes:
            return super().sign(size + 1, root, timestamp)

    log = created.signer.log
    wrong = Wrong(log.origin, b"\x01" * 32, b"\x02" * 32)
    stranger = MemorySigner(log.origin, b"\x08" * 32, b"\x02" * 32)
    for signer, error in ((wrong, RecheckError), (stranger, BadCheckpointError)):
        sequencer = Sequencer(created.store(), MemoryLocks(kept=created.locks), signer, log, created.clock)
        with pytest.raises((error, SequenceGapError)):
            sequencer.sequence(entries(0, 3), 0)
        with pytest.raises(error):
            sequencer.recover()
    assert created.sequencer().recover().head.size == 3
    assert_holds(created, 3)


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_sequencer_damaged_staging_does_not_hide_a_whole_one(created: World, damage: str) -> None:
    """Two batches may lead to one head from different sizes; one of them is enough."""
    grow(created, 4)
    old4 = created.sequencer().recover().head
    grow(created, 6)
    old6 = created.sequencer().recover().head
    root = root_of(9, MemoryTree(map(leaf_hash, entries(0, 9))))
    new = created.head(9, root)
    early, late = StagedBatch(old4, new, tuple(entries(4, 9))), StagedBatch(old6, new, tuple(entries(6, 9)))
    hurt = {"flipped": flip(early.encode(), 900), "cut": early.encode()[:99], "gone": b""}[damage]
    created.tiles.update({early.path: hurt, late.path: late.encode(), "staging/0": b""})
    created.locks = {key: new.encode().encode() for key in created.locks}

    class Racing(MemoryTiles):
        """Another process removes the batch after it was listed."""

        @override
        def get(self, path: str) -> bytes:
            if damage == "gone" and path == early.path:
                raise TileMissingError(f"nothing under {path}", path=path)
            return super().get(path)

    store, locks = Racing(kept=created.tiles), MemoryLocks(kept=created.locks)
    assert Sequencer(store, locks, created.signer, created.signer.log, created.clock).recover().head == new
    assert_holds(created, 9)
    created.sequencer().recover()
    assert [path for path in created.tiles if path.startswith("staging/")] == ["staging/0"]


def test_sequencer_tidying_that_fails_is_not_the_batch_failing(created: World) -> None:
    grow(created, 200)
    plan = Plan(at=4, error=store_error)
    assert created.sequencer(plan).sequence(entries(200, 300), 200).head.size == 300
    assert plan.calls == ["put_all", "replace", "put_all", "put_mutable", "delete"]
    assert_holds(created, 300)
    created.sequencer(Plan(at=0, error=store_error)).recover()
    assert any(path.startswith("staging/") for path in created.tiles)
    created.sequencer().recover()
    assert not any(path.startswith("staging/") for path in created.tiles)


def test_sequencer_sweeps_staging_once_a_process(created: World) -> None:
    """The listing is a request of its own where tiles lie in an object store."""
    grow(created, 5)
    sequencer = created.sequencer()
    sequencer.recover()
    left = StagedBatch(created.head(5, bytes(32)), created.head(5, bytes(32)), ()).path
    created.tiles[left] = b"left by a crash of another"
    sequencer.recover()
    assert left in created.tiles
    created.sequencer().recover()
    assert left not in created.tiles


def test_recheck_grow_root_equals_tree() -> None:
    tree = MemoryTree(map(leaf_hash, entries(0, 90)))
    for old in (0, 1, 31, 32, 63, 90):
        hashes = [tree.node(level, index) for level, index in peaks(0, old)]
        assert grow_root(old, hashes, entries(old, 90)) == root_of(90, tree)
    assert grow_root(0, [], []) == EMPTY_ROOT


def test_recheck_stored_reads_every_new_tile_back(created: World) -> None:
    """Only what is new: an older tile that is damaged is not this batch's."""
    grow(created, 256, 600)
    head = created.sequencer().recover().head
    recheck_stored(created.store(), 256, head)
    for path in ("tile/0/001", "tile/entries/001", "tile/0/002.p/88", "tile/entries/002.p/88"):
        store = created.store()
        store.flip_reads.add(path)
        with pytest.raises(TileDamagedError):
            recheck_stored(store, 256, head)
    store = created.store()
    store.flip_reads.add("tile/entries/000")
    recheck_stored(store, 256, head)
    with pytest.raises(TileDamagedError):
        recheck_stored(store, 255, head)


def test_recheck_staged_other_heads_refused(created: World) -> None:
    old, root = created.head(0, EMPTY_ROOT), root_of(2, MemoryTree(map(leaf_hash, entries(0, 2))))
    staged = StagedBatch(old, created.head(2, root), tuple(entries(0, 2)))
    store = created.store()
    store.put(staged.path, staged.encode())
    assert recheck_staged(store, staged.path, old, staged.new) == staged
    for new in (created.head(2, bytes(32)), created.head(3, root)):
        with pytest.raises(RecheckError):
            recheck_staged(store, staged.path, old, new)
