"""Keeps a demonstration to one process: a second one would set the first one's folder aside, or fight for its port."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from voute.core.errors import StateError


class DemoRunsError(StateError):
    """Another process makes or serves the demonstration of this folder; nothing was changed."""

    code: ClassVar[str] = "demo-runs"


@contextmanager
def one_demo(folder: Path) -> Iterator[None]:
    """Hold the demonstration of a folder for as long as the context lasts; whatever ends the process lets go of it.

    Raises:
        DemoRunsError: another process holds it; its fact `process` is that one's number.
    """
    # Beside the folder: one that was left unfinished is set aside under another name.
    path = folder.with_name(f"{folder.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise DemoRunsError("another process has this folder", process=file.read().strip(), path=str(folder)) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
