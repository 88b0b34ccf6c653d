"""Every step that changes a store is announced here, before and after it is done.

The default counts the steps (so that the number of flushes of a run can be read); a test hands in one that fails or kills the
process at the n-th step: before it, the write is lost; after it, the write is kept but reported lost.
"""

from collections import Counter
from pathlib import Path
from threading import Lock
from typing import Protocol


class Watch(Protocol):
    """Is told of each step; raising `OSError` from either call makes the driver report a failed store.

    Steps are `create`, `write`, `punch`, `fsync`, `rename`, `link`, `unlink`, `mkdir`, `fsync-folder`, `sql-commit`,
    `sql-commit-light` (a power failure may lose it), `sql-checkpoint`, and what S3 is asked to do: `s3-put`, `s3-swap`,
    `s3-upload`, `s3-delete`. Paths are the files or folders that a step is about, source before target.
    """

    def before(self, step: str, /, *paths: Path) -> None:
        """A step is about to be done."""
        ...

    def after(self, step: str, /, *paths: Path) -> None:
        """The step is done."""
        ...


class StepCounter:
    """Counts steps by name; the default watch of every driver."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._lock = Lock()
        self._counts: Counter[str] = Counter()

    def before(self, step: str, *paths: Path) -> None:
        """Do nothing: a step counts when it is done."""

    def after(self, step: str, *_paths: Path) -> None:
        """Count the step."""
        with self._lock:
            self._counts[step] += 1

    def counts(self) -> dict[str, int]:
        """Return how often each step was done so far."""
        with self._lock:
            return dict(self._counts)
