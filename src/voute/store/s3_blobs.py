"""Packs and their sidecars on S3: objects `packs/HEX.pack` and `sidecars/HEX.side` (docs/operate/s3.md)."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from obstore.exceptions import BaseError

from voute.core.errors import StoreError
from voute.core.ids import HASH_SIZE, Hash, hash_of
from voute.core.ports_store import BlobHashError, BlobMissingError, BlobWriter
from voute.store.posix_blobs import READ_CHUNK
from voute.store.s3 import Bucket, KeyMissingError, asking
from voute.store.s3_uploads import Uploads

if TYPE_CHECKING:
    from obstore import WritableFile

PACK: Final = re.compile(rf"([0-9a-f]{{{2 * HASH_SIZE}}})\.pack")
SIDECAR: Final = re.compile(rf"([0-9a-f]{{{2 * HASH_SIZE}}})\.side")
# A range of this size is read before the first byte goes out: as much as one request of ours holds.
_WHOLE: Final = 1024 * 1024


def _names(bucket: Bucket, form: re.Pattern[str]) -> Iterator[Hash]:
    for one in bucket.listed():
        match = form.fullmatch(one["path"])
        if match:
            yield Hash(bytes.fromhex(match[1]))


class S3Blobs:
    """`BlobStore` in a folder of a bucket; any number of processes and machines may share it."""

    def __init__(self, bucket: Bucket, uploads: Uploads) -> None:
        """Take the folder, and who finds uploads that were never finished."""
        self._bucket = bucket
        self._uploads = uploads

    def writer(self, name: Hash) -> BlobWriter:
        """Begin to store a blob (`BlobStore.writer`)."""
        return S3BlobWriter(self._bucket, hash_of(name))

    def size(self, name: Hash) -> int | None:
        """Return the blob's size, or None (`BlobStore.size`)."""
        return self._bucket.size(_pack(name))

    def read(self, name: Hash, offset: int, length: int) -> Iterator[bytes]:
        """Return the chunks of one range (`BlobStore.read`)."""
        if not length:
            if self.size(name) is None:
                raise BlobMissingError(name.hex())
            return iter(())
        try:
            chunks = self._bucket.stream(_pack(name), offset, length, _WHOLE, READ_CHUNK)
        except KeyMissingError as error:
            raise BlobMissingError(name.hex()) from error
        return _counted(chunks, length)

    def at_hand(self, name: Hash, offset: int, length: int) -> bytes | None:
        """Return nothing (`BlobStore.at_hand`): every byte is on another machine."""
        del name, offset, length
        return None

    def punch(self, name: Hash, ranges: Sequence[tuple[int, int]]) -> bool:
        """Replace the object by one with zeros there (`BlobStore.punch`): the bytes are gone, their room stays taken."""
        try:
            data = bytearray(self._bucket.get(_pack(name)))
        except KeyMissingError as error:
            raise BlobMissingError(name.hex()) from error
        for offset, length in ranges:
            data[offset : offset + length] = bytes(length)
        self._bucket.put(_pack(name), bytes(data))
        return True

    def delete(self, name: Hash) -> None:
        """Remove a blob (`BlobStore.delete`)."""
        self._bucket.delete(_pack(name))

    def names(self) -> Iterator[Hash]:
        """Yield the names in rising order (`BlobStore.names`)."""
        return _names(self._bucket, PACK)

    def sweep(self, untouched: float) -> int:
        """End uploads that began at least so many seconds ago and were never finished."""
        return self._uploads.end_older(untouched)


class S3BlobWriter:
    """One pack on its way in: hashed and sent in parts meanwhile, completed only when the hash holds."""

    def __init__(self, bucket: Bucket, name: Hash) -> None:
        """Begin; nothing is sent before the first part is full."""
        self._bucket = bucket
        self._name = name
        self._hash = hashlib.sha256()
        self._size = 0
        self._file: WritableFile | None = bucket.writer(_pack(name))

    def write(self, chunk: bytes) -> None:
        """Take the next bytes (`BlobWriter.write`)."""
        self._hash.update(chunk)
        self._size += len(chunk)
        if self._file is None:
            raise StoreError("write: the upload has ended")
        with asking("write"):
            self._file.write(chunk)

    def finish(self, *, has_holes: bool = False) -> int:
        """Check, then complete the upload (`BlobWriter.finish`)."""
        if not has_holes and self._hash.digest() != self._name:
            raise BlobHashError("bytes do not hash to their name")
        if self._file is None:
            raise StoreError("finish: the upload has ended")
        with self._bucket.step("s3-upload"):
            self._complete(self._file)
            self._file = None
        return self._size

    def _complete(self, file: "WritableFile") -> None:
        try:
            with asking("complete"):
                file.close()
        except KeyMissingError:
            # The upload is no more: also when it was completed, the answer was lost and the request repeated.
            if self._bucket.size(_pack(self._name)) != self._size:
                raise

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give up what was not finished: its parts are removed now if the server can be asked, else by `sweep`."""
        file, self._file = self._file, None
        if file is not None:
            reason = StoreError("given up")
            # The library ends an upload whose block ends badly.
            with suppress(BaseError, OSError, ValueError):
                file.__exit__(StoreError, reason, None)


class S3Sidecars:
    """`SidecarStore` in a folder of a bucket."""

    def __init__(self, bucket: Bucket) -> None:
        """Take the folder."""
        self._bucket = bucket

    def put(self, name: Hash, data: bytes) -> None:
        """Store or replace, in one request (`SidecarStore.put`)."""
        self._bucket.put(_sidecar(name), data)

    def get(self, name: Hash) -> bytes:
        """Return a sidecar's bytes (`SidecarStore.get`)."""
        try:
            return self._bucket.get(_sidecar(name))
        except KeyMissingError as error:
            raise BlobMissingError(name.hex()) from error

    def delete(self, name: Hash) -> None:
        """Remove a sidecar (`SidecarStore.delete`)."""
        self._bucket.delete(_sidecar(name))

    def names(self) -> Iterator[Hash]:
        """Yield the pack names that have a sidecar (`SidecarStore.names`)."""
        return _names(self._bucket, SIDECAR)


def _pack(name: Hash) -> str:
    return f"{hash_of(name).hex()}.pack"


def _sidecar(name: Hash) -> str:
    return f"{hash_of(name).hex()}.side"


def _counted(chunks: Iterator[bytes], length: int) -> Iterator[bytes]:
    """Pass the chunks on; fail loudly when they are fewer bytes than were asked for."""
    for chunk in chunks:
        length -= len(chunk)
        yield chunk
    if length:
        raise StoreError("the blob is shorter than the range")
