"""A pack of a delivery with everything that speaks of its documents, gathered before it is compared."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE
from voute.core.rows import DeliveryRow, DeliveryState, EventRow, LookupRow, PackRow
from voute.format.event import Event, parse_event
from voute.format.pack import PackEntry
from voute.format.sidecar import BoxKind, Sidecar, SidecarRecord
from voute.format.subject import Deliver
from voute.fsck.context import Context
from voute.fsck.packfile import PackFile, read_pack
from voute.fsck.sidecars import read_sidecar, save_statement
from voute.fsck.statement import Statement, try_statement
from voute.fsck.tables import EVENTS, LOOKUPS, PARTS, DocumentLine, PartsLine


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
class Pack:
    """All that is known of a pack's documents; `fault` is the code of what is wrong with the sidecar."""

    group: Group
    sidecar: Sidecar | None
    fault: str
    statement: Statement | None
    lines: Mapping[bytes, DocumentLine]
    parts: Mapping[int, PartsLine]
    events: dict[int, EventRow]
    lookups: Mapping[bytes, LookupRow]
    records: Mapping[bytes, SidecarRecord]
    entries: Mapping[bytes, PackEntry]
    is_missing: bool = False
    """A row of a document or event is missing: the sidecar cannot be made from the rows."""
    differs: bool = False
    """The sidecar does not have what the log proves."""

    @property
    def name(self) -> str:
        """Where it lies, for findings."""
        return f"packs/{self.group.pack_hash.hex()}"

    @property
    def ids(self) -> Sequence[bytes]:
        """The documents of the pack in the order of its index, else of its sidecar, else of its rows."""
        return list(self.entries or self.records or self.lines)


def gather(ctx: Context, group: Group, astray: dict[bytes, DocumentLine]) -> Pack:
    """Fetch what speaks of a pack's documents; rows that it lacks are looked for in `astray`."""
    sidecar, fault = read_sidecar(ctx.storage, group.pack_hash)
    found_records = () if sidecar is None else sidecar.records
    records: dict[bytes, SidecarRecord] = {one.placement.document_id: one for one in found_records}
    lines = {line.document_id: line for line in group.lines}
    for document_id in (group.ids or records.keys()) - lines.keys():
        found = astray.pop(document_id, None) or _renamed(ctx, document_id, astray)
        if found is not None:
            lines[document_id] = found
    numbers = [line.event_id for line in lines.values()]
    numbers += [ctx.lonely[one] for one in (records.keys() | lines.keys()) if one in ctx.lonely]
    boxes = {line.box_id for line in lines.values() if line.box_kind == "claim"}
    boxes |= {one.placement.box_id for one in found_records if one.placement.box_kind is BoxKind.CLAIM and not one.is_deleted}
    raw = save_statement(ctx.storage, group.pack_hash) if sidecar is None else sidecar.statement
    entries = None if group.file is None else group.file.entries
    return Pack(
        group,
        sidecar,
        fault,
        try_statement(ctx.root, raw, group.pack_hash),
        lines,
        {row.event_id: row for row in PARTS.fetch(ctx.view, "event_id", numbers)},
        {row.event_id: row for row in EVENTS.fetch(ctx.view, "event_id", numbers)},
        {row.lookup_id: row for row in LOOKUPS.fetch(ctx.view, "lookup_id", sorted(boxes))},
        records,
        {entry.document_id: entry for entry in entries or ()},
    )


def _renamed(ctx: Context, document_id: bytes, astray: dict[bytes, DocumentLine]) -> DocumentLine | None:
    """Return the row under whose event number the log has this document, but whose own id is another."""
    number = ctx.lonely.get(document_id)
    wrong = next((line for line in astray.values() if line.event_id == number), None)
    if wrong is None or number is None:
        return None
    del astray[wrong.document_id]
    del ctx.lonely[document_id]
    mend = ctx.mend_by(ctx.set("documents", {"event_id": number}, {"document_id": document_id}))
    ctx.findings.add("document-column", f"documents/{document_id.hex()}", mend, column="document_id")
    return wrong._replace(document_id=document_id)


def is_proven(ctx: Context, row: EventRow | None) -> bool:
    """Tell whether the log proves an event's salt and bytes."""
    return (
        ctx.proven
        and row is not None
        and row.log_index is not None
        and row.log_index < ctx.head.size
        and row.event_id not in ctx.suspects
    )


def delivered(suspects: AbstractSet[int], row: EventRow | None, record: SidecarRecord | None) -> tuple[Event, Deliver] | None:
    """Return what the `deliver` event says: as the catalogue has it if the log does not deny that, else as the sidecar has it."""
    raws = [] if row is None or row.event_id in suspects else [row.data]
    raws += [] if record is None else [record.event]
    for raw in raws:
        try:
            event = parse_event(raw)
        except FormatError:
            continue
        if isinstance(event.subject, Deliver):
            return event, event.subject
    return None
