"""`voute fsck`: checks all that a city keeps against its log, names every difference, and mends what the log proves."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from voute.cli.admin import settings_of
from voute.cli.console import Exit, Speaker, WrongUseError
from voute.cli.options import Json
from voute.cli.stages import stages
from voute.cli.words import help_of
from voute.core.errors import StoreError
from voute.fsck.catalogue import rebuild_catalogue
from voute.fsck.check import Options, check
from voute.fsck.context import Storage
from voute.fsck.findings import CannotCheckError, Finding, Progress, Report
from voute.fsck.heads import read_trust_root

if TYPE_CHECKING:
    from voute.server.inspection import Inspected
    from voute.server.settings import Settings

NOT_REBUILT: Final = ("sessions", "drafts", "unlogged", "times", "headers")
"""What a catalogue made anew never has, in the order in which it is told (docs/operate/fsck.md has all of it)."""
CANNOT: Final = 2
"""Exit code when nothing could be compared; differences are `Exit.REFUSED`, as everywhere."""


def fsck(
    data: Annotated[Path | None, typer.Option("--data", help=help_of("option-data"))] = None,
    repair: Annotated[bool, typer.Option("--repair", help=help_of("option-repair"))] = False,
    quick: Annotated[bool, typer.Option("--quick", help=help_of("option-quick"))] = False,
    rebuild_into: Annotated[Path | None, typer.Option("--rebuild-into", help=help_of("option-rebuild-into"))] = None,
    as_json: Json = False,
) -> None:
    """Check a city's stores; settings come from VOUTE_* and the file that VOUTE_CONFIG names."""
    if rebuild_into is not None and (repair or quick):
        raise WrongUseError(Speaker(as_json=as_json).words.text("fsck-rebuild-alone"), param_hint="--rebuild-into")
    settings = settings_of(data)
    speaker = Speaker(as_json=as_json)
    begin = time.monotonic()
    counts: Counter[str] = Counter()
    try:
        with stages(speaker, "fsck") as progress:
            if rebuild_into is None:
                report = check_city(settings, repair=repair, quick=quick, progress=progress)
            else:
                counts, report = rebuild_city(settings, rebuild_into, progress)
    except CannotCheckError as error:
        speaker.fail(error)
        raise typer.Exit(CANNOT) from error
    if rebuild_into is not None:
        _tell_rebuilt(speaker, rebuild_into, counts)
    for finding in report.findings:
        _name(speaker, finding, repair=repair)
    _sum_up(speaker, report, time.monotonic() - begin)
    if any(not one.is_mended for one in report.findings):
        raise typer.Exit(Exit.REFUSED)


def check_city(
    settings: "Settings", *, repair: bool = False, quick: bool = False, progress: Progress = lambda _stage, _done, _total: None
) -> Report:
    """Check the city that the settings describe; `quick` is for checks alone, a repair reads everything.

    Raises:
        CannotCheckError: there is nothing to compare with, or a store cannot be read.
        CityServedError: a repair while a server runs.
        StoresMovedError: a repair of stores from which the city was moved.
    """
    # The whole server takes a second to load: no other command waits for it.
    from voute.server.inspection import NoLocksError, alone, inspect_here, is_served

    try:
        storage = _storage(inspect_here(settings)) if repair else storage_of(settings)
    except StoreError as error:
        what = "locks" if isinstance(error, NoLocksError) else "city"
        raise CannotCheckError(error.detail, what=what) from error
    if not repair:
        return check(storage, Options(quick=quick, is_served=is_served(settings), progress=progress))
    with alone(settings):
        # A repair believes no byte that it has not read.
        return check(storage, Options(repair=True, progress=progress))


