"""`voute admin`: what the operator of a city's server does, beside serving it (docs/operate/install.md)."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voute.cli.console import Exit, Speaker
from voute.cli.options import Json
from voute.cli.words import help_of

if TYPE_CHECKING:
    from voute.server.ceremony import CityKeys
    from voute.server.settings import Settings

app = typer.Typer(no_args_is_help=True)

Data = Annotated[Path | None, typer.Option("--data", help=help_of("option-data"))]


def settings_of(data: Path | None) -> "Settings":
    """Read the settings of the machine, with another folder of the city if one is given."""
    # The server takes a while to load: no other command waits for it.
    from voute.server.settings import load_settings

    settings = load_settings()
    return settings if data is None else replace(settings, data=data)


@app.command("found", help=help_of("help-admin-found"))
def found(
    log: Annotated[str, typer.Argument(metavar="LOG", help=help_of("option-log-origin"))],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make folders, the log's keys, its lock and the catalogue, once; what a crash left is taken up again."""
    from voute.server.ceremony import create_city

    _show(Speaker(as_json=as_json), create_city(settings_of(data), log), "admin-founded")


@app.command("keys", help=help_of("help-admin-keys"))
def keys(data: Data = None, as_json: Json = False) -> None:
    """Show the log's public keys, for the trust root."""
    from voute.server.ceremony import read_city_keys

    _show(Speaker(as_json=as_json), read_city_keys(settings_of(data)), "admin-keys")


@app.command("migrate", help=help_of("help-admin-migrate"))
def migrate(data: Data = None, as_json: Json = False) -> None:
    """Bring the catalogue to the schema of this release."""
    from voute.server import ceremony

    settings = settings_of(data)
    schema = ceremony.migrate(settings)
    speaker = Speaker(as_json=as_json)
    speaker.give({"schema": schema})
    if not as_json:
        speaker.say("admin-migrated", {"schema": schema})


@app.command("log-recover", help=help_of("help-admin-log-recover"))
def log_recover(
    data: Data = None,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", exists=True, dir_okay=False, help=help_of("option-checkpoint"))
    ] = None,
    as_json: Json = False,
) -> None:
    """After a restore: make the log's lock anew, if the witnesses know of nothing later."""
    from voute.server.backup import recover_log

    head = recover_log(settings_of(data), None if checkpoint is None else checkpoint.read_bytes())
    speaker = Speaker(as_json=as_json)
    speaker.give({"origin": head.origin, "size": head.size})
    if not as_json:
        speaker.say("admin-log-recovered", {"origin": head.origin, "size": head.size})


@app.command("log-successor", help=help_of("help-admin-log-successor"))
def log_successor(
    log: Annotated[str, typer.Argument(metavar="LOG", help=help_of("option-successor-origin"))],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make the keys of the log that will take the present one over, once, and show them; nothing else changes."""
    from voute.server.succession import prepare_successor

    _show(Speaker(as_json=as_json), prepare_successor(settings_of(data), log), "admin-successor")


@app.command("log-succeed", help=help_of("help-admin-log-succeed"))
def log_succeed(
    data: Data = None,
    behind: Annotated[Path | None, typer.Option("--behind", exists=True, dir_okay=False, help=help_of("option-behind"))] = None,
    as_json: Json = False,
) -> None:
    """Let the successor take the log's tree over, once the trust root in force says so."""
    from voute.server.succession import succeed

    said = succeed(settings_of(data), None if behind is None else behind.read_bytes())
    record = said.record
    facts = {
        "old": record.old,
        "origin": record.new,
        "size": record.size,
        "known": record.known,
        "lost": said.lost,
        "again": said.again,
    }
    speaker = Speaker(as_json=as_json)
    speaker.give(facts)
    if not as_json:
        speaker.say("admin-log-succeeded", facts)
        if said.again:
            speaker.say("admin-log-again", facts)
        if said.lost:
            speaker.say("admin-log-lost", {**facts, "last": record.known - 1}, style="bold yellow")


@app.command("cors", help=help_of("help-admin-cors"))
def cors(
    give: Annotated[bool, typer.Option("--set", help=help_of("option-cors-set"))] = False,
    keys: Annotated[Path | None, typer.Option("--keys", exists=True, dir_okay=False, help=help_of("option-cors-keys"))] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Ask whether the bucket lets the city's pages read; with `--set` give it the rule first."""
    from voute.server.observe.status import look_at_cors

    settings = settings_of(data)
    if keys is not None:
        settings = replace(settings, s3_credentials=keys)
    origin, fits = look_at_cors(settings, give=give)
    facts = {"origin": origin, "address": settings.public_s3_address, "fits": fits}
    speaker = Speaker(as_json=as_json)
    speaker.give(facts)
    if not as_json:
        said = {"origin": origin, "address": settings.public_s3_address}
        speaker.say("admin-cors-fits" if fits else "admin-cors-refused", said, style="green" if fits else "bold red")
    if not fits:
        raise typer.Exit(Exit.REFUSED)


@app.command("bounces", help=help_of("help-admin-bounces"))
def bounces(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help=help_of("option-bounces"))],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Count mails that came back, from a mailbox file."""
    from voute.server.composition import assemble
    from voute.server.notices.bounces import read_bounces

    assembled = assemble(settings_of(data))
    try:
        found = read_bounces(assembled.city, file)
    finally:
        assembled.stores.catalogue.close()
    speaker = Speaker(as_json=as_json)
    speaker.give(found._asdict())
    if not as_json:
        speaker.say("admin-bounces", found._asdict())
        if found.blocked:
            speaker.say("admin-bounces-blocked", found._asdict(), style="bold yellow")


def _show(speaker: Speaker, keys: "CityKeys", message: str) -> None:
    facts = {
        "origin": keys.log.origin,
        "ed25519": keys.log.note_key.encode(),
        "mldsa44": keys.log.cosigner_key.encode(),
        # As `voute ceremony sign` shows them: what cannot be compared by eye is not compared.
        "ed25519_shown": keys.log.ed25519.hex(),
        "mldsa44_shown": sha256(keys.log.mldsa44).hexdigest(),
    }
    speaker.give(facts)
    if not speaker.as_json:
        speaker.say(message, facts)
