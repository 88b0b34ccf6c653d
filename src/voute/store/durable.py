"""The one module that writes to the disk: temporary file, fsync, rename, fsync of the folder.

A name that a reader can see always stands for whole bytes, and when a function here has returned they survive a crash of the
machine. Every system call that changes something is announced to the watch, so that tests can break each of them.
"""

import errno
import fcntl
import mmap
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from typing_extensions import override

from voute.core.errors import StoreError
from voute.core.ports_store import StoreFullError, StoreUnreadableError
from voute.store.holes import make_hole
from voute.store.watch import Watch

# Names that begin so are never read; `sweep` removes what a crash, or a disk that failed, left of them.
TEMPORARY_PREFIX: Final = ".new-"
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
# What a disk, or the checksums of a file system, say of bytes that are gone.
_UNREADABLE: Final = frozenset({errno.EIO, errno.EBADMSG, errno.EUCLEAN})
# Written at once past the page cache: long enough for the disk's full rate, short enough for many uploads at a time.
_PIECE: Final = 1024 * 1024
_PAST_CACHE: Final[int] = getattr(os, "O_DIRECT", 0)
# Flushes under way at a time: the file system writes its journal once for all that wait for it (docs/adr/0062).
_FLUSHES: Final = 8
_FILE_MODE: Final = 0o640
_FOLDER_MODE: Final = 0o750


@contextmanager
def storing(what: str) -> Iterator[None]:
    """Turn the system's errors into `StoreError` (`StoreFullError`: no room; `StoreUnreadableError`: bytes that are gone)."""
    try:
        yield
    except OSError as error:
        kind = StoreFullError if error.errno in _FULL else StoreUnreadableError if error.errno in _UNREADABLE else StoreError
        raise kind(f"{what}: {error.strerror or type(error).__name__}") from error


class Disk:
    """Writes below one folder; safe from several threads and processes."""

    def __init__(self, watch: Watch) -> None:
        """Announce every step to `watch`."""
        self._watch = watch

    @contextmanager
    def step(self, name: str, *paths: Path) -> Iterator[None]:
        """Announce one step around the block that does it."""
        self._watch.before(name, *paths)
        yield
        self._watch.after(name, *paths)

    def make_folder(self, folder: Path) -> None:
        """Create a folder and its missing parents, each entry durable."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        with suppress(FileExistsError), self.step("mkdir", folder):
            folder.mkdir(mode=_FOLDER_MODE)
        self.flush_folder(folder.parent)

    def flush_folder(self, folder: Path) -> None:
        """Make the entries of a folder durable."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with self.step("fsync-folder", folder):
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def create_temporary(self, folder: Path) -> "TemporaryFile":
        """Open a new file in `folder` under a name that readers ignore."""
        return TemporaryFile(self, *self._create(folder))

    def create_large(self, folder: Path) -> "LargeFile":
        """Open a new file as `create_temporary` does, for many megabytes that are not read again soon."""
        return LargeFile(self, *self._create(folder))

    def flush_all(self, files: Sequence["TemporaryFile"]) -> None:
        """Make the bytes of many files durable, several at a time; announced one after the other, in their order."""
        if len(files) == 1:
            files[0].flush()
            return
        with ThreadPoolExecutor(_FLUSHES) as pool:
            # Each may be under way before it is announced: a disk, too, may keep what it was not yet asked to.
            under_way = [pool.submit(file.sync) for file in files]
            for file, one in zip(files, under_way, strict=True):
                with file.step("fsync"):
                    one.result()

    def _create(self, folder: Path) -> tuple[Path, int]:
        path = folder / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
        with self.step("create", path):
            return path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)

    def replace(self, path: Path, data: bytes) -> None:
        """Set the bytes of a file: old or new ones for every reader, durable on return."""
        with self.create_temporary(path.parent) as file:
            file.write(data)
            file.flush()
            file.rename(path)
        self.flush_folder(path.parent)

    def create(self, path: Path, data: bytes) -> bool:
        """Store bytes under a new name, atomically; False, and nothing changed, when the name is taken.

        The caller flushes the folder, in both cases: who took the name may not have done so yet.
        """
        with self.create_temporary(path.parent) as file:
            file.write(data)
            file.flush()
            return file.link(path)

    def remove(self, path: Path) -> None:
        """Remove a file, durably; removing nothing is not an error."""
        try:
            with self.step("unlink", path):
                path.unlink()
        except FileNotFoundError:
            return
        self.flush_folder(path.parent)

    def punch(self, path: Path, ranges: Sequence[tuple[int, int]]) -> bool:
        """Overwrite ranges of a file with zeros, durably, and give their blocks back; False where it has a second name."""
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            if os.fstat(descriptor).st_nlink > 1:
                return False
            with self.step("punch", path):
                for offset, length in ranges:
                    make_hole(descriptor, offset, length)
            with self.step("fsync", path):
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return True

    def sweep(self, folder: Path, untouched: float) -> int:
        """Remove the temporary files in a folder and below that nobody wrote to for so many seconds; returns how many."""
        before = time.time() - untouched
        left = 0
        for path in folder.rglob(f"{TEMPORARY_PREFIX}*"):
            # Another process may finish with it, or sweep too, at this moment.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime <= before:
                    path.unlink()
                    left += 1
        return left


