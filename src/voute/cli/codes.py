"""`voute codes`: what the registry knows of the codes of a department; shows a code only when it is asked to."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.table import Table as Grid

from voute.cli.console import Speaker
from voute.cli.options import Home, Issuer, Json
from voute.cli.words import help_of
from voute.client.codes import CodeDesk
from voute.client.home import IssuerHome, default_home
from voute.format.claim_code import group_code, write_code
from voute.format.registry import Entry

app = typer.Typer(no_args_is_help=True)


@app.command("list", help=help_of("help-codes-list"))
def list_codes(issuer: Issuer, home: Home = None, as_json: Json = False) -> None:
    """List references and the state of their codes, without the codes."""
    speaker = Speaker(as_json=as_json)
    desk = CodeDesk(IssuerHome(home or default_home(), issuer))
    _show(speaker, desk.entries())


@app.command("show", help=help_of("help-codes-show"))
def show_code(
    issuer: Issuer,
    reference: Annotated[str, typer.Option("--reference", help=help_of("option-code-reference"))],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show the code of a reference: it opens the vault, so look who is watching."""
    speaker = Speaker(as_json=as_json)
    desk = CodeDesk(IssuerHome(home or default_home(), issuer))
    for entry in desk.at(reference):
        code = write_code(desk.code(entry))
        speaker.give({**_facts(entry), "code": code, "link": desk.link(code)})
        if not as_json:
            speaker.say("codes-code", {**_facts(entry), "code": group_code(code), "link": desk.link(code)})


@app.command("revoke", help=help_of("help-codes-revoke"))
def revoke_code(
    issuer: Issuer,
    reference: Annotated[str, typer.Option("--reference", help=help_of("option-revoke-reference"))],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Revoke the unused codes of a reference: a stolen letter opens nothing any more."""
    speaker = Speaker(as_json=as_json)
    revoked = CodeDesk(IssuerHome(home or default_home(), issuer)).revoke(reference)
    speaker.give({"revoked": [_facts(entry) for entry in revoked]})
    if not as_json:
        speaker.say("codes-revoked", {"count": len(revoked), "reference": reference})


def _facts(entry: Entry) -> dict[str, str | int]:
    return {
        "reference": entry.reference,
        "party": entry.party,
        "slot": entry.slot,
        "state": str(entry.state),
        "run": entry.run,
    }


def _show(speaker: Speaker, entries: Iterable[Entry]) -> None:
    grid = Grid(show_edge=False, pad_edge=False)
    for key in ("reference", "party", "slot", "state", "run"):
        grid.add_column(speaker.words.text(f"codes-column-{key}"), overflow="fold")
    for entry in entries:
        speaker.give(_facts(entry))
        state = speaker.words.text(f"codes-state-{entry.state}")
        grid.add_row(entry.reference, entry.party, str(entry.slot), state, entry.run)
    if not speaker.as_json:
        speaker.screen.print(grid)
