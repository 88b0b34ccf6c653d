"""Packs: the sealed bodies of many documents end to end, an index behind them, a footer.

Source: `docs/spec/pack.md`. A pack is written in one pass and hashed on the way; it is read from its end: footer,
index, then ranges. Nothing here opens a body.
"""

import hashlib
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voute.core.errors import FormatError, LimitError
from voute.core.ids import HASH_SIZE, ID_SIZE, DocumentId, Hash, sized

MAX_PACK: Final = 64 * 1024 * 1024
# Ids, offsets and hashes of so many documents fit a quarter of a pack.
MAX_DOCUMENTS: Final = 65_536
# The shortest age payload: a nonce of 16 bytes, one byte of plaintext, a tag of 16.
MIN_BODY: Final = 33
MAGIC: Final = b"VOUTEPK1"
_ENTRY = struct.Struct(">16sQQ32s")
_FOOTER = struct.Struct(">8sQQ32s")
ENTRY_SIZE: Final = _ENTRY.size
FOOTER_SIZE: Final = _FOOTER.size


@dataclass(frozen=True, slots=True)
class PackEntry:
    """Where one sealed body lies in its pack, in bytes, and its SHA-256."""

    document_id: DocumentId
    offset: int
    length: int
    sha256: Hash


@dataclass(frozen=True, slots=True)
class Footer:
    """The last 56 bytes: how many documents, how long the index, its SHA-256."""

    count: int
    index_length: int
    index_hash: Hash


@dataclass(frozen=True, slots=True)
class PackSummary:
    """A finished pack: its name (SHA-256 of all bytes), its size in bytes, its index."""

    sha256: Hash
    size: int
    entries: tuple[PackEntry, ...]


class PackWriter:
    """Writes one pack through `write`, which takes every byte once and in order; durability is the caller's."""

    def __init__(self, write: Callable[[bytes | memoryview], object]) -> None:
        self._write = write
        self._sha256 = hashlib.sha256()
        self._entries: list[PackEntry] = []
        self._ids: set[DocumentId] = set()
        self._offset = 0

    def _emit(self, data: bytes | memoryview) -> None:
        self._sha256.update(data)
        self._write(data)

    @property
    def count(self) -> int:
        """How many documents are in the pack so far."""
        return len(self._entries)

    def has_room(self, length: int) -> bool:
        """Tell whether a body of this length still fits with its index entry."""
        tail = ENTRY_SIZE * (len(self._entries) + 1) + FOOTER_SIZE
        return len(self._entries) < MAX_DOCUMENTS and self._offset + length + tail <= MAX_PACK

    def add(self, document_id: DocumentId, body: bytes | memoryview, sha256: Hash | None = None) -> PackEntry:
        """Append a sealed body; `sha256` is taken on trust when the caller has just computed it.

        Raises `LimitError` when there is no room (`has_room`), `FormatError` for a body too short or an id twice.
        """
        if len(body) < MIN_BODY or document_id in self._ids:
            raise FormatError("a body is too short, or its document is in the pack already")
        if not self.has_room(len(body)):
            raise LimitError("the pack is full")
        digest = Hash(hashlib.sha256(body).digest()) if sha256 is None else sha256
        entry = PackEntry(DocumentId(sized(document_id, ID_SIZE)), self._offset, len(body), digest)
        self._emit(body)
        self._offset += len(body)
        self._entries.append(entry)
        self._ids.add(document_id)
        return entry

    def finish(self) -> PackSummary:
        """Write index and footer; the writer is spent. Raises `FormatError` for a pack of nothing."""
        if not self._entries:
            raise FormatError("a pack holds at least one document")
        index = encode_index(self._entries)
        self._emit(index)
        self._emit(_FOOTER.pack(MAGIC, len(self._entries), len(index), hashlib.sha256(index).digest()))
        size = self._offset + len(index) + FOOTER_SIZE
        return PackSummary(Hash(self._sha256.digest()), size, tuple(self._entries))


