"""From measured bytes to a country: `python -m bench.country` writes the tables of docs/operate/scale.md. Pure arithmetic.

Inputs are the figures of `bench.scale` and a few assumptions, each with its name here; a test compares the page with this.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "operate" / "scale.md"
RESULTS: Final = ROOT / "bench" / "results" / "scale.json"
BEGIN: Final = "<!-- made by bench.country -->"
END: Final = "<!-- end -->"

VAULTS: Final = 70_000_000
DOCUMENTS: Final = 1_000_000_000
BODY: Final = 100_000
"""Bytes of a sealed document, on average."""
EVENTS_A_DOCUMENT: Final = 1.5
"""A delivery each, an opening for half of them; the rest (claims, choices, keyrings) is a few percent."""
PACK: Final = 64 * 1024 * 1024
SIDECAR: Final = 4_000
"""Header, card, event and ids of one document beside its pack."""
YEAR: Final = 365 * 24 * 3600
RUN_SHARE: Final = 0.5
RUN_DAYS: Final = 10
"""Half of a year's documents come within ten days: the yearly bills."""
VISITS: Final = 6
"""Visits of a vault in a year; one in twenty of them on the busiest day, one in ten of those in its busiest hour."""
CALLS: Final = 8
"""Requests of the city's a visit: sign-in, list, document, receipt; pages come from a cache."""

STORE_GB_MONTH: Final = 0.02
DISK_GB_MONTH: Final = 0.10
MACHINE_MONTH: Final = 400
"""Prices in dollars, assumed: a gigabyte of S3, of replicated fast disk, a machine of 16 cores."""


def figures() -> Mapping[str, Any]:
    """Return what was measured."""
    measured: Mapping[str, Any] = json.loads(RESULTS.read_text("utf-8"))
    return measured


def country(measured: Mapping[str, Any]) -> dict[str, float]:
    """Return a country's year, in bytes, rows, files, and rates."""
    sizes = measured["bytes"]
    events = DOCUMENTS * EVENTS_A_DOCUMENT
    rows = sizes["a_document"]
    catalogue = DOCUMENTS * (sum(rows.values()) - rows["events"]) + events * rows["events"]
    vaults = VAULTS * (sum(sizes["a_vault"].values()) + rows["chains"])
    packs = DOCUMENTS * (BODY + SIDECAR)
    busiest = VAULTS * VISITS / 20 / 10 / 3600 * CALLS
    return {
        "events": events,
        "catalogue": catalogue,
        "documents_rows": DOCUMENTS * (rows["documents"] + rows["document_parts"]),
        "vaults": vaults,
        "packs": packs,
        "pack_count": DOCUMENTS * BODY / PACK,
        "log": events * sizes["log_an_entry"],
        "log_files": events / measured["documents"] * sizes["log_files"],
        "ledger": events * sizes["ledger_an_entry"],
        "events_a_second": events / YEAR,
        "events_in_the_run": events * RUN_SHARE / (RUN_DAYS * 24 * 3600),
        "bytes_in_the_run": packs * RUN_SHARE / (RUN_DAYS * 24 * 3600),
        "calls_a_second": busiest,
        "store_cost": packs / 1e9 * STORE_GB_MONTH * 12,
        "disk_cost": (catalogue + vaults) * 2 / 1e9 * DISK_GB_MONTH * 12,
    }


def tables(measured: Mapping[str, Any]) -> str:
    """Write the tables."""
    found, sizes = country(measured), measured["bytes"]
    whole = [
        ("sealed documents and sidecars (S3)", _bytes(found["packs"]), f"{found['pack_count'] / 1e6:.1f} million packs"),
        (
            "catalogue: rows of the year's documents and events",
            _bytes(found["catalogue"]),
            f"{found['events'] / 1e9:.1f} billion events",
        ),
        ("of these, rows of documents with header and card", _bytes(found["documents_rows"]), "1.0 billion rows, twice"),
        ("catalogue: vaults, once", _bytes(found["vaults"]), f"{VAULTS / 1e6:.0f} million"),
        ("log: tiles and entries (public)", _bytes(found["log"]), f"{found['log_files'] / 1e6:.0f} million objects"),
        ("ledger", _bytes(found["ledger"]), "as secret as the catalogue"),
    ]
    rates = [
        ("events, all year", f"{found['events_a_second']:.0f} a second"),
        ("events, while half of the year's bills come in ten days", f"{found['events_in_the_run']:.0f} a second"),
        ("sealed bytes in those days", f"{_bytes(found['bytes_in_the_run'])} a second"),
        ("requests in the busiest hour", f"{found['calls_a_second']:,.0f} a second"),
        ("S3, for the documents of one year", f"{found['store_cost']:,.0f} $ a year"),
        ("database, on two copies", f"{found['disk_cost']:,.0f} $ a year"),
    ]
    small = [(name, f"{size:,.0f}") for name, size in {**sizes["a_document"], **sizes["a_vault"]}.items()]
    small += [("log, an entry", f"{sizes['log_an_entry']:.0f}"), ("ledger, an entry", f"{sizes['ledger_an_entry']:.0f}")]
    points = [
        (
            f"{one['documents']:,}",
            *(f"{one[key]['median']} / {one[key]['p99']}" for key in ("list_ms", "receipt_ms", "overview_ms")),
            f"{one['events_a_processor_second']:,}",
        )
        for one in measured["points"]
    ]
    return "\n\n".join(
        (
            _table(("what", "bytes a year", "how many"), whole),
            _table(("what", "how much"), rates),
            _table(("table, with its indexes", "bytes a row"), small),
            _table(("documents", "list of 50, ms", "receipt, ms", "overview, ms", "events a processor second"), points),
        )
    )


def _table(heads: tuple[str, ...], rows: list[Any]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _bytes(many: float) -> str:
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if many >= size:
            return f"{many / size:,.1f} {unit}"
    return f"{many:,.0f} B"


def page(text: str, measured: Mapping[str, Any]) -> str:
    """Return the page with its tables made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables(measured)}\n{END}{after}"


def main() -> None:
    """Write the tables into the page."""
    PAGE.write_text(page(PAGE.read_text("utf-8"), figures()), "utf-8")


if __name__ == "__main__":
    main()
