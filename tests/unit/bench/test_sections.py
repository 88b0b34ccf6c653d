"""The log of many leaves and full vaults: their figures come onto the page and into the tables whole."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bench import backup, page, tables
from bench.report import machine

SPREAD = {"median": 12.345, "min": 10.0, "max": 20.0}
LOG: dict[str, Any] = {
    "leaves": 10_000_000,
    "built_s": 31.0,
    "proofs": 500,
    "proof_ms": {"median": 1.23, "p99": 2.34},
    "proof_cpu_ms": {"median": 1.11, "p99": 2.22},
    "proof_ms_wanted": 5.0,
    "events": 20_000,
    "runs": 3,
    "events_per_s": {"median": 21_000.0, "min": 20_500.0, "max": 22_000.0},
    "events_per_s_wanted": 20_000,
    "cpu_us_per_event": SPREAD,
    "events_per_s_of_one_core": 25_000,
    "lag_s_wanted": 1.0,
    "batch": 4_096,
    "lag_s": {"median": 0.21, "min": 0.1, "max": 0.3},
    "lag_full_s": {"median": 0.61, "min": 0.5, "max": 0.7},
}
VISIT = {
    "list_shown_ms": {"median": 900.0, "min": 800.0, "max": 1_000.0},
    "browser_cpu_ms": {"median": 700.0, "min": 1.0, "max": 2.0},
    "server_cpu_ms": SPREAD,
    "bytes": 300_423,
    "calls": 6,
}
VAULTS: dict[str, Any] = {
    "vaults": [
        {
            "documents": documents,
            "list_ms": SPREAD,
            "list_server_cpu_ms": SPREAD if documents > 50 else {"median": 0.42, "min": 0.4, "max": 0.5},
            "list_bytes": 4_000 * documents,
            "list_calls": 1,
            "first_visit": VISIT,
            "later_visit": VISIT,
        }
        for documents in (50, 5_000)
    ],
    "visits": 3,
    "rounds": 5,
    "in_browser": True,
}
ROW = "| 5,000 | 12 | 12 | 20,000 | 900 | 700 | 900 | 700 | 300 |"


def test_bench_page_tells_of_a_large_log_and_of_full_vaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "RESULTS", tmp_path)
    monkeypatch.setattr(page, "PAGE", tmp_path / "performance.md")
    for name, figures in (("log", LOG), ("vault", VAULTS)):
        (tmp_path / f"{name}.json").write_text(json.dumps(figures | {"machine": machine()}))
    text = page.write_page().read_text("utf-8")
    assert "## A log of 10,000,000 leaves" in text
    assert "| a proof, ms (wanted: 5) | 1.23 | 99 of 100: at most 2.34 |" in text
    assert "Again: `python -m bench --log 10000000`" in text
    assert ROW in text
    assert "| 50 | 12 | 0.4 | 200 |" in text
    assert "50: 900 ms, 5,000: 900 ms" in (tmp_path / "vault.svg").read_text("utf-8")
    assert "## Growth" not in text


def test_bench_vaults_without_a_browser_say_so_with_a_dash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [{key: one[key] for key in one if "visit" not in key} for one in VAULTS["vaults"]]
    monkeypatch.setattr(page, "RESULTS", tmp_path)
    monkeypatch.setattr(page, "PAGE", tmp_path / "performance.md")
    figures = VAULTS | {"vaults": plain, "in_browser": False, "machine": machine()}
    (tmp_path / "vault.json").write_text(json.dumps(figures))
    assert "| 5,000 | 12 | 12 | 20,000 | – | – | – | – | – |" in page.write_page().read_text("utf-8")
    assert not (tmp_path / "vault.svg").exists()


def test_bench_tables_show_both() -> None:
    console = Console(file=io.StringIO(), width=200)
    tables.show_log(LOG, console)
    tables.show_vaults(VAULTS, console)
    printed = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
    for figure in ("10,000,000 leaves", "1.23", "25,000", "0.61", "5,000", "900"):
        assert figure in printed


@pytest.mark.parametrize(
    ("size", "sizes", "command"),
    [(None, "mixed sizes, on average 100 KB", "--backup 20000`"), (20_000, "20 KB", "--backup 20000 --size 20000`")],
)
def test_bench_page_tells_of_backups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int | None, sizes: str, command: str
) -> None:
    step = backup.Step(2.0, 0.4, 20_000, 2_100.0)
    figures = backup.backup_figures(20_000, size, {backup.FILES: backup.MeasuredBackup(step, step, step)})
    (tmp_path / "backup-20000.json").write_text(json.dumps(figures | {"machine": machine()}), "utf-8")
    monkeypatch.setattr(page, "RESULTS", tmp_path)
    monkeypatch.setattr(page, "PAGE", tmp_path / "performance.md")
    text = page.write_page().read_text("utf-8")
    assert f"20,000 documents ({sizes}): all of it" in text
    assert f"python -m bench {command}" in text
    assert "| files and SQLite, restore | 2.0 | 10,000 | 2,100 | 20 |" in text
