"""Drivers that forget, for tests and trials: every promise but durability, and the same steps announced to the watch."""

import hashlib
from collections.abc import Iterator, Sequence
from threading import RLock
from typing import Self

from voute.core.errors import StoreError
from voute.core.ids import Hash, hash_of
from voute.core.ports_log import LockConflictError, LockExistsError, LockMissingError, TileConflictError, TileMissingError
from voute.core.ports_store import BlobHashError, BlobMissingError, BlobWriter
from voute.store.durable import storing
from voute.store.posix_blobs import READ_CHUNK
from voute.store.posix_log import check_key, check_path, check_value
from voute.store.watch import StepCounter, Watch


class Shelf:
    """Bytes by name; hand the same shelf to a second driver to see what the first one left behind."""

    def __init__(self, watch: Watch | None = None) -> None:
        """Begin empty."""
        self.kept: dict[str, bytes] = {}
        self.lock = RLock()
        self._watch = watch or StepCounter()

    def put(self, name: str, data: bytes) -> None:
        """Store or replace, as one step."""
        with storing("put"):
            self._watch.before("put")
            with self.lock:
                self.kept[name] = bytes(data)
            self._watch.after("put")

    def delete(self, name: str) -> None:
        """Remove, as one step; removing nothing is none."""
        with self.lock:
            if name not in self.kept:
                return
        with storing("delete"):
            self._watch.before("delete")
            with self.lock:
                self.kept.pop(name, None)
            self._watch.after("delete")

    def names(self) -> list[str]:
        """List the names in rising order."""
        with self.lock:
            return sorted(self.kept)


class MemoryBlobs:
    """`BlobStore` in memory."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        """Use a shelf, or one of its own."""
        self._shelf = shelf or Shelf()

    def writer(self, name: Hash) -> BlobWriter:
        """Begin to store a blob (`BlobStore.writer`)."""
        return MemoryBlobWriter(self._shelf, hash_of(name))

    def size(self, name: Hash) -> int | None:
        """Return the blob's size, or None (`BlobStore.size`)."""
        data = self._shelf.kept.get(name.hex())
        return None if data is None else len(data)

    def read(self, name: Hash, offset: int, length: int) -> Iterator[bytes]:
        """Return the chunks of one range (`BlobStore.read`)."""
        data = self._shelf.kept.get(name.hex())
        if data is None:
            raise BlobMissingError(name.hex())
        return _chunks(data, offset, length)

    def at_hand(self, name: Hash, offset: int, length: int) -> bytes | None:
        """Return a range (`BlobStore.at_hand`)."""
        part = self._shelf.kept.get(name.hex(), b"")[offset : offset + length]
        return part if len(part) == length else None

    def punch(self, name: Hash, ranges: Sequence[tuple[int, int]]) -> bool:
        """Overwrite ranges (`BlobStore.punch`)."""
        data = self._shelf.kept.get(name.hex())
        if data is None:
            raise BlobMissingError(name.hex())
        self._shelf.put(name.hex(), with_zeros(data, ranges))
        return True

    def delete(self, name: Hash) -> None:
        """Remove a blob (`BlobStore.delete`)."""
        self._shelf.delete(name.hex())

    def names(self) -> Iterator[Hash]:
        """Yield the names in rising order (`BlobStore.names`)."""
        return (Hash(bytes.fromhex(name)) for name in self._shelf.names())


