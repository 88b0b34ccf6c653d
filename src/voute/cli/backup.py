"""`voute backup` and `voute restore`: a city sealed to its operator, proven, brought back (docs/operate/backup.md)."""

import os
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from voute.backup.folder import BackupFolder, create_private
from voute.backup.objects import Gathering
from voute.backup.restore import prove, restore
from voute.backup.save import expired, save
from voute.backup.snapshot import Head, Snapshot
from voute.cli.admin import settings_of
from voute.cli.console import Speaker
from voute.cli.options import Json
from voute.cli.stages import stages
from voute.cli.words import help_of
from voute.client.officer import read_officer_identity
from voute.core.values import time_text, unix_time
from voute.seal.hybrid import HybridIdentity, HybridRecipient

KNOWN: Final = ".backup-known"
"""File of the city's folder that spares the next backup what did not change on S3; in no backup itself."""
KEEP_DAYS: Final = 35
"""Days for which backups are kept unless asked otherwise: what the page tells people of deleted documents."""

app = typer.Typer(no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help=help_of("option-backup-folder"))]
Key = Annotated[Path, typer.Option("--key", exists=True, dir_okay=False, help=help_of("option-backup-key"))]
Name = Annotated[str | None, typer.Option("--name", help=help_of("option-backup-name"))]


@app.command("key", help=help_of("help-backup-key"))
def make_key(
    path: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help=help_of("option-backup-new-key"))],
    as_json: Json = False,
) -> None:
    """Make the operator's key; the recipient is for the city, the file for a safe."""
    identity = HybridIdentity.generate()
    recipient = identity.recipient.to_string()
    with create_private(path) as file:
        file.write(f"# public key: {recipient}\n{identity.to_string()}\n".encode("ascii"))
        file.flush()
        # Without this file no backup opens.
        os.fsync(file.fileno())
    speaker = Speaker(as_json=as_json)
    speaker.give({"recipient": recipient, "path": str(path)})
    if not as_json:
        speaker.say("backup-key", {"recipient": recipient, "path": str(path)})


@app.command("save", help=help_of("help-backup-save"))
def save_city(
    folder: Folder,
    recipient: Annotated[str, typer.Option("--to", help=help_of("option-backup-to"))],
    data: Annotated[Path | None, typer.Option("--data", help=help_of("option-data"))] = None,
    keep: Annotated[int, typer.Option("--keep-days", min=1, help=help_of("option-backup-keep"))] = KEEP_DAYS,
    as_json: Json = False,
) -> None:
    """Back a city up, served or not, then forget backups that are too old."""
    from voute.server.backup import frozen_city, note_taken, objects_of

    key = HybridRecipient.from_string(recipient)
    settings = settings_of(data)
    speaker, store, begin = Speaker(as_json=as_json), BackupFolder(folder), time.monotonic()
    with store.alone():
        with ExitStack() as stack:
            progress = stack.enter_context(stages(speaker, "backup"))
            objects = objects_of(settings)
            gathering = None if objects is None else Gathering(objects, store, key, settings.data / KNOWN, progress)
            if gathering is not None:
                gathering.gather()
            city = stack.enter_context(frozen_city(settings, gathering.settle if gathering else lambda: None))
            now = unix_time(int(time.time()))
            head = Head(now, city.release, city.schema, city.origin, city.size, city.root)
            saved = save(city.folder, head, store, key, progress, gathering)
            if gathering is not None:
                gathering.remember()
        note_taken(settings, int(head.taken_at))
        gone = store.forget(expired(store.names(), keep, datetime.now(UTC)))
    facts = {
        "name": saved.name,
        "files": saved.files,
        "megabytes": round(saved.size / 1_000_000, 1),
        "added": saved.added,
        "forgotten": gone,
        "entries": city.size,
        "seconds": round(time.monotonic() - begin, 1),
    }
    speaker.give(facts)
    if not as_json:
        speaker.say("backup-saved", facts)


@app.command("list", help=help_of("help-backup-list"))
def list_names(folder: Folder, as_json: Json = False) -> None:
    """List the backups of a folder, the oldest first."""
    speaker, names = Speaker(as_json=as_json), BackupFolder(folder).names()
    if not names and not as_json:
        speaker.say("backup-list-empty", {"path": str(folder)})
    for name in names:
        speaker.give({"name": name})
        if not as_json:
            speaker.screen.print(name, markup=False)


@app.command("check", help=help_of("help-backup-check"))
def check(folder: Folder, key: Key, name: Name = None, as_json: Json = False) -> None:
    """Open every file of a backup and compare it; nothing is written."""
    speaker, store = Speaker(as_json=as_json), BackupFolder(folder)
    chosen = store.latest(name)
    with stages(speaker, "backup") as progress:
        snapshot = prove(store, chosen, read_officer_identity(key), progress)
    _show(speaker, "backup-proven", chosen, snapshot)


def restore_city(
    folder: Folder,
    into: Annotated[Path, typer.Argument(metavar="DATA", file_okay=False, help=help_of("option-restore-into"))],
    key: Key,
    name: Name = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", exists=True, dir_okay=False, help=help_of("option-restore-settings"))
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring a backup back into an empty folder, or to where the city's settings say."""
    from voute.server.restoring import elsewhere_of
    from voute.server.settings import CONFIG, load_settings

    speaker, store = Speaker(as_json=as_json), BackupFolder(folder)
    chosen = store.latest(name)
    elsewhere = None if settings is None else elsewhere_of(replace(load_settings({CONFIG: str(settings)}), data=into))
    with stages(speaker, "backup") as progress:
        snapshot = restore(store, chosen, read_officer_identity(key), into, progress, elsewhere)
    _show(speaker, "backup-restored", chosen, snapshot)


def _show(speaker: Speaker, message: str, name: str, snapshot: Snapshot) -> None:
    head = snapshot.head
    facts = {
        "name": name,
        "taken_at": time_text(head.taken_at),
        "release": head.release,
        "schema": head.schema,
        "files": len(snapshot.files),
        "megabytes": round(sum(one.size for one in snapshot.files) / 1_000_000, 1),
        "entries": head.size,
    }
    speaker.give(facts)
    if not speaker.as_json:
        speaker.say(message, facts)
