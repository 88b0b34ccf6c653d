"""What `make bench` shows and keeps: a table for people, one JSON file a measurement."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.bound import Bound, bound_of, core_time_us
from bench.delivery import Measured, Run

RESULTS = Path(__file__).parent / "results"


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float]:
    """Return median, least and greatest of some values."""
    named = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return {name: round(value, digits) for name, value in named.items()}


def delivery_figures(measured: Measured) -> dict[str, Any]:
    """Put a measurement into the figures that are kept; memory is in MB, times in seconds or microseconds."""
    runs = measured.runs
    bounds = [bound_of(run.costs.wall, measured.cores) for run in runs]
    return {
        "documents": runs[0].documents,
        "documents_per_s": round(measured.documents_per_s, 1),
        "bound_documents_per_s": round(measured.bound_documents_per_s, 1),
        "ratio_to_bound": round(measured.ratio_to_bound, 3),
        "peak_rss_client_mb": round(max(run.client.total_mb for run in runs), 1),
        "peak_rss_server_mb": round(measured.server.total_mb, 1),
        "peak_together_client_mb": round(max(run.client.together_mb for run in runs), 1),
        "peak_together_server_mb": round(measured.server.together_mb, 1),
        "peak_rss_client_largest_process_mb": round(max(run.client.largest_mb for run in runs), 1),
        "client_processes": max(run.client.processes for run in runs),
        "server_processes": measured.server.processes,
        "runs": len(runs),
        "to_vaults": runs[0].to_vaults,
        "to_codes": runs[0].to_codes,
        "document_bytes_mean": round(runs[0].costs.wall.document_bytes),
        "packs": runs[0].packs,
        "sealed_bytes": runs[0].sealed_bytes,
        "documents_per_s_spread": spread([run.documents_per_s for run in runs]),
        "bound_documents_per_s_spread": spread([bound.documents_per_s for bound in bounds]),
        "ratio_of_each_run": [_ratio(run, bound) for run, bound in zip(runs, bounds, strict=True)],
        "seconds": spread([run.seconds for run in runs], 3),
        "command_seconds": spread([run.command_seconds for run in runs], 3),
        "necessary_share_of_cpu": spread([run.necessary_share for run in runs], 3),
        "client_cpu_us_per_document": spread([run.client_cpu_s / run.documents * 1e6 for run in runs]),
        "server_cpu_us_per_document": spread([run.server_cpu_s / run.documents * 1e6 for run in runs]),
        "bound_by": "disk"
        if statistics.median(b.disk for b in bounds) < statistics.median(b.processors for b in bounds)
        else "processors",
        "unit_costs": {key: spread([asdict(run.costs.wall)[key] for run in runs]) for key in asdict(runs[0].costs.wall)},
        "unit_costs_sum_us": spread([core_time_us(run.costs.wall) for run in runs]),
        "unit_costs_sum_cpu_us": spread([core_time_us(run.costs.processor) for run in runs]),
        "flushes": measured.flushes,
        "peers": {name: _peer_figures(name, runs) for name in runs[0].peers},
        "machine": machine(),
    }


def _peer_figures(name: str, runs: Sequence[Run]) -> dict[str, Any]:
    """Give a peer's rate, and how many times as fast we were: by the clock, and by processor time of both our sides."""
    took = [run.peers[name] for run in runs]
    both = list(zip(runs, took, strict=True))
    figures: dict[str, Any] = {
        "documents": took[0].documents,
        "documents_per_s": spread([one.documents / one.seconds for one in took]),
        "cpu_us_per_document": spread([one.cpu_s / one.documents * 1e6 for one in took]),
        "we_are_times_as_fast": spread([run.documents_per_s / (one.documents / one.seconds) for run, one in both], 2),
        "our_cpu_to_its": spread(
            [(run.client_cpu_s + run.server_cpu_s) / run.documents / (one.cpu_s / one.documents) for run, one in both], 2
        ),
    }
    if took[0].listed:
        figures |= {"listed": took[0].listed, "list_ms": spread([one.list_ms for one in took], 2)}
    return figures


def _ratio(run: Run, bound: Bound) -> float:
    return round(run.documents_per_s / bound.documents_per_s, 3)


def machine() -> dict[str, Any]:
    """Describe what was measured on, and how busy it was besides."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    command = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(command, check=False, capture_output=True, text=True, cwd=RESULTS.parent).stdout.strip()
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "memory_mb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "commit": commit,
        "load_1_5_15_minutes": [round(value, 2) for value in os.getloadavg()],
    }


def write_results(name: str, figures: Mapping[str, Any]) -> Path:
    """Write one measurement as JSON; the file before it is replaced."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return path


