"""Which of a city's processes writes the log.

With a catalogue on SQLite, whoever of this machine holds a file lock, which a dead process lets go of by itself. With one on
PostgreSQL, whoever of all machines holds a lock of the database (`voute.store.candidate`). Either way the log's own lock
(docs/spec/log.md) makes the attempts of one who does not know yet that it lost its place harmless.
"""

import fcntl
import os
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from typing_extensions import override

from voute.server.settings import Settings
from voute.store.candidate import Candidate
from voute.store.freeze import working

FILE = "sequencer.elected"


class Election(Protocol):
    """A candidate; use as a context, so that a clean stop hands over at once."""

    def is_elected(self) -> bool:
        """Return whether this process is the writer now, taking the place if it is free.

        Raises:
            StoreError: nobody can tell: then it is not.
        """
        ...

    def holds(self) -> bool:
        """Return whether this process is the writer, without taking the place: for work that goes along with it."""
        ...

    def working(self) -> AbstractContextManager[None]:
        """Mark that a batch is under way: a backup waits for its end, the next batch for the backup's instant."""
        ...

    def step_down(self) -> None:
        """Leave the place to another; one that does not hold it has nothing to leave."""
        ...

    def __enter__(self) -> Self:
        """Begin as a candidate."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Step down."""
        self.step_down()


class FileElection(Election):
    """Of the processes of one machine."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the locks."""
        self._folder = folder
        self._path = folder / FILE
        self._descriptor: int | None = None

    @override
    def is_elected(self) -> bool:
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

    @override
    def holds(self) -> bool:
        return self._descriptor is not None

    @override
    def working(self) -> AbstractContextManager[None]:
        return working(self._folder)

    @override
    def step_down(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class DatabaseElection(Candidate, Election):
    """Of all processes on one PostgreSQL."""


def election_of(settings: Settings) -> Election:
    """Make a candidate of this city."""
    if settings.is_catalogue_local:
        return FileElection(settings.locks_folder)
    return DatabaseElection(settings.catalogue_url)
