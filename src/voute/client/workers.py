"""How a run starts processes, and what each does first: leave Ctrl+C to the run, and end when the run does."""

import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing.context import BaseContext
from threading import Thread
from typing import Any, Final, TypeVar

from voute.core.errors import VouteError

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

SHARE: Final = 250
"""Items that a process takes at a time: some 0.05 s of work, so that all processes end together."""

_AHEAD: Final = 2
"""Items of a stream for each process that are under way or wait: none rests while this one takes in what another has done."""

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
        shares = [_submit(pool, _do_share, start) for start in range(0, len(items), SHARE)]

        def wait() -> list[_Result]:
            try:
                return [result for share in shares for result in share.result()]
            except BrokenProcessPool:
                return here()

        try:
            yield wait
        finally:
            pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, work: Callable[[Any], Any], item: object) -> "Future[Any]":
    try:
        return pool.submit(work, item)
    except BrokenProcessPool as error:
        # A process was killed before the last share was handed out: whoever waits is told so.
        broken: Future[Any] = Future()
        broken.set_exception(error)
        return broken


def stream_on_all_cores(
    work: Callable[[_Item], _Result], items: Iterable[_Item], processes: int | None = None
) -> Iterator[_Result]:
    """Do the same work for each item of a stream, on all cores; yields the results in order, and reads only a few items ahead.

    One item, or none, is done here. An item is some hundredths of a second of work, and it and what `work` returns are worth
    sending from one process to another. What `work` raises there it raises here, where it is done again; so is what a process
    had in hand that was killed. `work` may remember what it likes: each process has the memory of its own items alone.
    """
    stream = iter(items)
    first = list(islice(stream, 2))
    workers = processes or os.cpu_count() or 1
    if len(first) < 2 or workers <= 1 or not FORKS:  # noqa: PLR2004 -- one item alone
        yield from map(work, chain(first, stream))
        return
    with ProcessPoolExecutor(workers, mp_context=process_context(), initializer=_take_stream, initargs=(work,)) as pool:
        under_way: deque[tuple[_Item, Future[Any]]] = deque()
        try:
            for item in chain(first, stream):
                under_way.append((item, _submit(pool, _do_item, item)))
                if len(under_way) > workers * _AHEAD:
                    yield _result(work, *under_way.popleft())
            while under_way:
                yield _result(work, *under_way.popleft())
        finally:
            pool.shutdown(cancel_futures=True)


def _result(work: Callable[[_Item], _Result], item: _Item, future: "Future[Any]") -> _Result:
    try:
        done: _Result | _Again = future.result()
    except BrokenProcessPool:
        done = _Again()
    return work(item) if isinstance(done, _Again) else done


class _Again:
    """Says that an item failed: an error with facts does not go from one process to another as it is."""


_work: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []
_stream: list[Callable[[Any], Any]] = []


def _take_work(work: Callable[[Any], Any], items: Sequence[Any]) -> None:
    begin_worker()
    _work.append((work, items))


def _do_share(start: int) -> list[Any]:
    work, items = _work[0]
    return [work(item) for item in items[start : start + SHARE]]


def _take_stream(work: Callable[[Any], Any]) -> None:
    begin_worker()
    _stream.append(work)


def _do_item(item: object) -> object:
    try:
        return _stream[0](item)
    except (VouteError, OSError):
        return _Again()


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
