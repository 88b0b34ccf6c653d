"""One document: index, sidecar, event and rows must tell the same."""

from typing import Final

from voute.core.errors import FormatError, LimitError
from voute.core.rows import EventRow, LookupState
from voute.format.age_header import parse_hybrid_header
from voute.format.event import Event
from voute.format.sidecar import BoxKind, SidecarRecord
from voute.format.subject import Deliver
from voute.fsck.context import Context
from voute.fsck.destroyed import check_deleted, is_destroyed
from voute.fsck.group import Pack, delivered, is_proven
from voute.fsck.missing import check_number, name_event_missing, name_missing
from voute.fsck.statement import try_statement
from voute.fsck.tables import DOCUMENTS, PARTS, DocumentLine

KINDS: Final = {BoxKind.CLAIM: "claim", BoxKind.VAULT: "vault"}
ISSUER: Final = "issuer:"
_FROM_LOG: Final = frozenset({"delivery_id", "issuer", "sealed_hash", "manifest_hash", "body_offset", "body_length", "pack_hash"})
"""Columns that follow from the logged event and from the pack whose index names the hash in it."""


def check_document(ctx: Context, pack: Pack, document_id: bytes) -> bytes | None:
    """Check one document; returns its manifest hash where it is known."""
    line, record = pack.lines.get(document_id), pack.records.get(document_id)
    if line is None:
        right = None if record is None or record.is_deleted else _columns_of_record(pack, document_id, record)
        return name_missing(ctx, pack, document_id, record, right)
    line = check_number(ctx, pack, line)
    for time, event in (("opened_at", "opened_event"), ("deleted_at", "delete_event")):
        if getattr(line, time) is None and getattr(line, event) is not None:
            ctx.findings.add("document-column", f"documents/{document_id.hex()}", column=event)
    if line.deleted_at is not None:
        check_deleted(ctx, pack, line, record)
    if is_destroyed(ctx, pack, line):
        return _check_destroyed(ctx, pack, line)
    if record is not None and record.is_deleted:
        # The holder did not delete it: the sidecar lost it.
        pack.differs = pack.differs or line.deleted_at is None
        record = None
    return _check_live(ctx, pack, line, record)


def _check_destroyed(ctx: Context, pack: Pack, line: DocumentLine) -> bytes:
    """Check what is left of a destroyed document: where it was, and an empty row in place of header and card."""
    _compare_line(ctx, pack, line, _columns_of_pack(pack, line.document_id))
    if line.event_id not in pack.parts:
        mend = ctx.mend_by(ctx.put("document_parts", PARTS.values((line.event_id, b"", b""))))
        ctx.findings.add("parts-missing", f"document_parts/{line.event_id}", mend, document=line.document_id.hex())
    return line.manifest_hash


def _check_live(ctx: Context, pack: Pack, line: DocumentLine, record: SidecarRecord | None) -> bytes | None:
    row = pack.events.get(line.event_id)
    if row is None:
        name_event_missing(ctx, pack, line, record)
    elif row.event_id not in ctx.suspects:
        _compare_event(ctx, pack, row, record)
    said = delivered(ctx.suspects, row, record)
    if said is None:
        return None
    right = {**_columns_of_pack(pack, line.document_id), **columns_of_event(*said), **_columns_of_box(record)}
    _compare_line(ctx, pack, line, right)
    _compare_parts(ctx, pack, line, record)
    _check_lookup(ctx, pack, line, said[0], record)
    return said[1].manifest_hash


# ---------------------------------------------------------------- what the columns must be


def columns_of_event(event: Event, subject: Deliver) -> dict[str, object]:
    """Return the columns that the `deliver` event gives."""
    return {
        "issuer": event.actor.removeprefix(ISSUER),
        "delivery_id": subject.delivery_id,
        "manifest_hash": subject.manifest_hash,
        "sealed_hash": subject.sealed_hash,
    }


def _columns_of_pack(pack: Pack, document_id: bytes) -> dict[str, object]:
    """Return the columns that the pack's index and statement give."""
    right: dict[str, object] = {"pack_hash": pack.group.pack_hash}
    entry = pack.entries.get(document_id)
    if entry is not None:
        right |= {"body_offset": entry.offset, "body_length": entry.length, "sealed_hash": entry.sha256}
    if pack.statement is not None:
        right |= {"delivery_id": pack.statement.said.delivery_id, "issuer": str(pack.statement.said.issuer)}
    return right


def _columns_of_box(record: SidecarRecord | None) -> dict[str, object]:
    """Return the columns that the sidecar gives."""
    if record is None:
        return {}
    box = record.placement
    return {
        "box_kind": KINDS[box.box_kind],
        "box_id": box.box_id,
        "dedupe_id": box.dedupe_id,
        "content_id": box.content_id,
    }


