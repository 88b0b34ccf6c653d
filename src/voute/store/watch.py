"""Every step that changes a store is announced here, before and after it is done.

The default counts the steps (so that the number of flushes of a run can be read); a test hands in one that fails or kills the
process at the n-th step: before it, the write is lost; after it, the write is kept but reported lost.
"""

from collections import Counter
from threading import Lock
from typing import Protocol


class Watch(Protocol):
    """Is told of each step; raising `OSError` from either call makes the driver report a failed store."""

    def before(self, step: str, /) -> None:
        """A step is about to be done: `create`, `write`, `fsync`, `rename`, `link`, `fsync-folder`, `unlink`, `sql-commit`."""
        ...

    def after(self, step: str, /) -> None:
        """The step is done."""
        ...


class StepCounter:
    """Counts steps by name; the default watch of every driver."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._lock = Lock()
        self._counts: Counter[str] = Counter()

    def before(self, step: str) -> None:
        """Do nothing: a step counts when it is done."""

    def after(self, step: str) -> None:
        """Count the step."""
        with self._lock:
            self._counts[step] += 1

    def counts(self) -> dict[str, int]:
        """Return how often each step was done so far."""
        with self._lock:
            return dict(self._counts)