class TemporaryFile:
    """A file that nobody sees yet; leaving the `with` block before `rename` removes it."""

    def __init__(self, disk: Disk, path: Path, descriptor: int) -> None:
        """Take over an open descriptor."""
        self._disk = disk
        self._path: Path | None = path
        self._descriptor: int | None = descriptor

    def write(self, data: bytes) -> None:
        """Append all the bytes."""
        view = memoryview(data)
        with self.step("write"):
            while view:
                view = view[os.write(self._open(), view) :]

    def flush(self) -> None:
        """Make the bytes durable."""
        with self.step("fsync"):
            self.sync()

    def sync(self) -> None:
        """Make the bytes durable, unannounced (`Disk.flush_all`)."""
        os.fsync(self._open())

    def rename(self, target: Path) -> None:
        """Give the file its name, in place of what had it; the caller flushes the folder."""
        self._close()
        if self._path is not None:
            with self._disk.step("rename", self._path, target):
                self._path.replace(target)
            self._path = None

    def link(self, target: Path) -> bool:
        """Give the file a name that nobody has; False when it is taken."""
        self._close()
        if self._path is not None:
            try:
                with self._disk.step("link", self._path, target):
                    os.link(self._path, target)
            except FileExistsError:
                return False
        return True

    def step(self, name: str) -> AbstractContextManager[None]:
        """Announce one step of this file around the block that does it."""
        return self._disk.step(name, *(() if self._path is None else (self._path,)))

    def _open(self) -> int:
        if self._descriptor is None:
            raise OSError(errno.EBADF, "file is closed")
        return self._descriptor

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close, and remove the file if it was not renamed."""
        self._close()
        path, self._path = self._path, None
        if path is not None:
            path.unlink(missing_ok=True)


class LargeFile(TemporaryFile):
    """A temporary file whose bytes go to the disk past the page cache, where the file system can.

    Copying a delivery into pages that nobody reads again would cost the processor more than hashing it does, and push the
    catalogue out of memory (docs/adr/0042). Bytes are gathered to whole pieces; the last one goes the usual way.
    """

    def __init__(self, disk: Disk, path: Path, descriptor: int) -> None:
        """Take over an open descriptor."""
        super().__init__(disk, path, descriptor)
        self._gathered = 0
        # Anonymous memory begins on a page, as writing past the cache demands.
        self._buffer = mmap.mmap(-1, _PIECE)
        self._is_past_cache = _go(descriptor, past_cache=True)

    @override
    def write(self, data: bytes) -> None:
        """Append all the bytes; what does not fill a piece waits for the next, or for `flush`."""
        view = memoryview(data)
        while view:
            part = view[: _PIECE - self._gathered]
            self._buffer[self._gathered : self._gathered + len(part)] = part
            self._gathered += len(part)
            view = view[len(part) :]
            if self._gathered == _PIECE:
                self._put()

    @override
    def flush(self) -> None:
        """Write what waits, and make all bytes durable."""
        if self._gathered:
            self._usual_way()
            self._put()
        super().flush()

    def _put(self) -> None:
        with self.step("write"), memoryview(self._buffer) as whole:
            at = 0
            while at < self._gathered:
                with whole[at : self._gathered] as part:
                    at += self._put_part(part)
            self._gathered = 0

    def _put_part(self, part: memoryview) -> int:
        try:
            written = os.write(self._open(), part)
        except OSError as error:
            if error.errno != errno.EINVAL or not self._is_past_cache:
                raise
            # A file system that takes the flag and not the write.
            self._usual_way()
            return 0
        if written % mmap.PAGESIZE:
            # A full disk took a part: what follows does not begin on a page any more.
            self._usual_way()
        return written

    def _usual_way(self) -> None:
        self._is_past_cache = False
        _go(self._open(), past_cache=False)

    @override
    def __exit__(self, *_: object) -> None:
        """Close, and remove the file if it was not renamed."""
        super().__exit__()
        self._buffer.close()


def _go(descriptor: int, *, past_cache: bool) -> bool:
    """Let writes go past the page cache, or no longer; False where that cannot be."""
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    wanted = flags | _PAST_CACHE if past_cache else flags & ~_PAST_CACHE
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, wanted)
    except OSError:
        return False
    return bool(_PAST_CACHE)
