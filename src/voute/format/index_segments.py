"""A vault's index in segments: a signed head that names them by hash, newest documents first, each shown once it is there.

Source: `docs/spec/index-directory.md`, "Version 3". Every value of this module is secret: file keys and titles.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from voute.core.errors import FormatError, VerificationError
from voute.core.ids import DocumentId, Hash, Slug, VaultId, hash_of
from voute.core.values import UnixTime, time_text
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.fields import Fields, write_hex
from voute.format.vault_index import (
    ENTRY_KEYS,
    MAX_DOCUMENTS,
    MAX_INDEX,
    MAX_OFFERED,
    IndexEntry,
    Offer,
    VaultIndex,
    check_entry,
    check_offered,
    read_entry,
    write_entry,
)

VERSION: Final = 3
MAX_HEAD: Final = 1024 * 1024
"""Bytes of a head's envelope: a thousand offers and all segments are a tenth of it. Its length begins with a zero byte."""
MAX_SEGMENT: Final = 128 * 1024
"""Bytes of a segment: the documents that a writer closes one after, and the longest that may follow."""
MAX_SEGMENTS: Final = 1_000
LENGTH_SIZE: Final = 4

# A screen shows a hundred rows; head and first segment then fit one chunk of the cipher, so that one chunk shows them.
_DOCUMENTS: Final = 200
_BYTES: Final = 48 * 1024

_HEAD_KEYS = frozenset({"version", "city", "vault_id", "number", "previous", "written_at", "offered", "segments"})
_SEGMENT_KEYS = frozenset({"count", "sha256", "size"})
_ALWAYS = ("document_id", "manifest_hash", "file_key", "source", "language", "issued_at", "size", "title")
_SOURCE = ("issuer", "type", "issuer_key")
_SOMETIMES: Final[Mapping[str, Json]] = {
    **dict.fromkeys(("due", "reply_by", "amount", "payment_reference", "action", "supersedes", "own_title", "folder", "note")),
    "instalments": [],
    "sensitive": False,
    "handled": False,
}
"""What is written only where it says something, with what it is where it does not."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What a head says of a segment."""

    count: int
    size: int
    sha256: Hash


@dataclass(frozen=True, slots=True)
class IndexHead:
    """What is signed: whose index this is, which, and the hashes of all that follows."""

    city: Slug
    vault_id: VaultId
    number: int
    previous: Hash | None
    written_at: UnixTime
    offered: tuple[Offer, ...]
    segments: tuple[Segment, ...]

    def encode(self) -> bytes:
        """Write the payload; `FormatError` for what the specification does not allow."""
        _check_head(self)
        return canonical.dumps(
            {
                "version": VERSION,
                "city": self.city,
                "vault_id": self.vault_id.hex(),
                "number": self.number,
                "previous": write_hex(self.previous),
                "written_at": time_text(self.written_at),
                "offered": [{"issuer": one.issuer, "type": one.type} for one in self.offered],
                "segments": [{"count": one.count, "size": one.size, "sha256": one.sha256.hex()} for one in self.segments],
            }
        )


def _check_head(head: IndexHead) -> None:
    check_offered(head.offered)
    if sum(one.count for one in head.segments) > MAX_DOCUMENTS:
        raise FormatError("index.segments: too many documents", field="segments")
    if sum(one.size for one in head.segments) > MAX_INDEX:
        raise FormatError("index.segments: too long", field="segments")


def _read_segment(fields: Fields) -> Segment:
    return Segment(fields.integer("count", 1, MAX_DOCUMENTS), fields.integer("size", 1, MAX_SEGMENT), fields.hash("sha256"))


def parse_index_head(payload: bytes) -> IndexHead:
    """Parse the payload of a verified head; raises `FormatError` alone."""
    fields = Fields(canonical.loads(payload, MAX_HEAD), _HEAD_KEYS, "index")
    fields.integer("version", VERSION, VERSION)
    offers = fields.objects("offered", frozenset({"issuer", "type"}), 0, MAX_OFFERED)
    head = IndexHead(
        city=fields.slug("city"),
        vault_id=VaultId(fields.hash("vault_id")),
        number=fields.integer("number", 1),
        previous=fields.optional("previous", fields.hash),
        written_at=fields.time("written_at"),
        offered=tuple(Offer(one.slug("issuer"), one.slug("type")) for one in offers),
        segments=tuple(_read_segment(one) for one in fields.objects("segments", _SEGMENT_KEYS, 0, MAX_SEGMENTS)),
    )
    _check_head(head)
    return head


def _newest_first(one: IndexEntry) -> tuple[int, DocumentId]:
    return -one.issued_at, one.document_id


def _check_order(documents: Sequence[IndexEntry]) -> None:
    if any(_newest_first(left) >= _newest_first(right) for left, right in pairwise(documents)):
        raise FormatError("index.documents: not newest first, or one twice", field="documents")


def _source(one: IndexEntry) -> tuple[Slug, Slug, str]:
    return one.issuer, one.type, one.issuer_key.hex()