def _columns_of_record(pack: Pack, document_id: bytes, record: SidecarRecord) -> dict[str, object] | None:
    """Return all columns of a document that has no row, but its numbers."""
    said = delivered(frozenset(), None, record)
    if said is None or document_id not in pack.entries or pack.group.delivery is None:
        return None
    nothing = dict.fromkeys(("opened_at", "opened_event", "deleted_at", "delete_event"))
    known = {**_columns_of_pack(pack, document_id), **columns_of_event(*said), **_columns_of_box(record)}
    return {"document_id": document_id, **known, **nothing}


# ---------------------------------------------------------------- comparing


def _compare_event(ctx: Context, pack: Pack, row: EventRow, record: SidecarRecord | None) -> None:
    key = {"event_id": row.event_id}
    if row.act is not None and try_statement(ctx.root, row.act, pack.group.pack_hash) is None:
        mend = ctx.mend_by(ctx.set("events", key, {"act": _second_copy(pack, row)}))
        ctx.findings.add("event-column", f"events/{row.event_id}", mend, column="act")
    if record is None:
        return
    if (row.data, row.salt) != (record.event, record.salt):
        pack.differs = True
    box = record.placement
    for column, found, right in (("box_kind", row.box_kind, KINDS[box.box_kind]), ("box_id", row.box_id, box.box_id)):
        if found != right and getattr(pack.lines[box.document_id], column) == right:
            if column == "box_id":
                ctx.moved.add(row.event_id)
            mend = ctx.mend_by(ctx.set("events", key, {column: right}))
            ctx.findings.add("event-column", f"events/{row.event_id}", mend, column=column)


def _second_copy(pack: Pack, row: EventRow) -> bytes | None:
    """Return what stands beside an event: the pack's statement beside that of the first document, else nothing."""
    first = pack.lines.get(pack.ids[0])
    return pack.statement.raw if pack.statement is not None and first is not None and first.event_id == row.event_id else None


def _compare_line(ctx: Context, pack: Pack, line: DocumentLine, right: dict[str, object]) -> None:
    found = DOCUMENTS.values(line)
    row = pack.events.get(line.event_id)
    for column, value in right.items():
        if found[column] == value:
            continue
        proven = column in _FROM_LOG or (column in {"box_kind", "box_id"} and row is not None and getattr(row, column) == value)
        mend = ctx.set("documents", {"event_id": line.event_id}, {column: value})
        where = f"documents/{line.document_id.hex()}"
        ctx.findings.add("document-column", where, mend if proven and is_proven(ctx, row) else None, column=column)


def _compare_parts(ctx: Context, pack: Pack, line: DocumentLine, record: SidecarRecord | None) -> None:
    parts = pack.parts.get(line.event_id)
    where = f"document_parts/{line.event_id}"
    document = line.document_id.hex()
    if parts is None:
        mend = None
        if record is not None and is_proven(ctx, pack.events.get(line.event_id)):
            mend = ctx.put("document_parts", PARTS.values((line.event_id, record.placement.header, record.placement.card)))
        ctx.findings.add("parts-missing", where, mend, document=document)
        return
    if record is None:
        return
    lookup = pack.lookups.get(record.placement.box_id)
    is_claim = record.placement.box_kind is BoxKind.CLAIM
    is_claimed = is_claim and (lookup is None or lookup.state == LookupState.BOUND or lookup.claim_event is not None)
    if parts.header != record.placement.header and not (is_claimed and _is_header(parts.header)):
        ctx.findings.add("parts-differ", where, column="header", document=document)
    if parts.card != record.placement.card:
        ctx.findings.add("parts-differ", where, column="card", document=document)


def _is_header(raw: bytes) -> bool:
    """Tell whether bytes are a header as a claim writes it; what it wraps is its holder's to check."""
    try:
        parse_hybrid_header(raw)
    except (FormatError, LimitError):
        return False
    return True


def _check_lookup(ctx: Context, pack: Pack, line: DocumentLine, event: Event, record: SidecarRecord | None) -> None:
    if record is None or record.placement.box_kind is not BoxKind.CLAIM:
        return
    box = record.placement
    where = f"lookups/{box.box_id.hex()}"
    row = pack.lookups.get(box.box_id)
    if row is None:
        ctx.findings.add("lookup-missing", where)
        return
    issuer = event.actor.removeprefix(ISSUER)
    if row.issuer != issuer:
        mend = ctx.set("lookups", {"lookup_id": box.box_id}, {"issuer": issuer})
        proven = is_proven(ctx, pack.events.get(line.event_id))
        ctx.findings.add("lookup-column", where, mend if proven else None, column="issuer")
    if row.token_hash != box.token_hash:
        ctx.findings.add("lookup-column", where, column="token_hash")
