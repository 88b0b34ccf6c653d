"""Whether the logs of a draft follow one another: at each time one is open, and none ends before its root counts."""

from dataclasses import dataclass
from typing import Literal

from voute.core.values import UnixTime
from voute.format.trust_root import TrustRoot


@dataclass(frozen=True, slots=True)
class LogWarning:
    """What officers should look at before they sign: from this time on no log is open, or several, or one has ended early."""

    why: Literal["none", "several", "early"]
    origin: str
    at: UnixTime


def log_warnings(root: TrustRoot, before: TrustRoot | None) -> list[LogWarning]:
    """Say where the logs of a root do not meet, and which one ends, by this root, before the root counts."""
    found = []
    for at in sorted({time for one in root.logs for time in (one.since, one.until) if time is not None}):
        open_then = [one.origin for one in root.logs if one.since <= at and (one.until is None or at < one.until)]
        if len(open_then) != 1:
            found.append(LogWarning("several" if open_then else "none", ", ".join(open_then), at))
    ended = {one.origin: one.until for one in (() if before is None else before.logs)}
    found += [
        LogWarning("early", one.origin, one.until)
        for one in root.logs
        if one.until is not None and one.until < root.effective_at and one.until != ended.get(one.origin)
    ]
    return found
