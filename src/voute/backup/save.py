"""Saves a frozen city into a folder of backups, and forgets old ones."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from voute.backup.folder import BackupDamagedError, BackupFolder, Progress, read_pieces
from voute.backup.holes import holes_digest
from voute.backup.objects import Gathering
from voute.backup.snapshot import Head, SavedFile, Snapshot, check_path
from voute.seal.hybrid import HybridRecipient

_PACK: Final = re.compile(r"packs/[0-9a-f]{2}/([0-9a-f]{64})\.pack")
_DAY: Final = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup did: its name, files and bytes in it, and how many of the files were new."""

    name: str
    files: int
    size: int
    added: int


def save(
    frozen: Path,
    head: Head,
    folder: BackupFolder,
    recipient: HybridRecipient,
    progress: Progress,
    objects: Gathering | None = None,
) -> Saved:
    """Seal every file of a frozen city that the folder does not have yet, then write the list.

    `objects` are those of the same instant that are not in the frozen folder, sealed already.
    A cut leaves no backup, and what it sealed serves the next one.

    Raises:
        BackupDamagedError: a pack is not what its name says, or a file cannot be read: run fsck.
        StoreError: a file became shorter.
        OSError: a disk refused.
    """
    folder.sweep()
    paths = sorted(path.relative_to(frozen).as_posix() for path in frozen.rglob("*") if path.is_file())
    saved = list(objects.files) if objects is not None else []
    added = objects.added if objects is not None else 0
    for number, path in enumerate(paths, 1):
        one = _known(frozen, check_path(path))
        if not folder.has(one.digest):
            one, is_new = _add(frozen, one, folder, recipient)
            added += is_new
        saved.append(one)
        progress("save", number, len(paths))
    name = folder.finish(Snapshot(head, tuple(sorted(saved))), recipient)
    return Saved(name, len(saved), sum(one.size for one in saved), added)


def _known(frozen: Path, path: str) -> SavedFile:
    """Name a file's bytes by their hash; a pack bears it as its name, so that only new packs are read."""
    file = frozen / path
    size = file.stat().st_size
    pack = _PACK.fullmatch(path)
    if pack is not None:
        return SavedFile(path, size, bytes.fromhex(pack[1]))
    hasher = hashlib.sha256()
    with file.open("rb") as source:
        for piece in _pieces(source, size, path):
            hasher.update(piece)
    return SavedFile(path, size, hasher.digest())


def _add(frozen: Path, one: SavedFile, folder: BackupFolder, recipient: HybridRecipient) -> tuple[SavedFile, bool]:
    """Seal a file that the folder does not have; a pack with holes is named by the bytes that it has now."""
    path = frozen / one.path
    try:
        with path.open("rb") as file:
            folder.add(_pieces(file, one.size, one.path), one.digest, recipient)
    except BackupDamagedError as error:
        digest = _with_holes(path, one.size)
        if digest is None:
            raise BackupDamagedError(error.detail, path=one.path) from error
        one = SavedFile(one.path, one.size, digest)
        if folder.has(digest):
            return one, False
        with path.open("rb") as file:
            folder.add(_pieces(file, one.size, one.path), digest, recipient)
    return one, True


def _pieces(source: BinaryIO, size: int, path: str) -> Iterator[bytes]:
    """Read a file of the city in pieces; one with bytes that the disk cannot give is named."""
    try:
        yield from read_pieces(source, size)
    except OSError as error:
        raise BackupDamagedError(error.strerror or "", path=path) from error


def _with_holes(path: Path, size: int) -> bytes | None:
    """Return the hash of a pack that is whole but for what its sidecar excuses, else None."""
    try:
        sidecar = path.with_suffix(".side").read_bytes()
        with path.open("rb") as file:

            def read(at: int, length: int) -> Iterator[bytes]:
                file.seek(at)
                return read_pieces(file, length)

            return holes_digest(read, size, sidecar)
    except OSError:
        return None


def expired(names: Sequence[str], keep_days: int, now: datetime) -> list[str]:
    """Return the backups that are older than so many days; the newest one is never among them."""
    limit = now.astimezone(UTC) - timedelta(days=keep_days)
    return [name for name in sorted(names)[:-1] if datetime.strptime(name[:16], _DAY).replace(tzinfo=UTC) < limit]
