"""Which of a machine's processes writes the log: whoever holds a file lock, which a dead process lets go of by itself.

On several machines each elects one; the log's own lock (docs/spec/log.md) then makes the others' attempts harmless.
"""

import fcntl
import os
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from voute.store.freeze import working

FILE = "sequencer.elected"


class Election:
    """A candidate; use as a context, so that a clean stop hands over at once."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the locks."""
        self._folder = folder
        self._path = folder / FILE
        self._descriptor: int | None = None

    def is_elected(self) -> bool:
        """Return whether this process is the writer now, taking the place if it is free."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def holds(self) -> bool:
        """Return whether this process is the writer, without taking the place: for work that goes along with it."""
        return self._descriptor is not None

    def working(self) -> AbstractContextManager[None]:
        """Mark that a batch is under way: a backup waits for its end, the next batch for the backup's instant."""
        return working(self._folder)

    def __enter__(self) -> Self:
        """Begin as a candidate."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Step down."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
