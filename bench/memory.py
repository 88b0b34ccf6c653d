"""Peak memory of a process and everything that it started, from what Linux keeps for each process (proc(5)).

`VmHWM` is a mark that only rises, of one process, shared pages included. What forked processes share counts in each, so the
true peak of all together is taken as well: the proportional sizes (`Pss`, a shared page split among its users) at one moment.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

PROC: Final = Path("/proc")
POLL_S: Final = 0.05
"""A process's mark only rises, so what is lost is what it rose by in its last 50 ms."""

SHARED_EVERY: Final = 10
"""Looks between two at the proportional sizes: half a second, since Linux walks all pages for them."""

_KIB_PER_MB: Final = 1024 / 1e6


@dataclass(frozen=True, slots=True)
class Peak:
    """Peaks of resident memory in MB: added over all processes, and the largest one's.

    The sum is no less than the true peak of all together: peaks need not coincide, and shared pages count in each.
    `together_mb` is the greatest sum of proportional sizes that was seen at one moment.
    """

    total_mb: float
    largest_mb: float
    processes: int
    together_mb: float = 0.0


def read_peak_kib(status: str) -> int:
    """Read VmHWM from a process's status file; 0 for one that has ended and keeps no memory."""
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def read_proportional_kib(rollup: str) -> int:
    """Read Pss from a process's `smaps_rollup`; 0 for one that has ended."""
    for line in rollup.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def family(root: int, parents: Mapping[int, int]) -> frozenset[int]:
    """Return a process and its descendants, given each process's parent."""
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return frozenset(found)


def summarise(peaks_kib: Mapping[int, int], together_kib: int = 0) -> Peak:
    """Put the peaks of single processes together."""
    values = [value * _KIB_PER_MB for value in peaks_kib.values()]
    return Peak(sum(values), max(values, default=0.0), len(values), together_kib * _KIB_PER_MB)


def family_of(root: int) -> frozenset[int]:
    """Return a running process and its descendants of this moment."""
    return family(root, _parents())


def _parents() -> dict[int, int]:
    parents: dict[int, int] = {}
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            # A process may end between listing and reading.
            stat = _read(folder / "stat")
            if stat:
                # The name in brackets may hold anything: what follows its last bracket is state and parent.
                parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    return parents


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


class MemoryWatch:
    """Watches a process tree from a thread, as a context; `peak` is known afterwards."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._peaks: dict[int, int] = {}
        self._together = 0
        self._looks = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._look()
        self._stop.set()
        self._thread.join()

    @property
    def peak(self) -> Peak:
        """What was seen so far."""
        return summarise(self._peaks, self._together)

    def _watch(self) -> None:
        while not self._stop.wait(POLL_S):
            self._look()

    def _look(self) -> None:
        members = family_of(self._root)
        if self._looks % SHARED_EVERY == 0:
            together = sum(read_proportional_kib(_read(PROC / str(pid) / "smaps_rollup")) for pid in members)
            self._together = max(self._together, together)
        self._looks += 1
        for pid in members:
            peak = read_peak_kib(_read(PROC / str(pid) / "status"))
            self._peaks[pid] = max(self._peaks.get(pid, 0), peak)
