"""A pack as a whole: its file, its sidecar, its statement, its row."""

from collections.abc import Collection, Sequence

from voute.core.errors import VouteError
from voute.core.ids import DocumentId, Hash
from voute.core.rows import PackRow
from voute.format.sidecar import BoxKind, Placement, Sidecar, SidecarRecord, deleted, encode_sidecar
from voute.fsck.context import Context
from voute.fsck.documents import check_document
from voute.fsck.findings import Mend
from voute.fsck.group import Group, Pack, gather, is_proven
from voute.fsck.sidecars import read_sidecar
from voute.fsck.statement import Statement, read_statement, signs, try_statement
from voute.fsck.tables import DocumentLine


def check_group(ctx: Context, group: Group, astray: dict[bytes, DocumentLine]) -> None:
    """Check one pack with its sidecar, its rows, and the rows of its documents; missing ones are looked for in `astray`."""
    pack = gather(ctx, group, astray)
    _check_file(ctx, group, _destroyed(pack))
    if group.is_draft and group.file is None:
        # Its delivery cannot be committed before the pack is sent again.
        ctx.findings.pend("drafts-cut")
        return
    manifests = [check_document(ctx, pack, document_id) or b"" for document_id in pack.ids]
    _check_statement(ctx, pack, manifests)
    _check_sidecar(ctx, pack)
    _check_row(ctx, pack)
    ctx.findings.count("packs")
    ctx.findings.count("documents", len(pack.lines))


def check_sent(ctx: Context, group: Group) -> None:
    """Check a pack that was sent and not drafted; it may be the file of another delivery, with its holes."""
    sidecar, _ = read_sidecar(ctx.storage, group.pack_hash)
    records = () if sidecar is None else sidecar.records
    _check_file(ctx, group, frozenset(one.placement.document_id for one in records if one.is_deleted))


def _destroyed(pack: Pack) -> frozenset[bytes]:
    """Return the documents of a pack that are to have no bytes: destroyed ones."""
    emptied = {name for name, record in pack.records.items() if record.is_deleted}
    return frozenset(emptied | {name for name, line in pack.lines.items() if line.deleted_at is not None})


def _check_file(ctx: Context, group: Group, destroyed: Collection[bytes]) -> None:
    """Check the bytes of a pack; of those destroyed documents zeros are right."""
    where, file = f"packs/{group.pack_hash.hex()}.pack", group.file
    if file is None:
        if not group.is_draft:
            ctx.findings.add("pack-missing", where)
    elif not file.is_whole:
        ctx.findings.add("pack-damaged", where, documents=len(file.broken), detail=file.detail)
    elif file.entries is None:
        ctx.findings.add("pack-bad", where, detail=file.detail)
    else:
        for entry in file.broken:
            if entry.document_id in file.holes and entry.document_id in destroyed:
                ctx.findings.count("holes")
                continue
            ctx.findings.add("body-differs", f"{where}/{entry.document_id.hex()}")


def _check_statement(ctx: Context, pack: Pack, manifests: Sequence[bytes]) -> None:
    where = f"{pack.name}.side"
    if pack.sidecar is None:
        return
    try:
        statement = read_statement(ctx.root, pack.sidecar.statement, pack.group.pack_hash)
    except VouteError as error:
        if _kept_statement(ctx, pack) is not None:
            pack.differs = True
        else:
            ctx.findings.add("statement-bad", where, detail=error.detail)
        return
    delivery = pack.group.delivery
    if delivery is not None and delivery.issuer != statement.said.issuer:
        mend = ctx.set("deliveries", {"delivery_id": delivery.delivery_id}, {"issuer": str(statement.said.issuer)})
        ctx.findings.add("delivery-column", f"deliveries/{delivery.delivery_id.hex()}", ctx.mend_by(mend), column="issuer")
    if statement.said.delivery_id != pack.group.delivery_id:
        ctx.findings.add("statement-bad", where, detail="of another delivery")
    elif all(manifests) and pack.entries and not signs(statement.said, list(pack.entries.values()), manifests):
        ctx.findings.add("statement-bad", where, detail="about other documents")


