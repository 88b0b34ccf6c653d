"""`voute deliver`: a list and a folder of PDFs become sealed documents with receipts."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from voute.cli.console import Exit, Speaker, WrongUseError
from voute.cli.findings import beside, give_findings, show_findings
from voute.cli.lost import facts_of, show_looked
from voute.cli.next_root import next_root_facts, show_next_root
from voute.cli.options import Home, Issuer, Json
from voute.cli.stages import stages
from voute.cli.words import help_of
from voute.client.deliver import Delivery
from voute.client.home import IssuerHome, default_home
from voute.client.journal import JournalState
from voute.client.order import DeliverOrder, PreflightFailedError
from voute.client.outcome import Outcome
from voute.client.run_name import run_name
from voute.client.unfinished import find_unfinished, is_unfinished

PATIENCE = 60.0
"""Seconds for the witnesses to see a claim of a moment ago; they have a minute (docs/spec/log.md)."""


def deliver(  # noqa: PLR0913, PLR0917 -- Typer reads the options from the parameters
    issuer: Issuer,
    table: Annotated[
        Path | None, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help=help_of("option-table"))
    ] = None,
    pdf_dir: Annotated[Path | None, typer.Option("--pdf-dir", help=help_of("option-pdf-dir"))] = None,
    run: Annotated[str | None, typer.Option("--run", help=help_of("option-run"))] = None,
    resume: Annotated[bool, typer.Option("--resume", help=help_of("option-resume"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_of("option-dry-run"))] = False,
    new_party: Annotated[bool, typer.Option("--new-party", help=help_of("option-new-party"))] = False,
    patience: Annotated[float, typer.Option("--patience", min=0, metavar="SECONDS", help=help_of("option-patience"))] = PATIENCE,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Deliver the documents of a list: check, seal, send, keep the receipts; or the rest of a run that was stopped."""
    speaker = Speaker(as_json=as_json)
    issuer_home = IssuerHome(home or default_home(), issuer)
    name = None if run is None else run_name(run)
    if resume:
        if dry_run or new_party:
            raise WrongUseError(speaker.words.text("deliver-resume-alone"))
        order = _resumed(find_unfinished(issuer_home, name, table), table, pdf_dir)
        speaker.say("deliver-resuming", {"run": order.run}, style="bold")
    elif table is None:
        raise WrongUseError(speaker.words.text("deliver-no-list"))
    else:
        order = DeliverOrder(
            table=table,
            pdf_folder=pdf_dir or beside(table),
            run=name or run_name(table.stem),
            dry_run=dry_run,
            new_party=new_party,
        )
    order = replace(order, patience=patience)
    outcome = _run(speaker, issuer_home, order, resume=resume)
    _show(speaker, outcome, dry_run=dry_run)
    if not as_json:
        show_looked(speaker, issuer_home.issuer, outcome.looked)
        show_next_root(speaker, issuer_home.issuer, outcome.next_root)
    if outcome.held or outcome.frozen:
        raise typer.Exit(Exit.HELD)


def _run(speaker: Speaker, issuer_home: IssuerHome, order: DeliverOrder, *, resume: bool) -> Outcome:
    """Do the run; when it fails, say whether it can be resumed."""
    try:
        with stages(speaker) as progress:
            delivery = Delivery(issuer_home, order, progress)
            return delivery.resume() if resume else delivery.run()
    except PreflightFailedError as error:
        give_findings(speaker, error.findings)
        show_findings(speaker, error.findings, "deliver-refused")
        raise typer.Exit(Exit.PREFLIGHT) from error
    finally:
        failed = sys.exc_info()[1]
        if failed is not None and is_unfinished(issuer_home, order.run):
            speaker.say("deliver-unfinished", {"run": order.run, "issuer": issuer_home.issuer}, style="yellow")


def _resumed(state: JournalState, table: Path | None, pdf_dir: Path | None) -> DeliverOrder:
    """Order what was ordered when the run began; the list and the folder may have moved."""
    begun = state.beginning
    return DeliverOrder(
        table=table or begun.table,
        pdf_folder=pdf_dir or (beside(table) if table and not begun.pdf_folder.is_dir() else begun.pdf_folder),
        run=begun.run,
        new_party=begun.new_party,
    )


def _show(speaker: Speaker, outcome: Outcome, *, dry_run: bool) -> None:
    earlier = outcome.earlier
    speaker.give(
        {
            "run": outcome.run,
            "delivery_id": outcome.delivery_id.hex() if outcome.delivery_id else None,
            "dry_run": dry_run,
            "sent": len(outcome.sent),
            "known": len(outcome.known),
            "held": sorted(outcome.held),
            "frozen": sorted(outcome.frozen),
            "to_vaults": outcome.to_vaults,
            "to_codes": outcome.to_codes,
            "digital": outcome.digital,
            "both": outcome.both,
            "paper": outcome.paper,
            "packs": outcome.packs,
            "bytes": outcome.bytes,
            "seconds": round(outcome.seconds, 3),
            "receipts": str(outcome.receipts) if outcome.receipts else None,
            "deleted": outcome.deleted,
            "print_list": str(outcome.lists.print_list) if outcome.lists else None,
            "choices": str(outcome.lists.choices) if outcome.lists else None,
            "summary": str(outcome.summary) if outcome.summary else None,
            "resumed": outcome.already is not None,
            "earlier": None
            if earlier is None
            else {"state": str(earlier.state), "path": str(earlier.path) if earlier.path else None},
            **facts_of(outcome.looked),
            **next_root_facts(outcome.next_root),
        }
    )
    if speaker.as_json:
        return
    facts = {
        "vaults": outcome.to_vaults,
        "codes": outcome.to_codes,
        "digital": outcome.digital,
        "both": outcome.both,
        "paper": outcome.paper,
        "known": len(outcome.known),
        "sent": len(outcome.sent),
        "seconds": round(outcome.seconds, 1),
        "megabytes": round(outcome.bytes / 1e6, 1),
    }
    if earlier is not None:
        speaker.say(f"deliver-earlier-{earlier.state}", {"run": outcome.run, "path": str(earlier.path)})
    if outcome.already is not None:
        speaker.say("deliver-resumed", {"already": outcome.already, "rest": max(len(outcome.sent) - outcome.already, 0)})
    speaker.say("deliver-dry" if dry_run else "deliver-done", facts, style="bold green")
    speaker.say("deliver-channels-dry" if dry_run else "deliver-channels", facts)
    if outcome.known:
        speaker.say("deliver-known", facts)
    _show_rest(speaker, outcome)


def _show_rest(speaker: Speaker, outcome: Outcome) -> None:
    """Say what goes on paper only, and where the files are."""
    for line, reference in sorted(outcome.held.items()):
        speaker.say("deliver-held", {"line": line, "reference": reference}, style="yellow")
    for line, reference in sorted(outcome.frozen.items()):
        speaker.say("deliver-frozen", {"line": line, "reference": reference}, style="yellow")
    if outcome.lists:
        speaker.say("deliver-print-list", {"path": str(outcome.lists.print_list)})
        if outcome.digital:
            speaker.say("deliver-choices", {"path": str(outcome.lists.choices)})
    if outcome.receipts:
        speaker.say("deliver-receipts", {"path": str(outcome.receipts)})
    if outcome.deleted:
        speaker.say("deliver-deleted", {"deleted": outcome.deleted}, style="yellow")
    if outcome.summary:
        speaker.say("deliver-summary", {"path": str(outcome.summary)})
