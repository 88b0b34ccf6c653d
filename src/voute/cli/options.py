"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="One line of JSON on standard output instead of words.")]
Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of issuers and of the pinned trust root; else VOUTE_HOME, else ~/.voute.")
]
Issuer = Annotated[str, typer.Option("--as", help="The issuing department, for instance finances.")]
