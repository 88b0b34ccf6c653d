"""The documents of one pack: index, sidecar, events and rows must tell the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from voute.core.errors import FormatError, VouteError
from voute.core.ids import HASH_SIZE, DocumentId, Hash
from voute.core.rows import DeliveryRow, DeliveryState, EventRow, LookupRow, LookupState, PackRow
from voute.format.event import Event, parse_event
from voute.format.pack import PackEntry
from voute.format.sidecar import BoxKind, Placement, Sidecar, SidecarRecord, deleted, encode_sidecar
from voute.format.subject import Deliver
from voute.fsck.context import Context, all_of
from voute.fsck.findings import Mend
from voute.fsck.missing import prove_event
from voute.fsck.packfile import PackFile, read_pack
from voute.fsck.sidecars import read_sidecar, save_statement
from voute.fsck.statement import Statement, read_statement, signs, try_statement
from voute.fsck.tables import DOCUMENTS, EVENTS, LOOKUPS, PARTS, DocumentLine, PartsLine

KINDS: Final = {BoxKind.CLAIM: "claim", BoxKind.VAULT: "vault"}
_FROM_LOG: Final = frozenset({"delivery_id", "issuer", "sealed_hash", "manifest_hash", "body_offset", "body_length", "pack_hash"})
"""Columns that follow from the logged event and from the pack whose index names the hash in it."""
_ISSUER: Final = "issuer:"


@dataclass(slots=True)
class Group:
    """A pack of a delivery with the rows of its documents so far."""

    delivery_id: bytes
    delivery: DeliveryRow | None
    pack_hash: bytes
    pack: PackRow | None
    file: PackFile | None = None
    lines: list[DocumentLine] = field(default_factory=list)
    ids: frozenset[bytes] = frozenset()
    is_loaded: bool = False
    is_checked: bool = False
    is_read: bool = False
    """Whether its index could be read: then `count` and `size` are right."""
    count: int = 0
    size: int = 0

    def load(self, ctx: Context) -> None:
        """Read the pack, once."""
        if self.is_loaded:
            return
        self.is_loaded = True
        self.file = read_pack(ctx.storage.blobs, self.pack_hash, quick=ctx.quick) if len(self.pack_hash) == HASH_SIZE else None
        if self.file is not None and self.file.entries is not None:
            self.is_read, self.count, self.size = True, len(self.file.entries), self.file.size
            self.ids = frozenset(entry.document_id for entry in self.file.entries)

    def done(self) -> None:
        """Forget what only the check of its documents needed."""
        self.is_checked, self.file, self.ids = True, None, frozenset()
        self.lines.clear()

    @property
    def is_complete(self) -> bool:
        """Whether the rows are those of the index, no more and no less."""
        return len(self.lines) == len(self.ids) and self.ids == {line.document_id for line in self.lines}

    @property
    def is_draft(self) -> bool:
        """Whether the delivery does not count yet: what is missing can be sent again."""
        return self.delivery is not None and self.delivery.state == DeliveryState.DRAFT


@dataclass(slots=True)
class _Pack:
    """All that is known of a pack's documents."""

    group: Group
    sidecar: Sidecar | None
    statement: Statement | None
    lines: Mapping[bytes, DocumentLine]
    parts: Mapping[int, PartsLine]
    events: Mapping[int, EventRow]
    lookups: Mapping[bytes, LookupRow]
    records: Mapping[bytes, SidecarRecord]
    entries: Mapping[bytes, PackEntry]
    missing: bool = False
    differs: bool = False

    @property
    def name(self) -> str:
        """Where it lies, for findings."""
        return f"packs/{self.group.pack_hash.hex()}"


