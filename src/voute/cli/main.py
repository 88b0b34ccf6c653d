"""All commands under one name; every error of ours ends in words and an exit code."""

import sys
import traceback
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, ClassVar, Final

import typer

from voute.cli import (
    admin,
    archive,
    backup,
    ceremony,
    codes,
    deliver,
    demo,
    fsck,
    issuer,
    letters,
    monitor,
    move,
    receipts,
    serve,
    status,
    trust,
    usage,
    verify,
    witness,
)
from voute.cli.console import Exit, Speaker, exit_of
from voute.cli.fault import keep_fault
from voute.cli.words import help_of, place_of_guides
from voute.core.errors import VouteError

app: Final = typer.Typer(
    name="voute",
    help=help_of("help-voute"),
    epilog=place_of_guides(Path(sys.prefix)),
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)


def _say_version(wanted: bool) -> None:  # noqa: FBT001 -- Typer calls it so
    if wanted:
        typer.echo(version_of("voute"))
        raise typer.Exit


@app.callback()
def voute(
    debug: Annotated[bool, typer.Option("--debug", help=help_of("option-debug"))] = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help=help_of("option-version"))
    ] = False,
) -> None:
    """Take what all commands have in common; `main` looks for `--debug` itself, for a fault may come before."""
    del debug, version


app.command("demo", help=help_of("help-demo"))(demo.demo)
app.command("serve", help=help_of("help-serve"))(serve.serve)
app.command("status", help=help_of("help-status"))(status.status)
app.command("deliver", help=help_of("help-deliver"))(deliver.deliver)
app.command("letters", help=help_of("help-letters"))(letters.letters)
app.command("receipts", help=help_of("help-receipts"))(receipts.receipts)
app.command("verify", help=help_of("help-verify"))(verify.verify)
app.command("open", help=help_of("help-open"))(archive.open_archive)
app.command("fsck", help=help_of("help-fsck"))(fsck.fsck)
app.command("restore", help=help_of("help-restore"))(backup.restore_city)
app.command("migrate-store", help=help_of("help-migrate-store"))(move.migrate_store)
app.command("monitor", help=help_of("help-monitor"))(monitor.monitor)
app.add_typer(admin.app, name="admin", help=help_of("help-admin"))
app.add_typer(backup.app, name="backup", help=help_of("help-backup"))
app.add_typer(ceremony.app, name="ceremony", help=help_of("help-ceremony"))
app.add_typer(issuer.app, name="issuer", help=help_of("help-issuer"))
app.add_typer(codes.app, name="codes", help=help_of("help-codes"))
app.add_typer(trust.app, name="trust", help=help_of("help-trust"))
app.add_typer(witness.app, name="witness", help=help_of("help-witness"))


class MachineRefusedError(VouteError):
    """This machine refused a file: no room, no right, no such folder."""

    code: ClassVar[str] = "machine-refused"


def main() -> None:
    """Run a command; every error of ours ends in words and an exit code, never in a stack trace."""
    speaker = Speaker(as_json="--json" in sys.argv)
    try:
        code = usage.run(app, speaker)
        # Typer makes this code of Ctrl+C, without a word.
        if code == Exit.INTERRUPTED:
            speaker.say("cli-interrupted-delivery" if sys.argv[1:2] == ["deliver"] else "cli-interrupted")
        sys.exit(code)
    except VouteError as error:
        speaker.fail(error)
        sys.exit(exit_of(error))
    except OSError as error:
        speaker.fail(MachineRefusedError(type(error).__name__, path=str(error.filename or ""), why=error.strerror or ""))
        sys.exit(Exit.REFUSED)
    except Exception as error:  # noqa: BLE001 -- whatever it is, people get words and a place to report, not a stack trace
        speaker.fail(keep_fault(error))
        if "--debug" in sys.argv:
            traceback.print_exception(error)
        sys.exit(Exit.REFUSED)