class MemoryBlobWriter:
    """One blob on its way in."""

    def __init__(self, shelf: Shelf, name: Hash) -> None:
        """Begin empty."""
        self._shelf = shelf
        self._name = name
        self._data = bytearray()

    def write(self, chunk: bytes) -> None:
        """Take the next bytes (`BlobWriter.write`)."""
        self._data += chunk

    def finish(self, *, has_holes: bool = False) -> int:
        """Check and store (`BlobWriter.finish`)."""
        if not has_holes and hashlib.sha256(self._data).digest() != self._name:
            raise BlobHashError("bytes do not hash to their name")
        self._shelf.put(self._name.hex(), bytes(self._data))
        return len(self._data)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Drop what was not finished."""
        self._data.clear()


def with_zeros(data: bytes, ranges: Sequence[tuple[int, int]]) -> bytes:
    """Return bytes with ranges of them as zeros."""
    changed = bytearray(data)
    for offset, length in ranges:
        changed[offset : offset + length] = bytes(len(changed[offset : offset + length]))
    return bytes(changed)


def _chunks(data: bytes, offset: int, length: int) -> Iterator[bytes]:
    end = min(offset + length, len(data))
    for start in range(offset, end, READ_CHUNK):
        yield data[start : min(start + READ_CHUNK, end)]
    if offset + length > len(data):
        raise StoreError("the blob is shorter than the range")


class MemorySidecars:
    """`SidecarStore` in memory."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        """Use a shelf, or one of its own."""
        self._shelf = shelf or Shelf()

    def put(self, name: Hash, data: bytes) -> None:
        """Store or replace (`SidecarStore.put`)."""
        self._shelf.put(hash_of(name).hex(), data)

    def get(self, name: Hash) -> bytes:
        """Return a sidecar's bytes (`SidecarStore.get`)."""
        data = self._shelf.kept.get(name.hex())
        if data is None:
            raise BlobMissingError(name.hex())
        return data

    def delete(self, name: Hash) -> None:
        """Remove a sidecar (`SidecarStore.delete`)."""
        self._shelf.delete(name.hex())

    def names(self) -> Iterator[Hash]:
        """Yield the pack names that have a sidecar (`SidecarStore.names`)."""
        return (Hash(bytes.fromhex(name)) for name in self._shelf.names())


class MemoryTiles:
    """`TileStore`, and `LedgerStore`, in memory."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        """Use a shelf, or one of its own."""
        self._shelf = shelf or Shelf()

    def get(self, path: str) -> bytes:
        """Return the bytes (`TileStore.get`)."""
        data = self._shelf.kept.get(check_path(path))
        if data is None:
            raise TileMissingError(path)
        return data

    def put(self, path: str, data: bytes) -> None:
        """Store immutable bytes (`TileStore.put`)."""
        self.put_all(((path, data),))

    def put_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Store many, a step each (`TileStore.put_all`)."""
        for path, data in items:
            with self._shelf.lock:
                kept = self._shelf.kept.get(check_path(path))
                if kept is not None and kept != data:
                    raise TileConflictError(path)
                if kept is None:
                    self._shelf.put(path, data)

    def put_mutable(self, path: str, data: bytes) -> None:
        """Replace the bytes (`TileStore.put_mutable`)."""
        self._shelf.put(check_path(path), data)

    def replace_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Store or replace many, a step each (`LedgerStore.replace_all`)."""
        for path, data in items:
            self.put_mutable(path, data)

    def delete(self, path: str) -> None:
        """Remove what is there (`TileStore.delete`)."""
        self._shelf.delete(check_path(path))

    def paths(self, prefix: str) -> Sequence[str]:
        """List the paths below a folder (`TileStore.paths`)."""
        return [path for path in self._shelf.names() if path.startswith(prefix)]


class MemoryLocks:
    """`LockStore` in memory."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        """Use a shelf, or one of its own."""
        self._shelf = shelf or Shelf()

    def fetch(self, key: str) -> bytes:
        """Return the value (`LockStore.fetch`)."""
        value = self._shelf.kept.get(check_key(key))
        if value is None:
            raise LockMissingError(key)
        return value

    def create(self, key: str, value: bytes) -> None:
        """Store the first value (`LockStore.create`)."""
        with self._shelf.lock:
            if check_key(key) in self._shelf.kept:
                raise LockExistsError(key)
            self._shelf.put(key, check_value(value))

    def replace(self, key: str, old: bytes, new: bytes) -> None:
        """Compare and swap (`LockStore.replace`)."""
        with self._shelf.lock:
            if self.fetch(key) != old:
                raise LockConflictError(key)
            self._shelf.put(key, check_value(new))