def check_group(ctx: Context, group: Group, astray: dict[bytes, DocumentLine]) -> None:
    """Check one pack with its sidecar, its rows, and the rows of its documents; missing ones are looked for in `astray`."""
    _check_file(ctx, group)
    pack, fault = _gather(ctx, group, astray)
    if group.is_draft and (group.file is None or fault == "sidecar-missing"):
        ctx.findings.pend("drafts-cut")
        return
    manifests = [_check_document(ctx, pack, document_id) or b"" for document_id in _ids(pack)]
    _check_statement(ctx, pack, manifests)
    _check_sidecar(ctx, pack, fault)
    _check_pack_row(ctx, pack)
    ctx.findings.count("packs")
    ctx.findings.count("documents", len(pack.lines))


def _check_file(ctx: Context, group: Group) -> None:
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
            ctx.findings.add("body-differs", f"{where}/{entry.document_id.hex()}")


def _gather(ctx: Context, group: Group, astray: dict[bytes, DocumentLine]) -> tuple[_Pack, str]:
    sidecar, fault = read_sidecar(ctx.storage, group.pack_hash)
    found_records = () if sidecar is None else sidecar.records
    records: dict[bytes, SidecarRecord] = {one.placement.document_id: one for one in found_records}
    lines = {line.document_id: line for line in group.lines}
    for document_id in (group.ids or records.keys()) - lines.keys():
        found = astray.pop(document_id, None)
        if found is not None:
            lines[document_id] = found
    numbers = [line.event_id for line in lines.values()]
    numbers += [ctx.lonely[one] for one in records.keys() - lines.keys() if one in ctx.lonely]
    boxes = {line.box_id for line in lines.values() if line.box_kind == "claim"}
    boxes |= {one.placement.box_id for one in records.values() if one.placement.box_kind is BoxKind.CLAIM and not one.is_deleted}
    raw = save_statement(ctx.storage, group.pack_hash) if sidecar is None else sidecar.statement
    entries = None if group.file is None else group.file.entries
    pack = _Pack(
        group,
        sidecar,
        try_statement(ctx.root, raw, group.pack_hash),
        lines,
        {row.event_id: row for row in PARTS.fetch(ctx.view, "event_id", numbers)},
        {row.event_id: row for row in EVENTS.fetch(ctx.view, "event_id", numbers)},
        {row.lookup_id: row for row in LOOKUPS.fetch(ctx.view, "lookup_id", sorted(boxes))},
        records,
        {entry.document_id: entry for entry in entries or ()},
    )
    return pack, fault


def _ids(pack: _Pack) -> Sequence[bytes]:
    """Return the documents of the pack in the order of its index, else of its sidecar, else of its rows."""
    return list(pack.entries or pack.records or pack.lines)


# ---------------------------------------------------------------- one document


def _check_document(ctx: Context, pack: _Pack, document_id: bytes) -> bytes | None:
    """Check one document; returns its manifest hash where it is known."""
    line, record = pack.lines.get(document_id), pack.records.get(document_id)
    if record is not None and record.is_deleted:
        _check_destroyed(ctx, pack, document_id)
        return None
    if line is None:
        return _name_missing(ctx, pack, document_id, record)
    row = pack.events.get(line.event_id)
    if row is None:
        _name_event_missing(ctx, pack, line, record)
    elif row.event_id not in ctx.suspects:
        _compare_event(ctx, pack, row, record)
    event = _event(ctx, row, record)
    if event is None or not isinstance(event.subject, Deliver):
        return None
    _compare_line(ctx, pack, line, event, record)
    _compare_parts(ctx, pack, line, record)
    _check_lookup(ctx, pack, line, event, record)
    return event.subject.manifest_hash


def _event(ctx: Context, row: EventRow | None, record: SidecarRecord | None) -> Event | None:
    """Return what the event says: as the catalogue has it if the log confirms that, else as the sidecar has it."""
    raws = [] if row is None or row.event_id in ctx.suspects else [row.data]
    raws += [] if record is None else [record.event]
    for raw in raws:
        try:
            return parse_event(raw)
        except FormatError:
            continue
    return None


def _is_proven(ctx: Context, row: EventRow | None) -> bool:
    """Tell whether the log proves an event's salt and bytes."""
    return (
        ctx.proven
        and row is not None
        and row.log_index is not None
        and row.log_index < ctx.head.size
        and row.event_id not in ctx.suspects
    )


