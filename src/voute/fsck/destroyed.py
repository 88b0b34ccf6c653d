"""Documents that their holder deleted: on the way to be destroyed, or destroyed without remains."""

from voute.core.errors import FormatError
from voute.core.ids import DocumentId, Hash
from voute.core.rows import JobKind
from voute.format.event import parse_event
from voute.format.sidecar import Sidecar, SidecarRecord, deleted, encode_sidecar
from voute.format.subject import Delete
from voute.fsck.context import Context
from voute.fsck.findings import Mend
from voute.fsck.group import Pack, is_proven
from voute.fsck.tables import DOCUMENTS, EVENTS, DocumentLine


def is_destroyed(ctx: Context, pack: Pack, line: DocumentLine) -> bool:
    """Tell whether a deleted document's event is emptied in the catalogue: nothing of it can be compared any more."""
    row = pack.events.get(line.event_id)
    return line.deleted_at is not None and row is not None and (row.event_id in ctx.erased or row.event_id in ctx.emptied)


def check_deleted(ctx: Context, pack: Pack, line: DocumentLine, record: SidecarRecord | None) -> None:
    """Check that a deletion is the holder's, and that nothing remains where the document is destroyed."""
    where = f"documents/{line.document_id.hex()}"
    if _is_deletion(ctx, line) is False:
        ctx.findings.add("document-column", where, column="deleted_at")
        return
    parts = pack.parts.get(line.event_id)
    in_sidecar = record is not None and not record.is_deleted
    in_catalogue = (parts is not None and bool(parts.header or parts.card)) or not is_destroyed(ctx, pack, line)
    ctx.findings.count("deleted")
    if is_destroyed(ctx, pack, line):
        for number in (line.event_id, line.opened_event):
            if number is not None:
                ctx.erased.pop(number, None)
                ctx.emptied.add(number)
    if not in_sidecar and not in_catalogue:
        return
    if (str(JobKind.DESTROY), line.document_id) in ctx.jobs:
        ctx.findings.pend("destroying")
    elif in_catalogue:
        values = {"kind": str(JobKind.DESTROY), "subject": line.document_id, "created_at": line.deleted_at}
        ctx.findings.add("deleted-remains", where, ctx.mend_by(ctx.put("jobs", values)))
    else:
        ctx.findings.add("deleted-remains", f"{pack.name}.side", _empty(ctx, pack), document=line.document_id.hex())


def check_jobs(ctx: Context) -> None:
    """Work to destroy speaks of documents that their holder deleted; work on packs may speak of ones that are gone."""
    for kind, subject in sorted(ctx.jobs):
        if kind in {JobKind.REMOVE_PACK, JobKind.COMPACT}:
            continue
        rows = DOCUMENTS.fetch(ctx.view, "document_id", [subject])
        if kind != JobKind.DESTROY or not rows or rows[0].deleted_at is None:
            ctx.findings.add("job-stray", f"jobs/{kind}/{subject.hex()}")


def _is_deletion(ctx: Context, line: DocumentLine) -> bool | None:
    """Tell whether the log has, or is about to have, the deletion of this document; None if its event is lost."""
    rows = EVENTS.fetch(ctx.view, "event_id", [line.delete_event])
    if not rows and ctx.holes and line.delete_event is not None:
        return None
    try:
        subject = parse_event(rows[0].data).subject if rows else None
    except FormatError:
        return False
    return isinstance(subject, Delete) and subject.document_id == line.document_id


def _empty(ctx: Context, pack: Pack) -> Mend | None:
    """Return how a sidecar loses the documents whose deletion is in the log."""
    sidecar = pack.sidecar
    if sidecar is None:
        return None
    gone: set[DocumentId] = set()
    for line in pack.lines.values():
        rows = EVENTS.fetch(ctx.view, "event_id", [line.delete_event])
        if line.deleted_at is not None and _is_deletion(ctx, line) and is_proven(ctx, rows[0]):
            gone.add(DocumentId(line.document_id))
    records = tuple(deleted(one.placement.document_id) if one.placement.document_id in gone else one for one in sidecar.records)
    raw = encode_sidecar(Sidecar(sidecar.pack, sidecar.statement, records))
    return ctx.mend_by(lambda: ctx.storage.sidecars.put(Hash(pack.group.pack_hash), raw))
