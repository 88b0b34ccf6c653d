"""`voute status`: how a city is, on one screen: what is well, what is not, what to do next (docs/operate/monitoring.md)."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from voute.cli.admin import settings_of
from voute.cli.console import Exit, Speaker, WrongUseError
from voute.cli.lost import department_status
from voute.cli.options import Home, Json
from voute.cli.words import help_of
from voute.client.home import IssuerHome, default_home

if TYPE_CHECKING:
    from voute.server.observe.overview import Overview
    from voute.server.observe.verdict import Check

DEMO: Final = "demo.json"
"""What stands beside the city's folder in a demonstration (`voute.cli.demo_city`)."""
_SYSTEMD: Final = "/run/systemd/system"
"""There where systemd is the first process. Source: sd_booted(3)."""
MEGABYTE: Final = 1_000_000
_STYLES: Final = {"now": "bold red", "soon": "bold yellow", "well": "green"}
_MARKS: Final = {"now": "✗", "soon": "!", "well": "✓"}


def status(
    data: Annotated[Path | None, typer.Option("--data", help=help_of("option-data"))] = None,
    issuer: Annotated[str | None, typer.Option("--as", help=help_of("option-status-as"))] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Look at the city of this machine; settings come from VOUTE_* and the file that VOUTE_CONFIG names. Or at a department."""
    speaker = Speaker(as_json=as_json)
    if issuer is not None:
        if data is not None:
            raise WrongUseError(speaker.words.text("status-city-or-department"))
        department_status(speaker, IssuerHome(home or default_home(), issuer))
    if home is not None:
        raise WrongUseError(speaker.words.text("status-home-of-department"))
    _look_at_city(speaker, data)


def _look_at_city(speaker: Speaker, data: Path | None) -> None:
    # The whole server takes a second to load: no other command waits for it.
    from voute.server.composition import StoresMovedError
    from voute.server.inspection import is_served
    from voute.server.observe.status import look_at
    from voute.server.observe.verdict import MOVED_AWAY, judge, needs_somebody
    from voute.server.release import RELEASE

    settings = settings_of(data)
    numbers: dict[str, int] = {}
    try:
        seen = look_at(settings)
    except StoresMovedError:
        # All that is here is the city's past: none of it is judged, or counted.
        checks: tuple[Check, ...] = (MOVED_AWAY,)
    else:
        checks, numbers = judge(seen, is_served=is_served(settings)), numbers_of(seen)
    speaker.give(
        {
            "well": not needs_somebody(checks),
            "release": RELEASE,
            "checks": [{"check": one.name, "level": one.level.value, "facts": dict(one.facts)} for one in checks],
            "numbers": numbers,
        }
    )
    if not speaker.as_json:
        _show(speaker, RELEASE, checks, settings.data.absolute().parent)
        if numbers:
            for part in ("documents", "dead", "people"):
                speaker.say(f"status-numbers-{part}", numbers)
    if needs_somebody(checks):
        raise typer.Exit(Exit.REFUSED)


def numbers_of(seen: "Overview") -> dict[str, int]:
    """Return what there is, for the foot of the screen; nothing where the catalogue does not answer."""
    if seen.counted is None:
        return {}
    found = seen.counted
    return {
        "deliveries": sum(one.deliveries for one in found.deliveries.values()),
        "drafts": found.deliveries["draft"].deliveries,
        "documents": sum(one.documents for one in found.deliveries.values()),
        "megabytes": found.stored // MEGABYTE,
        "deleted": found.dead.documents,
        "dead": found.dead.size // MEGABYTE,
        "held": found.dead.held // MEGABYTE,
        "entries": found.entries,
        "sessions": sum(found.sessions.values()),
        "confirmed": found.addresses["confirmed"],
        "unreachable": found.addresses["unreachable"],
    }


def _remedy(speaker: Speaker, one: "Check", folder: Path) -> str:
    """Say what to do here: in a demonstration, or where no systemd starts services, not as on a city's machine."""
    name = f"status-{one.name}-{one.level.value}"
    places = [("demo", (folder / DEMO).exists()), ("hand", not Path(_SYSTEMD).exists()), ("fix", True)]
    for place, is_here in places:
        if is_here:
            with suppress(LookupError):
                return speaker.words.text(f"{name}.{place}", {**one.facts, "demo": str(folder)})
    return ""


def _show(speaker: Speaker, release: str, checks: "tuple[Check, ...]", folder: Path) -> None:
    """Say first what needs somebody, each with what to do, then what is well."""
    bad = [one for one in checks if one.level != "well"]
    facts = {"count": len(bad), "release": release}
    speaker.say("status-needed" if bad else "status-all-well", facts, style="bold red" if bad else "bold green")
    for one in (*bad, *(one for one in checks if one.level == "well")):
        key = f"status-{one.name}-{one.level.value}"
        speaker.screen.print(f"{_MARKS[one.level]} {speaker.words.text(key, one.facts)}", style=_STYLES[one.level], markup=False)
        if one.level != "well":
            speaker.screen.print(f"  {_remedy(speaker, one, folder)}", markup=False)
