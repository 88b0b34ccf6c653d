"""`voute issuer`: a department's folder, its keys in its officers' hands, a new signing key in place of an old one."""

from pathlib import Path
from typing import Annotated

import typer

from voute.cli.console import Speaker, WrongUseError
from voute.cli.options import Home, Issuer, Json
from voute.cli.words import help_of
from voute.client import issuer_keys
from voute.client.disk import DISK
from voute.client.home import DEFAULT_DELAY_DAYS, IssuerHome, IssuerSettings, create_issuer_home, default_home
from voute.client.officer import read_officer_identity
from voute.core.ids import slug
from voute.format.ed25519 import SigningKey
from voute.seal.hybrid import HybridRecipient

app = typer.Typer(no_args_is_help=True)


def _open(home: Path | None, issuer: str) -> IssuerHome:
    return IssuerHome(home or default_home(), issuer)


@app.command("init", help=help_of("help-issuer-init"))
def init(
    issuer: Issuer,
    city: Annotated[str, typer.Option("--city", help=help_of("option-issuer-city"))],
    server: Annotated[str, typer.Option("--server", help=help_of("option-issuer-server"))],
    delay_days: Annotated[int, typer.Option("--delay-days", min=0, help=help_of("option-issuer-delay"))] = DEFAULT_DELAY_DAYS,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make a department's folder with new keys, and show the one for the trust root."""
    made = create_issuer_home(home or default_home(), IssuerSettings(slug(city), slug(issuer), server.rstrip("/"), delay_days))
    _show(Speaker(as_json=as_json), made, "issuer-made")


@app.command("key", help=help_of("help-issuer-key"))
def key(issuer: Issuer, home: Home = None, as_json: Json = False) -> None:
    """Show the public key that signs now."""
    _show(Speaker(as_json=as_json), _open(home, issuer), "issuer-key")


@app.command("escrow", help=help_of("help-issuer-escrow"))
def escrow(
    issuer: Issuer,
    recipients: Annotated[list[str], typer.Option("--to", help=help_of("option-issuer-to"))],
    output: Annotated[Path, typer.Option("-o", "--output", dir_okay=False, help=help_of("option-ceremony-output"))] = Path(
        "master.age"
    ),
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Seal the key that makes every code to officers; any one of them can bring it back."""
    sealed = issuer_keys.escrow(_open(home, issuer), [HybridRecipient.from_string(one) for one in recipients])
    DISK.replace(output, sealed)
    speaker = Speaker(as_json=as_json)
    speaker.give({"path": str(output), "officers": len(recipients)})
    if not as_json:
        speaker.say("issuer-escrowed", {"path": str(output), "count": len(recipients)})


@app.command("recover", help=help_of("help-issuer-recover"))
def recover(
    issuer: Issuer,
    sealed: Annotated[Path, typer.Argument(metavar="master.age", exists=True, dir_okay=False)],
    key_file: Annotated[Path, typer.Option("--key", exists=True, dir_okay=False, help=help_of("option-officer-key"))],
    city: Annotated[str | None, typer.Option("--city", help=help_of("option-recover-city"))] = None,
    server: Annotated[str | None, typer.Option("--server", help=help_of("option-issuer-server"))] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Bring back a key that was sealed to an officer, into a folder that lost it, or into a new one with a new signing key."""
    speaker, identity = Speaker(as_json=as_json), read_officer_identity(key_file)
    if (city is None) != (server is None):
        raise WrongUseError(speaker.words.text("issuer-recover-both"))
    if city is None or server is None:
        issuer_keys.recover(_open(home, issuer), sealed.read_bytes(), identity)
        speaker.give({"recovered": issuer})
        if not as_json:
            speaker.say("issuer-recovered", {"issuer": issuer})
        return
    settings = IssuerSettings(slug(city), slug(issuer), server.rstrip("/"), DEFAULT_DELAY_DAYS)
    made = issuer_keys.recover_anew(home or default_home(), settings, sealed.read_bytes(), identity)
    _show(speaker, made, "issuer-recovered-anew")


@app.command("next-key", help=help_of("help-issuer-next"))
def next_key(issuer: Issuer, home: Home = None, as_json: Json = False) -> None:
    """Make the signing key that is to follow, and show it for the trust root."""
    public = issuer_keys.next_key(_open(home, issuer)).hex()
    speaker = Speaker(as_json=as_json)
    speaker.give({"issuer": issuer, "public": public})
    if not as_json:
        speaker.say("issuer-next", {"issuer": issuer, "public": public})


@app.command("switch-key", help=help_of("help-issuer-switch"))
def switch_key(issuer: Issuer, home: Home = None, as_json: Json = False) -> None:
    """Sign with the next key from now on; refused until the pinned trust root lists it."""
    public = issuer_keys.switch(_open(home, issuer)).hex()
    speaker = Speaker(as_json=as_json)
    speaker.give({"issuer": issuer, "public": public})
    if not as_json:
        speaker.say("issuer-switched", {"issuer": issuer, "public": public})


def _show(speaker: Speaker, home: IssuerHome, message: str) -> None:
    facts = {"issuer": home.issuer, "public": SigningKey(home.secrets().signing_seed).public.hex(), "path": str(home.folder)}
    speaker.give(facts)
    if not speaker.as_json:
        speaker.say(message, facts)
