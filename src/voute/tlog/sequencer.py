"""The sequencer: gives entries their place in the log, so that no crash and no second process ever forks it.

Order of one batch (docs/spec/log.md, "Sequencing"): stage the entries durably; recompute the root by a second code path;
compare-and-swap (size, root) in the lock; write tiles and bundles; read them back and check them; sign; publish the
checkpoint. A signature is made only for the head that the lock holds, so one size never has two signed roots. Whatever
stops after the swap is finished by `recover` from the staged batch. Witnesses come after publishing: a dead one never
stops the log.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from voute.core.errors import FormatError, LimitError, StateError, StoreError, VerificationError
from voute.core.ports_log import CheckpointSigner, LockStore, TileConflictError, TileMissingError, TileStore
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.merkle import EMPTY_ROOT, HASH_BYTES
from voute.tlog.policy import LogEndedError, LogKey, verify_log
from voute.tlog.reader import read_edge
from voute.tlog.recheck import RecheckError, recheck_staged, recheck_stored
from voute.tlog.staging import PREFIX, StagedBatch, parse_path
from voute.tlog.tiles import ENTRIES, TILE_HEIGHT, TILE_WIDTH, Append, append, tile_path, tile_width

CHECKPOINT_PATH: Final = "checkpoint"
MIN_ENTRY_BYTES: Final = HASH_BYTES
"""A blinded entry is a hash; what is longer is an unblinded statement; nothing is shorter."""


class SequenceGapError(StateError):
    """The log does not end where the caller believes; the fact `size` says where: read the entries up to there first."""

    code = "sequence-gap"


class LogDamagedError(StoreError):
    """The lock holds a head that neither tiles nor staged batches lead to: the store lost acknowledged writes."""

    code = "log-damaged"


@dataclass(frozen=True, slots=True)
class Published:
    """The head of the log and the signed checkpoint that readers are served."""

    head: Checkpoint
    checkpoint: SignedCheckpoint


def lock_key(origin: str) -> str:
    """Return the key under which the lock holds a log's last head."""
    return "log-" + sha256(origin.encode()).hexdigest()


def read_published(tiles: TileStore, log: LogKey) -> SignedCheckpoint | None:
    """Return the published checkpoint if both signatures of the log verify; None when it is missing or damaged.

    Raises:
        StoreError: the store failed.
    """
    try:
        signed = SignedCheckpoint.parse(tiles.get(CHECKPOINT_PATH))
        verify_log(signed, log)
    except (TileMissingError, FormatError, LimitError, VerificationError):
        return None
    return signed


