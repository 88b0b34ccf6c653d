"""What every process that a run starts does first: leave Ctrl+C to the run, and end when the run does."""

import multiprocessing
import os
import signal
from threading import Thread


def begin_worker() -> None:
    """Make this process end with the one that started it, and not of itself by Ctrl+C."""
    # Ctrl+C reaches every process of the terminal: the run's own process answers for all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A run that was killed must not go on working behind the back of the one that comes after it.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
