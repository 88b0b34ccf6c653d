"""`voute deliver`: a list and a folder of PDFs become sealed documents with receipts."""

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Grid

from voute.cli.console import Exit, Speaker
from voute.cli.options import Home, Issuer, Json
from voute.cli.stages import stages
from voute.cli.words import help_of
from voute.client.deliver import DeliverOrder, Delivery, Outcome, PreflightFailedError
from voute.client.findings import Finding
from voute.client.home import IssuerHome, default_home

SHOWN_FINDINGS = 50
"""Findings shown on a screen; all of them are in the JSON and in the CSV beside the list."""


def deliver(
    table: Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help=help_of("option-table"))],
    issuer: Issuer,
    pdf_dir: Annotated[Path | None, typer.Option("--pdf-dir", help=help_of("option-pdf-dir"))] = None,
    run: Annotated[str | None, typer.Option("--run", help=help_of("option-run"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_of("option-dry-run"))] = False,
    new_party: Annotated[bool, typer.Option("--new-party", help=help_of("option-new-party"))] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Deliver the documents of a list: check, seal, send, keep the receipts."""
    speaker = Speaker(as_json=as_json)
    order = DeliverOrder(
        table=table,
        pdf_folder=pdf_dir or _beside(table),
        run=run or table.stem,
        dry_run=dry_run,
        new_party=new_party,
    )
    issuer_home = IssuerHome(home or default_home(), issuer)
    try:
        with stages(speaker) as progress:
            outcome = Delivery(issuer_home, order, progress).run()
    except PreflightFailedError as error:
        _show_findings(speaker, error.findings)
        raise typer.Exit(Exit.PREFLIGHT) from error
    summary = None if dry_run else _write_summary(issuer_home, outcome)
    _show(speaker, outcome, summary, dry_run=dry_run)
    if outcome.held:
        raise typer.Exit(Exit.HELD)


def _beside(table: Path) -> Path:
    folder = table.parent / "pdf"
    return folder if folder.is_dir() else table.parent


def _show_findings(speaker: Speaker, findings: tuple[Finding, ...]) -> None:
    words = speaker.words
    speaker.give(
        {
            "error": "preflight-failed",
            "findings": [{"line": one.line, "problem": str(one.problem), "facts": dict(one.facts)} for one in findings],
        }
    )
    grid = Grid(show_edge=False, pad_edge=False)
    for key in ("line", "what", "fix"):
        grid.add_column(words.text(f"deliver-findings-{key}"), overflow="fold", justify="right" if key == "line" else "left")
    for one in findings[:SHOWN_FINDINGS]:
        key = f"preflight-{one.problem}"
        grid.add_row(str(one.line), words.text(key, one.facts), words.text(f"{key}.fix", one.facts))
    speaker.say("deliver-refused", {"count": len(findings)}, style="bold red")
    speaker.screen.print(grid)
    if len(findings) > SHOWN_FINDINGS:
        speaker.say("deliver-more", {"count": len(findings) - SHOWN_FINDINGS})


def _write_summary(home: IssuerHome, outcome: Outcome) -> Path:
    """Write what became of each row, as a CSV that a spreadsheet opens."""
    path = home.run_folder(outcome.run) / "summary.csv"
    rows = [(line, "sent", document) for line, document in outcome.sent.items()]
    rows += [(line, "known", document) for line, document in outcome.known.items()]
    rows += [(row.line, "held", "") for row in outcome.held]
    # A byte order mark: without it Excel reads UTF-8 as Windows-1252.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("line", "state", "document_id"))
        writer.writerows(sorted(rows))
    return path


def _show(speaker: Speaker, outcome: Outcome, summary: Path | None, *, dry_run: bool) -> None:
    speaker.give(
        {
            "run": outcome.run,
            "delivery_id": outcome.delivery_id.hex() if outcome.delivery_id else None,
            "dry_run": dry_run,
            "sent": len(outcome.sent),
            "known": len(outcome.known),
            "held": [row.line for row in outcome.held],
            "to_vaults": outcome.to_vaults,
            "to_codes": outcome.to_codes,
            "packs": outcome.packs,
            "bytes": outcome.bytes,
            "seconds": round(outcome.seconds, 3),
            "receipts": str(outcome.receipts) if outcome.receipts else None,
            "summary": str(summary) if summary else None,
        }
    )
    if speaker.as_json:
        return
    facts = {
        "vaults": outcome.to_vaults,
        "codes": outcome.to_codes,
        "known": len(outcome.known),
        "sent": len(outcome.sent),
        "seconds": f"{outcome.seconds:.1f}",
        "megabytes": f"{outcome.bytes / 1e6:.1f}",
    }
    speaker.say("deliver-dry" if dry_run else "deliver-done", facts, style="bold green")
    if outcome.known:
        speaker.say("deliver-known", facts)
    for row in outcome.held:
        speaker.say("deliver-held", {"line": row.line, "reference": row.reference}, style="yellow")
    if outcome.receipts:
        speaker.say("deliver-receipts", {"path": str(outcome.receipts)})
    if summary:
        speaker.say("deliver-summary", {"path": str(summary)})
