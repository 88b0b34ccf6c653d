"""Brings a backup back as a folder of a city, whole or not at all; or only proves that it could."""

import os
import shutil
from pathlib import Path
from typing import ClassVar, Final

from voute.backup.folder import BackupFolder, Progress, create_private, flush_folder
from voute.backup.snapshot import Snapshot
from voute.core.errors import StateError
from voute.seal.hybrid import HybridIdentity

UNFINISHED: Final = ".restoring"
"""Ending of the folder's name until all of it is there."""


class NotEmptyError(StateError):
    """There is something where the city should come; fact `path`."""

    code: ClassVar[str] = "restore-not-empty"


def prove(folder: BackupFolder, name: str, identity: HybridIdentity, progress: Progress) -> Snapshot:
    """Open every file of a backup and compare it with its name; nothing is written.

    Raises:
        NotForThisKeyError: the backup is sealed to another key.
        BackupDamagedError: a file is missing or differs.
    """
    snapshot = folder.read_list(name, identity)
    for number, one in enumerate(snapshot.files, 1):
        for _ in folder.open(one.digest, one.size, identity):
            pass
        progress("prove", number, len(snapshot.files))
    return snapshot


def restore(folder: BackupFolder, name: str, identity: HybridIdentity, into: Path, progress: Progress) -> Snapshot:
    """Write a backup's files below a folder that does not exist or is empty; its name appears when all of it is on the disk.

    Raises:
        NotEmptyError: something is there; nothing was written.
        NotForThisKeyError, BackupDamagedError: as `prove`; the folder is not there.
        OSError: a disk refused; the folder is not there.
    """
    # `.`, or a link to the folder on another disk: the name that is given at the end is the folder's own.
    into = into.resolve()
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise NotEmptyError(path=str(into))
    snapshot = folder.read_list(name, identity)
    unfinished = into.with_name(into.name + UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    for number, one in enumerate(snapshot.files, 1):
        target = unfinished / one.path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with create_private(target) as file:
            file.writelines(folder.open(one.digest, one.size, identity))
            file.flush()
            os.fsync(file.fileno())
        progress("restore", number, len(snapshot.files))
    for path in (*unfinished.rglob("*"), unfinished):
        if path.is_dir():
            flush_folder(path)
    if into.exists():
        into.rmdir()
    unfinished.rename(into)
    flush_folder(into.parent)
    return snapshot
