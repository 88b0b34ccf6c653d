"""The watch that breaks one step of an operation: ends the process there, or says that the disk failed."""

import errno
import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from tests.support.faults.power import Power, cut_wal, wal_size

CRASHED: Final = 99
"""Exit status of a process that the injector ended."""
_ROOMS: Final = ("app", "server", "tlog")
_PLUMBING: Final = frozenset({"durable.py", "watch.py", "sql_catalogue.py"})


class Kind(StrEnum):
    """What becomes of the step, and of the process."""

    LOST = "lost"
    """The process ends before the step."""
    KEPT = "kept"
    """The process ends after the step, before anybody hears of it."""
    POWER = "power"
    """The power goes after the step: what was not flushed is gone."""
    TORN = "torn"
    """The power goes in the middle of a commit: half of what it wrote to the write-ahead log is there."""
    EIO = "eio"
    """The step is not done, the disk says that it failed."""
    EIO_KEPT = "eio-kept"
    """The step is done, the disk says that it failed."""
    FULL = "enospc"
    """The step is not done, there is no room."""
    EIO_STICKY = "eio-sticky"
    """So is every step after it, until somebody mends the disk."""
    FULL_STICKY = "enospc-sticky"
    """There is no room for this step and every one after it, until somebody makes room."""


CRASHES: Final = (Kind.LOST, Kind.KEPT, Kind.POWER)
STICKY: Final = (Kind.EIO_STICKY, Kind.FULL_STICKY)
COMMITS: Final = frozenset({"sql-commit", "sql-commit-light"})
ROOM: Final = COMMITS | {"mkdir", "create", "write", "rename", "link", "s3-put", "s3-upload"}


class Point(NamedTuple):
    """One step of an operation: what it does, who asked for it, and whether everything is flushed after it."""

    step: str
    site: str
    is_flushed: bool

    def crashes(self) -> tuple[Kind, ...]:
        """How to end the process here; a power failure that takes nothing is no other end than the process's."""
        kinds = (Kind.LOST, Kind.KEPT) if self.is_flushed else CRASHES
        return (*kinds, Kind.TORN) if self.step in COMMITS else kinds

    def errors(self) -> tuple[Kind, ...]:
        """How the disk may refuse it once; what asks for no room is not refused for want of it."""
        return (Kind.EIO, Kind.EIO_KEPT, Kind.FULL) if self.step in ROOM else (Kind.EIO, Kind.EIO_KEPT)


@dataclass
class Injector:
    """Breaks step number `at` (from 0); −1 breaks nothing. Steps are counted in the order in which they come."""

    wal: Path
    at: int = -1
    kind: Kind = Kind.LOST
    dying: Callable[[], None] = lambda: None
    """Runs just before the process ends."""
    points: list[Point] = field(default_factory=list)
    healed: bool = False
    _power: Power = field(init=False)
    _wal_before: int = 0

    def __post_init__(self) -> None:
        self._power = Power(self.wal)

    def before(self, step: str, *paths: Path) -> None:
        self.points.append(Point(step, call_site(), is_flushed=False))
        self._power.before(step, *paths)
        self._wal_before = wal_size(self.wal)
        if self._is_hit(Kind.LOST):
            self._die()
        if self._is_hit(Kind.EIO) or self._is_stuck(Kind.EIO_STICKY):
            raise OSError(errno.EIO, "broken by the test")
        if self._is_hit(Kind.FULL) or self._is_stuck(Kind.FULL_STICKY):
            raise OSError(errno.ENOSPC, "broken by the test")

    def after(self, step: str, *paths: Path) -> None:
        self._power.after(step, *paths)
        self.points[-1] = self.points[-1]._replace(is_flushed=self._power.is_all_flushed)
        if self._is_hit(Kind.KEPT):
            self._die()
        if self._is_hit(Kind.POWER):
            self._power.fail()
            self._die()
        if self._is_hit(Kind.TORN):
            cut_wal(self.wal, (self._wal_before + wal_size(self.wal)) // 2)
            self._die()
        if self._is_hit(Kind.EIO_KEPT):
            raise OSError(errno.EIO, "broken by the test")

    def heal(self) -> None:
        """The disk works again."""
        self.healed = True

    def _is_hit(self, kind: Kind) -> bool:
        return self.kind is kind and len(self.points) - 1 == self.at and not self.healed

    def _is_stuck(self, kind: Kind) -> bool:
        return self.kind is kind and 0 <= self.at <= len(self.points) - 1 and not self.healed

    def _die(self) -> None:
        self.dying()
        os._exit(CRASHED)


def call_site() -> str:
    """Who asks for a step: the function of a store, and the nearest one of app, server or tlog that called it."""
    frame = inspect.currentframe()
    names: list[str] = []
    while frame is not None and len(names) < 2:
        path = Path(frame.f_code.co_filename)
        room = path.parent.name if path.parent.parent.name == "voute" else ""
        if room in _ROOMS or (room == "store" and not names and path.name not in _PLUMBING):
            names.append(f"{path.stem}.{frame.f_code.co_qualname}")
            if room in _ROOMS:
                break
        frame = frame.f_back
    return " < ".join(names)
