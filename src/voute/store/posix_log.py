"""Tiles of the log and its lock as files (ports: `voute.core.ports_log`)."""

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from voute.core.errors import StoreError
from voute.core.ports_log import LockConflictError, LockExistsError, LockMissingError, TileConflictError, TileMissingError
from voute.store.durable import TEMPORARY_PREFIX, Disk, TemporaryFile, storing
from voute.store.watch import StepCounter, Watch

_PATH: Final = re.compile(r"(?=.{1,200}\Z)[a-z0-9-][a-z0-9.-]*(?:/[a-z0-9-][a-z0-9.-]*)*")
_KEY: Final = re.compile(r"[a-z0-9-]{1,100}")
# A lock holds a size and a root with the batch that follows from them: far below this.
MAX_LOCK_VALUE: Final = 64 * 1024
_MUTEX: Final = ".mutex"
# Files that are open and flushed together: a batch of the sequencer has some forty.
_TOGETHER: Final = 64


def check_path(path: str) -> str:
    """Return a tile path that is safe to join to a folder; `StoreError` for any other."""
    if _PATH.fullmatch(path) is None:
        raise StoreError("not a tile path")
    return path


def check_key(key: str) -> str:
    """Return a lock's key; `StoreError` for what is none."""
    if _KEY.fullmatch(key) is None:
        raise StoreError("not a lock key")
    return key


def check_value(value: bytes) -> bytes:
    """Return a lock's value; `StoreError` if it is too long."""
    if len(value) > MAX_LOCK_VALUE:
        raise StoreError("a lock's value is too long")
    return value


class PosixTiles:
    """`TileStore` on a local file system (a web server may serve that folder as it is), and `LedgerStore` (never served)."""

    def __init__(self, root: Path, watch: Watch | None = None) -> None:
        """Use the folder, which is created if it is missing."""
        self._root = root
        self._disk = Disk(watch or StepCounter())
        with storing("open"):
            self._disk.make_folder(root)

    def get(self, path: str) -> bytes:
        """Return the bytes (`TileStore.get`)."""
        try:
            with storing("read"):
                return self._file(path).read_bytes()
        except StoreError as error:
            # A path below a file, or that is a folder, stands for nothing either.
            if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError | IsADirectoryError):
                raise TileMissingError(path) from error
            raise

    def put(self, path: str, data: bytes) -> None:
        """Store immutable bytes (`TileStore.put`)."""
        self.put_all(((path, data),))

    def put_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Store many: one flush a blob, several at a time, and one a folder (`TileStore.put_all`)."""

        def name(file: TemporaryFile, path: str, data: bytes) -> None:
            target = self._file(path)
            if not file.link(target) and target.read_bytes() != data:
                raise TileConflictError(path)

        self._write_all(items, name)

    def put_mutable(self, path: str, data: bytes) -> None:
        """Replace the bytes atomically (`TileStore.put_mutable`)."""
        target = self._file(path)
        with storing("put"):
            self._disk.make_folder(target.parent)
            self._disk.replace(target, data)

    def replace_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Store or replace many: one flush a blob, several at a time, and one a folder (`LedgerStore.replace_all`)."""
        self._write_all(items, lambda file, path, _data: file.rename(self._file(path)))

    def _write_all(self, items: Sequence[tuple[str, bytes]], name: Callable[[TemporaryFile, str, bytes], None]) -> None:
        """Write files, make their bytes durable, then let `name` give each its name, then flush their folders."""
        folders = dict.fromkeys(self._file(path).parent for path, _ in items)
        with storing("put"):
            for folder in folders:
                self._disk.make_folder(folder)
            for start in range(0, len(items), _TOGETHER):
                self._write_some(items[start : start + _TOGETHER], name)
            for folder in folders:
                self._disk.flush_folder(folder)

    def _write_some(self, items: Sequence[tuple[str, bytes]], name: Callable[[TemporaryFile, str, bytes], None]) -> None:
        with ExitStack() as open_files:
            files: list[TemporaryFile] = []
            for path, data in items:
                file = open_files.enter_context(self._disk.create_temporary(self._file(path).parent))
                file.write(data)
                files.append(file)
            self._disk.flush_all(files)
            for file, (path, data) in zip(files, items, strict=True):
                name(file, path, data)

    def delete(self, path: str) -> None:
        """Remove what is there (`TileStore.delete`)."""
        with storing("delete"):
            self._disk.remove(self._file(path))

    def paths(self, prefix: str) -> Sequence[str]:
        """List the paths below a folder (`TileStore.paths`)."""
        folder = self._file(prefix.removesuffix("/"))
        with storing("list"):
            files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(TEMPORARY_PREFIX)]
        return sorted(path.relative_to(self._root).as_posix() for path in files)

    def sweep(self, untouched: float) -> int:
        """Remove what writers left behind that crashed at least so many seconds ago."""
        with storing("sweep"):
            return self._disk.sweep(self._root, untouched)

    def _file(self, path: str) -> Path:
        return self._root / check_path(path)


class PosixLocks:
    """`LockStore` in a folder of its own, which must exist: an operator makes it, so that a wrong path cannot fork a log.

    One file a key; a file lock makes compare-and-swap atomic between processes of one machine. Keep it on a local disk, outside
    the catalogue, the blobs and every backup.
    """

    def __init__(self, root: Path, watch: Watch | None = None) -> None:
        """Use the folder; it is looked up at each call, so that one may be mounted later."""
        self._root = root
        self._disk = Disk(watch or StepCounter())

    def fetch(self, key: str) -> bytes:
        """Return the value (`LockStore.fetch`)."""
        try:
            with storing("read"):
                return (self._root / check_key(key)).read_bytes()
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise LockMissingError(key) from error
            raise

    def create(self, key: str, value: bytes) -> None:
        """Store the first value (`LockStore.create`)."""
        path = self._root / check_key(key)
        with storing("create"), self._exclusive():
            created = self._disk.create(path, check_value(value))
            self._disk.flush_folder(self._root)
        if not created:
            raise LockExistsError(key)

    def replace(self, key: str, old: bytes, new: bytes) -> None:
        """Compare and swap (`LockStore.replace`)."""
        path = self._root / check_key(key)
        check_value(new)
        with storing("replace"), self._exclusive():
            if self.fetch(key) != old:
                raise LockConflictError(key)
            self._disk.replace(path, new)

    def sweep(self, untouched: float) -> int:
        """Remove what writers left behind that crashed at least so many seconds ago."""
        with storing("sweep"):
            return self._disk.sweep(self._root, untouched)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Hold the folder's file lock; the kernel frees it when the process dies."""
        descriptor = os.open(self._root / _MUTEX, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
