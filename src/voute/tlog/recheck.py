"""The second code path: recomputes a root leaf by leaf from what the store gives back, before anything is signed.

One flipped bit in a leaf hash ended a Certificate Transparency log for ever (Yeti 2022). So the sequencer believes neither
its own arithmetic nor its store: it builds trees by rows in `voute.tlog.tiles`, and checks them here by the stack of peaks
(RFC 9162 §2.1.2) and by authenticating every new tile from the root down.
"""

from collections import deque
from collections.abc import Iterable

from voute.core.errors import FormatError, VerificationError
from voute.core.ports_log import TileStore
from voute.tlog.checkpoint import Checkpoint
from voute.tlog.merkle import leaf_hash, node_hash
from voute.tlog.reader import TileTree
from voute.tlog.staging import StagedBatch
from voute.tlog.tree import fold, peaks


class RecheckError(VerificationError):
    """What is stored does not lead to the root about to be signed: nothing is signed, the log can be recovered."""

    code = "recheck"


def grow_root(size: int, hashes: Iterable[bytes], entries: Iterable[bytes]) -> bytes:
    """Return the root of the tree of `size` leaves with these peaks (left to right) grown by entries, one by one."""
    stack = list(hashes)
    for entry in entries:
        value, count = leaf_hash(entry), size
        while count & 1:
            value = node_hash(stack.pop(), value)
            count >>= 1
        stack.append(value)
        size += 1
    return fold(stack)


def recheck_staged(store: TileStore, path: str, old: Checkpoint, new: Checkpoint) -> StagedBatch:
    """Read a staged batch back, and check that it leads from the old head to the new one.

    Raises:
        RecheckError: it does not.
        StoreError, TileDamagedError: the store failed, or the old tree in it is damaged.
    """
    try:
        staged = StagedBatch.parse(store.get(path))
    except FormatError as error:
        raise RecheckError(f"the staged batch is damaged: {error.detail}") from None
    tree = TileTree(old.size, old.root, store.get)
    hashes = [tree.node(level, index) for level, index in peaks(0, old.size)]
    if (staged.old, staged.new) != (old, new) or grow_root(old.size, hashes, staged.entries) != new.root:
        raise RecheckError("the staged batch does not lead to the new root")
    return staged


def recheck_stored(store: TileStore, old_size: int, new: Checkpoint) -> None:
    """Read every tile and bundle of the leaves [old_size, new.size) back, and check each against the new root.

    Raises:
        StoreError, TileDamagedError: one is missing or is not what the root commits to.
    """
    deque(TileTree(new.size, new.root, store.get).entries(old_size, new.size), maxlen=0)
