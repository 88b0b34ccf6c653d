"""Processor time of the processes that a delivery runs in: unlike wall time it hardly feels a busy neighbour."""

import os
import resource
import sys
import time
from pathlib import Path
from typing import Final

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM = 11, 12
"""Places of both times among what follows the name (proc(5), /proc/PID/stat)."""
_OF_PROCESS: Final = 2
"""Marks a clock that counts a process as the scheduler does (CPUCLOCK_SCHED)."""
_REAPED: Final = 2
"""So much further on are those of its children that ended."""


def process_seconds(process: int) -> float:
    """Return what a running process has used, in the kernel and outside it, all its threads together, to the nanosecond.

    Raises:
        ProcessLookupError: there is no such process.
    """
    try:
        # What clock_getcpuclockid(3) makes of a process id, which Python does not offer: ticks of 10 ms hide a short answer.
        return time.clock_gettime(~process << 3 | _OF_PROCESS)
    except OSError as error:
        raise ProcessLookupError(process) from error


def reaped_seconds(process: int) -> float:
    """Return what the children of a running process have used that ended and that it has waited for."""
    return parse_stat(Path(f"/proc/{process}/stat").read_text("utf-8", "replace"), _REAPED) / _TICKS_PER_S


def parse_stat(stat: str, at: int = 0) -> int:
    """Read both times, in ticks, from a process's stat file, so many fields on; its name, in brackets, may hold anything."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[_USER + at]) + int(fields[_SYSTEM + at])


def children_seconds() -> float:
    """Return what all processes that this one has started and seen end have used, their own children included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def say(what: str) -> None:
    """Say what is being done, and since when, on the error output."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)
