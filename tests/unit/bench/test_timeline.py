"""What a delivery would take on a quiet machine, reckoned from who ran and who wanted to."""

import pytest

from bench.timeline import CHILDREN, MAIN, SERVER, Look, reckon

ONE, TWO, CITY = (MAIN, 1), (CHILDREN, 2), (SERVER, 3)
MARKS = [("check", 0.0), ("seal", 10.0), ("end", 20.0)]


def test_timeline_one_thread_that_waited_for_a_core_would_have_been_done_sooner() -> None:
    looks = [Look(0.0, {ONE: 1.0}, {ONE: 0.0}), Look(10.0, {ONE: 3.0}, {ONE: 8.0})]
    (check, _) = reckon(looks, MARKS, 2)
    assert (check.seconds, check.quiet, check.worked) == (10.0, 2.0, 2.0)


def test_timeline_threads_beside_one_another_share_the_cores() -> None:
    ran = {ONE: 1.0, TWO: 2.0, CITY: 3.0}
    looks = [Look(10.0, {}, {}), Look(20.0, ran, {ONE: 9.0, TWO: 8.0, CITY: 7.0})]
    (_, seal) = reckon(looks, MARKS, 2)
    assert (seal.quiet, seal.busy) == (3.0, {MAIN: 1.0, CHILDREN: 2.0, SERVER: 3.0})


def test_timeline_time_in_which_nobody_has_work_goes_by_as_it_did() -> None:
    looks = [Look(0.0, {}, {}), Look(10.0, {ONE: 2.0}, {ONE: 2.0})]
    (check, _) = reckon(looks, MARKS, 2)
    assert check.quiet == 2.0 + 6.0


def test_timeline_a_look_over_two_phases_counts_in_both() -> None:
    looks = [Look(5.0, {}, {}), Look(15.0, {ONE: 4.0}, {ONE: 6.0})]
    check, seal = reckon(looks, MARKS, 2)
    assert (check.worked, seal.worked) == (2.0, 2.0)
    assert check.quiet + seal.quiet == pytest.approx(4.0)