def _compare_event(ctx: Context, pack: _Pack, row: EventRow, record: SidecarRecord | None) -> None:
    if record is None:
        return
    if (row.data, row.salt) != (record.event, record.salt):
        pack.differs = True
    box = record.placement
    for column, found, right in (("box_kind", row.box_kind, KINDS[box.box_kind]), ("box_id", row.box_id, box.box_id)):
        if found != right and getattr(pack.lines[box.document_id], column) == right:
            if column == "box_id":
                ctx.moved.add(row.event_id)
            mend = ctx.mend_by(ctx.set("events", {"event_id": row.event_id}, {column: right}))
            ctx.findings.add("event-column", f"events/{row.event_id}", mend, column=column)
    is_statement = pack.statement is not None and row.act == pack.statement.raw
    if row.act is not None and not is_statement:
        mend = ctx.mend_by(ctx.set("events", {"event_id": row.event_id}, {"act": None}))
        ctx.findings.add("event-column", f"events/{row.event_id}", mend, column="act")


def _right_line(pack: _Pack, document_id: bytes, event: Event, record: SidecarRecord | None) -> dict[str, object]:
    """Return the columns of a document as log, pack and sidecar give them."""
    right: dict[str, object] = {"pack_hash": pack.group.pack_hash, "issuer": event.actor.removeprefix(_ISSUER)}
    if isinstance(event.subject, Deliver):
        right |= {"delivery_id": event.subject.delivery_id, "manifest_hash": event.subject.manifest_hash}
        right |= {"sealed_hash": event.subject.sealed_hash}
    entry = pack.entries.get(document_id)
    if entry is not None:
        right |= {"body_offset": entry.offset, "body_length": entry.length}
    if record is not None:
        box = record.placement
        right |= {"box_kind": KINDS[box.box_kind], "box_id": box.box_id}
        right |= {"dedupe_id": box.dedupe_id, "content_id": box.content_id}
    return right


def _compare_line(ctx: Context, pack: _Pack, line: DocumentLine, event: Event, record: SidecarRecord | None) -> None:
    found = DOCUMENTS.values(line)
    row = pack.events.get(line.event_id)
    for column, value in _right_line(pack, line.document_id, event, record).items():
        if found[column] == value:
            continue
        proven = column in _FROM_LOG or (column in {"box_kind", "box_id"} and row is not None and getattr(row, column) == value)
        mend = ctx.set("documents", {"event_id": line.event_id}, {column: value})
        where = f"documents/{line.document_id.hex()}"
        ctx.findings.add("document-column", where, mend if proven and _is_proven(ctx, row) else None, column=column)


def _compare_parts(ctx: Context, pack: _Pack, line: DocumentLine, record: SidecarRecord | None) -> None:
    parts = pack.parts.get(line.event_id)
    where = f"document_parts/{line.event_id}"
    if parts is None:
        mend = None
        if record is not None and _is_proven(ctx, pack.events.get(line.event_id)):
            mend = ctx.put("document_parts", PARTS.values((line.event_id, record.placement.header, record.placement.card)))
        ctx.findings.add("parts-missing", where, mend, document=line.document_id.hex())
        return
    if record is None:
        return
    lookup = pack.lookups.get(record.placement.box_id)
    is_claimed = record.placement.box_kind is BoxKind.CLAIM and lookup is not None and lookup.state == LookupState.BOUND
    if parts.header != record.placement.header and not is_claimed:
        ctx.findings.add("parts-differ", where, column="header", document=line.document_id.hex())
    if parts.card != record.placement.card:
        ctx.findings.add("parts-differ", where, column="card", document=line.document_id.hex())


