"""`voute serve`: serves the city that the settings describe (docs/operate/settings.md)."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from voute.cli.words import help_of


def serve(
    data: Annotated[Path | None, typer.Option("--data", help=help_of("option-data"))] = None,
    port: Annotated[int | None, typer.Option("--port", help=help_of("option-port"))] = None,
) -> None:
    """Serve a city until told to stop; settings come from VOUTE_* and the file that VOUTE_CONFIG names."""
    # The whole server takes a second to load: no other command waits for it.
    from voute.server.run import serve as run
    from voute.server.settings import load_settings

    settings = load_settings()
    if data is not None:
        settings = replace(settings, data=data)
    if port is not None:
        settings = replace(settings, port=port)
    run(settings)
