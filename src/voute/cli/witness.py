"""`voute witness`: cosigns the checkpoints of logs on a machine of its own, so that a log that forks or shrinks is seen."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voute.cli.console import Speaker, WrongUseError
from voute.cli.options import Json
from voute.cli.words import help_of
from voute.client.trust import read_first
from voute.tlog.note import VerifierKey
from voute.tlog.policy import checkpoint_policy

if TYPE_CHECKING:
    from voute.server.witness.folder import WitnessFolder

app = typer.Typer(no_args_is_help=True)

_PORT = 8150

Folder = Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help=help_of("option-witness-folder"))]


def _open(folder: Path) -> "WitnessFolder":
    # The server takes a while to load: no other command waits for it.
    from voute.server.witness.folder import WitnessFolder

    return WitnessFolder(folder)


@app.command("init", help=help_of("help-witness-init"))
def init(
    folder: Folder,
    name: Annotated[str, typer.Option("--name", help=help_of("option-witness-name"))],
    as_json: Json = False,
) -> None:
    """Make a witness: its key, its empty list of logs."""
    key = _open(folder).create(name)
    _show_key(Speaker(as_json=as_json), key)


@app.command("key", help=help_of("help-witness-key"))
def key(folder: Folder, as_json: Json = False) -> None:
    """Show the public key, for the trust root of who relies on this witness."""
    _show_key(Speaker(as_json=as_json), _open(folder).cosigner().public)


@app.command("follow", help=help_of("help-witness-follow"))
def follow(
    folder: Folder,
    keys: Annotated[list[str] | None, typer.Argument(metavar="VKEY…", help=help_of("option-witness-log-key"))] = None,
    trust_root: Annotated[
        Path | None, typer.Option("--trust-root", exists=True, dir_okay=False, help=help_of("option-witness-trust-root"))
    ] = None,
    fingerprint: Annotated[str | None, typer.Option("--fingerprint", help=help_of("option-fingerprint"))] = None,
    as_json: Json = False,
) -> None:
    """Follow logs from now on: given by their keys, or by the trust root of a city."""
    speaker = Speaker(as_json=as_json)
    wanted = [VerifierKey.parse(text) for text in keys or ()]
    if trust_root is not None:
        logs, _ = checkpoint_policy(read_first(trust_root, fingerprint).root)
        wanted += [one for log in logs for one in (log.note_key, log.cosigner_key)]
    if not wanted:
        raise WrongUseError(speaker.words.text("witness-which"))
    new = _open(folder).follow(wanted)
    for origin in dict.fromkeys(one.name for one in wanted):
        speaker.give({"origin": origin, "new": origin in new})
        if not as_json:
            speaker.say("witness-follows" if origin in new else "witness-followed", {"origin": origin})


@app.command("serve", help=help_of("help-witness-serve"))
def serve(
    folder: Folder,
    host: Annotated[str, typer.Option("--host", help=help_of("option-witness-host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help=help_of("option-witness-port"))] = _PORT,
) -> None:
    """Answer logs until Ctrl+C."""
    from voute.server.witness.run import serve_witness

    serve_witness(folder, host, port)


def _show_key(speaker: Speaker, public: VerifierKey) -> None:
    # As `voute ceremony sign` shows it to the officers.
    facts = {"name": public.name, "key": public.encode(), "shown": sha256(public.public).hexdigest()}
    speaker.give(facts)
    if not speaker.as_json:
        speaker.say("witness-key", facts)