def _check_lookup(ctx: Context, pack: _Pack, line: DocumentLine, event: Event, record: SidecarRecord | None) -> None:
    if record is None or record.placement.box_kind is not BoxKind.CLAIM:
        return
    box = record.placement
    where = f"lookups/{box.box_id.hex()}"
    row = pack.lookups.get(box.box_id)
    if row is None:
        ctx.findings.add("lookup-missing", where)
        return
    issuer = event.actor.removeprefix(_ISSUER)
    if row.issuer != issuer:
        mend = ctx.set("lookups", {"lookup_id": box.box_id}, {"issuer": issuer})
        proven = _is_proven(ctx, pack.events.get(line.event_id))
        ctx.findings.add("lookup-column", where, mend if proven else None, column="issuer")
    if row.token_hash != box.token_hash:
        ctx.findings.add("lookup-column", where, column="token_hash")


def _check_destroyed(ctx: Context, pack: _Pack, document_id: bytes) -> None:
    """A destroyed document keeps its id in the sidecar; header and card must be gone from the catalogue too."""
    ctx.lonely.pop(document_id, None)
    ctx.findings.count("destroyed")
    line = pack.lines.get(document_id)
    parts = None if line is None else pack.parts.get(line.event_id)
    if parts is not None and (parts.header or parts.card):
        ctx.findings.add("destroyed-remains", f"document_parts/{parts.event_id}", document=document_id.hex())


# ---------------------------------------------------------------- what is missing


def _name_missing(ctx: Context, pack: _Pack, document_id: bytes, record: SidecarRecord | None) -> bytes | None:
    """Name a document without a row, and give it one if the log proves its event."""
    pack.missing = True
    where = f"documents/{document_id.hex()}"
    number = ctx.lonely.pop(document_id, None)
    row = None if number is None else pack.events.get(number)
    if record is None:
        ctx.findings.add("document-missing", where)
        return None
    event = _event(ctx, row, record)
    mend: Mend | None = None
    if row is None:
        number = _free_number(ctx, pack, document_id)
        put = prove_event(ctx, record, number)
        if put is not None:
            ctx.findings.add("event-missing", f"events/{number}", put, document=document_id.hex())
            mend = _put_document(ctx, pack, document_id, number, record)
    elif _is_proven(ctx, row) and number is not None:
        mend = _put_document(ctx, pack, document_id, number, record)
    ctx.findings.add("document-missing", where, mend)
    return event.subject.manifest_hash if event is not None and isinstance(event.subject, Deliver) else None


def _free_number(ctx: Context, pack: _Pack, document_id: bytes) -> int:
    """Return the event number that a document of this pack had: they follow one another in the order of the index."""
    places = {one: place for place, one in enumerate(_ids(pack))}
    for known, line in pack.lines.items():
        number = line.event_id - places.get(known, 0) + places[document_id]
        if number > 0 and not EVENTS.fetch(ctx.view, "event_id", [number]):
            return number
    last = max((row[0] for row in ctx.view.scan("events", ("event_id",), ("event_id",))), default=0)
    return last + 1 + places[document_id]


def _put_document(ctx: Context, pack: _Pack, document_id: bytes, number: int, record: SidecarRecord) -> Mend | None:
    event = _event(ctx, None, record)
    if event is None or document_id not in pack.entries or pack.group.delivery is None:
        return None
    right = _right_line(pack, document_id, event, record)
    shifts = [line.position - line.event_id for line in pack.lines.values() if line.position is not None]
    position = number + shifts[0] if shifts else None
    right |= {"event_id": number, "document_id": document_id, "position": position, "opened_at": None}
    parts = PARTS.values((number, record.placement.header, record.placement.card))
    mends: list[Callable[[], None]] = [ctx.put("documents", right)]
    if number not in pack.parts:
        mends.append(ctx.put("document_parts", parts))
    return all_of(mends)


def _name_event_missing(ctx: Context, pack: _Pack, line: DocumentLine, record: SidecarRecord | None) -> None:
    mend = None if record is None else prove_event(ctx, record, line.event_id)
    ctx.findings.add("event-missing", f"events/{line.event_id}", mend, document=line.document_id.hex())
    pack.missing = True


# ---------------------------------------------------------------- the pack as a whole


