"""The payload of a vault's index: what its own devices have opened and verified, and what the holder says about it.

Source: `docs/spec/index-directory.md`, "vault-index.age", versions 1 and 2, in which everything is one payload; and what
their documents have in common with version 3 (`index_segments`). Every value of this module is secret: file keys and titles.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from voute.core.errors import FormatError
from voute.core.ids import DocumentId, Hash, Slug, VaultId
from voute.core.values import LANGUAGES, Money, UnixTime, text_of, time_text
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.fields import Fields, to_base64, write_date, write_hex, write_money
from voute.format.manifest import (
    ACTIONS,
    MAX_BODY,
    MAX_PAYMENT_REFERENCE,
    MAX_TITLE,
    Instalment,
    read_instalments,
    write_instalments,
)

MAX_INDEX: Final = 16 * 1024 * 1024
"""Bytes of the envelope: 5,000 documents are about 4.5 MB."""
# The base64 of an envelope's payload is a third longer than the payload; type and signature take less than 1 KiB.
MAX_PAYLOAD: Final = (MAX_INDEX - 1024) // 4 * 3
MAX_DOCUMENTS: Final = 20_000
MAX_FOLDER: Final = 100
MAX_NOTE: Final = 500
MAX_OFFERED: Final = 1_000
"""Offers at most: as many choices as an archive has, more than any city has document types."""
FILE_KEY_SIZE: Final = 16
_MAX_FILE_KEY_TEXT: Final = 24

_KEYS = frozenset({"version", "city", "vault_id", "number", "previous", "written_at", "documents"})
_WITH_OFFERED: Final = 2
"""The version that has offers; without any the bytes are those of version 1."""
ENTRY_KEYS: Final = frozenset(
    {
        *("document_id", "manifest_hash", "file_key", "issuer_key", "issuer", "type", "title", "language", "issued_at", "due"),
        *("reply_by", "amount", "instalments", "payment_reference", "action", "supersedes", "sensitive", "size"),
        *("handled", "own_title", "folder", "note"),
    }
)


@dataclass(frozen=True, slots=True)
class Marks:
    """What the holder says about a document; None where nothing is said."""

    handled: bool = False
    own_title: str | None = None
    folder: str | None = None
    note: str | None = None


NO_MARKS: Final = Marks()
"""Nothing said."""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One document: what its verified manifest said, the key that opens it, and the holder's own marks."""

    document_id: DocumentId
    manifest_hash: Hash
    file_key: bytes = field(repr=False)
    issuer_key: Hash
    issuer: Slug
    type: Slug
    title: str
    language: str
    issued_at: UnixTime
    size: int
    due: date | None = None
    reply_by: date | None = None
    amount: Money | None = None
    instalments: tuple[Instalment, ...] = ()
    payment_reference: str | None = None
    action: str | None = None
    supersedes: DocumentId | None = None
    sensitive: bool = False
    marks: Marks = NO_MARKS


class Offer(NamedTuple):
    """A kind of document that the holder was offered to have without paper, once: an issuer's type."""

    issuer: Slug
    type: Slug


@dataclass(frozen=True, slots=True)
class VaultIndex:
    """A numbered index; `previous` is the hash of the one that it was made from."""

    city: Slug
    vault_id: VaultId
    number: int
    previous: Hash | None
    written_at: UnixTime
    documents: tuple[IndexEntry, ...]
    offered: tuple[Offer, ...] = ()

    def encode(self) -> bytes:
        """Write the payload; `FormatError` for what the specification does not allow."""
        _check_documents(self.documents)
        check_offered(self.offered)
        with_offered: dict[str, Json] = {
            "version": _WITH_OFFERED,
            "offered": [{"issuer": one.issuer, "type": one.type} for one in self.offered],
        }
        payload = canonical.dumps(
            {
                "version": 1,
                "city": self.city,
                "vault_id": self.vault_id.hex(),
                "number": self.number,
                "previous": write_hex(self.previous),
                "written_at": time_text(self.written_at),
                "documents": [write_entry(one) for one in self.documents],
                **(with_offered if self.offered else {}),
            }
        )
        if len(payload) > MAX_PAYLOAD:
            raise FormatError("index: too long")
        return payload


def _check_documents(documents: tuple[IndexEntry, ...]) -> None:
    if len(documents) > MAX_DOCUMENTS:
        raise FormatError("index.documents: too many", field="documents")
    if any(left.document_id >= right.document_id for left, right in pairwise(documents)):
        raise FormatError("index.documents: not sorted, or one twice", field="documents")
    for one in documents:
        check_entry(one)


def check_offered(offered: tuple[Offer, ...]) -> None:
    """Raise `FormatError` unless offers are sorted by issuer, then type, each once, and not too many."""
    if len(offered) > MAX_OFFERED:
        raise FormatError("index.offered: too many", field="offered")
    if any(left >= right for left, right in pairwise(offered)):
        raise FormatError("index.offered: not sorted, or one twice", field="offered")


