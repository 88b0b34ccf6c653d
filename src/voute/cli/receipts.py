"""`voute receipts`: takes one self-contained receipt out of a run's receipts."""

from pathlib import Path
from typing import Annotated

import typer

from voute.cli.console import Speaker, WrongUseError
from voute.cli.options import Json
from voute.cli.words import help_of
from voute.client.disk import DISK
from voute.client.receipts import export_receipt


def receipts(
    source: Annotated[Path, typer.Argument(metavar="receipts.ndjson", exists=True, help=help_of("option-receipts"))],
    output: Annotated[Path, typer.Option("--output", "-o", help=help_of("option-receipt-output"))] = Path("receipt.json"),
    reference: Annotated[str | None, typer.Option("--reference", help=help_of("option-reference"))] = None,
    document: Annotated[str | None, typer.Option("--document", help=help_of("option-document"))] = None,
    line: Annotated[int | None, typer.Option("--line", help=help_of("option-line"))] = None,
    as_json: Json = False,
) -> None:
    """Write the self-contained receipt of one document, for `voute verify`."""
    speaker = Speaker(as_json=as_json)
    if reference is None and document is None and line is None:
        raise WrongUseError(speaker.words.text("receipts-which"))
    data = export_receipt(
        source,
        lambda one: (
            (reference is None or one.reference == reference)
            and (document is None or one.document_id.hex() == document)
            and (line is None or one.row == line)
        ),
    )
    DISK.replace(output, data, mode=0o644)
    speaker.give({"receipt": str(output), "bytes": len(data)})
    if not as_json:
        speaker.say("receipts-written", {"path": str(output)})