class Sequencer:
    """One log's writer. Several may exist (the lock decides), but one should be elected: the others only lose races.

    After any exception call `recover` (or `sequence`, which does) before anything else: the batch may have been accepted.
    """

    def __init__(
        self,
        tiles: TileStore,
        locks: LockStore,
        signer: CheckpointSigner,
        log: LogKey,
        clock: Callable[[], int],
        *,
        until: Callable[[], int | None] = lambda: None,
    ) -> None:
        """Take the stores, the log's signer and public keys, POSIX seconds now, and when the log ends, None: it goes on."""
        self._tiles = tiles
        self._locks = locks
        self._signer = signer
        self._log = log
        self._clock = clock
        self._until = until
        self._lock_key = lock_key(log.origin)
        self._swept = False
        self._shown: SignedCheckpoint | None = None

    @property
    def log(self) -> LogKey:
        """Public keys of the log."""
        return self._log

    def create(self) -> Published:
        """Create the log: its lock, at size zero, then its first checkpoint. Once, by the operator, never implied.

        Raises:
            LockExistsError: the log exists.
        """
        self._locks.create(self._lock_key, Checkpoint(self._log.origin, 0, EMPTY_ROOT).encode().encode())
        return self.recover()

    def recover(self) -> Published:
        """Finish what a crash left undone, and return what is published; cheap when there is nothing to do.

        Raises:
            LockMissingError: the log was never created.
            LogDamagedError, TileDamagedError: the store lost or changed what the lock promises; nothing is signed.
        """
        head = self._locked_head()
        published = self._shown = read_published(self._tiles, self._log)
        if published is not None and published.head == head:
            self._sweep(head)
            return Published(head, published)
        staged = self._staged(head)
        if staged is None:
            return self._publish_again(head)
        edge = read_edge(staged.old.size, staged.old.root, self._tiles.get)
        return self._finish(staged, append(edge, staged.entries))

    def complete(self) -> Checkpoint:
        """Write all that the lock promised, sign nothing, and return its head: what a successor goes on from.

        Raises:
            LockMissingError: the log has no lock here.
            LogDamagedError, TileDamagedError: the store lost or changed what the lock promises.
        """
        head = self._locked_head()
        published = read_published(self._tiles, self._log)
        if published is None or published.head != head:
            staged = self._staged(head)
            if staged is not None:
                self._put_all(append(read_edge(staged.old.size, staged.old.root, self._tiles.get), staged.entries).tiles)
                recheck_stored(self._tiles, staged.old.size, head)
        self._expect_edge(head)
        return head

    def sequence(self, entries: Sequence[bytes], at: int) -> Published:
        """Append entries, in order, as the leaves from index `at` on, and return the published head that holds them.

        Entries are 32 bytes (blinded) or more, at most 65,535; a batch at most 65,536 of them and 64 MiB. When this
        returns, entries, tiles and the log's signed checkpoint are durable. When it raises after the swap the batch is
        in the log all the same: the next call raises `SequenceGapError`, and the caller compares its entries with the
        log's own (`voute.tlog.reader.TileTree.entries`).

        Raises:
            SequenceGapError: the log does not have `at` leaves.
            LimitError: an entry or the batch is too long or too short; nothing was done.
            LogEndedError: the log has ended; nothing was done.
            LockConflictError: another sequencer was faster; nothing was done.
            RecheckError: the second code path disagrees; nothing was signed.
            StoreError: a store failed; the outcome is unknown until `recover`.
        """
        now = self.recover()
        old = now.head
        if at != old.size:
            raise SequenceGapError("the log ends elsewhere", size=old.size, at=at)
        if not entries:
            return now
        self._expect_open(self._clock())
        if min(map(len, entries)) < MIN_ENTRY_BYTES:
            raise LimitError("an entry is shorter than a hash", minimum=MIN_ENTRY_BYTES)
        grown = append(read_edge(old.size, old.root, self._tiles.get), entries)
        new = Checkpoint(old.origin, grown.edge.size, grown.edge.root())
        staged = StagedBatch(old, new, tuple(entries))
        self._put_all([(staged.path, staged.encode())])
        recheck_staged(self._tiles, staged.path, old, new)
        self._locks.replace(self._lock_key, old.encode().encode(), new.encode().encode())
        return self._finish(staged, grown)

    def replace_checkpoint(self, checkpoint: SignedCheckpoint) -> Published:
        """Publish the same head with other cosignatures (`voute.tlog.cosigning`).

        Raises:
            StateError: it is not the head that the lock holds.
        """
        head = self._locked_head()
        if checkpoint.head != head:
            raise StateError("not the log's head")
        return self._publish(checkpoint)

    def _locked_head(self) -> Checkpoint:
        return Checkpoint.parse(self._locks.fetch(self._lock_key).decode())

    def _staged(self, head: Checkpoint) -> StagedBatch | None:
        """Return the batch that leads to the lock's head, if its staging is still there and whole."""
        for path in self._tiles.paths(PREFIX):
            named = parse_path(path)
            if named is None or named[1:] != (head.size, head.root):
                continue
            with suppress(FormatError, RecheckError, TileMissingError):
                old = StagedBatch.parse(self._tiles.get(path)).old
                return recheck_staged(self._tiles, path, old, head)
        return None

    def _finish(self, staged: StagedBatch, grown: Append) -> Published:
        """Write tiles, check them, sign, publish; the lock holds `staged.new` already."""
        self._put_all(grown.tiles)
        recheck_stored(self._tiles, staged.old.size, staged.new)
        published = self._publish(self._sign(staged.new))
        self._tidy(staged)
        return published

    def _publish_again(self, head: Checkpoint) -> Published:
        """Sign the lock's head once more: its checkpoint is gone or damaged, its batch no longer staged."""
        self._expect_edge(head)
        return self._publish(self._sign(head))

    def _expect_edge(self, head: Checkpoint) -> None:
        try:
            read_edge(head.size, head.root, self._tiles.get)
        except TileMissingError as error:
            raise LogDamagedError(error.detail, size=head.size) from error

    def _expect_open(self, time: int) -> None:
        """Refuse to sign what every client would refuse (docs/spec/log.md)."""
        until = self._until()
        if until is not None and time >= until:
            raise LogEndedError("nothing more is signed", origin=self._log.origin)

    def _sign(self, head: Checkpoint) -> SignedCheckpoint:
        """Sign a head that the lock holds, and check what the signer gave.

        Its time is never before the one shown: it says that no larger tree was seen by then, wherever the clock was set since.
        """
        shown = 0 if self._shown is None else verify_log(self._shown, self._log)
        now = max(self._clock(), shown)
        self._expect_open(now)
        signed = SignedCheckpoint.parse(self._signer.sign(head.size, head.root, now))
        verify_log(signed, self._log)
        if signed.head != head:
            raise RecheckError("the signer signed another head")
        return signed

    def _publish(self, signed: SignedCheckpoint) -> Published:
        self._tiles.put_mutable(CHECKPOINT_PATH, signed.encode())
        return Published(signed.head, signed)

    def _put_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Write blobs; what stands in the way under the same names was never covered by a signature and is replaced."""
        try:
            self._tiles.put_all(items)
        except TileConflictError:
            for path, data in items:
                self._tiles.put_mutable(path, data)

    def _tidy(self, staged: StagedBatch) -> None:
        """Remove the staged batch, and partial tiles whose full tile is published; what is left over does no harm."""
        old, new = staged.old.size, staged.new.size
        with suppress(StoreError):
            self._tiles.delete(staged.path)
            for level in range((old.bit_length() + TILE_HEIGHT - 1) // TILE_HEIGHT):
                index, width = divmod(old >> TILE_HEIGHT * level, TILE_WIDTH)
                if width and tile_width(level, index, new) == TILE_WIDTH:
                    for kind in (level, ENTRIES) if level == 0 else (level,):
                        for path in self._tiles.paths(tile_path(kind, index) + ".p/"):
                            self._tiles.delete(path)

    def _sweep(self, head: Checkpoint) -> None:
        """Once a process: remove staged batches that crashes left behind and no head can need any more."""
        if self._swept:
            return
        self._swept = True
        with suppress(StoreError):
            for path in self._tiles.paths(PREFIX):
                named = parse_path(path)
                if named is not None and named[1] <= head.size:
                    self._tiles.delete(path)
