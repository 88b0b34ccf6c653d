"""How a run starts processes, and what each does first: leave Ctrl+C to the run, and end when the run does."""

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import BaseContext
from threading import Thread
from typing import Any, Final, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

SHARE: Final = 250
"""Items that a process takes at a time: some 0.05 s of work, so that all processes end together."""

FORKS: Final = sys.platform == "linux"
"""Whether processes are forked: elsewhere forking is not safe with the system's own libraries."""


def process_context() -> BaseContext:
    """Say how a run starts its processes.

    Forked, each has at once what the run has loaded, modules and list alike, and shares its memory with it; a new interpreter
    would need half a second for itself and a copy of every row (docs/adr/0042).
    """
    return multiprocessing.get_context("fork" if FORKS else "spawn")


@contextmanager
def on_all_cores(
    work: Callable[[_Item], _Result], items: Sequence[_Item], processes: int | None = None
) -> Iterator[Callable[[], list[_Result]]]:
    """Do the same work for every item while the block does something else; yields what waits for the results, in order.

    Many items are shared out to one process a core; few are done when they are waited for. `work` changes nothing, raises
    nothing, and what it returns is worth sending from one process to another. Where a process was killed, or processes cannot be
    forked, it is all done here. Leaving the block early drops what has not begun.
    """

    def here() -> list[_Result]:
        return [work(item) for item in items]

    workers = min(processes or os.cpu_count() or 1, -(-len(items) // SHARE))
    if workers <= 1 or not FORKS:
        yield here
        return
    with ProcessPoolExecutor(workers, mp_context=process_context(), initializer=_take_work, initargs=(work, items)) as pool:
        shares = _begin(pool, len(items))

        def wait() -> list[_Result]:
            try:
                return [result for share in shares for result in share.result()]
            except BrokenProcessPool:
                return here()

        try:
            yield wait
        finally:
            pool.shutdown(cancel_futures=True)


def _begin(pool: ProcessPoolExecutor, items: int) -> list["Future[list[Any]]"]:
    shares: list[Future[list[Any]]] = []
    try:
        shares.extend(pool.submit(_do_share, start) for start in range(0, items, SHARE))
    except BrokenProcessPool as error:
        # A process was killed before the last share was handed out: whoever waits is told so.
        broken: Future[list[Any]] = Future()
        broken.set_exception(error)
        shares.append(broken)
    return shares


_work: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []


def _take_work(work: Callable[[Any], Any], items: Sequence[Any]) -> None:
    begin_worker()
    _work.append((work, items))


def _do_share(start: int) -> list[Any]:
    work, items = _work[0]
    return [work(item) for item in items[start : start + SHARE]]


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
