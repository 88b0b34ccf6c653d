"""`voute fsck`: checks all that a city keeps against its log, names every difference, and mends what the log proves."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from voute.cli.console import Exit, Speaker
from voute.cli.options import Json
from voute.cli.words import help_of
from voute.core.errors import StoreError
from voute.fsck.check import Options, check
from voute.fsck.context import Storage
from voute.fsck.findings import CannotCheckError, Finding, Progress, Report

if TYPE_CHECKING:
    from voute.server.settings import Settings

CANNOT: Final = 2
"""Exit code when nothing could be compared; differences are `Exit.REFUSED`, as everywhere."""


def fsck(
    data: Annotated[Path | None, typer.Option("--data", help=help_of("option-data"))] = None,
    repair: Annotated[bool, typer.Option("--repair", help=help_of("option-repair"))] = False,
    quick: Annotated[bool, typer.Option("--quick", help=help_of("option-quick"))] = False,
    as_json: Json = False,
) -> None:
    """Check a city's stores; settings come from VOUTE_* and the file that VOUTE_CONFIG names."""
    from voute.server.settings import load_settings

    settings = load_settings()
    if data is not None:
        settings = replace(settings, data=data)
    speaker = Speaker(as_json=as_json)
    begin = time.monotonic()
    try:
        with _stages(speaker) as progress:
            report = check_city(settings, repair=repair, quick=quick, progress=progress)
    except CannotCheckError as error:
        speaker.fail(error)
        raise typer.Exit(CANNOT) from error
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
    """
    # The whole server takes a second to load: no other command waits for it.
    from voute.server.inspection import alone, is_served

    try:
        storage = storage_of(settings)
    except StoreError as error:
        raise CannotCheckError(error.detail, what="city") from error
    if not repair:
        return check(storage, Options(quick=quick, is_served=is_served(settings), progress=progress))
    with alone(settings):
        # A repair believes no byte that it has not read.
        return check(storage, Options(repair=True, progress=progress))


def storage_of(settings: "Settings") -> Storage:
    """Open what a city keeps, below all rules; nothing is made that is not there.

    Raises:
        StoreError: there is no city.
    """
    from voute.server.inspection import inspect

    found = inspect(settings)
    return Storage(
        found.catalogue,
        found.stores.blobs,
        found.stores.sidecars,
        found.stores.tiles,
        found.stores.locks,
        found.trust_root,
        found.leftovers,
    )


@contextmanager
def _stages(speaker: Speaker) -> Iterator[Callable[[str, int, int], None]]:
    with speaker.progress() as bars:
        tasks = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(speaker.words.text(f"fsck-stage-{stage}"), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show


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
