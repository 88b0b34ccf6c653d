"""Tables for people of what is measured beside deliveries: the log, what residents ask for, full vaults."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.report import among_of


def show_sequencing(figures: Mapping[str, Any], console: Console) -> None:
    """Print the table of the log's sequencer."""
    table = Table(title=f"{figures['events']:,} events into the log, median of {figures['runs']}", title_justify="left")
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("least – greatest, remark")
    rate, cost = figures["events_per_s"], figures["cpu_us_per_event"]
    table.add_row("events a second", f"{rate['median']:,.0f}", f"{among_of(rate)}, wanted: {figures['events_per_s_wanted']:,}")
    table.add_row("events a second of a core", f"{figures['events_per_s_of_one_core']:,}", "by processor time")
    table.add_row("processor time an event (µs)", f"{cost['median']:.0f}", among_of(cost))
    console.print(table)


def show_serving(figures: Mapping[str, Any], console: Console) -> None:
    """Print the table of what residents ask for."""
    table = Table(title=f"Serving, {figures['workers']} workers, median of {figures['rounds']} rounds", title_justify="left")
    table.add_column("what is asked for")
    table.add_column("a second", justify="right")
    table.add_column("server's processor time (µs)", justify="right")
    for name, rate in figures["per_second"].items():
        table.add_row(name, f"{rate['median']:,.0f}", f"{figures['server_cpu_us'][name]['median']:,.0f}")
    table.add_row("list, share of the no-op route", f"{figures['list_to_no_op']['median']:.2f}", "wanted: 0.50")
    if "body_to_nginx" in figures:
        table.add_row("body, share of nginx", f"{figures['body_to_nginx']['median']:.2f}", "wanted: 0.25")
    for name, share in figures.get("behind_to_nginx", {}).items():
        table.add_row(f"{name}, share of nginx", f"{share['median']:.2f}")
    table.add_row("list, 99 of 100 at half load (ms)", f"{figures['list_p99_ms_at_half_load']:.0f}", "wanted: 50")
    console.print(table)


STORE_HEADS: Final = ("stores", "what is asked for", "server (µs)", "database (µs)", "both, to the first stores", "a second")


def store_rows(figures: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    """Yield what is told of serving from other stores; the first stores are what the others are compared with."""
    first: dict[str, float] = {}
    for row in figures["rows"]:
        server, database = row["server_cpu_us"]["median"], row["database_cpu_us"]["median"]
        ratio = (server + database) / first.setdefault(row["asked"], server + database)
        told = f"{server:,.0f}", f"{database:,.0f}", f"{ratio:.1f}", f"{row['per_second']['median']:,.0f}"
        yield row["stores"], row["asked"], *told


def show_stores(figures: Mapping[str, Any], console: Console) -> None:
    """Print the table of lists and bodies from other stores."""
    table = Table(title=f"Serving from other stores, processor time, median of {figures['rounds']} rounds", title_justify="left")
    for head in STORE_HEADS:
        table.add_column(head, justify="left" if head in STORE_HEADS[:2] else "right")
    for row in store_rows(figures):
        table.add_row(*row)
    console.print(table)


def show_log(figures: Mapping[str, Any], console: Console) -> None:
    """Print the table of a log of many leaves."""
    table = Table(title=f"A log of {figures['leaves']:,} leaves, built in {figures['built_s']:.0f} s", title_justify="left")
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("remark")
    for row in log_rows(figures):
        table.add_row(*row)
    console.print(table)


def log_rows(figures: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Yield what is told of a log of many leaves: what, how much, remark."""
    proof, cpu, rate = figures["proof_ms"], figures["proof_cpu_ms"], figures["events_per_s"]
    one, full = figures["lag_s"], figures["lag_full_s"]
    slow = "99 of 100: at most"
    yield f"a proof, ms (wanted: {figures['proof_ms_wanted']:.0f})", f"{proof['median']:.2f}", f"{slow} {proof['p99']:.2f}"
    yield "a proof, processor time, ms", f"{cpu['median']:.2f}", f"{slow} {cpu['p99']:.2f}"
    yield f"events a second (wanted: {figures['events_per_s_wanted']:,})", f"{rate['median']:,.0f}", among_of(rate)
    yield "events a second of one core", f"{figures['events_per_s_of_one_core']:,}", "by processor time"
    yield "processor time an event, µs", f"{figures['cpu_us_per_event']['median']:.1f}", ""
    wanted = f"(wanted: {figures['lag_s_wanted']:.0f})"
    yield f"one event until a cosigned checkpoint shows it, s {wanted}", f"{one['median']:.2f}", f"{one['min']} – {one['max']}"
    yield f"{figures['batch']:,} events until then, s {wanted}", f"{full['median']:.2f}", f"{full['min']} – {full['max']}"


def show_vaults(figures: Mapping[str, Any], console: Console) -> None:
    """Print the table of full vaults."""
    table = Table(title="The list of a vault", title_justify="left")
    for head in VAULT_HEADS:
        table.add_column(head, justify="right")
    for row in vault_rows(figures):
        table.add_row(*row)
    console.print(table)


_POINTLESS_MS: Final = 10
VAULT_HEADS: Final = (
    "documents",
    "list, ms",
    "server's ms",
    "list, kB",
    "first visit, ms",
    "browser's ms",
    "later visit, ms",
    "browser's ms",
    "kB of a later visit",
)


def vault_rows(figures: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    """Yield what is told of each vault, in the order of `VAULT_HEADS`."""
    for one in figures["vaults"]:
        row = [
            f"{one['documents']:,}",
            f"{one['list_ms']['median']:,.0f}",
            _short(one["list_server_cpu_ms"]["median"]),
            f"{one['list_bytes'] / 1e3:,.0f}",
        ]
        for visit in ("first_visit", "later_visit"):
            told = one.get(visit)
            row += ["–", "–"] if told is None else [f"{told[key]['median']:,.0f}" for key in ("list_shown_ms", "browser_cpu_ms")]
        later = one.get("later_visit")
        yield (*row, "–" if later is None else f"{later['bytes'] / 1e3:,.0f}")


def _short(ms: float) -> str:
    """Write a time of which what stands behind the point says something while there is little before it."""
    return f"{ms:,.1f}" if 0 < ms < _POINTLESS_MS else f"{ms:,.0f}"


def show_backup(figures: Mapping[str, Any], console: Console) -> None:
    """Print the table of backups and restores."""
    table = Table(title=f"Backup of {figures['documents']:,} documents, then {figures['more']:,} more", title_justify="left")
    for heading in ("stores, step", "seconds", "documents a second", "megabytes", "processor time a document (µs)"):
        table.add_column(heading, justify="left" if heading.startswith("stores") else "right")
    for stores, steps in figures["stores"].items():
        for step, one in steps.items():
            figured = (one["documents_per_s"], one["megabytes"], one["cpu_us_per_document"])
            table.add_row(f"{stores}, {step}", f"{one['seconds']:,.1f}", *(f"{value:,.0f}" for value in figured))
    console.print(table)
