"""Packs and their sidecars as files: `ab/abcdef….pack` and beside it `ab/abcdef….side` (docs/spec/pack.md)."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Self

from voute.core.errors import StoreError
from voute.core.ids import HASH_SIZE, Hash, hash_of
from voute.core.ports_store import BlobHashError, BlobMissingError, BlobWriter
from voute.store.durable import Disk, TemporaryFile, storing
from voute.store.watch import StepCounter, Watch

# Large enough that a 100 KB body is one read, small enough that a slow reader holds little memory.
READ_CHUNK: Final = 256 * 1024
# Asks Linux for what is in memory and nothing else; elsewhere every flag is refused (preadv2(2)).
_AT_ONCE: Final = getattr(os, "RWF_NOWAIT", -1)
_NAME: Final = re.compile(rf"([0-9a-f]{{{2 * HASH_SIZE}}})\.(?:pack|side)")


def _file(root: Path, name: Hash, suffix: str) -> Path:
    digits = hash_of(name).hex()
    return root / digits[:2] / f"{digits}.{suffix}"


def _names(root: Path, suffix: str) -> Iterator[Hash]:
    with storing("list"):
        for folder in sorted(root.iterdir()):
            if folder.is_dir():
                matches = (_NAME.fullmatch(file.name) for file in sorted(folder.iterdir()) if file.suffix == suffix)
                yield from (Hash(bytes.fromhex(match[1])) for match in matches if match)


class PosixBlobs:
    """`BlobStore` on a local file system; several processes may share the folder."""

    def __init__(self, root: Path, watch: Watch | None = None) -> None:
        """Use the folder, which is created if it is missing."""
        self._root = root
        self._disk = Disk(watch or StepCounter())
        with storing("open"):
            self._disk.make_folder(root)

    def writer(self, name: Hash) -> BlobWriter:
        """Begin to store a blob (`BlobStore.writer`)."""
        target = _file(self._root, name, "pack")
        with storing("create"):
            self._disk.make_folder(target.parent)
            return PosixBlobWriter(self._disk, target, name, self._disk.create_large(target.parent))

    def size(self, name: Hash) -> int | None:
        """Return the blob's size, or None (`BlobStore.size`)."""
        try:
            with storing("stat"):
                return _file(self._root, name, "pack").stat().st_size
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise

    def read(self, name: Hash, offset: int, length: int) -> Iterator[bytes]:
        """Return the chunks of one range (`BlobStore.read`)."""
        return _Range(_open_to_read(_file(self._root, name, "pack")), offset, length)

    def at_hand(self, name: Hash, offset: int, length: int) -> bytearray | None:
        """Return a range out of the system's memory (`BlobStore.at_hand`); file systems that cannot tell have nothing at hand."""
        digits = name.hex()
        try:
            # No path of the library's: it takes as long as opening the file.
            descriptor = os.open(f"{self._root}/{digits[:2]}/{digits}.pack", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            part = bytearray(length)
            return part if os.preadv(descriptor, [part], offset, _AT_ONCE) == length else None
        except OSError:
            return None
        finally:
            os.close(descriptor)

    def path_of(self, name: Hash) -> Path:
        """Return where a blob lies, for servers that hand the file to the kernel or to the proxy in front of them."""
        return _file(self._root, name, "pack")

    def punch(self, name: Hash, ranges: Sequence[tuple[int, int]]) -> bool:
        """Overwrite ranges and give their room back (`BlobStore.punch`); a second name of the file is a backup's."""
        path = _file(self._root, name, "pack")
        try:
            with storing("punch"):
                return self._disk.punch(path, ranges)
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise BlobMissingError(path.name) from error
            raise

    def delete(self, name: Hash) -> None:
        """Remove a blob, durably (`BlobStore.delete`)."""
        with storing("delete"):
            self._disk.remove(_file(self._root, name, "pack"))

    def names(self) -> Iterator[Hash]:
        """Yield the names in rising order (`BlobStore.names`)."""
        return _names(self._root, ".pack")

    def sweep(self, untouched: float) -> int:
        """Remove what writers left behind that crashed at least so many seconds ago."""
        with storing("sweep"):
            return self._disk.sweep(self._root, untouched)


class PosixBlobWriter:
    """One pack on its way in: hashed while it is written, named only when the hash holds."""

    def __init__(self, disk: Disk, target: Path, name: Hash, file: TemporaryFile) -> None:
        """Take over the temporary file."""
        self._disk = disk
        self._target = target
        self._name = name
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, chunk: bytes) -> None:
        """Take the next bytes (`BlobWriter.write`)."""
        self._hash.update(chunk)
        self._size += len(chunk)
        with storing("write"):
            self._file.write(chunk)

    def finish(self, *, has_holes: bool = False) -> int:
        """Check, flush, name, flush the folder (`BlobWriter.finish`)."""
        if not has_holes and self._hash.digest() != self._name:
            raise BlobHashError("bytes do not hash to their name")
        with storing("finish"):
            self._file.flush()
            self._file.rename(self._target)
            self._disk.flush_folder(self._target.parent)
        return self._size

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Drop what was not finished."""
        with storing("close"), self._file:
            pass


class PosixSidecars:
    """`SidecarStore` in the same folders as the packs."""

    def __init__(self, root: Path, watch: Watch | None = None) -> None:
        """Use the folder of the packs."""
        self._root = root
        self._disk = Disk(watch or StepCounter())
        with storing("open"):
            self._disk.make_folder(root)

    def put(self, name: Hash, data: bytes) -> None:
        """Store or replace, atomically and durably (`SidecarStore.put`)."""
        path = _file(self._root, name, "side")
        with storing("put"):
            self._disk.make_folder(path.parent)
            self._disk.replace(path, data)

    def get(self, name: Hash) -> bytes:
        """Return a sidecar's bytes (`SidecarStore.get`)."""
        descriptor = _open_to_read(_file(self._root, name, "side"))
        with storing("read"), os.fdopen(descriptor, "rb") as file:
            return file.read()

    def delete(self, name: Hash) -> None:
        """Remove a sidecar, durably (`SidecarStore.delete`)."""
        with storing("delete"):
            self._disk.remove(_file(self._root, name, "side"))

    def names(self) -> Iterator[Hash]:
        """Yield the pack names that have a sidecar (`SidecarStore.names`)."""
        return _names(self._root, ".side")


def _open_to_read(path: Path) -> int:
    try:
        with storing("open"):
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except StoreError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise BlobMissingError(path.name) from error
        raise


class _Range:
    """Iterates over the chunks of one range and closes the file, also when it is dropped before the end."""

    def __init__(self, descriptor: int, offset: int, length: int) -> None:
        self._descriptor: int | None = descriptor
        self._offset = offset
        self._left = length

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._descriptor is None or not self._left:
            self.close()
            raise StopIteration
        with storing("read"):
            chunk = os.pread(self._descriptor, min(self._left, READ_CHUNK), self._offset)
        if not chunk:
            self.close()
            raise StoreError("the blob is shorter than the range")
        self._offset += len(chunk)
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """Close the file; safe to repeat."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()
