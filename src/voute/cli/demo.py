"""`voute demo`: a whole city on this machine, with real PDFs, and the letter that opens a vault."""

from pathlib import Path
from typing import Annotated

import typer

from voute.cli.console import Speaker, WrongUseError
from voute.cli.options import Json
from voute.cli.words import help_of


def demo(
    folder: Annotated[Path, typer.Option("--folder", help=help_of("option-folder"))] = Path("var/demo"),
    count: Annotated[int | None, typer.Option("--count", help=help_of("option-count"))] = None,
    as_json: Json = False,
) -> None:
    """Make a demonstration city once, serve it until Ctrl+C, print the link and the letter."""
    # Server and typesetter together take seconds to load: no other command waits for them.
    from voute.cli.demo_run import run_demo
    from voute.paper.demo_city import LEAST

    speaker = Speaker(as_json=as_json)
    if count is not None and count < LEAST:
        raise WrongUseError(speaker.words.text("demo-too-few", {"count": count, "least": LEAST}))
    run_demo(speaker, folder.absolute(), count)
