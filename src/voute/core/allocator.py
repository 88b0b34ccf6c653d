"""How the C library keeps the memory that a process gave back: for the few processes that move many megabytes.

Left alone, glibc returns large pieces to the system at once, and the system clears each page anew when it is asked for again;
and it gives each thread a heap of its own, of which none gives back what another could use. Elsewhere (musl, macOS) the library
decides for itself, and these functions do nothing. Source: mallopt(3); figures: docs/adr/0042.
"""

import ctypes
import sys
from collections.abc import Mapping
from typing import Final

_MIB: Final = 1024 * 1024

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8

_KEEPS: Final = {_TRIM_THRESHOLD: 256 * _MIB, _MMAP_THRESHOLD: 32 * _MIB}
"""Every pack takes what the one before it had: 16 MiB of bodies, 64 at most. 32 MiB is the most that glibc takes."""

_SHARES: Final = {_ARENA_MAX: 2, _TRIM_THRESHOLD: 16 * _MIB, _MMAP_THRESHOLD: 4 * _MIB}
"""Two heaps for all threads: one runs at a time but where hashes and files are at work. The pieces of an upload (1 MiB) come from
them; an answer or a draft of many megabytes is the system's again once it is sent."""


def keep_memory() -> None:
    """Let this process use again what it gave back, for one that fills and empties packs and then ends."""
    _set(_KEEPS)


def share_memory() -> None:
    """Let the threads of this process use the same memory, for one that runs for months; to be called before they start."""
    _set(_SHARES)


def _set(options: Mapping[int, int]) -> None:
    if not sys.platform.startswith("linux"):
        return
    change = getattr(ctypes.CDLL(None), "mallopt", None)
    if change is None:
        return
    for option, value in options.items():
        # Answers 0 for what it does not know: then all stays as it is.
        change(ctypes.c_int(option), ctypes.c_int(value))
