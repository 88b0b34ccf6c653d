"""The memory of a running process and of its children, as whoever has taken over the machine reads it."""

import os
from collections.abc import Iterator
from pathlib import Path

_PIECE = 16 * 1024 * 1024
_OVERLAP = 64 * 1024
_NOT_MEMORY = ("[vvar]", "[vvar_vclock]", "[vsyscall]")


def children_of(pid: int) -> Iterator[int]:
    """A process, its children, and theirs."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from children_of(int(child))


def memory_of(pid: int) -> Iterator[bytes]:
    """Every readable region of a process, in pieces that overlap."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *rest = line.split(maxsplit=5)
            if "r" not in rights or (len(rest) == 4 and rest[3] in _NOT_MEMORY):
                continue
            start, end = (int(text, 16) for text in span.split("-"))
            for at in range(start, end, _PIECE):
                try:
                    yield os.pread(memory.fileno(), min(_PIECE + _OVERLAP, end - at), at)
                except OSError:
                    # The region went away, or is a device's: it holds nothing of the program.
                    continue
