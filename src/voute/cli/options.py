"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from voute.cli.words import help_of

Json = Annotated[bool, typer.Option("--json", help=help_of("option-json"))]
Home = Annotated[Path | None, typer.Option("--home", help=help_of("option-home"))]
Issuer = Annotated[str, typer.Option("--as", help=help_of("option-as"))]
