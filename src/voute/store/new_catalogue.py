"""A new SQLite catalogue in a file of its own: it gets its name when it is whole, and never another one's."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voute.core.errors import StoreError
from voute.store.durable import Disk, storing
from voute.store.engines import sqlite_url
from voute.store.migrate import upgrade
from voute.store.sql_raw import SqlRawCatalogue
from voute.store.watch import StepCounter, Watch

UNFINISHED = ".unfinished"
"""What the file's name ends with until the catalogue is whole."""


@contextmanager
def new_catalogue(path: Path, watch: Watch | None = None) -> Iterator[SqlRawCatalogue]:
    """Give an empty catalogue of this release; when the block ends well it is durable under `path`, else nothing is there.

    Raises:
        StoreError: the file is there, or was begun before: an operator removes what is to be removed.
    """
    disk, begun = Disk(watch or StepCounter()), path.with_name(path.name + UNFINISHED)
    for taken in (path, begun):
        if taken.exists():
            raise StoreError(f"{taken.name} exists")
    url = sqlite_url(begun)
    try:
        upgrade(url)
        yield SqlRawCatalogue(url)
        _finish(disk, begun, path)
    finally:
        for suffix in ("", "-wal", "-shm"):
            begun.with_name(begun.name + suffix).unlink(missing_ok=True)


def _finish(disk: Disk, begun: Path, path: Path) -> None:
    """Name the file: SQLite has emptied its write-ahead log with the last connection."""
    if begun.with_name(begun.name + "-wal").exists():
        raise StoreError("the new catalogue is still in use")
    with storing("finish"):
        with begun.open("rb") as file, disk.step("fsync", begun):
            os.fsync(file.fileno())
        # A link, not a rename: it fails where somebody took the name meanwhile.
        with disk.step("link", begun, path):
            os.link(begun, path)
        disk.flush_folder(path.parent)