def rebuild_city(
    settings: "Settings", file: Path, progress: Progress = lambda _stage, _done, _total: None
) -> tuple[Counter[str], Report]:
    """Make the city's catalogue anew from raw storage, in a new file, then check the city with it.

    Raises:
        CannotCheckError: there is nothing to make it from, or the file is there.
        CityServedError: a server runs.
        StoresMovedError: packs, log and ledger were moved: what was written since would be missing.
    """
    from voute.server.inspection import alone, inspect_here, made_anew, now_microseconds

    try:
        storage = _storage(inspect_here(settings, catalogue=False))
        root = read_trust_root(storage.trust_root)
        with alone(settings), made_anew(file) as target:
            counts = rebuild_catalogue(storage, root, target, now_microseconds(), progress)
            return counts, check(replace(storage, catalogue=target), Options(progress=progress))
    except StoreError as error:
        raise CannotCheckError(error.detail, what="rebuild") from error


def storage_of(settings: "Settings") -> Storage:
    """Open what a city keeps, below all rules; nothing is made that is not there.

    Raises:
        StoreError: there is no city.
    """
    from voute.server.inspection import inspect

    return _storage(inspect(settings))


def _storage(found: "Inspected") -> Storage:
    return Storage(
        found.catalogue,
        found.stores.blobs,
        found.stores.sidecars,
        found.stores.tiles,
        found.stores.ledger,
        found.stores.locks,
        found.trust_root,
        found.leftovers,
    )


def _tell_rebuilt(speaker: Speaker, file: Path, counts: Counter[str]) -> None:
    """Say what was brought back, and what never comes back."""
    facts = {name: counts[name] for name in ("events", "deliveries", "documents", "vaults", "lost")}
    speaker.give({"rebuilt": str(file), **facts})
    if speaker.as_json:
        return
    speaker.say("fsck-rebuilt", {**facts, "file": str(file)}, style="bold")
    for what in NOT_REBUILT:
        speaker.say(f"fsck-not-rebuilt-{what}", {})


def _name(speaker: Speaker, finding: Finding, *, repair: bool) -> None:
    facts = {"where": finding.where, **finding.facts}
    speaker.give(
        {
            "finding": finding.code,
            "where": finding.where,
            "facts": dict(finding.facts),
            "leftover": finding.is_leftover,
            "can_mend": finding.can_mend,
            "mended": finding.is_mended,
        }
    )
    if speaker.as_json:
        return
    style = "green" if finding.is_mended else "yellow" if finding.is_leftover else "bold red"
    column = finding.facts.get("column")
    place = finding.where if column is None else f"{finding.where} ({column})"
    speaker.screen.print(f"{finding.code}  {place}", style=style, markup=False)
    speaker.screen.print(f"  {speaker.words.text(f'find-{finding.code}', facts)}", markup=False)
    if finding.is_mended:
        speaker.screen.print(f"  {speaker.words.text('fsck-mended')}", markup=False)
    elif finding.can_mend and not repair:
        speaker.screen.print(f"  {speaker.words.text('fsck-can-mend')}", markup=False)
    else:
        speaker.screen.print(f"  {speaker.words.text(f'remedy-{finding.code}', facts)}", markup=False)


def _sum_up(speaker: Speaker, report: Report, seconds: float) -> None:
    left = [one for one in report.findings if not one.is_mended]
    facts = {
        "differences": len(left),
        "leftovers": sum(one.is_leftover for one in left),
        "mended": len(report.findings) - len(left),
        "seconds": round(seconds, 1),
    }
    speaker.give({**facts, "counts": dict(report.counts), "pending": dict(report.pending)})
    if speaker.as_json:
        return
    counts = {name: report.counts[name] for name in ("entries", "events", "deliveries", "packs", "documents", "vaults")}
    speaker.say("fsck-counts", counts)
    for name, many in sorted(report.pending.items()):
        speaker.say(f"fsck-pending-{name}", {"count": many})
    if facts["mended"]:
        speaker.say("fsck-done-mended", facts, style="green")
    speaker.say("fsck-done-differences" if left else "fsck-done-clean", facts, style="bold red" if left else "bold green")
