"""Growth is put together from deliveries, a log in bulk is the log that its own entries make."""

from pathlib import Path

import pytest

from bench.growth import growth_figures, growth_pictures
from bench.log_size import build, entry_of
from voute.tlog.merkle import leaf_hash, verify_inclusion
from voute.tlog.reader import TileTree
from voute.tlog.tree import Prover


def delivery(documents: int, seconds: float, memory: float) -> dict[str, object]:
    cost = {"median": 10.0}
    return {
        "documents": documents,
        "seconds": {"median": seconds},
        "client_cpu_us_per_document": cost,
        "server_cpu_us_per_document": cost,
        "peak_together_client_mb": memory,
        "peak_together_server_mb": 100.0,
        "machine": {"commit": "abc", "load_1_5_15_minutes": [1.0, 1.0, 1.0]},
    }


def test_bench_growth_compares_the_two_largest() -> None:
    figures = growth_figures([delivery(20, 1.0, 10.0), delivery(200, 2.0, 30.0), delivery(2_000, 24.0, 33.0)])
    assert [one["us_per_document"] for one in figures["points"]] == [50_000, 10_000, 12_000]
    assert figures["last_to_before"] == {"us_per_document": 1.2, "client_mb": 1.1, "server_mb": 1.0}
    assert all("<svg" in picture for picture in growth_pictures(figures).values())


@pytest.mark.parametrize("leaves", [1, 255, 256, 700, 65_536, 65_700])
def test_bench_bulk_log_is_a_log(tmp_path: Path, leaves: int) -> None:
    edge = build(tmp_path, leaves, b"l" * 32)
    tree = TileTree(leaves, edge.root(), lambda path: (tmp_path / path).read_bytes())
    for leaf, entry in {0: entry_of(0), leaves // 2: entry_of(leaves // 2), leaves - 1: b"l" * 32}.items():
        verify_inclusion(leaf, leaves, leaf_hash(entry), Prover(leaves, tree).inclusion(leaf), edge.root())
    assert list(tree.entries(leaves - 1, leaves)) == [b"l" * 32]
