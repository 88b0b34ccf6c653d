"""Deliveries with their packs and documents: three tables in the order of delivery ids, walked side by side."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeVar

from voute.core.ids import HASH_SIZE
from voute.core.rows import DeliveryRow, DeliveryState, PackRow
from voute.fsck.context import Context
from voute.fsck.group import Group
from voute.fsck.packs import check_group, check_sent
from voute.fsck.sidecars import save_statement
from voute.fsck.statement import try_statement
from voute.fsck.tables import DELIVERIES, DOCUMENTS, PACKS, DocumentLine

Row = TypeVar("Row")
_KEPT: Final = 64
"""Rows with an odd position that are named; whoever has more restores a backup."""


class _Placed(NamedTuple):
    delivery_id: bytes
    row: DeliveryRow | None
    packs: list[PackRow]
    lines: Iterator[DocumentLine]


def check_deliveries(ctx: Context) -> None:
    """Check all deliveries, then all packs that lack a document or have one too many."""
    late: list[Group] = []
    astray: dict[bytes, DocumentLine] = {}
    total = sum(1 for _ in ctx.view.scan("deliveries", ("delivery_id",), ("delivery_id",)))
    for number, one in enumerate(_walk(ctx), 1):
        _check_delivery(ctx, one, late, astray)
        ctx.progress("packs", min(number, total), total)
    for group in late:
        check_group(ctx, group, astray)
    for line in astray.values():
        ctx.findings.add("document-stray", f"documents/{line.document_id.hex()}", column="pack_hash")


def check_parts(ctx: Context) -> None:
    """Headers and cards belong to documents: both tables are in the order of event numbers."""
    known = ctx.view.scan("documents", ("event_id",), ("event_id",))
    document = next(known, None)
    for (number,) in ctx.view.scan("document_parts", ("event_id",), ("event_id",)):
        while document is not None and document[0] < number:
            document = next(known, None)
        if (document is None or document[0] != number) and number not in ctx.renumbered:
            ctx.findings.add("parts-stray", f"document_parts/{number}")


def _walk(ctx: Context) -> Iterator[_Placed]:
    key = attrgetter("delivery_id")
    rows = _grouped(DELIVERIES.scan(ctx.view, "delivery_id"), key)
    packs = _grouped(PACKS.scan(ctx.view, "delivery_id", "pack_hash"), key)
    lines = groupby(DOCUMENTS.scan(ctx.view, "delivery_id", "event_id"), key=key)
    row, pack, line = next(rows, None), next(packs, None), next(lines, None)
    while row or pack or line:
        at = min(one[0] for one in (row, pack, line) if one)
        here: _Placed = _Placed(
            at,
            row[1][0] if row and row[0] == at else None,
            pack[1] if pack and pack[0] == at else [],
            line[1] if line and line[0] == at else iter(()),
        )
        yield here
        row = next(rows, None) if row and row[0] == at else row
        pack = next(packs, None) if pack and pack[0] == at else pack
        line = next(lines, None) if line and line[0] == at else line


def _grouped(rows: Iterator[Row], key: Any) -> Iterator[tuple[bytes, list[Row]]]:  # noqa: ANN401 -- the getter has no type
    for name, group in groupby(rows, key=key):
        yield name, list(group)


def _check_delivery(ctx: Context, one: _Placed, late: list[Group], astray: dict[bytes, DocumentLine]) -> None:
    where = f"deliveries/{one.delivery_id.hex()}"
    groups: dict[bytes, Group] = {pack.pack_hash: _group(one, pack.pack_hash, pack) for pack in one.packs}
    tally = _Tally()
    for line in one.lines:
        tally.add(line)
        group = groups.get(line.pack_hash) or _unlisted(ctx, one, line, groups)
        if group is None or group.is_checked:
            astray[line.document_id] = line
            continue
        group.load(ctx)
        group.lines.append(line)
        if group.is_complete:
            check_group(ctx, group, {})
            group.done()
    if one.row is None and groups:
        ctx.findings.add("delivery-missing", where)
        if not tally.count:
            return
    for group in groups.values():
        if group.is_checked:
            continue
        group.load(ctx)
        if group.lines or group.pack is None or group.pack.statement_hash is not None or not group.is_draft:
            late.append(group)
            _set_strays_apart(group, astray)
        else:
            check_sent(ctx, group)
    ctx.findings.count("deliveries")
    if one.row is not None:
        _check_row(ctx, one.row, list(groups.values()), tally)


def _group(one: _Placed, pack_hash: bytes, pack: PackRow | None) -> Group:
    return Group(one.delivery_id, one.row, pack_hash, pack)


def _unlisted(ctx: Context, one: _Placed, line: DocumentLine, groups: dict[bytes, Group]) -> Group | None:
    """Return the group of a pack that has no row in this delivery, if the pack is there and holds this document."""
    if len(line.pack_hash) != HASH_SIZE or _belongs_elsewhere(ctx, one, line.pack_hash):
        return None
    group = _group(one, line.pack_hash, None)
    group.load(ctx)
    if line.document_id not in group.ids:
        return None
    groups[line.pack_hash] = group
    return group


def _belongs_elsewhere(ctx: Context, one: _Placed, pack_hash: bytes) -> bool:
    """Tell whether a pack is another delivery's: by its statement, else by the rows that there are."""
    statement = try_statement(ctx.root, save_statement(ctx.storage, pack_hash), pack_hash)
    if statement is None:
        return bool(PACKS.fetch(ctx.view, "pack_hash", [pack_hash]))
    return statement.said.delivery_id != one.delivery_id


