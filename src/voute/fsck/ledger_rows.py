"""What the ledger must say, by the catalogue's tables: the server's own rule, written a second time (docs/spec/ledger.md)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from voute.core.errors import FormatError
from voute.core.ids import Hash
from voute.core.ports_raw import RawTables
from voute.core.rows import EventRow, VaultRow
from voute.format.event import NO_CHAIN, chain_link, parse_event
from voute.format.ledger import PAGE_ROWS, VAULT_ROWS, Entry, Page, Row, Rows, Run
from voute.format.subject import Claim, Delete, Disown, Freeze, Opened, Revoked
from voute.fsck.raw import bytes_of
from voute.fsck.tables import (
    CHAINS,
    CREDENTIALS,
    DELIVERIES,
    DOCUMENTS,
    KEYRINGS,
    LOOKUPS,
    METHODS,
    NUMBERS,
    PACKS,
    RECORDS,
    DocumentLine,
    Table,
)

_DELIVER: Final = "deliver"


def page_of(view: RawTables, number: int, events: Sequence[EventRow]) -> Page:
    """Return the page of these events, which have its places in the log."""
    placed = {row.event_id: row for row in DOCUMENTS.fetch(view, "event_id", [one.event_id for one in events if _is_sent(one)])}
    facts: dict[str, list[Row]] = {name: [] for name in PAGE_ROWS}
    _note_people(view, events, facts)
    _note_deliveries(view, events, facts)
    return Page(number, tuple(_runs(events, placed)), tuple(_salts(view, events)), facts)


def _is_sent(event: EventRow) -> bool:
    return event.type == _DELIVER


def _runs(events: Sequence[EventRow], placed: Mapping[int, DocumentLine]) -> Iterator[Run | Entry]:
    run: Run | None = None
    end: tuple[int, bytes, int] | None = None
    for event in events:
        line = placed.get(event.event_id) if _is_sent(event) else None
        if run is not None and (line is None or end != (line.event_id, line.pack_hash, line.body_offset)):
            yield run
            run = None
        if line is None:
            yield Entry(event.event_id, event.type, event.box_kind, event.box_id, event.salt, event.data, event.act)
            continue
        if run is None:
            run = Run(line.event_id, Hash(line.pack_hash), line.body_offset, 0)
        run = Run(run.event_id, run.pack, run.offset, run.count + 1)
        end = (line.event_id + 1, line.pack_hash, line.body_offset + line.body_length)
    if run is not None:
        yield run


def _salts(view: RawTables, events: Sequence[EventRow]) -> Iterator[tuple[bytes, bytes]]:
    boxes = sorted({one.box_id for one in events if one.box_id is not None})
    first: dict[bytes, bytes] = {}
    for chain in CHAINS.fetch(view, "box_id", boxes):
        try:
            first[chain_link(chain.chain_salt, 1, NO_CHAIN)] = chain.chain_salt
        except FormatError:
            continue
    for event in events:
        if event.box_id is not None and event.chain in first:
            yield event.box_id, first[event.chain]


def _note_people(view: RawTables, events: Sequence[EventRow], facts: dict[str, list[Row]]) -> None:
    for event in events:
        if _is_sent(event) or not event.data or not event.salt:
            continue
        try:
            subject = parse_event(event.data).subject
        except FormatError:
            continue
        if isinstance(subject, Claim | Revoked):
            facts["lookups"] += _pick(view, LOOKUPS, "lookup_id", subject.lookup_id, PAGE_ROWS["lookups"])
        elif isinstance(subject, Disown | Freeze):
            found = _pick(view, LOOKUPS, "lookup_id", subject.lookup_id, PAGE_ROWS["freezings"])
            facts["freezings"] += [row for row in found if row[1] is not None]
        elif isinstance(subject, Delete):
            facts["documents"] += _pick(view, DOCUMENTS, "document_id", subject.document_id, PAGE_ROWS["documents"])
        elif isinstance(subject, Opened):
            found = _pick(view, DOCUMENTS, "document_id", subject.document_id, PAGE_ROWS["openings"])
            facts["openings"] += [row for row in found if row[1] is not None]


def _note_deliveries(view: RawTables, events: Sequence[EventRow], facts: dict[str, list[Row]]) -> None:
    numbers = {one.event_id for one in events if _is_sent(one)}
    for delivery_id in dict.fromkeys(one.delivery_id for one in events if one.delivery_id is not None):
        first = next(view.scan("documents", ("event_id",), ("event_id",), {"delivery_id": delivery_id}), None)
        if first is not None and first[0] in numbers:
            facts["deliveries"] += _pick(view, DELIVERIES, "delivery_id", delivery_id, PAGE_ROWS["deliveries"])
            packs = _pick(view, PACKS, "delivery_id", delivery_id, PAGE_ROWS["packs"])
            facts["packs"] += sorted(packs, key=lambda row: bytes_of(row[1]))


def vault_rows(view: RawTables, vault: VaultRow) -> Rows:
    """Return the rows of a vault's file."""
    key = vault.vault_id
    records = sorted(RECORDS.fetch(view, "vault_id", [key]), key=lambda row: row.number)
    rows: dict[str, Sequence[Row]] = {
        "vault_numbers": _pick(view, NUMBERS, "v", vault.v, VAULT_ROWS["vault_numbers"]),
        "vaults": (vault,),
        "vault_records": [_cut(RECORDS, row, VAULT_ROWS["vault_records"]) for row in records],
        "keyrings": _pick(view, KEYRINGS, "vault_id", key, VAULT_ROWS["keyrings"]),
        "methods": sorted(_pick(view, METHODS, "vault_id", key, VAULT_ROWS["methods"]), key=lambda row: bytes_of(row[1])),
    }
    credentials = sorted(CREDENTIALS.fetch(view, "vault_id", [key]), key=lambda row: (row.created_at, row.credential_id))
    rows["credentials"] = [_cut(CREDENTIALS, row, VAULT_ROWS["credentials"]) for row in credentials]
    return rows


def _pick(view: RawTables, table: Table[Any], key: str, value: object, columns: Mapping[str, str]) -> list[Row]:
    return [_cut(table, row, columns) for row in table.fetch(view, key, [value])]


def _cut(table: Table[Any], row: Iterable[Any], columns: Mapping[str, str]) -> Row:
    values: dict[str, Any] = dict(zip(table.columns, row, strict=True))
    return tuple(values[name] for name in columns)
