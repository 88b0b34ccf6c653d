"""What the measurement reads from the system: memory marks, processor ticks, counted calls."""

import os
import time

import pytest

from bench.flushes import add_calls
from bench.memory import MemoryWatch, family, read_peak_kib, summarise
from bench.report import spread
from bench.usage import parse_stat, process_seconds


def test_bench_memory_mark_is_read_and_absent_is_nothing() -> None:
    assert read_peak_kib("Name:\tx\nVmPeak:\t  900 kB\nVmHWM:\t  500 kB\nVmRSS:\t  400 kB\n") == 500
    assert read_peak_kib("Name:\tzombie\nState:\tZ (zombie)\n") == 0


def test_bench_family_is_a_process_and_all_below_it() -> None:
    parents = {1: 0, 10: 1, 11: 10, 12: 11, 20: 1, 21: 20}
    assert family(10, parents) == {10, 11, 12}
    assert family(12, parents) == {12}


def test_bench_peaks_are_added_and_the_largest_is_named() -> None:
    peak = summarise({10: 1_000_000, 11: 500_000})
    assert peak.total_mb == pytest.approx(1_536.0)
    assert peak.largest_mb == pytest.approx(1_024.0)
    assert peak.processes == 2


def test_bench_watch_sees_this_process() -> None:
    with MemoryWatch(os.getpid()) as watch:
        pass
    assert watch.peak.processes >= 1
    assert 5 < watch.peak.largest_mb < 100_000


def test_bench_processor_ticks_are_read_behind_any_name() -> None:
    stat = "42 (a) b (c)) S 1 42 42 0 -1 4194560 100 200 0 0 17 5 900 800 20 0 1 0 1 2 3"
    assert parse_stat(stat) == 17 + 5
    assert parse_stat(stat, 2) == 900 + 800


def test_bench_processor_time_is_read_finer_than_a_tick() -> None:
    before, own = process_seconds(os.getpid()), time.process_time()
    assert before == pytest.approx(own, abs=0.5)
    assert 0 < process_seconds(os.getpid()) - before < 0.5
    with pytest.raises(ProcessLookupError):
        process_seconds(2**22 + 1)


def test_bench_flushes_are_added_without_the_total() -> None:
    summary = "syscall calls\n------- -----\nfdatasync 12\nfsync 7\n------- -----\ntotal 19\n"
    assert add_calls(summary) == 19
    assert add_calls("") == 0


def test_bench_spread_is_median_least_and_greatest() -> None:
    assert spread([3.04, 1.0, 2.0]) == {"median": 2.0, "min": 1.0, "max": 3.0}
    assert spread([0.1234, 0.1236], 3) == {"median": 0.123, "min": 0.123, "max": 0.124}
