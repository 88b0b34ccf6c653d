"""The same work for many items: in order, in several processes, and here when one of them was killed."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pytest

from voute.client.receipts import ReceiptsIncompleteError
from voute.client.workers import SHARE, on_all_cores, stream_on_all_cores

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


def test_workers_take_a_stream_in_order_and_read_only_a_little_ahead() -> None:
    read: list[int] = []

    def stream() -> Iterator[int]:
        for item in range(20):
            read.append(item)
            yield item

    done = []
    for item, process in stream_on_all_cores(_where, stream(), 2):
        assert len(read) <= item + 7
        done.append((item, process))
    assert [item for item, _ in done] == list(range(20))
    assert os.getpid() not in {process for _, process in done}


def test_workers_are_not_started_for_a_stream_of_one_or_one_process() -> None:
    assert list(stream_on_all_cores(_where, [7], 2)) == [(7, os.getpid())]
    assert list(stream_on_all_cores(_where, [], 2)) == []
    assert list(stream_on_all_cores(_where, range(3), 1)) == [(item, os.getpid()) for item in range(3)]


def test_workers_raise_what_a_streams_item_raises_with_its_facts_after_those_before_it() -> None:
    def work(item: int) -> int:
        if item == 5:
            raise ReceiptsIncompleteError("few", received=item, expected=9)
        return item

    done = []
    with pytest.raises(ReceiptsIncompleteError) as error:
        for item in stream_on_all_cores(work, range(9), 2):
            done.append(item)  # noqa: PERF402 -- what came before the error counts
    assert done == [0, 1, 2, 3, 4]
    assert error.value.facts == {"received": 5, "expected": 9}


def test_workers_of_a_stream_that_are_killed_leave_the_rest_to_this_process() -> None:
    here = os.getpid()

    def work(item: int) -> int:
        if item == 3 and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return -item

    assert list(stream_on_all_cores(work, range(20), 2)) == [-item for item in range(20)]