def _set_strays_apart(group: Group, astray: dict[bytes, DocumentLine]) -> None:
    if group.ids:
        astray.update((line.document_id, line) for line in group.lines if line.document_id not in group.ids)
        group.lines[:] = [line for line in group.lines if line.document_id in group.ids]


class _Tally:
    """What the rows of a delivery's documents have in common."""

    def __init__(self) -> None:
        self.count = 0
        self.shifts: dict[int | None, list[DocumentLine]] = {}

    def add(self, line: DocumentLine) -> None:
        """Count a row; of each shift a few are kept."""
        self.count += 1
        shift = None if line.position is None else line.position - line.event_id
        kept = self.shifts.setdefault(shift, [])
        if len(kept) < _KEPT:
            kept.append(line)


def _check_row(ctx: Context, row: DeliveryRow, groups: Sequence[Group], tally: _Tally) -> None:
    where = f"deliveries/{row.delivery_id.hex()}"
    is_shown = any(shift is not None for shift in tally.shifts)
    state = _state(row, tally, is_shown=is_shown)
    if row.state != state:
        # Only positions are proof: they are given when a delivery is shown, in the same transaction.
        show = ctx.set("deliveries", {"delivery_id": row.delivery_id}, {"state": state})
        ctx.findings.add("delivery-column", where, ctx.mend_by(show) if is_shown else None, column="state")
    if state != DeliveryState.DRAFT and row.committed_at is None:
        ctx.findings.add("delivery-column", where, column="committed_at")
    if (state == DeliveryState.VISIBLE) != (row.visible_at is not None):
        ctx.findings.add("delivery-column", where, column="visible_at")
    if state == DeliveryState.DRAFT:
        right: tuple[int | None, int | None] = (0, 0)
        ctx.findings.pend("drafts")
    elif not groups:
        right = (None, None)
        ctx.findings.add("delivery-stray", where)
    elif all(group.is_read for group in groups):
        right = sum(group.count for group in groups), sum(group.size for group in groups)
    else:
        right = (None, None)
    for column, found, wanted in (("documents", row.documents, right[0]), ("bytes", row.size, right[1])):
        if wanted is not None and found != wanted:
            mend = ctx.mend_by(ctx.set("deliveries", {"delivery_id": row.delivery_id}, {column: wanted}))
            ctx.findings.add("delivery-column", where, mend, column=column)
    _check_positions(ctx, state, tally)


def _state(row: DeliveryRow, tally: _Tally, *, is_shown: bool) -> str:
    """Return the state that positions and times tell; of a delivery that lost all its documents, what its row says."""
    if not tally.count:
        return row.state
    if is_shown:
        return str(DeliveryState.VISIBLE)
    return str(DeliveryState.DRAFT if row.committed_at is None else DeliveryState.COMMITTED)


def _check_positions(ctx: Context, state: str, tally: _Tally) -> None:
    if state == DeliveryState.COMMITTED:
        ctx.findings.pend("committed")
    if not tally.shifts:
        return
    usual = max(tally.shifts, key=lambda shift: len(tally.shifts[shift]))
    for shift, lines in tally.shifts.items():
        if shift != usual:
            for line in lines:
                if line.event_id in ctx.renumbered:
                    continue
                ctx.findings.add("document-column", f"documents/{line.document_id.hex()}", column="position")
