"""Whether a log only grew: signatures, tiles and entries from the last checkpoint on, each leading to the new root."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from voute.client.monitor_state import MonitorState, SeenRelease
from voute.core.errors import FormatError, VerificationError
from voute.format.release import parse_release
from voute.tlog.checkpoint import SignedCheckpoint
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
    """What one look at a log gave: its head, how many entries are new, the newest release among them."""

    head: SignedHead
    new: int
    release: SeenRelease | None


def look_at_log(get: GetTile, state: MonitorState, judge: Judge) -> LogLook:
    """Read a log from the last checkpoint to the present one, every tile and entry checked up to the root.

    Quorum and age are the caller's to ask for, after the state is kept: what the log signed it is held to in any case.

    Raises:
        FormatError, LimitError, UnknownLogError, BadCheckpointError: not a checkpoint of this log.
        LogRolledBackError, LogForkedError: it does not extend what was seen.
        TileMissingError, TileDamagedError: a tile or bundle is not what the root commits to.
    """
    head = judge(SignedCheckpoint.parse(get("checkpoint")))
    now = head.signed.head
    known = state.checkpoint(now.origin)
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
    return LogLook(head, now.size - size, release)


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