def encode_index(entries: "list[PackEntry] | tuple[PackEntry, ...]") -> bytes:
    """Write the index of a pack."""
    return b"".join(_ENTRY.pack(one.document_id, one.offset, one.length, one.sha256) for one in entries)


def parse_footer(raw: bytes, pack_size: int) -> Footer:
    """Parse the last `FOOTER_SIZE` bytes of a pack of `pack_size` bytes; raises `FormatError` alone."""
    if len(raw) != FOOTER_SIZE or not FOOTER_SIZE <= pack_size <= MAX_PACK:
        raise FormatError("pack: cut short or too long")
    magic, count, index_length, index_hash = _FOOTER.unpack(raw)
    if magic != MAGIC:
        raise FormatError("pack: wrong magic")
    if not 1 <= count <= MAX_DOCUMENTS or count * ENTRY_SIZE != index_length:
        raise FormatError("pack: count and index length do not agree")
    if index_length + FOOTER_SIZE > pack_size:
        raise FormatError("pack: index longer than the pack")
    return Footer(count, index_length, Hash(index_hash))


def parse_index(raw: bytes, footer: Footer, pack_size: int) -> tuple[PackEntry, ...]:
    """Parse the index that the footer announces: hash, contiguous offsets, lengths, ids; raises `FormatError` alone."""
    if len(raw) != footer.index_length or hashlib.sha256(raw).digest() != footer.index_hash:
        raise FormatError("pack: index hash")
    entries: list[PackEntry] = []
    expected = 0
    for document_id, offset, length, sha256 in _ENTRY.iter_unpack(raw):
        if offset != expected or length < MIN_BODY:
            raise FormatError("pack: bodies are not end to end")
        expected = offset + length
        entries.append(PackEntry(DocumentId(document_id), offset, length, Hash(sha256)))
    if expected != pack_size - footer.index_length - FOOTER_SIZE:
        raise FormatError("pack: bodies do not reach the index")
    if len({one.document_id for one in entries}) != len(entries):
        raise FormatError("pack: a document twice")
    return tuple(entries)


def read_index(fetch: Callable[[int, int], bytes], pack_size: int) -> tuple[PackEntry, ...]:
    """Read the index of a stored pack with two ranges; `fetch(offset, length)` gives bytes. `FormatError` alone."""
    footer = parse_footer(fetch(max(pack_size - FOOTER_SIZE, 0), FOOTER_SIZE), pack_size)
    start = pack_size - FOOTER_SIZE - footer.index_length
    return parse_index(fetch(start, footer.index_length), footer, pack_size)


def hash_bodies(
    read: Callable[[int, int], Iterable[bytes]], entries: Sequence[PackEntry], pack_size: int
) -> tuple[Hash, Mapping[DocumentId, bool]]:
    """Read a pack once, as `read(offset, length)` gives its chunks.

    Returns the hash of all its bytes, and of each body that is not what the index says whether it is zeros alone: that is what
    is left of a destroyed document's.
    """
    whole = hashlib.sha256()
    broken: dict[DocumentId, bool] = {}
    for entry in entries:
        body, zeros = hashlib.sha256(), 0
        for chunk in read(entry.offset, entry.length):
            whole.update(chunk)
            body.update(chunk)
            zeros += chunk.count(0)
        if body.digest() != entry.sha256:
            broken[entry.document_id] = zeros == entry.length
    end = entries[-1].offset + entries[-1].length
    for chunk in read(end, pack_size - end):
        whole.update(chunk)
    return Hash(whole.digest()), broken


def pack_leaf(document_id: bytes, manifest_hash: bytes, sealed_hash: bytes) -> bytes:
    """Write one leaf of a pack statement's tree: document id ‖ manifest hash ‖ sealed hash, 80 bytes."""
    return sized(document_id, ID_SIZE) + sized(manifest_hash, HASH_SIZE) + sized(sealed_hash, HASH_SIZE)