def _write_row(one: IndexEntry, source: int) -> Sequence[Json]:
    names: dict[str, Json] = {**write_entry(one), "source": source}
    more = {name: names[name] for name, nothing in _SOMETIMES.items() if names[name] != nothing}
    return [*(names[name] for name in _ALWAYS), more]


def encode_segment(documents: Sequence[IndexEntry]) -> bytes:
    """Write a segment, newest documents first; `FormatError` for what the specification does not allow."""
    for one in documents:
        check_entry(one)
    _check_order(documents)
    sources = sorted({_source(one) for one in documents})
    places = {one: at for at, one in enumerate(sources)}
    written = [_write_row(one, places[_source(one)]) for one in documents]
    raw = canonical.dumps({"documents": written, "sources": sources})
    if len(raw) > MAX_SEGMENT:
        raise FormatError("index: a segment too long")
    return raw


def _row(value: Json, names: Sequence[str], what: str) -> dict[str, Json]:
    if not isinstance(value, list) or len(value) != len(names):
        raise FormatError(f"index.{what}: not a list of {len(names)}", field=what)
    return dict(zip(names, value, strict=True))


def _said(value: Json) -> Mapping[str, Json]:
    """Read what is written only where it says something."""
    if not isinstance(value, dict) or not value.keys() <= _SOMETIMES.keys():
        raise FormatError("index.documents: unknown key", field="documents")
    if any(one == _SOMETIMES[name] and type(one) is type(_SOMETIMES[name]) for name, one in value.items()):
        raise FormatError("index.documents: what says nothing is not written", field="documents")
    return value


def parse_segment(raw: bytes) -> tuple[IndexEntry, ...]:
    """Parse a segment whose hash is the head's; raises `FormatError` alone."""
    fields = Fields(canonical.loads(raw, MAX_SEGMENT), frozenset({"documents", "sources"}), "index")
    sources = [_row(one, _SOURCE, "sources") for one in fields.list("sources", 1, MAX_DOCUMENTS)]
    documents, used = [], set[int]()
    for one in fields.list("documents", 1, MAX_DOCUMENTS):
        row = _row(one, (*_ALWAYS, "more"), "documents")
        more, source = _said(row.pop("more")), row.pop("source")
        if not isinstance(source, int) or isinstance(source, bool) or not 0 <= source < len(sources):
            raise FormatError("index.documents: no such source", field="documents")
        used.add(source)
        documents.append(read_entry(Fields({**_SOMETIMES, **sources[source], **row, **more}, ENTRY_KEYS, "index.documents")))
    if len(used) != len(sources) or any(_texts(left) >= _texts(right) for left, right in pairwise(sources)):
        raise FormatError("index.sources: not sorted, one twice, or one of no document", field="sources")
    for entry in documents:
        check_entry(entry)
    _check_order(documents)
    return tuple(documents)


def _texts(source: Mapping[str, Json]) -> list[str]:
    return [str(source[name]) for name in _SOURCE]


def _cut(documents: Sequence[IndexEntry]) -> Iterator[bytes]:
    """Cut documents into segments."""
    part: list[IndexEntry] = []
    size = 0
    for one in documents:
        length = len(canonical.dumps(_write_row(one, 0)))
        if part and (len(part) == _DOCUMENTS or size + length > _BYTES):
            yield encode_segment(part)
            part, size = [], 0
        part.append(one)
        size += length
    if part:
        yield encode_segment(part)


def segmented(index: VaultIndex) -> tuple[IndexHead, tuple[bytes, ...]]:
    """Give an index in segments; raises `FormatError` for one that the specification does not allow."""
    segments = tuple(_cut(sorted(index.documents, key=_newest_first)))
    head = IndexHead(
        index.city,
        index.vault_id,
        index.number,
        index.previous,
        index.written_at,
        index.offered,
        tuple(Segment(len(parse_segment(one)), len(one), hash_of(hashlib.sha256(one).digest())) for one in segments),
    )
    return head, segments


def joined(head: IndexHead, rest: bytes) -> VaultIndex:
    """Check what follows a verified head against it, and give the whole; raises `FormatError` or `VerificationError`."""
    documents: list[IndexEntry] = []
    for segment in head.segments:
        raw, rest = rest[: segment.size], rest[segment.size :]
        if hashlib.sha256(raw).digest() != segment.sha256:
            raise VerificationError("index: a segment that the head does not name")
        entries = parse_segment(raw)
        if len(entries) != segment.count:
            raise FormatError("index: a segment has another number of documents")
        documents += entries
    if rest:
        raise FormatError("index: something after the last segment")
    _check_order(documents)
    documents.sort(key=lambda one: one.document_id)
    if any(left.document_id == right.document_id for left, right in pairwise(documents)):
        raise FormatError("index.documents: one twice", field="documents")
    return VaultIndex(head.city, head.vault_id, head.number, head.previous, head.written_at, tuple(documents), head.offered)