def _check_sidecar(ctx: Context, pack: Pack) -> None:
    where = f"{pack.name}.side"
    if pack.fault:
        ctx.findings.add(pack.fault, where, _rebuild(ctx, pack))
    elif pack.entries and list(pack.records) != list(pack.entries):
        ctx.findings.add("sidecar-differs", where, _rebuild(ctx, pack), column="index")
    elif pack.differs:
        ctx.findings.add("sidecar-differs", where, _rebuild(ctx, pack), column="event")


def _rebuild(ctx: Context, pack: Pack) -> Mend | None:
    """Return how the sidecar is written anew, if the log proves the event of each of its documents."""
    statement = pack.statement or _kept_statement(ctx, pack)
    if pack.is_missing or not pack.entries or statement is None:
        return None
    records: list[SidecarRecord] = []
    for document_id in pack.entries:
        record = _rebuilt_record(ctx, pack, document_id)
        if record is None:
            return None
        records.append(record)
    raw = encode_sidecar(Sidecar(Hash(pack.group.pack_hash), statement.raw, tuple(records)))
    return lambda: ctx.storage.sidecars.put(Hash(pack.group.pack_hash), raw)


def _kept_statement(ctx: Context, pack: Pack) -> Statement | None:
    """Return the second copy of the statement, beside the event of the pack's first document."""
    for row in pack.events.values():
        statement = try_statement(ctx.root, row.act, pack.group.pack_hash)
        if statement is not None:
            return statement
    return None


def _rebuilt_record(ctx: Context, pack: Pack, document_id: bytes) -> SidecarRecord | None:
    old, line = pack.records.get(document_id), pack.lines.get(document_id)
    if line is None:
        return None
    if line.event_id in ctx.emptied:
        return deleted(DocumentId(document_id))
    row, parts = pack.events.get(line.event_id), pack.parts.get(line.event_id)
    if row is None or parts is None or not is_proven(ctx, row):
        return None
    is_vault = line.box_kind == "vault"
    lookup = pack.lookups.get(line.box_id)
    if lookup is None and not is_vault:
        return None
    box = Placement(
        DocumentId(document_id),
        parts.header if old is None or old.is_deleted else old.placement.header,
        parts.card,
        Hash(line.box_id),
        BoxKind.VAULT if is_vault else BoxKind.CLAIM,
        Hash(line.dedupe_id),
        Hash(line.content_id),
        Hash(bytes(32)) if lookup is None or is_vault else lookup.token_hash,
    )
    return SidecarRecord(box, Hash(row.salt), row.data)


def _check_row(ctx: Context, pack: Pack) -> None:
    group = pack.group
    where = f"{pack.name}/{group.delivery_id.hex()}"
    statement = pack.statement or _kept_statement(ctx, pack)
    if group.pack is None:
        ctx.unlisted.add(group.pack_hash)
        mend = None
        if statement is not None and group.file is not None and group.delivery is not None:
            stored_at = group.delivery.opened_at
            row = (group.delivery_id, group.pack_hash, group.file.size, statement.hash, len(pack.entries), stored_at)
            mend = ctx.mend_by(ctx.put("packs", dict(zip(PackRow._fields, row, strict=True))))
        ctx.findings.add("pack-row-missing", where, mend)
        return
    right: dict[str, object] = {}
    if group.file is not None and group.file.is_whole:
        right["size"] = group.file.size
    if pack.lines or not group.is_draft:
        if statement is not None:
            right["statement_hash"] = statement.hash
        if group.file is not None and group.file.entries is not None:
            right["documents"] = len(group.file.entries)
    elif group.pack.statement_hash is None:
        right["documents"] = 0
    for column, value in right.items():
        if getattr(group.pack, column) != value:
            key = {"delivery_id": group.delivery_id, "pack_hash": group.pack_hash}
            ctx.findings.add("pack-column", where, ctx.mend_by(ctx.set("packs", key, {column: value})), column=column)
