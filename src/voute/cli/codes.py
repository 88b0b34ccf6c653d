"""`voute codes`: the codes of a department, as the city has them; shows a code only when it is asked to."""

from typing import Annotated

import typer
from rich.table import Table as Grid

from voute.cli.console import Speaker, exit_of
from voute.cli.options import Home, Issuer, Json
from voute.cli.words import help_of
from voute.client.api import CityUnreachableError
from voute.client.codes import CodeDesk, Looked
from voute.client.home import IssuerHome, default_home
from voute.client.registry_file import RegistryBusyError
from voute.format.claim_code import group_code, write_code
from voute.format.registry import Entry

app = typer.Typer(no_args_is_help=True)


@app.command("list", help=help_of("help-codes-list"))
def list_codes(
    issuer: Issuer,
    offline: Annotated[bool, typer.Option("--offline", help=help_of("option-offline"))] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List references and the state of their codes, without the codes, as the city has them now."""
    speaker = Speaker(as_json=as_json)
    desk = CodeDesk(IssuerHome(home or default_home(), issuer))
    if offline:
        _show(speaker, Looked(desk.entries(), {}), fresh=False)
        return
    try:
        looked = desk.look()
    except (CityUnreachableError, RegistryBusyError) as error:
        # Somebody at a counter needs the list all the same; what was known last is said to be just that.
        _show(speaker, Looked(desk.entries(), {}), fresh=False)
        if not as_json:
            speaker.say("codes-not-fresh", {"why": speaker.words_of(error)[0]}, style="bold yellow")
        raise typer.Exit(exit_of(error)) from error
    _show(speaker, looked, fresh=True)


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


@app.command("freeze", help=help_of("help-codes-freeze"))
def freeze_code(
    issuer: Issuer,
    reference: Annotated[str, typer.Option("--reference", help=help_of("option-freeze-reference"))],
    party: Annotated[str | None, typer.Option("--party", help=help_of("option-freeze-party"))] = None,
    slot: Annotated[int | None, typer.Option("--slot", min=0, help=help_of("option-freeze-slot"))] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Freeze the codes of a reference, used or not: a stolen letter, a wrong household."""
    speaker = Speaker(as_json=as_json)
    frozen = CodeDesk(IssuerHome(home or default_home(), issuer)).freeze(reference, party, slot)
    speaker.give({"frozen": [_facts(entry) for entry in frozen]})
    if not as_json:
        speaker.say("codes-frozen", {"count": len(frozen), "reference": reference})


def _facts(entry: Entry) -> dict[str, str | int]:
    return {
        "reference": entry.reference,
        "party": entry.party,
        "slot": entry.slot,
        "state": str(entry.state),
        "run": entry.run,
    }


def _show(speaker: Speaker, looked: Looked, *, fresh: bool) -> None:
    grid = Grid(show_edge=False, pad_edge=False)
    for key in ("reference", "party", "slot", "state", "run"):
        grid.add_column(speaker.words.text(f"codes-column-{key}"), overflow="fold")
    for entry in looked.entries:
        doubt = looked.doubts.get(entry.key)
        speaker.give({**_facts(entry), "fresh": fresh, "doubt": doubt})
        state = speaker.words.text(f"codes-state-{entry.state}")
        if doubt is not None:
            state = speaker.words.text("codes-state-doubt", {"state": state, "check": doubt})
        grid.add_row(entry.reference, entry.party, str(entry.slot), state, entry.run)
    if not speaker.as_json:
        speaker.screen.print(grid)
