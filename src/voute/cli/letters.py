"""`voute letters`: the same list as `voute deliver`, as print files in posting order; or one letter for the counter."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from unicodedata import normalize

import typer

from voute.cli.console import Exit, Speaker
from voute.cli.findings import as_facts, beside, give_findings, show_findings
from voute.cli.options import Home, Issuer, Json
from voute.cli.stages import stages
from voute.cli.words import help_of
from voute.client.home import IssuerHome, default_home
from voute.client.order import PreflightFailedError
from voute.client.run_name import run_name

if TYPE_CHECKING:
    from voute.client.letters import Letters, LettersOutcome


def letters(  # noqa: PLR0913, PLR0917 -- Typer reads the options from the parameters
    table: Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help=help_of("option-table"))],
    issuer: Issuer,
    pdf_dir: Annotated[Path | None, typer.Option("--pdf-dir", help=help_of("option-pdf-dir"))] = None,
    run: Annotated[str | None, typer.Option("--run", help=help_of("option-run"))] = None,
    folder: Annotated[Path | None, typer.Option("-o", "--output", help=help_of("option-letters-output"))] = None,
    only: Annotated[str | None, typer.Option("--only", metavar="REFERENCE", help=help_of("option-only"))] = None,
    letter_alone: Annotated[bool, typer.Option("--without-documents", help=help_of("option-without-documents"))] = False,
    leave_out: Annotated[bool, typer.Option("--leave-out", help=help_of("option-leave-out"))] = False,
    dated: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help=help_of("option-date"))] = None,
    batch: Annotated[int | None, typer.Option("--batch", min=1, max=5000, help=help_of("option-batch"))] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make the letters of a list, each before its document, or one letter by itself."""
    # The typesetter takes a second to load: no other command waits for it.
    from voute.client.letter_plan import BATCH_LETTERS
    from voute.client.letters import Letters, LettersOrder

    speaker = Speaker(as_json=as_json)
    order = LettersOrder(
        table=table,
        pdf_folder=pdf_dir or beside(table),
        run=run_name(table.stem if run is None else run),
        folder=folder,
        with_documents=not letter_alone,
        leave_out=leave_out,
        dated=None if dated is None else dated.date(),
        batch_letters=batch or BATCH_LETTERS,
    )
    try:
        with stages(speaker, "letters") as progress:
            work = Letters(IssuerHome(home or default_home(), issuer), order, progress)
            if only is not None:
                _reprint(speaker, work, normalize("NFC", only))
                return
            outcome = work.run()
    except PreflightFailedError as error:
        give_findings(speaker, error.findings)
        show_findings(speaker, error.findings, "letters-refused")
        raise typer.Exit(Exit.PREFLIGHT) from error
    _show(speaker, outcome)
    if not outcome.delivered and not as_json:
        speaker.say("letters-undelivered", {"run": order.run}, style="yellow")
    if outcome.left_out:
        show_findings(speaker, outcome.left_out, "letters-left-out")
        raise typer.Exit(Exit.HELD)


def _reprint(speaker: Speaker, work: "Letters", reference: str) -> None:
    paths = work.reprint(reference)
    speaker.give({"letters": [str(path) for path in paths]})
    if not speaker.as_json:
        for path in paths:
            speaker.say("letters-one", {"path": str(path)}, style="bold green")


def _show(speaker: Speaker, outcome: "LettersOutcome") -> None:
    speaker.give(
        {
            "folder": str(outcome.folder),
            **outcome.totals,
            "kinds": {str(kind): count for kind, count in outcome.kinds.items()},
            "already": outcome.already,
            "avoided": outcome.avoided,
            "delivered": outcome.delivered,
            "left_out": as_facts(outcome.left_out),
            "seconds": round(outcome.seconds, 3),
        }
    )
    if speaker.as_json:
        return
    counts = {f"{kind}_letters": count for kind, count in outcome.kinds.items()}
    facts = {**outcome.totals, **counts, "already": outcome.already, "avoided": outcome.avoided, "path": str(outcome.folder)}
    facts["seconds"] = round(outcome.seconds, 1)
    speaker.say("letters-done", facts, style="bold green")
    speaker.say("letters-kinds", facts)
    for key in ("avoided", "already", "flat", "without_postal_code"):
        if facts[key]:
            speaker.say(f"letters-{key.replace('_', '-')}", facts)
    speaker.say("letters-folder", facts)