def check_entry(one: IndexEntry) -> None:
    """Raise `FormatError` for a document whose texts, key or size are out of bounds."""
    marks = one.marks
    limits = ((one.title, MAX_TITLE), (one.payment_reference, MAX_PAYMENT_REFERENCE), (marks.own_title, MAX_TITLE))
    for value, maximum in (*limits, (marks.folder, MAX_FOLDER), (marks.note, MAX_NOTE)):
        if value is not None:
            text_of(value, maximum)
    if len(one.file_key) != FILE_KEY_SIZE:
        raise FormatError("index: a file key has 16 bytes", field="file_key")
    if not 1 <= one.size <= MAX_BODY:
        raise FormatError("index: size out of range", field="size")


def write_entry(one: IndexEntry) -> Mapping[str, Json]:
    """Write everything that an index says of a document, by name."""
    return {
        "document_id": one.document_id.hex(),
        "manifest_hash": one.manifest_hash.hex(),
        "file_key": to_base64(one.file_key),
        "issuer_key": one.issuer_key.hex(),
        "issuer": one.issuer,
        "type": one.type,
        "title": one.title,
        "language": one.language,
        "issued_at": time_text(one.issued_at),
        "due": write_date(one.due),
        "reply_by": write_date(one.reply_by),
        "amount": write_money(one.amount),
        "instalments": write_instalments(one.instalments),
        "payment_reference": one.payment_reference,
        "action": one.action,
        "supersedes": write_hex(one.supersedes),
        "sensitive": one.sensitive,
        "size": one.size,
        "handled": one.marks.handled,
        "own_title": one.marks.own_title,
        "folder": one.marks.folder,
        "note": one.marks.note,
    }


def _read_marks(fields: Fields) -> Marks:
    return Marks(
        handled=fields.boolean("handled"),
        own_title=fields.optional("own_title", lambda key: fields.text(key, MAX_TITLE)),
        folder=fields.optional("folder", lambda key: fields.text(key, MAX_FOLDER)),
        note=fields.optional("note", lambda key: fields.text(key, MAX_NOTE)),
    )


def read_entry(fields: Fields) -> IndexEntry:
    """Read everything that an index says of a document; raises `FormatError` alone."""
    supersedes = fields.optional("supersedes", fields.identifier)
    return IndexEntry(
        document_id=DocumentId(fields.identifier("document_id")),
        manifest_hash=fields.hash("manifest_hash"),
        file_key=fields.base64("file_key", _MAX_FILE_KEY_TEXT),
        issuer_key=fields.hash("issuer_key"),
        issuer=fields.slug("issuer"),
        type=fields.slug("type"),
        title=fields.text("title", MAX_TITLE),
        language=fields.one_of("language", LANGUAGES),
        issued_at=fields.time("issued_at"),
        size=fields.integer("size", 1, MAX_BODY),
        due=fields.optional("due", fields.date),
        reply_by=fields.optional("reply_by", fields.date),
        amount=fields.optional("amount", fields.money),
        instalments=read_instalments(fields),
        payment_reference=fields.optional("payment_reference", lambda key: fields.text(key, MAX_PAYMENT_REFERENCE)),
        action=fields.optional("action", lambda key: fields.one_of(key, ACTIONS)),
        supersedes=None if supersedes is None else DocumentId(supersedes),
        sensitive=fields.boolean("sensitive"),
        marks=_read_marks(fields),
    )


def _read_offered(value: Json) -> tuple[Fields, tuple[Offer, ...]]:
    """Read the version, and what only the second one has."""
    if not isinstance(value, dict) or "offered" not in value:
        fields = Fields(value, _KEYS, "index")
        fields.version()
        return fields, ()
    fields = Fields(value, _KEYS | {"offered"}, "index")
    fields.integer("version", _WITH_OFFERED, _WITH_OFFERED)
    offers = fields.objects("offered", frozenset({"issuer", "type"}), 1, MAX_OFFERED)
    return fields, tuple(Offer(one.slug("issuer"), one.slug("type")) for one in offers)


def parse_vault_index(payload: bytes) -> VaultIndex:
    """Parse the payload of a verified envelope; raises `FormatError` alone."""
    fields, offered = _read_offered(canonical.loads(payload, MAX_PAYLOAD))
    check_offered(offered)
    documents = tuple(read_entry(one) for one in fields.objects("documents", ENTRY_KEYS, 0, MAX_DOCUMENTS))
    _check_documents(documents)
    return VaultIndex(
        city=fields.slug("city"),
        vault_id=VaultId(fields.hash("vault_id")),
        number=fields.integer("number", 1),
        previous=fields.optional("previous", fields.hash),
        written_at=fields.time("written_at"),
        documents=documents,
        offered=offered,
    )
