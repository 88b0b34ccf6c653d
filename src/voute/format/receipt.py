"""Receipts: one small file that proves, offline and for decades, that a document was delivered and logged.

Source: `docs/spec/event-receipt.md`. Parsing here, verdict in `voute.verify.receipt`. The lines of `receipts.ndjson`
share checkpoints by their SHA-256, for an ML-DSA signature has 2.4 kB.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, DocumentId, Hash, Slug, parse_hex
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.dsse import MAX_ENVELOPE
from voute.format.event import MAX_EVENT
from voute.format.fields import Fields, from_base64, to_base64

MAX_RECEIPT: Final = 1024 * 1024
MEDIA_TYPE: Final = "application/vnd.voute.receipt.v1+json"
# RFC 3161 tokens with their certificates; several authorities over the decades.
MAX_TIMESTAMPS: Final = 16
MAX_TIMESTAMP: Final = 64 * 1024
# A checkpoint with 16 ML-DSA cosignatures has 55 kB.
MAX_PROOF: Final = 256 * 1024
# A Merkle path in a tree of 2^63 leaves.
MAX_PATH: Final = 63
MAX_REFERENCE: Final = 100
MAX_ROW: Final = 10_000_000

LOGGED_KEYS: Final = frozenset({"version", "city", "event", "salt", "chain", "proof", "timestamps"})
"""What every file that proves an event in the log has: receipts, and proofs of acts."""
_KEYS = LOGGED_KEYS | {"manifest"}
_CHECKPOINT_KEYS = frozenset({"kind", "id", "note"})
_DELETED_KEYS = frozenset({"kind", "row", "reference", "document_id", "index"})
_LINE_KEYS = frozenset(
    {
        *("kind", "row", "reference", "document_id", "checkpoint", "index", "path"),
        *("event", "salt", "chain", "manifest"),
    }
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A parsed receipt: nothing is verified. `manifest` is a DSSE envelope, `proof` a C2SP tlog-proof text."""

    city: Slug
    event: bytes
    salt: Hash
    chain: Hash
    manifest: bytes | None
    proof: str
    timestamps: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Write the file."""
        manifest = None if self.manifest is None else to_base64(self.manifest)
        return canonical.dumps({**self.logged_values(), "manifest": manifest})

    def logged_values(self) -> Mapping[str, Json]:
        """Give the values of the keys `LOGGED_KEYS`."""
        return {
            "version": 1,
            "city": self.city,
            "event": to_base64(self.event),
            "salt": self.salt.hex(),
            "chain": self.chain.hex(),
            "proof": self.proof,
            "timestamps": [to_base64(one) for one in self.timestamps],
        }


def _bounded(fields: Fields, key: str, maximum: int) -> bytes:
    raw = fields.base64(key, maximum * 2)
    if len(raw) > maximum:
        raise FormatError(f"{key}: too long", field=key)
    return raw


def _proof(fields: Fields, key: str) -> str:
    text = fields.string(key)
    if not 1 <= len(text) <= MAX_PROOF:
        raise FormatError(f"{key}: empty or too long", field=key)
    return text


def _timestamp(item: Json) -> bytes:
    if not isinstance(item, str):
        raise FormatError("receipt.timestamps: not base64", field="timestamps")
    return from_base64(item, MAX_TIMESTAMP)


def parse_receipt(raw: bytes) -> Receipt:
    """Parse a receipt file; raises `FormatError` alone."""
    fields = Fields(canonical.loads(raw, MAX_RECEIPT), _KEYS, "receipt")
    return read_logged(fields, fields.optional("manifest", lambda key: _bounded(fields, key, MAX_ENVELOPE)))


def read_logged(fields: Fields, manifest: bytes | None) -> Receipt:
    """Read the keys `LOGGED_KEYS`; raises `FormatError` alone."""
    fields.version()
    return Receipt(
        city=fields.slug("city"),
        event=_bounded(fields, "event", MAX_EVENT),
        salt=fields.hash("salt"),
        chain=fields.hash("chain"),
        manifest=manifest,
        proof=_proof(fields, "proof"),
        timestamps=tuple(_timestamp(item) for item in fields.list("timestamps", 0, MAX_TIMESTAMPS)),
    )


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """A line of `receipts.ndjson` that holds a checkpoint for the receipts after it."""

    note: str

    @property
    def id(self) -> Hash:
        """SHA-256 of the note."""
        return Hash(hashlib.sha256(self.note.encode("utf-8")).digest())

    def encode(self) -> bytes:
        """Write the line, with its line end."""
        return _line("checkpoint", id=self.id.hex(), note=self.note)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A line of `receipts.ndjson`: the receipt of one row of a run, its checkpoint by reference."""

    row: int
    reference: str
    document_id: DocumentId
    checkpoint: Hash
    index: int
    path: tuple[Hash, ...]
    event: bytes
    salt: Hash
    chain: Hash
    manifest: bytes

    def encode(self) -> bytes:
        """Write the line, with its line end."""
        return _line(
            "receipt",
            row=self.row,
            reference=self.reference,
            document_id=self.document_id.hex(),
            checkpoint=self.checkpoint.hex(),
            index=self.index,
            path=[one.hex() for one in self.path],
            event=to_base64(self.event),
            salt=self.salt.hex(),
            chain=self.chain.hex(),
            manifest=to_base64(self.manifest),
        )


