"""How a run starts processes, and what each does first: leave Ctrl+C to the run, and end when the run does."""

import gc
import multiprocessing
import os
import signal
import sys
from multiprocessing.context import BaseContext
from threading import Thread


def process_context() -> BaseContext:
    """Say how a run starts its processes.

    On Linux they are forked: each has at once what the run has loaded, modules and list alike, and shares its memory with it;
    a new interpreter would need half a second for itself and a copy of every row (docs/adr/0042). Elsewhere forking is not safe
    with the system's own libraries.
    """
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


def begin_worker() -> None:
    """Make this process end with the one that started it, and not of itself by Ctrl+C."""
    # Ctrl+C reaches every process of the terminal: the run's own process answers for all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What came from the run lives as long as this process: looking through it again and again would only copy its pages.
    gc.freeze()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A run that was killed must not go on working behind the back of the one that comes after it.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
