"""`voute serve`: serves the city that the settings describe (docs/operate/settings.md)."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from voute.server.run import serve as run
from voute.server.settings import load_settings


def serve(
    data: Annotated[Path | None, typer.Option("--data", help="The city's folder; else the setting `data`.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="The port; else the setting `port`.")] = None,
) -> None:
    """Serve a city until told to stop; settings come from VOUTE_* and the file that VOUTE_CONFIG names."""
    settings = load_settings()
    if data is not None:
        settings = replace(settings, data=data)
    if port is not None:
        settings = replace(settings, port=port)
    run(settings)
