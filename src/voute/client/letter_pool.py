"""Looks at documents and makes print files on all cores: few letters in this process, many in one process a core."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cached_property
from types import TracebackType
from typing import ClassVar, Final, Self, TypeVar

from voute.client.findings import Finding
from voute.client.letter_plan import Batch, Document
from voute.client.letter_work import Inspector, LettersFaultyError, PressKit, Printed, Printer
from voute.client.preflight import Row
from voute.client.workers import begin_worker
from voute.core.errors import StateError

LOOKED_AT_TOGETHER: Final = 100
"""Rows that a process looks at before it answers."""
ALONE_UP_TO: Final = 60
"""Letters for which no process is started: that would take longer than they do."""

Made = Printed | tuple[Finding, ...]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class PrinterDiedError(StateError):
    """A process that makes print files was killed, for instance for want of memory; the same call goes on."""

    code: ClassVar[str] = "printer-died"


class LetterPool:
    """The processes of one run, as a context."""

    def __init__(self, kit: PressKit, letters: int, processes: int | None = None) -> None:
        """Take what each process needs, and how many letters there are; `processes` None: one a core."""
        workers = min(processes or os.cpu_count() or 1, 1 + letters // ALONE_UP_TO)
        self._desk = _Desk(kit)
        self._pool: ProcessPoolExecutor | None = None
        if workers > 1:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(kit,))

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Wait for what is at work, and begin nothing more."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def look_at(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Document | Finding]]:
        """Give what was seen of each row, in order."""
        shares = [rows[start : start + LOOKED_AT_TOGETHER] for start in range(0, len(rows), LOOKED_AT_TOGETHER)]
        for share, seen in zip(shares, self._each(_look_at, shares), strict=True):
            yield from zip(share, seen, strict=True)

    def print(self, batches: Sequence[Batch]) -> Iterator[tuple[Batch, Made]]:
        """Make print files, in order; gives each batch with its file, or with what is wrong in it."""
        return zip(batches, self._each(_print, batches), strict=True)

    def _each(self, work: Callable[["_Desk", _Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
        if self._pool is None:
            yield from (work(self._desk, item) for item in items)
            return
        try:
            futures = [self._pool.submit(_at_desk, work, item) for item in items]
            for future in futures:
                yield future.result()
        except BrokenProcessPool as error:
            raise PrinterDiedError("a process that makes print files ended") from error


class _Desk:
    """What a process has at hand; made when first needed."""

    def __init__(self, kit: PressKit) -> None:
        self._kit = kit

    @cached_property
    def inspector(self) -> Inspector:
        return Inspector(self._kit.sender, with_documents=self._kit.with_documents)

    @cached_property
    def printer(self) -> Printer:
        return Printer(self._kit)


_worker: list[_Desk] = []


def _start_worker(kit: PressKit) -> None:
    begin_worker()
    _worker.append(_Desk(kit))


def _at_desk(work: Callable[[_Desk, _Item], _Result], item: _Item) -> _Result:
    return work(_worker[0], item)


def _look_at(desk: _Desk, rows: Sequence[Row]) -> list[Document | Finding]:
    return desk.inspector.look_at(rows)


def _print(desk: _Desk, batch: Batch) -> Made:
    try:
        return desk.printer.batch(batch)
    except LettersFaultyError as error:
        return error.findings
