"""How the C library keeps the memory that threads gave back: a server runs for months.

Left alone, glibc gives each thread a heap of its own, of which none gives back what another could use (docs/adr/0042). Elsewhere
(musl, macOS) the library decides for itself, and nothing is done here. Source: mallopt(3).
"""

import ctypes
import sys
from typing import Final

_MIB: Final = 1024 * 1024
_ARENA_MAX: Final = -8
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_OPTIONS: Final = {_ARENA_MAX: 2, _TRIM_THRESHOLD: 16 * _MIB, _MMAP_THRESHOLD: 4 * _MIB}
"""Two heaps for all threads: one runs at a time but where hashes and files are at work. The pieces of an upload (1 MiB) come from
them; an answer or a draft of many megabytes is the system's again once it is sent."""


def share_memory() -> None:
    """Let the threads of this process use the same memory; to be called before they start."""
    change = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform.startswith("linux") else None
    if change is None:
        return
    for option, value in _OPTIONS.items():
        # Answers 0 for what it does not know: then all stays as it is.
        change(ctypes.c_int(option), ctypes.c_int(value))
