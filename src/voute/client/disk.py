"""The client's one way of changing the department's disk: whole files by rename, files that only grow, folders.

Every call that changes something is announced to a watch before and after it is done, so that tests can break each of
them: `voute.store.durable` does the same on the city's side, and neither room may import the other.
"""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol, Self

_TEMPORARY: Final = ".new"
_PIECE: Final = 1024 * 1024


class Watch(Protocol):
    """Is told of each step; what it raises is what the disk would have said."""

    def before(self, step: str, path: Path, /) -> None:
        """A step (`create`, `write`, `fsync`, `rename`, `unlink`, …) is about to be done to a path."""
        ...

    def after(self, step: str, path: Path, /) -> None:
        """The step is done."""
        ...


class Unwatched:
    """The watch of every command: nobody looks."""

    def before(self, step: str, path: Path, /) -> None:
        """Do nothing."""

    def after(self, step: str, path: Path, /) -> None:
        """Do nothing."""


class Disk:
    """The disk of this process; `watch` is told of every step."""

    def __init__(self, watch: Watch) -> None:
        """Announce every step to `watch`."""
        self.watch = watch

    @contextmanager
    def step(self, name: str, path: Path) -> Iterator[None]:
        """Announce one step around the block that does it."""
        self.watch.before(name, path)
        yield
        self.watch.after(name, path)

    def make_folder(self, folder: Path) -> None:
        """Create a folder and its missing parents, mode 0700, each name durable."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        with self.step("make-folder", folder), suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        self.sync_folder(folder.parent)

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with self.step("fsync-folder", folder):
                os.fsync(handle)
        finally:
            os.close(handle)

    def create(self, path: Path, *, mode: int = 0o600, anew: bool = False) -> "GrowingFile":
        """Open an empty file to be appended to; an existing one is refused, or with `anew` emptied.

        Its name is durable after `sync_folder`, its bytes after `GrowingFile.sync`.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | (os.O_TRUNC if anew else os.O_EXCL)
        with self.step("create", path):
            handle = os.open(path, flags, mode)
        return GrowingFile(self, path, handle, 0)

    def nameless(self, folder: Path) -> "GrowingFile":
        """Open an empty file that loses its name before it has a byte, mode 0600; it is gone once this process lets it go."""
        path = folder / f".list.{secrets.token_hex(8)}{_TEMPORARY}"
        with self.step("create", path):
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        file = GrowingFile(self, path, handle, 0)
        try:
            self.unlink(path)
        except OSError:
            file.close()
            raise
        return file

    def reopen(self, path: Path, size: int) -> "GrowingFile":
        """Open a file to be appended to after its first `size` bytes; what a crash left behind them is cut off."""
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        file = GrowingFile(self, path, handle, size)
        if os.fstat(handle).st_size != size:
            file.cut()
        return file

    def replace(self, path: Path, data: bytes | Iterable[bytes], *, mode: int = 0o600) -> None:
        """Set the bytes of a file, whole or in pieces: old or new ones for every reader, durable on return."""
        self.make_folder(path.parent)
        temporary = path.with_name(f".{path.name}.{os.getpid()}{_TEMPORARY}")
        try:
            with self.create(temporary, mode=mode, anew=True) as file:
                file.append((data,) if isinstance(data, bytes) else data)
                file.sync()
            self.rename(temporary, path)
        except OSError:
            # A disk that is full needs its room back; if it is broken, this fails too and the first error is told.
            with suppress(OSError):
                self.unlink(temporary)
            raise

    def rename(self, source: Path, target: Path) -> None:
        """Give a file its name, in place of what had it; durable on return."""
        with self.step("rename", target):
            source.replace(target)
        self.sync_folder(target.parent)

    def unlink(self, path: Path) -> None:
        """Remove a file; removing nothing is no error. Durable after `sync_folder`."""
        with self.step("unlink", path):
            path.unlink(missing_ok=True)

    def sweep(self, folder: Path) -> None:
        """Remove the temporary files that a crash left in a folder; to be called by its only writer."""
        for path in folder.glob(f".*{_TEMPORARY}"):
            self.unlink(path)

    def remove_folder(self, folder: Path) -> None:
        """Remove a folder that holds files alone; removing nothing is no error."""
        if not folder.is_dir():
            return
        for path in sorted(folder.iterdir()):
            self.unlink(path)
        with self.step("remove-folder", folder):
            folder.rmdir()


class GrowingFile:
    """A file that only grows, written by one process; after a failed write it takes nothing more."""

    def __init__(self, disk: Disk, path: Path, handle: int, size: int) -> None:
        """Take over an open handle; `size` is the length of what counts."""
        self._disk = disk
        self._handle = handle
        self._broken = False
        self.path = path
        self.size = size

    def append(self, parts: Iterable[bytes | memoryview]) -> int:
        """Append all parts; returns where they begin. When the disk refuses one, none of them stays."""
        if self._broken:
            raise OSError(f"{self.path.name}: an earlier write failed")
        start, size = self.size, self.size
        try:
            with self._disk.step("write", self.path):
                for part in parts:
                    rest = memoryview(part)
                    while rest:
                        written = os.write(self._handle, rest)
                        rest = rest[written:]
                        size += written
        except OSError:
            self._broken = True
            with suppress(OSError):
                self.cut()
            raise
        self.size = size
        return start

    def read(self, at: int, length: int) -> bytes:
        """Read again what was appended to a file without a name; processes that were forked may do so too."""
        return os.pread(self._handle, length, at)

    def cut(self) -> None:
        """Cut off what stands behind `size`."""
        with self._disk.step("truncate", self.path):
            os.ftruncate(self._handle, self.size)

    def sync(self) -> None:
        """Make the bytes durable."""
        with self._disk.step("fsync", self.path):
            os.fsync(self._handle)

    def lock(self) -> None:
        """Mark the file as being written, until it is closed or this process ends."""
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def close(self) -> None:
        """Close the file; closing twice is no error."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def read_pieces(path: Path) -> Iterator[bytes]:
    """Read a file of any length, a piece at a time."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


DISK: Final = Disk(Unwatched())
"""The disk of this process."""
