"""Tiles of the log, the ledger, and locks on S3 (ports: `voute.core.ports_log`)."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from voute.core.errors import StoreError
from voute.core.ports_log import LockConflictError, LockExistsError, LockMissingError, TileConflictError, TileMissingError
from voute.store.posix_log import check_key, check_path, check_value
from voute.store.s3 import Bucket, KeyMissingError, KeyTakenError

_NOBODYS_TAG: Final = '"00000000000000000000000000000000"'


class S3Tiles:
    """`TileStore` in a folder of a bucket, and `LedgerStore`."""

    def __init__(self, bucket: Bucket, at_once: int) -> None:
        """Take the folder, and how many requests of one call may be on their way: a batch of the log is hundreds of tiles."""
        self._bucket = bucket
        self._at_once = at_once

    def get(self, path: str) -> bytes:
        """Return the bytes (`TileStore.get`)."""
        try:
            return self._bucket.get(check_path(path))
        except KeyMissingError as error:
            raise TileMissingError(path) from error

    def put(self, path: str, data: bytes) -> None:
        """Store immutable bytes, unless others are there (`TileStore.put`)."""
        try:
            self._bucket.put(check_path(path), data, "create")
        except KeyTakenError as error:
            # Also after a repeated request whose first answer was lost: then these are our own.
            if self.get(path) != data:
                raise TileConflictError(path) from error

    def put_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Store many (`TileStore.put_all`)."""
        self._each(lambda item: self.put(*item), items)

    def put_mutable(self, path: str, data: bytes) -> None:
        """Replace the bytes, in one request (`TileStore.put_mutable`)."""
        self._bucket.put(check_path(path), data)

    def replace_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Store or replace many (`LedgerStore.replace_all`)."""
        self._each(lambda item: self.put_mutable(*item), items)

    def delete(self, path: str) -> None:
        """Remove what is there (`TileStore.delete`)."""
        self._bucket.delete(check_path(path))

    def paths(self, prefix: str) -> Sequence[str]:
        """List the paths below a folder (`TileStore.paths`)."""
        return [one["path"] for one in self._bucket.listed(check_path(prefix.removesuffix("/")))]

    def sweep(self, untouched: float) -> int:
        """Nothing is ever half there: an object comes whole, in one request."""
        del untouched
        return 0

    def _each(self, do: Callable[[tuple[str, bytes]], None], items: Iterable[tuple[str, bytes]]) -> None:
        """Do each, several at a time; the first error is raised when those on their way have ended."""
        if self._at_once == 1:
            for item in items:
                do(item)
            return
        with ThreadPoolExecutor(self._at_once) as pool:
            try:
                for _ in pool.map(do, items):
                    pass
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


class S3Locks:
    """`LockStore` by conditional writes (`If-Match`), in a bucket of its own that no backup and no versioning brings back.

    The bucket's store must not repeat a request by itself: a swap that was done and reported lost would then look like a lost
    race, or hide one.
    """

    def __init__(self, bucket: Bucket) -> None:
        """Take the folder."""
        self._bucket = bucket

    def fetch(self, key: str) -> bytes:
        """Return the value (`LockStore.fetch`)."""
        return self._fetch(key)[0]

    def create(self, key: str, value: bytes) -> None:
        """Store the first value, and prove that this server keeps the promise of a condition (`LockStore.create`)."""
        try:
            self._bucket.put(check_key(key), check_value(value), "create")
        except KeyTakenError as error:
            raise LockExistsError(key) from error
        try:
            self._bucket.swap(key, _NOBODYS_TAG, value)
        except KeyTakenError:
            return
        raise StoreError("this S3 server ignores the condition of a write: no lock can be kept there")

    def replace(self, key: str, old: bytes, new: bytes) -> None:
        """Compare and swap (`LockStore.replace`)."""
        check_value(new)
        value, tag = self._fetch(key)
        if value != old:
            raise LockConflictError(key)
        try:
            self._bucket.swap(key, tag, new)
        except KeyTakenError as error:
            raise LockConflictError(key) from error

    def sweep(self, untouched: float) -> int:
        """Nothing is ever half there."""
        del untouched
        return 0

    def _fetch(self, key: str) -> tuple[bytes, str]:
        try:
            return self._bucket.get_with_tag(check_key(key))
        except KeyMissingError as error:
            raise LockMissingError(key) from error
