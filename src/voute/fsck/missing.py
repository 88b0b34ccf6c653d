"""Events that the catalogue lost and the log proves: the entry is there, the sidecar has salt and bytes, the chain the link."""

from voute.core.errors import FormatError
from voute.core.rows import EventState
from voute.format.event import blind, parse_event
from voute.format.sidecar import BoxKind, SidecarRecord
from voute.format.subject import Deliver
from voute.fsck.chains import links_of
from voute.fsck.context import Context
from voute.fsck.findings import Mend
from voute.tlog.merkle import leaf_hash


def prove_event(ctx: Context, record: SidecarRecord, number: int) -> Mend | None:
    """Return how the row of a document's lost `deliver` event is put back, if an entry of the log proves it."""
    box = record.placement
    for chain in links_of(ctx, box.box_id) if ctx.gaps else ():
        index = ctx.gaps.get(leaf_hash(blind(record.salt, chain, record.event)))
        if index is None:
            continue
        try:
            subject = parse_event(record.event).subject
        except FormatError:
            return None
        if not isinstance(subject, Deliver):
            return None
        del ctx.gaps[leaf_hash(blind(record.salt, chain, record.event))]
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


def name_gaps(ctx: Context) -> None:
    """Name the entries of the log whose event is nowhere, and the `deliver` events whose document is nowhere."""
    for index in sorted(ctx.gaps.values()):
        ctx.findings.add("event-missing", f"log/entry/{index}")
    for document_id, number in ctx.lonely.items():
        ctx.findings.add("document-missing", f"documents/{document_id.hex()}", event=number)
