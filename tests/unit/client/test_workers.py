"""The same work for many items: in order, in several processes, and here when one of them was killed."""

import os
import signal
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from voute.client.workers import SHARE, on_all_cores

MANY = range(3 * SHARE + 1)

_Result = TypeVar("_Result")


def _done(work: Callable[[int], _Result], items: Sequence[int], processes: int) -> list[_Result]:
    with on_all_cores(work, items, processes) as wait:
        return wait()


def _where(item: int) -> tuple[int, int]:
    return item, os.getpid()


def test_workers_do_many_items_elsewhere_and_give_them_in_order() -> None:
    done = _done(_where, MANY, 2)
    assert [item for item, _ in done] == list(MANY)
    assert os.getpid() not in {process for _, process in done}


def test_workers_are_not_started_for_few_items_or_one_process() -> None:
    assert _done(_where, MANY[:SHARE], 2) == [(item, os.getpid()) for item in MANY[:SHARE]]
    assert _done(_where, MANY, 1) == [(item, os.getpid()) for item in MANY]


def test_workers_know_what_this_process_knows() -> None:
    secret = os.urandom(8)
    assert set(_done(lambda item: (item % 2, secret), MANY, 2)) == {(0, secret), (1, secret)}


def test_workers_that_are_killed_leave_the_work_to_this_process() -> None:
    here = os.getpid()

    def work(item: int) -> int:
        if item == SHARE and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return -item

    assert _done(work, MANY, 2) == [-item for item in MANY]


def test_workers_that_nobody_waits_for_leave_the_error_of_the_block_alone() -> None:
    with pytest.raises(KeyError, match="elsewhere"), on_all_cores(_where, MANY, 2):
        raise KeyError("elsewhere")
