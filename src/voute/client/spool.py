"""The spool of a run: what it sealed, kept on the department's disk until the receipts are there.

Source: `docs/spec/journal.md`, "Spool". Each sealer writes a file of its own, `sealed-…`, one record a pack, durable
before the pack is sent: drafts and manifests, which could not be made again. The bytes of a pack come beside it as
`HASH.pack` when the city did not acknowledge them (docs/adr/0023); nobody waits for the disk to hold them, since they can be
sealed anew.
"""

import fcntl
import hashlib
import os
import secrets
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, Final

from voute.client.disk import DISK, GrowingFile
from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, ID_SIZE, DeliveryId, DocumentId, Hash
from voute.format.binary import Reader, length_prefixed, u32, u64

MAGIC: Final = b"VOUTESP1"
MAX_RECORD: Final = 48 * 1024 * 1024
"""Bytes of a record: a draft of 16 MiB, and manifests that are shorter than the cards in it."""
MAX_ENVELOPE: Final = 64 * 1024
"""Bytes of a manifest's envelope: a card holds it (docs/spec/document.md)."""
MAX_REFERENCE_BYTES: Final = 400
"""Bytes of a reference: 100 characters."""

_LENGTH: Final = struct.Struct(">I")
_PLACE: Final = struct.Struct(f">I{ID_SIZE}sQI")
"""Line, document id, and where a document begins in the spool file and how long it is there."""
_SEALED: Final = "sealed-"
_PACK: Final = ".pack"


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A row that was sealed: what its receipt needs, and what it was sealed for (`aim`, `content_id`)."""

    line: int
    document_id: DocumentId
    content_id: Hash
    aim: Hash
    reference: str
    envelope: bytes


@dataclass(frozen=True, slots=True)
class SentPack:
    """One pack: its hash, its size in bytes, its spool file, and where its documents and its draft are in there.

    Of a document only its line, its id and its place are in memory, packed: a run of 200,000 holds all its packs.
    """

    pack: Hash
    size: int
    spool: Path
    places: bytes
    draft_offset: int
    draft_length: int

    @property
    def count(self) -> int:
        """How many documents are in it."""
        return len(self.places) // _PLACE.size

    def documents(self) -> Iterator[tuple[int, DocumentId]]:
        """Give line and id of each document."""
        for line, document_id, _, _ in _PLACE.iter_unpack(self.places):
            yield line, document_id

    def rows(self) -> Iterator[SealedRow]:
        """Read each document again."""
        with self.spool.open("rb") as file:
            for number in range(self.count):
                yield self.row(file.fileno(), number)

    def row(self, handle: int, number: int) -> SealedRow:
        """Read a document again from the spool file, which is open."""
        _, _, at, length = _PLACE.unpack_from(self.places, number * _PLACE.size)
        reader = Reader(os.pread(handle, length, at), "spool")
        row = _read_row(reader)
        reader.end()
        return row

    def draft(self) -> bytes:
        """Read the draft again, as it was sent or was to be sent."""
        with self.spool.open("rb") as file:
            file.seek(self.draft_offset)
            return file.read(self.draft_length)


class SpoolWriter:
    """What one sealer keeps: a file that only grows, made with the first pack."""

    def __init__(self, folder: Path, delivery_id: DeliveryId) -> None:
        """Take the run's spool folder."""
        self._folder = folder
        self._delivery_id = delivery_id
        self._file: GrowingFile | None = None

    def keep(self, pack: Hash, size: int, rows: Sequence[SealedRow], draft: bytes) -> SentPack:
        """Keep all that could not be made again of a pack; durable on return."""
        file = self._open()
        head = b"".join((self._delivery_id, pack, u64(size), u32(len(rows))))
        parts, lengths, at = [head], [], len(head)
        for row in rows:
            fixed = b"".join((u32(row.line), row.document_id, row.content_id, row.aim))
            part = fixed + length_prefixed(row.reference, row.envelope)
            at += len(part)
            lengths.append(len(part))
            parts.append(part)
        parts += (u32(len(draft)), draft)
        length = at + 4 + len(draft)
        if length > MAX_RECORD:
            raise FormatError("a record of the spool is too long")
        digest = hashlib.sha256()
        for part in parts:
            digest.update(part)
        start = file.append((_LENGTH.pack(length), *parts, digest.digest())) + _LENGTH.size
        file.sync()
        places = _places(((row.line, row.document_id) for row in rows), lengths, start + len(head))
        return SentPack(pack, size, file.path, places, start + at + 4, len(draft))

    def keep_bytes(self, pack: Hash, parts: Iterable[bytes | memoryview]) -> None:
        """Keep the bytes of a pack until `forget_bytes`; not waited for."""
        with DISK.create(pack_path(self._folder, pack), anew=True) as file:
            file.append(parts)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> GrowingFile:
        if self._file is None:
            path = self._folder / f"{_SEALED}{secrets.token_hex(8)}"
            file = DISK.create(path)
            # Whoever resumes waits until the writer is gone: a sealer may outlive its run by an instant.
            file.lock()
            self._file = file
            file.append((MAGIC,))
            DISK.sync_folder(self._folder)
        return self._file


