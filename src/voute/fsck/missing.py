"""Rows that the catalogue lost: named, and put back when the log proves them.

An event is proven when an entry of the log that no event claims is the hash of the sidecar's salt and bytes with a link of the
box's chain; a document, when its event is proven.
"""

from collections.abc import Callable, Mapping

from voute.core.errors import FormatError
from voute.core.ports_raw import NOT_NULL
from voute.core.rows import DeliveryState, EventState
from voute.format.event import blind, parse_event
from voute.format.sidecar import BoxKind, SidecarRecord
from voute.format.subject import Deliver
from voute.fsck.chains import links_of
from voute.fsck.context import Context, all_of
from voute.fsck.findings import Mend
from voute.fsck.group import Pack, delivered, is_proven
from voute.fsck.releases import name_lost_release
from voute.fsck.tables import EVENTS, PARTS, DocumentLine
from voute.tlog.merkle import leaf_hash


def prove_event(ctx: Context, record: SidecarRecord, number: int) -> Mend | None:
    """Return how the row of a document's lost `deliver` event is put back, if an entry of the log proves it."""
    box = record.placement
    for chain in links_of(ctx, box.box_id) if ctx.gaps else ():
        leaf = leaf_hash(blind(record.salt, chain, record.event))
        index = ctx.gaps.get(leaf)
        if index is None:
            continue
        try:
            subject = parse_event(record.event).subject
        except FormatError:
            return None
        if not isinstance(subject, Deliver):
            return None
        del ctx.gaps[leaf]
        state = EventState.LOGGED if index < ctx.published_size else EventState.DRAFT
        values = {
            "event_id": number,
            "delivery_id": subject.delivery_id,
            "type": subject.type,
            "box_kind": "claim" if box.box_kind is BoxKind.CLAIM else "vault",
            "box_id": box.box_id,
            "salt": record.salt,
            "bytes": record.event,
            "act": None,
            "state": str(state),
            "chain": chain,
            "log_index": index,
        }
        return ctx.mend_by(ctx.put("events", values))
    return None


def name_missing(
    ctx: Context, pack: Pack, document_id: bytes, record: SidecarRecord | None, right: Mapping[str, object] | None
) -> bytes | None:
    """Name a document without a row, and give it `right` if the log proves its event; returns its manifest hash if known."""
    pack.is_missing = True
    where = f"documents/{document_id.hex()}"
    number = ctx.lonely.pop(document_id, None)
    row = None if number is None else pack.events.get(number)
    if number is not None:
        ctx.renumbered.add(number)
    if record is None or record.is_deleted:
        ctx.findings.add("document-missing", where)
        return None
    mend: Mend | None = None
    if row is None:
        number = _free_number(ctx, pack, document_id)
        ctx.renumbered.add(number)
        put = prove_event(ctx, record, number)
        if put is not None:
            ctx.findings.add("event-missing", f"events/{number}", put, document=document_id.hex())
            mend = _put_document(ctx, pack, number, record, right)
    elif is_proven(ctx, row) and number is not None:
        mend = _put_document(ctx, pack, number, record, right)
    ctx.findings.add("document-missing", where, mend)
    said = delivered(ctx.suspects, row, record)
    return None if said is None else said[1].manifest_hash


def _free_number(ctx: Context, pack: Pack, document_id: bytes) -> int:
    """Return the event number that a document of this pack had: they follow one another in the order of the index."""
    places = {one: place for place, one in enumerate(pack.ids)}
    for known, line in pack.lines.items():
        number = line.event_id - places.get(known, 0) + places[document_id]
        if number > 0 and not EVENTS.fetch(ctx.view, "event_id", [number]):
            return number
    last = max((row[0] for row in ctx.view.scan("events", ("event_id",), ("event_id",))), default=0)
    return last + 1 + places[document_id]


def _put_document(
    ctx: Context, pack: Pack, number: int, record: SidecarRecord, right: Mapping[str, object] | None
) -> Mend | None:
    if right is None:
        return None
    values = {**right, "event_id": number, "position": _position(ctx, pack, number)}
    mends: list[Callable[[], None]] = [ctx.put("documents", values)]
    if number not in pack.parts:
        parts = PARTS.values((number, record.placement.header, record.placement.card))
        mends.append(ctx.put("document_parts", parts))
    return all_of(mends)


def check_number(ctx: Context, pack: Pack, line: DocumentLine) -> DocumentLine:
    """Name a document whose event stands under another number; returns the row as it should be."""
    number = ctx.lonely.get(line.document_id)
    if number is None or line.event_id in pack.events or number not in pack.events:
        return line
    del ctx.lonely[line.document_id]
    ctx.renumbered |= {line.event_id, number}
    if line.event_id in pack.parts:
        mend = ctx.mend_by(ctx.set("events", {"event_id": number}, {"event_id": line.event_id}))
        ctx.findings.add("event-column", f"events/{number}", mend, column="event_id")
        pack.events[line.event_id] = pack.events[number]
        return line
    mend = ctx.mend_by(ctx.set("documents", {"document_id": line.document_id}, {"event_id": number}))
    ctx.findings.add("document-column", f"documents/{line.document_id.hex()}", mend, column="event_id")
    return line._replace(event_id=number)


def _position(ctx: Context, pack: Pack, number: int) -> int | None:
    """Return the position of a document that lost its row: as far from its event's number as its neighbours' are.

    Of a delivery that lost all its documents, the next positions after all others: a holder then sees them as the newest.
    """
    shifts = [line.position - line.event_id for line in pack.lines.values() if line.position is not None]
    if shifts:
        return number + shifts[0]
    if pack.group.delivery is None or pack.group.delivery.state != DeliveryState.VISIBLE:
        return None
    ours = {"delivery_id": pack.group.delivery_id}
    first = min((row[0] for row in ctx.view.scan("events", ("event_id",), ("event_id",), ours)), default=number)
    others = ctx.view.scan("documents", ("position",), ("position",), {"position": NOT_NULL})
    return max((row[0] for row in others), default=0) + 1 + number - first


def name_event_missing(ctx: Context, pack: Pack, line: DocumentLine, record: SidecarRecord | None) -> None:
    """Name a document's event without a row, and put it back if the log proves it."""
    pack.is_missing = True
    mend = None if record is None else prove_event(ctx, record, line.event_id)
    ctx.findings.add("event-missing", f"events/{line.event_id}", mend, document=line.document_id.hex())


def name_gaps(ctx: Context) -> None:
    """Name the entries of the log whose event is nowhere, and the `deliver` events whose document is nowhere."""
    for index in sorted(ctx.gaps.values()):
        if name_lost_release(ctx, index):
            continue
        ctx.findings.add("event-missing", f"log/entry/{index}")
    for document_id, number in ctx.lonely.items():
        ctx.findings.add("document-missing", f"documents/{document_id.hex()}", event=number)
