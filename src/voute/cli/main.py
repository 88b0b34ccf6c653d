"""All commands under one name; every error of ours ends in words and an exit code."""

import sys
from typing import Final

import typer

from voute.cli import archive, codes, deliver, demo, receipts, serve, trust, verify
from voute.cli.console import Exit, Speaker
from voute.cli.words import help_of
from voute.client.api import CityUnreachableError
from voute.core.errors import VouteError

app: Final = typer.Typer(
    name="voute", help=help_of("help-voute"), no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False
)

app.command("demo", help=help_of("help-demo"))(demo.demo)
app.command("serve", help=help_of("help-serve"))(serve.serve)
app.command("deliver", help=help_of("help-deliver"))(deliver.deliver)
app.command("receipts", help=help_of("help-receipts"))(receipts.receipts)
app.command("verify", help=help_of("help-verify"))(verify.verify)
app.command("open", help=help_of("help-open"))(archive.open_archive)
app.add_typer(codes.app, name="codes", help=help_of("help-codes"))
app.add_typer(trust.app, name="trust", help=help_of("help-trust"))


def main() -> None:
    """Run a command; every error of ours ends in words and an exit code, never in a stack trace."""
    try:
        app()
    except VouteError as error:
        Speaker(as_json="--json" in sys.argv).fail(error)
        sys.exit(Exit.UNREACHABLE if isinstance(error, CityUnreachableError) else Exit.REFUSED)
    except KeyboardInterrupt:
        Speaker(as_json="--json" in sys.argv).say("cli-interrupted")
        sys.exit(Exit.INTERRUPTED)