def pack_path(folder: Path, pack: Hash) -> Path:
    """Say where the bytes of a pack are spooled."""
    return folder / f"{pack.hex()}{_PACK}"


def forget_bytes(folder: Path, pack: Hash) -> None:
    """Drop the spooled bytes of a pack."""
    DISK.unlink(pack_path(folder, pack))


def read_bytes(folder: Path, pack: Hash) -> bytes | None:
    """Read the spooled bytes of a pack; None when they are not there, or not whole."""
    try:
        data = pack_path(folder, pack).read_bytes()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).digest() == pack else None


def read_spool(folder: Path, delivery_id: DeliveryId) -> Iterator[SentPack]:
    """Read every pack that was sealed for a delivery; the torn last record of a file counts for nothing.

    Waits for a sealer that is still writing. Raises `FormatError` for a file that is damaged elsewhere.
    """
    for path in sorted(folder.glob(f"{_SEALED}*")):
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            for owner, pack in _records(file, path):
                if owner == delivery_id:
                    yield pack


def _records(file: BinaryIO, path: Path) -> Iterator[tuple[DeliveryId, SentPack]]:
    end = os.fstat(file.fileno()).st_size
    at = len(MAGIC)
    if end < at:
        return
    if file.read(at) != MAGIC:
        raise FormatError("not a spool file of this version")
    while at < end:
        file.seek(at)
        head = file.read(_LENGTH.size)
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else end
        start = at + _LENGTH.size
        at = start + length + HASH_SIZE
        if at > end:
            return
        body = file.read(length) if length <= MAX_RECORD else b""
        if hashlib.sha256(body).digest() != file.read(HASH_SIZE):
            if at == end:
                return
            raise FormatError("a record of the spool is damaged")
        yield _parse(body, start, path)


def _parse(body: bytes, start: int, path: Path) -> tuple[DeliveryId, SentPack]:
    reader = Reader(body, "spool")
    delivery_id, pack, size = DeliveryId(reader.take(ID_SIZE)), Hash(reader.take(HASH_SIZE)), reader.u64()
    at = ID_SIZE + HASH_SIZE + 8 + 4
    names: list[tuple[int, DocumentId]] = []
    lengths: list[int] = []
    for _ in range(reader.u32()):
        row = _read_row(reader)
        names.append((row.line, row.document_id))
        lengths.append(4 + ID_SIZE + HASH_SIZE + HASH_SIZE + 4 + len(row.reference.encode()) + 4 + len(row.envelope))
    draft = reader.part(MAX_RECORD)
    reader.end()
    places = _places(names, lengths, start + at)
    return delivery_id, SentPack(pack, size, path, places, start + at + sum(lengths) + 4, len(draft))


def _read_row(reader: Reader) -> SealedRow:
    line, document_id = reader.u32(), DocumentId(reader.take(ID_SIZE))
    content_id, aim = Hash(reader.take(HASH_SIZE)), Hash(reader.take(HASH_SIZE))
    reference, envelope = _text(reader.part(MAX_REFERENCE_BYTES)), reader.part(MAX_ENVELOPE)
    return SealedRow(line, document_id, content_id, aim, reference, envelope)


def _places(names: Iterable[tuple[int, DocumentId]], lengths: Sequence[int], start: int) -> bytes:
    """Pack line, id and place of documents that lie one after the other."""
    ends = accumulate(lengths, initial=start)
    return b"".join(_PLACE.pack(*name, at, length) for name, at, length in zip(names, ends, lengths, strict=False))


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("spool: a reference is no text") from error
