"""The arithmetic of the machine's bound, on round numbers."""

from dataclasses import replace

import pytest

from bench.bound import UnitCosts, bound_of, core_time_us

COSTS = UnitCosts(
    document_bytes=100_000,
    wrap_us=150,
    cipher_us=50,
    hash_plaintext_us=60,
    hash_sealed_us=70,
    sign_us=45,
    write_us=55,
    disk_mb_per_s=1_000,
)


def test_bench_core_time_counts_the_sealed_hash_for_client_and_server() -> None:
    assert core_time_us(COSTS) == 150 + 50 + 60 + 70 + 70 + 45 + 55


def test_bench_bound_is_cores_by_core_time_when_the_disk_is_faster() -> None:
    bound = bound_of(COSTS, cores=2)
    assert bound.processors == pytest.approx(4_000)
    assert bound.disk == pytest.approx(10_000)
    assert bound.documents_per_s == bound.processors


def test_bench_bound_is_the_disk_when_it_is_slower() -> None:
    bound = bound_of(replace(COSTS, disk_mb_per_s=300), cores=2)
    assert bound.documents_per_s == pytest.approx(3_000)


def test_bench_bound_doubles_with_the_cores() -> None:
    assert bound_of(COSTS, cores=4).processors == pytest.approx(2 * bound_of(COSTS, cores=2).processors)
