"""Brings a backup back as a folder of a city, whole or not at all; or only proves that it could."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final, Protocol

from voute.backup.folder import BackupFolder, Progress, create_private, flush_folder
from voute.backup.snapshot import Snapshot
from voute.core.errors import StateError
from voute.seal.hybrid import HybridIdentity

UNFINISHED: Final = ".restoring"
"""Ending of the folder's name until all of it is there."""
FOLDERS: Final = ("packs", "log")
"""What makes a folder a city's: a backup names files, and of a city to which nothing was delivered yet none lies below."""


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


class Elsewhere(Protocol):
    """Stores that part of a city comes back to, beside its folder: S3, a database."""

    @property
    def name(self) -> str:
        """Which stores these are."""
        ...

    def is_empty(self) -> bool:
        """Tell whether there is nothing yet."""
        ...

    def takes(self, path: str) -> bool:
        """Tell whether a file comes there."""
        ...

    def put(self, path: str, digest: bytes, pieces: Iterator[bytes]) -> None:
        """Store one file, whole or not at all."""
        ...

    def finish(self, folder: Path) -> None:
        """Complete the city; `folder` is its own, complete already."""
        ...


def restore(
    folder: BackupFolder,
    name: str,
    identity: HybridIdentity,
    into: Path,
    progress: Progress,
    elsewhere: Elsewhere | None = None,
) -> Snapshot:
    """Write a backup's files below a folder that does not exist or is empty; its name appears when all of it is on the disk.

    What comes `elsewhere` goes there on the way; a restore that was cut goes on when it is done again, of the same backup.

    Raises:
        NotEmptyError: something is there; nothing was written.
        NotForThisKeyError, BackupDamagedError: as `prove`; the folder is not there.
        StoreError, OSError: a store or a disk refused; the folder is not there.
    """
    # `.`, or a link to the folder on another disk: the name that is given at the end is the folder's own.
    into = into.resolve()
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise NotEmptyError(path=str(into))
    snapshot = folder.read_list(name, identity)
    begun = into.with_name(f"{into.name}{UNFINISHED}-elsewhere")
    if elsewhere is not None:
        _begin(begun, f"{name} {elsewhere.name}", elsewhere)
    unfinished = into.with_name(into.name + UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    for number, one in enumerate(snapshot.files, 1):
        pieces = folder.open(one.digest, one.size, identity)
        if elsewhere is not None and elsewhere.takes(one.path):
            elsewhere.put(one.path, one.digest, pieces)
        else:
            _write(unfinished / one.path, pieces)
        progress("restore", number, len(snapshot.files))
    for kind in [one for one in FOLDERS if elsewhere is None or not elsewhere.takes(f"{one}/")]:
        (unfinished / kind).mkdir(mode=0o700, exist_ok=True)
    if elsewhere is not None:
        elsewhere.finish(unfinished)
    for path in (*unfinished.rglob("*"), unfinished):
        if path.is_dir():
            flush_folder(path)
    if into.exists():
        into.rmdir()
    unfinished.rename(into)
    begun.unlink(missing_ok=True)
    flush_folder(into.parent)
    return snapshot


def _begin(begun: Path, what: str, elsewhere: Elsewhere) -> None:
    """Refuse stores that hold anything but what this very restore brought there before it was cut."""
    if begun.exists() and begun.read_text("utf-8") == what:
        return
    if not elsewhere.is_empty():
        raise NotEmptyError(path=elsewhere.name)
    begun.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    begun.write_text(what, "utf-8")


def _write(target: Path, pieces: Iterator[bytes]) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with create_private(target) as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())