def show_delivery(figures: Mapping[str, Any], console: Console) -> None:
    """Print the table of a delivery."""
    table = Table(title=f"Delivery of {figures['documents']:,} documents, median of {figures['runs']}", title_justify="left")
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("least – greatest, remark")
    for label, value, remark in _rows(figures):
        table.add_row(label, value, remark)
    console.print(table)


def show_letters(figures: Mapping[str, Any], console: Console) -> None:
    """Print the table of print files."""
    table = Table(title=f"Print files of {figures['letters']:,} letters with their documents", title_justify="left")
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("remark")
    rows = (
        ("letters a minute, by the clock", f"{figures['letters_a_minute']:,}", f"wanted: {figures['letters_a_minute_wanted']:,}"),
        (
            "letters a minute of all cores",
            f"{figures['letters_a_minute_of_all_cores']:,}",
            "the same processor time on a machine without neighbours",
        ),
        ("processor time a letter (ms)", f"{figures['cpu_ms_per_letter']:.1f}", f"{figures['pages']:,} pages in all"),
        ("seconds, whole command", f"{figures['seconds']:.1f}", f"{figures['files']} file(s)"),
        ("kilobytes a letter", f"{figures['kilobytes_per_letter']:.0f}", "with a document of two pages"),
        ("peak memory (MB)", f"{figures['peak_rss_mb']:,.0f}", f"{figures['processes']} processes, added"),
        (
            "peak memory, largest process (MB)",
            f"{figures['peak_rss_largest_process_mb']:,.0f}",
            "flat",
        ),
    )
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _rows(figures: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    def among(key: str, write: Callable[[float], str] = "{:,.0f}".format) -> str:
        return f"{write(figures[key]['min'])} – {write(figures[key]['max'])}"

    def middle(key: str) -> str:
        return f"{figures[key]['median']:,.0f}"

    flushes = figures["flushes"]
    ratios = figures["ratio_of_each_run"]
    rows = [
        ("documents a second", f"{figures['documents_per_s']:,.0f}", among("documents_per_s_spread")),
        (
            "the machine's bound",
            f"{figures['bound_documents_per_s']:,.0f}",
            f"{among('bound_documents_per_s_spread')}, by {figures['bound_by']}",
        ),
        ("share of the bound", f"{figures['ratio_to_bound']:.2f}", f"{min(ratios):.2f} – {max(ratios):.2f}, run by run"),
        ("seconds, call to receipts", f"{figures['seconds']['median']:.2f}", among("seconds", "{:.2f}".format)),
        ("seconds, whole command", f"{figures['command_seconds']['median']:.2f}", among("command_seconds", "{:.2f}".format)),
        (
            "necessary share of processor time",
            f"{figures['necessary_share_of_cpu']['median']:.2f}",
            among("necessary_share_of_cpu", "{:.2f}".format),
        ),
        ("client's processor time a document (µs)", middle("client_cpu_us_per_document"), among("client_cpu_us_per_document")),
        ("server's processor time a document (µs)", middle("server_cpu_us_per_document"), among("server_cpu_us_per_document")),
        (
            "peak memory, client (MB)",
            f"{figures['peak_together_client_mb']:,.0f}",
            f"{figures['peak_rss_client_mb']:,.0f} if what {figures['client_processes']} processes share counts in each",
        ),
        (
            "peak memory, server (MB)",
            f"{figures['peak_together_server_mb']:,.0f}",
            f"{figures['peak_rss_server_mb']:,.0f} at most, {figures['server_processes']} process(es)",
        ),
        ("packs", f"{figures['packs']}", f"{figures['sealed_bytes'] / 1e6:,.0f} MB sealed"),
        (
            "flushes, server + client",
            "–" if flushes is None else f"{flushes['server']} + {flushes['client']}",
            "of one delivery, by strace" if flushes is None else f"of {flushes['documents']:,} documents, by strace",
        ),
    ]
    for name, peer in figures.get("peers", {}).items():
        times, rate = peer["we_are_times_as_fast"], peer["documents_per_s"]
        rows.append((f"times as fast as {name}", f"{times['median']:.2f}", f"{times['min']:.2f} – {times['max']:.2f}"))
        rows.append((f"  {name}, documents a second", f"{rate['median']:,.0f}", among_of(rate)))
        rows.append((f"  our processor time to that of {name}", f"{peer['our_cpu_to_its']['median']:.2f}", "both our sides"))
    costs = figures["unit_costs"]
    rows += [(f"  {name}", f"{costs[name]['median']:,.0f}", among_of(costs[name])) for name in costs]
    rows.append(
        ("  work a document (µs of a core)", f"{figures['unit_costs_sum_us']['median']:,.0f}", "the bound is cores ÷ this")
    )
    return rows


def among_of(values: Mapping[str, float]) -> str:
    """Write the least and the greatest."""
    return f"{values['min']:,.0f} – {values['max']:,.0f}"