@dataclass(frozen=True, slots=True)
class DeletedLine:
    """A document whose holder deleted it before its receipt was fetched: the city has destroyed what a receipt is made of."""

    row: int
    reference: str
    document_id: DocumentId
    index: int

    def encode(self) -> bytes:
        """Write the line, with its line end."""
        return _line("deleted", row=self.row, reference=self.reference, document_id=self.document_id.hex(), index=self.index)


def _line(kind: str, **fields: Json) -> bytes:
    return canonical.dumps({"kind": kind, **fields}) + b"\n"


def _path_item(item: Json) -> Hash:
    if not isinstance(item, str):
        raise FormatError("receipt.path: not a hash", field="path")
    return Hash(parse_hex(item, HASH_SIZE))


def parse_line(raw: bytes) -> CheckpointLine | ReceiptLine | DeletedLine:
    """Parse one line of `receipts.ndjson`, with or without its line end; raises `FormatError` alone."""
    return _read_line(canonical.loads(raw.removesuffix(b"\n"), MAX_RECEIPT))


def write_line(value: Mapping[str, Json]) -> tuple[bytes, CheckpointLine | ReceiptLine | DeletedLine]:
    """Write one line of `receipts.ndjson` from its fields, with its line end, and give what `parse_line` would read from it.

    Raises `FormatError` where `parse_line` would.
    """
    raw = canonical.dumps(value)
    if len(raw) > MAX_RECEIPT:
        raise FormatError(f"more than {MAX_RECEIPT} bytes")
    return raw + b"\n", _read_line(value)


def _read_line(value: Json) -> CheckpointLine | ReceiptLine | DeletedLine:
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind == "checkpoint":
        fields = Fields(value, _CHECKPOINT_KEYS, "checkpoint")
        line = CheckpointLine(_proof(fields, "note"))
        if line.id != fields.hash("id"):
            raise FormatError("checkpoint.id: of another note", field="id")
        return line
    if kind == "deleted":
        return _deleted_line(Fields(value, _DELETED_KEYS, "deleted"))
    fields = Fields(value, _LINE_KEYS, "receipt")
    fields.one_of("kind", frozenset({"receipt"}))
    return ReceiptLine(
        row=fields.integer("row", 1, MAX_ROW),
        reference=fields.text("reference", MAX_REFERENCE),
        document_id=DocumentId(fields.identifier("document_id")),
        checkpoint=fields.hash("checkpoint"),
        index=fields.integer("index"),
        path=tuple(_path_item(item) for item in fields.list("path", 0, MAX_PATH)),
        event=_bounded(fields, "event", MAX_EVENT),
        salt=fields.hash("salt"),
        chain=fields.hash("chain"),
        manifest=_bounded(fields, "manifest", MAX_ENVELOPE),
    )


def _deleted_line(fields: Fields) -> DeletedLine:
    return DeletedLine(
        row=fields.integer("row", 1, MAX_ROW),
        reference=fields.text("reference", MAX_REFERENCE),
        document_id=DocumentId(fields.identifier("document_id")),
        index=fields.integer("index"),
    )
