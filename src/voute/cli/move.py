"""`voute migrate-store`: a city's stores moved to other ones, proven at both ends (docs/operate/move.md)."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from voute.cli.admin import settings_of
from voute.cli.console import Speaker
from voute.cli.fsck import storage_of
from voute.cli.options import Json
from voute.cli.stages import stages
from voute.cli.words import help_of
from voute.core.errors import StateError
from voute.fsck.check import Options, check
from voute.fsck.findings import Progress

if TYPE_CHECKING:
    from voute.server.settings import Settings


class MoveUnsoundError(StateError):
    """fsck finds differences at one end; facts `end` (`source` or `target`), `differences`."""

    code: ClassVar[str] = "move-unsound"


def migrate_store(
    to: Annotated[Path, typer.Option("--to", exists=True, dir_okay=False, help=help_of("option-move-to"))],
    data: Annotated[Path | None, typer.Option("--data", help=help_of("option-data"))] = None,
    as_json: Json = False,
) -> None:
    """Copy a city, while its server is stopped, to where another file of settings says."""
    from voute.server.settings import CONFIG, load_settings

    speaker, begin = Speaker(as_json=as_json), time.monotonic()
    source = settings_of(data)
    target = load_settings({CONFIG: str(to)})
    if data is not None:
        target = replace(target, data=data)
    with stages(speaker, "move") as progress:
        facts = move_city(source, target, progress)
    facts["seconds"] = round(time.monotonic() - begin)
    speaker.give(facts)
    if not as_json:
        speaker.say("move-done", {**facts, "file": str(to)}, style="bold green")


def move_city(source: "Settings", target: "Settings", progress: Progress) -> dict[str, int]:
    """Check, copy, check, mark the source as moved; returns how many files and rows were copied, and how many there are.

    Raises:
        MoveRefusedError: these stores are not moved so.
        MoveUnsoundError: fsck finds differences at one end.
        CityServedError: a server runs.
        StoreError: a store failed; done again, it goes on.
    """
    from voute.server.inspection import alone
    from voute.server.moving import copy_rows, copy_stores, expect_movable, mark_moved, moves_blobs, moves_catalogue

    expect_movable(source, target)
    facts = {"files": 0, "files_copied": 0, "rows": 0, "rows_copied": 0}
    with alone(source):
        expect_sound(source, "source", progress)
        if moves_blobs(source, target):
            files = copy_stores(source, target, progress)
            facts |= {"files": files.total, "files_copied": files.copied}
        if moves_catalogue(source, target):
            rows = copy_rows(source, target)
            facts |= {"rows": rows.total, "rows_copied": rows.copied}
        expect_sound(target, "target", progress)
        mark_moved(source, target)
    return facts


def expect_sound(settings: "Settings", end: str, progress: Progress) -> None:
    """Check one end whole; what is merely left over there does no harm.

    Raises:
        MoveUnsoundError: there are differences.
    """
    options = Options(progress=lambda _stage, done, total: progress(end, done, total))
    damage = check(storage_of(settings), options).damage
    if damage:
        places = "; ".join(f"{one.code} {one.where}" for one in damage[:3])
        raise MoveUnsoundError(places, end=end, differences=len(damage))
