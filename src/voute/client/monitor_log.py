"""Whether a log only grew: signatures, tiles and entries from the last checkpoint on, each leading to the new root."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, Final

from voute.client.monitor_state import MonitorState, SeenRelease
from voute.core.errors import FormatError, LimitError, VerificationError
from voute.core.ports_log import TileMissingError
from voute.format.release import parse_release
from voute.format.succession import parse_succession, succession_path
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.merkle import EMPTY_ROOT
from voute.tlog.note import VerifierKey
from voute.tlog.policy import CheckpointVerdict, UnknownLogError, verify_keys
from voute.tlog.reader import GetTile, TileTree
from voute.tlog.tiles import TILE_WIDTH
from voute.tlog.tree import root_of

SPOT_CHECKS: Final = 16
"""Bundles of what was read before that are read again at each look: a small log whole, a large one by chance."""

_HASH: Final = 32


class LogRolledBackError(VerificationError):
    """The log shows a smaller tree than it signed before; facts `size` and `seen`."""

    code: ClassVar[str] = "log-rolled-back"


class LogForkedError(VerificationError):
    """The log signed two trees of which neither extends the other; the fact `size` is that of the earlier one."""

    code: ClassVar[str] = "log-forked"


class LogLostError(VerificationError):
    """A successor lacks entries that the old log had signed; facts `origin` (the old log), `size` (kept of it), `seen`."""

    code: ClassVar[str] = "log-lost"


class CheckpointStaleError(VerificationError):
    """The newest checkpoint is too old: the log stopped, or an old one is shown; facts `minutes` and `limit`."""

    code: ClassVar[str] = "checkpoint-stale"


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A checkpoint whose signatures hold: names and times of its witnesses, how many are needed, when it was made."""

    signed: SignedCheckpoint
    witnesses: tuple[str, ...]
    quorum: int
    seen_at: int | None
    verdict: CheckpointVerdict | None = None

    def require_quorum(self) -> None:
        """Refuse a checkpoint that too few witnesses cosigned; raises `NoQuorumError`."""
        if self.verdict is not None:
            self.verdict.require_quorum()

    def require_fresh(self, now: int, limit: int) -> None:
        """Refuse a checkpoint that the quorum saw more than `limit` seconds ago; without a quorum nobody says when.

        Raises:
            CheckpointStaleError: it is too old.
        """
        if self.seen_at is not None and now - self.seen_at > limit:
            raise CheckpointStaleError("too old", minutes=(now - self.seen_at) // 60, limit=limit // 60)


Judge = Callable[[SignedCheckpoint], SignedHead]


def judge_by_keys(keys: Sequence[VerifierKey]) -> Judge:
    """Believe a log by its verifier keys alone, each of which must sign; no witness is asked for."""

    def judge(signed: SignedCheckpoint) -> SignedHead:
        own = [key for key in keys if key.name == signed.head.origin]
        if not own:
            raise UnknownLogError(f"unknown log {signed.head.origin!r}")
        verify_keys(signed, own)
        return SignedHead(signed, (), 0, None)

    return judge


@dataclass(frozen=True, slots=True)
class LogLook:
    """What one look at a log gave: its head, how many entries are new, the newest release among them.

    `lost` is what a successor lacks of the log before it: it is told once, and the successor is followed.
    """

    head: SignedHead
    new: int
    release: SeenRelease | None
    lost: LogLostError | None = None


def look_at_log(get: GetTile, state: MonitorState, judge: Judge, before: SignedCheckpoint | None = None) -> LogLook:
    """Read a log from the last checkpoint to the present one, every tile and entry checked up to the root.

    `before` is the newest checkpoint of any log of a city: a log that was not seen yet has taken that one's tree over.

    Quorum and age are the caller's to ask for, after the state is kept: what the log signed it is held to in any case.

    Raises:
        FormatError, LimitError, UnknownLogError, BadCheckpointError: not a checkpoint of this log.
        LogRolledBackError, LogForkedError: it does not extend what was seen.
        TileMissingError, TileDamagedError: a tile or bundle is not what the root commits to.
    """
    head = judge(SignedCheckpoint.parse(get("checkpoint")))
    now = head.signed.head
    known = state.checkpoint(now.origin)
    if known is not None and before is not None and before.head.origin != now.origin:
        raise LogRolledBackError("a log that another one took over", size=now.size, seen=before.head.size)
    lost = None
    if known is None and before is not None:
        lost = _lost(get, TileTree(now.size, now.root, get), now, before.head)
        known = before if lost is None else None
    size, root = (0, EMPTY_ROOT) if known is None else (known.head.size, known.head.root)
    if now.size < size:
        raise LogRolledBackError("smaller than before", size=now.size, seen=size)
    if now.size == size and now.root != root:
        raise LogForkedError("another root for the same size", size=size)
    tree = TileTree(now.size, now.root, get)
    if size and root_of(size, tree) != root:
        raise LogForkedError("the earlier tree is no part of the present one", size=size)
    release = None
    for index, entry in enumerate(tree.entries(size, now.size), size):
        if len(entry) > _HASH:
            release = _release(entry, index) or release
    _spot_check(tree, size)
    return LogLook(head, now.size - size, release, lost)


def _lost(get: GetTile, tree: TileTree, now: Checkpoint, old: Checkpoint) -> LogLostError | None:
    """Tell what a successor's tree lacks of the old log's, by what was seen of it; None: it has all of it."""
    if old.size <= now.size and (not old.size or root_of(old.size, tree) == old.root):
        return None
    kept = 0
    with suppress(TileMissingError, FormatError, LimitError):
        said = parse_succession(get(succession_path(old.origin)))
        # Its word counts as far as the successor's tree bears it out.
        if said.new == now.origin and said.size <= now.size and (not said.size or root_of(said.size, tree) == said.root):
            kept = min(said.size, old.size)
    return LogLostError("not in the successor", origin=old.origin, size=kept, seen=old.size)


def _release(entry: bytes, index: int) -> SeenRelease | None:
    """Read an entry as a release; other unblinded statements are not ours to judge."""
    try:
        parse_release(entry)
    except FormatError:
        return None
    return SeenRelease(entry, index)


def _spot_check(tree: TileTree, size: int) -> None:
    """Read old bundles again: all of a small log, else some that the log cannot foresee."""
    bundles = -(-size // TILE_WIDTH)
    chosen = range(bundles) if bundles <= SPOT_CHECKS else [secrets.randbelow(bundles) for _ in range(SPOT_CHECKS)]
    for bundle in chosen:
        for _ in tree.entries(bundle * TILE_WIDTH, min((bundle + 1) * TILE_WIDTH, size)):
            pass
