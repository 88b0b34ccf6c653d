"""What a department found when it compared the receipts of a delivery with the log that took the old one's tree over.

Source: `docs/spec/event-receipt.md`, "Receipts and a successor". Files of the department's machine, never sent.
"""

from dataclasses import dataclass
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import DeliveryId, DocumentId, Hash
from voute.format import canonical
from voute.format.binary import labelled_hash
from voute.format.canonical import Json
from voute.format.fields import Fields, write_hex
from voute.format.manifest import Manifest
from voute.format.receipt import MAX_REFERENCE, MAX_ROW

MAX_COMPARED_LINE: Final = 2_048
"""Bytes of a line: under 900 with every field at its longest."""
_MAX_ORIGIN: Final = 200
_HEAD_KEYS: Final = frozenset(
    {"kind", "version", "delivery_id", "old", "log", "size", "documents", "lost", "again", "first", "last"}
)
_LOST_KEYS: Final = frozenset({"kind", "row", "reference", "document_id", "index", "same", "again"})


@dataclass(frozen=True, slots=True)
class Compared:
    """The first line: which log's tree of `size` entries the `documents` receipts of a delivery were compared with.

    `lost` of them are not there, with indexes from `first` to `last` in the log `old`; `again` of these are delivered again.
    """

    delivery_id: DeliveryId
    old: str
    log: str
    size: int
    documents: int
    lost: int = 0
    again: int = 0
    first: int | None = None
    last: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is lost that is not delivered again."""
        return self.again < self.lost

    @property
    def is_settled(self) -> bool:
        """Whether no larger tree of the same log can say anything else: what is lost has another entry in its place."""
        return self.last is None or self.last < self.size

    def encode(self) -> bytes:
        """Write the line, with its line end."""
        values: dict[str, Json] = {
            "kind": "compared",
            "version": 1,
            "delivery_id": self.delivery_id.hex(),
            "old": self.old,
            "log": self.log,
            "size": self.size,
            "documents": self.documents,
            "lost": self.lost,
            "again": self.again,
            "first": self.first,
            "last": self.last,
        }
        return canonical.dumps(values) + b"\n"


@dataclass(frozen=True, slots=True)
class LostReceipt:
    """Every other line: a receipt that is not in the tree; `same` is equal for the document that is delivered `again`."""

    row: int
    reference: str
    document_id: DocumentId
    index: int
    same: Hash
    again: DocumentId | None = None

    def encode(self) -> bytes:
        """Write the line, with its line end."""
        values: dict[str, Json] = {
            "kind": "lost",
            "row": self.row,
            "reference": self.reference,
            "document_id": self.document_id.hex(),
            "index": self.index,
            "same": self.same.hex(),
            "again": write_hex(self.again),
        }
        return canonical.dumps(values) + b"\n"


def same_document(reference: str, manifest: Manifest) -> Hash:
    """Name a document for its department, whichever delivery it goes in: reference, party and bytes."""
    return labelled_hash("receipts/same/v1", reference, manifest.party, manifest.sha256)


def parse_compared(raw: bytes) -> Compared:
    """Parse the first line, with or without its line end; raises `FormatError`, `LimitError`."""
    fields = Fields(canonical.loads(raw.removesuffix(b"\n"), MAX_COMPARED_LINE), _HEAD_KEYS, "compared")
    fields.one_of("kind", frozenset({"compared"}))
    fields.version()
    found = Compared(
        DeliveryId(fields.identifier("delivery_id")),
        fields.text("old", _MAX_ORIGIN),
        fields.text("log", _MAX_ORIGIN),
        fields.integer("size"),
        fields.integer("documents"),
        fields.integer("lost"),
        fields.integer("again"),
        fields.optional("first", fields.integer),
        fields.optional("last", fields.integer),
    )
    _check(found)
    return found


def _check(found: Compared) -> None:
    if not found.again <= found.lost <= found.documents or found.old == found.log:
        raise FormatError("a comparison that cannot be", field="lost")
    if found.first is None or found.last is None:
        if found.lost or found.first != found.last:
            raise FormatError("a comparison that cannot be", field="first")
    elif not found.lost or found.first > found.last:
        raise FormatError("a comparison that cannot be", field="last")


def parse_lost(raw: bytes) -> LostReceipt:
    """Parse any other line, with or without its line end; raises `FormatError`, `LimitError`."""
    fields = Fields(canonical.loads(raw.removesuffix(b"\n"), MAX_COMPARED_LINE), _LOST_KEYS, "lost")
    fields.one_of("kind", frozenset({"lost"}))
    again = fields.optional("again", fields.identifier)
    return LostReceipt(
        fields.integer("row", 1, MAX_ROW),
        fields.text("reference", MAX_REFERENCE),
        DocumentId(fields.identifier("document_id")),
        fields.integer("index"),
        fields.hash("same"),
        None if again is None else DocumentId(again),
    )
