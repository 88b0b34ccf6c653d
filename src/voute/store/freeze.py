"""A city at one instant: its files as second names of the same bytes, its catalogue as one file.

Files here are replaced by rename or grow, never written over, so a second name keeps what it was given for.
"""

import errno
import fcntl
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from voute.core.errors import StoreError
from voute.store.durable import TEMPORARY_PREFIX, storing
from voute.store.engines import BUSY_SECONDS
from voute.store.instant import instant, write_copy

FOLDER: Final = "frozen-"
"""Beginning of the folder's name, in the city's own folder: second names need the same file system."""
WORKING: Final = "log.working"
"""File of the locks' folder that the log's writer holds while a batch is under way."""
CATALOGUE: Final = "catalogue.sqlite"
MAX_COPIED: Final = 1024 * 1024
"""Bytes of a file that is copied where a second name of it is not allowed: a trust root that root has put here, no pack."""
_BUSY: Final = ".backup"


class FreezeError(StoreError):
    """The city cannot be frozen here.

    Fact `why`: `catalogue` (in memory), `busy` (another backup runs), `link` (a symbolic link, fact `path`: a second name of it
    keeps no bytes, and what is behind it would be missing), `mount` (another file system inside the city's folder, fact `path`:
    no second name reaches it) or `owner` (a large file of another user, fact `path`: Linux lets nobody else give it a second
    name).
    """

    code = "freeze"


@contextmanager
def working(locks: Path) -> Iterator[None]:
    """Hold the log still, or wait until it is: one batch of its writer, or one freeze, at a time."""
    with storing("lock"):
        handle = os.open(locks / WORKING, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def frozen(
    data: Path, locks: Path, catalogue: str, without: Collection[str] = (), meanwhile: Callable[[], None] = lambda: None
) -> Iterator[Path]:
    """Give a folder with the city as it is at one instant; it goes when the block ends, or with the next backup.

    Readers go on; who writes waits for as long as giving second names takes (some tens of thousands a second). The catalogue is
    a SQLite file there, whatever the city has it on.
    `meanwhile` is called in the instant: what it copies of other stores is of this instant too.
    `without` are names of the city's folder that stay out. Paths may be relative, or through links, whatever the others are.

    Raises:
        FreezeError: the catalogue is no file and no database, another backup runs, a symbolic link or another file system is in
            the city's folder.
        StoreError: a disk or the database refused.
    """
    url = make_url(catalogue)
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite and not url.database:
        raise FreezeError(why="catalogue")
    with storing("freeze"), _alone(data):
        data = data.resolve(strict=True)
        _remove_left(data)
        place = data / f"{FOLDER}{secrets.token_hex(8)}"
        place.mkdir(mode=0o700)
        stays_out = {*without, _BUSY, place.name}

        def copy(database: Path) -> None:
            _link(data, place, database, stays_out)
            meanwhile()

        try:
            if is_sqlite:
                # Compared below: two names of the live catalogue would be two files, and it written over by its own copy.
                _freeze(locks, Path(url.database or "").resolve(strict=True), place, copy)
            else:
                _freeze_postgres(data, catalogue, place, copy)
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def sweep_frozen(data: Path) -> int:
    """Remove what a backup that was killed left, unless one runs; returns how many folders.

    Second names keep what is destroyed in the city meanwhile.

    Raises:
        StoreError: a disk refused.
    """
    if not any(data.glob(f"{FOLDER}*")):
        return 0
    try:
        with storing("freeze"), _alone(data):
            return _remove_left(data)
    except FreezeError:
        return 0


def _remove_left(data: Path) -> int:
    left = list(data.glob(f"{FOLDER}*"))
    for folder in left:
        shutil.rmtree(folder)
    return len(left)


def _freeze(locks: Path, database: Path, place: Path, copy_files: Callable[[Path], None]) -> None:
    with closing(_connect(database)) as writer, closing(_connect(database)) as reader:
        try:
            with working(locks):
                # Nobody commits until the second names are given, so that catalogue and files are of one instant.
                writer.execute("BEGIN IMMEDIATE")
                reader.execute("BEGIN")
                reader.execute("SELECT version_num FROM alembic_version").fetchall()
                copy_files(database)
                writer.execute("ROLLBACK")
            # Out of the reader's own instant, while others write again.
            with closing(sqlite3.connect(place / CATALOGUE)) as copy:
                reader.backup(copy)
        except sqlite3.Error as error:
            raise StoreError(str(error)) from error


def _freeze_postgres(data: Path, catalogue: str, place: Path, copy_files: Callable[[Path], None]) -> None:
    with instant(catalogue) as (view, let_go):
        # A file of this name here is of a time before the city moved to its database.
        copy_files(data / CATALOGUE)
        let_go()
        write_copy(view, place / CATALOGUE)


def _connect(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(database, timeout=BUSY_SECONDS, isolation_level=None)


def _link(data: Path, place: Path, database: Path, without: Collection[str]) -> None:
    own = {database.name, f"{database.name}-wal", f"{database.name}-shm"}
    for path in data.rglob("*"):
        parts = path.relative_to(data).parts
        if parts[0] in without or path.name.startswith((TEMPORARY_PREFIX, ".")):
            continue
        if path.is_symlink():
            raise FreezeError(why="link", path=str(path))
        if not path.is_file():
            continue
        if path.parent == database.parent and path.name in own:
            continue
        target = place.joinpath(*parts)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _name_or_copy(path, target)
        except FileNotFoundError:
            # A file that went between listing and naming: a draft was cancelled.
            continue


def _name_or_copy(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except PermissionError as error:
        # `fs.protected_hardlinks`: a file of another user that we may read alone, such as a trust root that root has put here.
        if path.stat().st_size > MAX_COPIED:
            raise FreezeError(why="owner", path=str(path)) from error
        shutil.copyfile(path, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        raise FreezeError(why="mount", path=str(path)) from error


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    handle = os.open(data / _BUSY, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FreezeError(why="busy") from error
        yield
    finally:
        os.close(handle)
