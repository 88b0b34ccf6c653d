"""A monitor looks at the newest timestamp of a log: by the authority of the chain, of a head that the log really had, not old."""

from collections.abc import Callable
from typing import ClassVar, Final

from voute.client.monitor_log import Judge
from voute.core.errors import VerificationError
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.reader import GetTile, TileTree
from voute.tlog.timestamp import LATEST, Chain, Stamped, TimestampBadError, stamped_time
from voute.tlog.tree import root_of

FUTURE: Final = 300
"""Seconds by which an authority's clock may be ahead of ours."""
_MINUTE: Final = 60


class TimestampStaleError(VerificationError):
    """The log went on, and was not stamped for longer than it may be; fact `minutes`."""

    code: ClassVar[str] = "timestamp-stale"


def check_stamp(get: GetTile, head: SignedCheckpoint, judge: Judge, chain: Chain, now: Callable[[], int], max_age: int) -> int:
    """Check the newest timestamp of a log with this head; returns the authority's time.

    Raises:
        TileMissingError: there is none.
        TimestampBadError: not by that authority, or of a head that the log did not have.
        TimestampStaleError: the log went on and the timestamp is too old.
        VouteError: what is there cannot be read, or is not signed by the log.
    """
    stamped = Stamped.parse(get(LATEST))
    judge(stamped.checkpoint)
    then, present = stamped.checkpoint.head, head.head
    if then.size > present.size or _root(get, present, then.size) != then.root:
        raise TimestampBadError("of a head that the log does not have")
    time = stamped_time(stamped, (then,), chain)
    if time > now() + FUTURE:
        raise TimestampBadError("of a time to come")
    if then.size < present.size and now() - time > max_age:
        raise TimestampStaleError("too old", minutes=(now() - time) // _MINUTE)
    return time


def _root(get: GetTile, head: Checkpoint, size: int) -> bytes:
    """Return the root that the log had at an earlier size, out of its tiles, which are proven up to its present root."""
    return head.root if size == head.size else root_of(size, TileTree(head.size, head.root, get))
