"""Sidecars: what stands beside a pack so that packs and sidecars alone rebuild the documents of a catalogue.

Source: `docs/spec/pack.md`. A sidecar is rewritten whole; a deleted document keeps its id and nothing else. The
draft is what an issuer's client sends for a pack: the same records with the manifest hash in place of salt and event.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, ID_SIZE, DocumentId, Hash, sized
from voute.format.binary import Reader, u32
from voute.format.dsse import MAX_ENVELOPE
from voute.format.event import MAX_EVENT
from voute.format.pack import MAX_DOCUMENTS

MAGIC: Final = b"VOUTESC1"
# The age layer's own limit for a header (docs/spec/document.md).
MAX_HEADER: Final = 256 * 1024
# A card of 64 KiB as an age payload: nonce, one chunk, its tag.
MAX_SEALED_CARD: Final = 64 * 1024 + 32
_ZERO: Final = bytes(HASH_SIZE)


class BoxKind(IntEnum):
    """Where a document lies: before a claim code (the box is a lookup id) or in a vault."""

    CLAIM = 0
    VAULT = 1


@dataclass(frozen=True, slots=True)
class Placement:
    """What draft and sidecar share for one document; `token_hash` is 32 zero bytes for a vault."""

    document_id: DocumentId
    header: bytes
    card: bytes
    box_id: Hash
    box_kind: BoxKind
    dedupe_id: Hash
    content_id: Hash
    token_hash: Hash


@dataclass(frozen=True, slots=True)
class SidecarRecord:
    """One document of a sidecar: its placement, the salt of its `deliver` event and the event's bytes."""

    placement: Placement
    salt: Hash
    event: bytes

    @property
    def is_deleted(self) -> bool:
        """Whether only the document id is left."""
        return not self.event


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A parsed sidecar; `statement` is the pack statement's envelope, not verified here."""

    pack: Hash
    statement: bytes
    records: tuple[SidecarRecord, ...]


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """One document of a draft: its placement and the hash of its manifest."""

    placement: Placement
    manifest_hash: Hash


@dataclass(frozen=True, slots=True)
class Draft:
    """A parsed draft; `statement` is the pack statement's envelope, not verified here."""

    statement: bytes
    records: tuple[DraftRecord, ...]


def deleted(document_id: DocumentId) -> SidecarRecord:
    """Make the record that a deleted document leaves behind."""
    zero = Hash(_ZERO)
    placement = Placement(document_id, b"", b"", zero, BoxKind.CLAIM, zero, zero, zero)
    return SidecarRecord(placement, zero, b"")


def _write_placement(one: Placement) -> bytes:
    return b"".join(
        (
            sized(one.document_id, ID_SIZE),
            u32(len(one.header)),
            one.header,
            u32(len(one.card)),
            one.card,
            sized(one.box_id, HASH_SIZE),
            bytes((one.box_kind,)),
            sized(one.dedupe_id, HASH_SIZE),
            sized(one.content_id, HASH_SIZE),
            sized(one.token_hash, HASH_SIZE),
        )
    )


def _read_hash(reader: Reader) -> Hash:
    return Hash(reader.take(HASH_SIZE))


def _read_placement(reader: Reader) -> Placement:
    document_id = DocumentId(reader.take(ID_SIZE))
    header = reader.part(MAX_HEADER)
    card = reader.part(MAX_SEALED_CARD)
    box_id = _read_hash(reader)
    kind = reader.take(1)[0]
    if kind > BoxKind.VAULT:
        raise FormatError("sidecar: unknown kind of box")
    box_kind = BoxKind(kind)
    one = Placement(document_id, header, card, box_id, box_kind, _read_hash(reader), _read_hash(reader), _read_hash(reader))
    if box_kind is BoxKind.VAULT and one.token_hash != _ZERO:
        raise FormatError("sidecar: a vault has no token")
    return one


def _check_live(one: Placement) -> None:
    if not one.header or not one.card:
        raise FormatError("sidecar: a document without header or card")


def _check_ids(records: Sequence[Placement]) -> None:
    if len({one.document_id for one in records}) != len(records):
        raise FormatError("sidecar: a document twice")


def _read_count(reader: Reader) -> int:
    count = reader.u32()
    if not 1 <= count <= MAX_DOCUMENTS:
        raise FormatError("sidecar: count out of range")
    return count


def _read_record(reader: Reader) -> SidecarRecord:
    placement = _read_placement(reader)
    record = SidecarRecord(placement, _read_hash(reader), reader.part(MAX_EVENT))
    if record.is_deleted:
        if record != deleted(placement.document_id):
            raise FormatError("sidecar: a deleted document keeps only its id")
    else:
        _check_live(placement)
    return record


def _read_draft_record(reader: Reader) -> DraftRecord:
    placement = _read_placement(reader)
    _check_live(placement)
    return DraftRecord(placement, _read_hash(reader))


def encode_sidecar(sidecar: Sidecar) -> bytes:
    """Write a sidecar whole; the caller replaces the file atomically."""
    pieces = [MAGIC, sized(sidecar.pack, HASH_SIZE), u32(len(sidecar.statement)), sidecar.statement]
    pieces.append(u32(len(sidecar.records)))
    for record in sidecar.records:
        pieces += (_write_placement(record.placement), sized(record.salt, HASH_SIZE), u32(len(record.event)))
        pieces.append(record.event)
    body = b"".join(pieces)
    return body + hashlib.sha256(body).digest()


def parse_sidecar(raw: bytes) -> Sidecar:
    """Parse a sidecar and check its last 32 bytes; raises `FormatError` alone."""
    if len(raw) < HASH_SIZE or hashlib.sha256(raw[:-HASH_SIZE]).digest() != raw[-HASH_SIZE:]:
        raise FormatError("sidecar: hash")
    reader = Reader(raw[:-HASH_SIZE], "sidecar")
    reader.magic(MAGIC)
    pack = _read_hash(reader)
    statement = reader.part(MAX_ENVELOPE)
    records = tuple(_read_record(reader) for _ in range(_read_count(reader)))
    reader.end()
    _check_ids([one.placement for one in records])
    return Sidecar(pack, statement, records)


def encode_draft(statement: bytes, records: Iterable[DraftRecord]) -> bytes:
    """Write the draft of a pack."""
    written = [_write_placement(one.placement) + sized(one.manifest_hash, HASH_SIZE) for one in records]
    return b"".join((u32(len(statement)), statement, u32(len(written)), *written))


def parse_draft(raw: bytes) -> Draft:
    """Parse the draft of a pack; raises `FormatError` alone."""
    reader = Reader(raw, "draft")
    statement = reader.part(MAX_ENVELOPE)
    records = tuple(_read_draft_record(reader) for _ in range(_read_count(reader)))
    reader.end()
    _check_ids([one.placement for one in records])
    return Draft(statement, records)