def _check_statement(ctx: Context, pack: _Pack, manifests: Sequence[bytes]) -> None:
    where = f"{pack.name}.side"
    if pack.sidecar is None:
        return
    try:
        statement = read_statement(ctx.root, pack.sidecar.statement, pack.group.pack_hash)
    except VouteError as error:
        pack.differs = True
        ctx.findings.add("statement-bad", where, detail=error.detail)
        return
    if statement.said.delivery_id != pack.group.delivery_id:
        ctx.findings.add("statement-bad", where, detail="of another delivery")
    if all(manifests) and pack.entries and not signs(statement.said, list(pack.entries.values()), manifests):
        ctx.findings.add("statement-bad", where, detail="about other documents")


def _check_sidecar(ctx: Context, pack: _Pack, fault: str) -> None:
    where = f"{pack.name}.side"
    if fault:
        ctx.findings.add(fault, where, _rebuild(ctx, pack))
        return
    if pack.entries and list(pack.records) != list(pack.entries):
        ctx.findings.add("sidecar-differs", where, _rebuild(ctx, pack), column="index")
    elif pack.differs:
        ctx.findings.add("sidecar-differs", where, _rebuild(ctx, pack), column="event")


def _rebuild(ctx: Context, pack: _Pack) -> Mend | None:
    """Return how the sidecar is written anew, if the log proves the event of each of its documents."""
    statement = pack.statement or _kept_statement(ctx, pack)
    if pack.missing or not pack.entries or statement is None:
        return None
    records: list[SidecarRecord] = []
    for document_id in pack.entries:
        record = _rebuilt_record(ctx, pack, document_id)
        if record is None:
            return None
        records.append(record)
    raw = encode_sidecar(Sidecar(Hash(pack.group.pack_hash), statement.raw, tuple(records)))
    return lambda: ctx.storage.sidecars.put(Hash(pack.group.pack_hash), raw)


def _kept_statement(ctx: Context, pack: _Pack) -> Statement | None:
    """Return the second copy of the statement, beside the event of the pack's first document."""
    for row in pack.events.values():
        statement = try_statement(ctx.root, row.act, pack.group.pack_hash)
        if statement is not None:
            return statement
    return None


def _rebuilt_record(ctx: Context, pack: _Pack, document_id: bytes) -> SidecarRecord | None:
    old = pack.records.get(document_id)
    if old is not None and old.is_deleted:
        return deleted(DocumentId(document_id))
    line = pack.lines.get(document_id)
    row = None if line is None else pack.events.get(line.event_id)
    parts = None if line is None else pack.parts.get(line.event_id)
    if line is None or row is None or parts is None or not _is_proven(ctx, row):
        return None
    lookup = pack.lookups.get(line.box_id)
    if line.box_kind == "claim" and lookup is None:
        return None
    is_vault = line.box_kind == "vault"
    box = Placement(
        DocumentId(document_id),
        parts.header if old is None else old.placement.header,
        parts.card,
        Hash(line.box_id),
        BoxKind.VAULT if is_vault else BoxKind.CLAIM,
        Hash(line.dedupe_id),
        Hash(line.content_id),
        Hash(bytes(32)) if lookup is None or is_vault else lookup.token_hash,
    )
    return SidecarRecord(box, Hash(row.salt), row.data)


def _check_pack_row(ctx: Context, pack: _Pack) -> None:
    group = pack.group
    where = f"{pack.name}/{group.delivery_id.hex()}"
    statement = pack.statement or _kept_statement(ctx, pack)
    if group.pack is None:
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
    is_drafted = bool(pack.lines) or not group.is_draft
    if statement is not None:
        right["statement_hash"] = statement.hash if is_drafted else None
    if group.file is not None and group.file.entries is not None:
        right["documents"] = len(group.file.entries) if is_drafted else 0
    for column, value in right.items():
        if getattr(group.pack, column) != value:
            key = {"delivery_id": group.delivery_id, "pack_hash": group.pack_hash}
            ctx.findings.add("pack-column", where, ctx.mend_by(ctx.set("packs", key, {column: value})), column=column)
