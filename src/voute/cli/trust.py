"""`voute trust`: pins a city's trust root on this machine, checked against the fingerprint printed on its letters."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from voute.cli.console import Speaker
from voute.cli.options import Home, Json
from voute.cli.words import help_of
from voute.client.home import default_home
from voute.client.trust import PinnedTrust, pin, read_pinned
from voute.core.values import time_text
from voute.tlog.policy import checkpoint_policy, write_policy
from voute.verify.trust import accept_first

app = typer.Typer(no_args_is_help=True)

_NAME = "trust-root.json"


@app.command("pin", help=help_of("help-trust-pin"))
def pin_root(
    source: Annotated[Path, typer.Argument(metavar="trust-root.json", exists=True, dir_okay=False)],
    fingerprint: Annotated[str | None, typer.Option("--fingerprint", help=help_of("option-fingerprint"))] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Pin a trust root; a later one must be signed by the keys of the one before."""
    raw, speaker = source.read_bytes(), Speaker(as_json=as_json)
    pinned = pin((home or default_home()) / _NAME, raw, fingerprint)
    _show(speaker, pinned)
    offered = accept_first(raw).root
    if offered.number > pinned.root.number and not as_json:
        waits = {"next": offered.number, "from": time_text(offered.effective_at), "number": pinned.root.number}
        speaker.say("trust-shown-waits", waits, style="bold yellow")


@app.command("show", help=help_of("help-trust-show"))
def show_root(home: Home = None, as_json: Json = False) -> None:
    """Show the pinned trust root and its fingerprint."""
    _show(Speaker(as_json=as_json), read_pinned((home or default_home()) / _NAME))


@app.command("policy", help=help_of("help-trust-policy"))
def show_policy(home: Home = None) -> None:
    """Write the logs, witnesses and quorum of the pinned trust root for other tools."""
    sys.stdout.write(write_policy(*checkpoint_policy(read_pinned((home or default_home()) / _NAME).root)))


def _show(speaker: Speaker, trust: PinnedTrust) -> None:
    root = trust.root
    facts = {
        "city": root.city,
        "name": root.names.fr if speaker.words.language == "fr" else root.names.en,
        "number": root.number,
        "fingerprint": trust.trusted.fingerprint,
        "issuers": ", ".join(one.id for one in root.issuers),
    }
    speaker.give(facts)
    if not speaker.as_json:
        speaker.say("trust-shown", facts)
