"""Releases of the pages: unblinded entries of the log, whose bytes are the event itself (docs/spec/pages.md)."""

from collections.abc import Mapping
from functools import partial

from voute.core.errors import FormatError
from voute.core.ports_log import TileMissingError
from voute.core.rows import EventRow, EventState
from voute.format.event import NO_CHAIN
from voute.format.release import TYPE, parse_release
from voute.fsck.context import Context
from voute.fsck.legible import legible
from voute.fsck.rebuild import WIDTH
from voute.fsck.tables import EVENTS
from voute.tlog.reader import TileDamagedError, read_bundle


def is_release(row: EventRow) -> bool:
    """Tell whether an event stands in the log as it is: it has bytes and no salt (a destroyed one has neither)."""
    return bool(row.data) and not row.salt


def check_release(ctx: Context, row: EventRow) -> None:
    """Check a release whose bytes are those of the log, or that is not in the log yet, and the columns beside them."""
    where = f"events/{row.event_id}"
    try:
        if parse_release(row.data).city != ctx.root.city:
            ctx.findings.add("event-bad", where, detail="of another city")
    except FormatError as error:
        ctx.findings.add("event-bad", where, detail=error.detail)
        return
    found = EVENTS.values(row)
    for column, value in _columns(ctx, row.data, row.log_index).items():
        if found[column] != value:
            mend = ctx.mend_by(ctx.set("events", {"event_id": row.event_id}, {column: value}))
            ctx.findings.add("event-column", where, mend, column=column)


def _columns(ctx: Context, entry: bytes, index: int | None) -> Mapping[str, object]:
    state = EventState.LOGGED if index is not None and index < ctx.published_size else EventState.READY
    return {
        "delivery_id": None,
        "type": TYPE,
        "box_kind": None,
        "box_id": None,
        "salt": b"",
        "bytes": entry,
        "act": None,
        "state": str(state),
        "chain": None if index is None else NO_CHAIN,
        "log_index": index,
    }


def name_lost_release(ctx: Context, index: int) -> bool:
    """Name an entry without event if it is a release, and put it back: the log has all of it; False for any other entry."""
    try:
        entries = read_bundle(index // WIDTH, ctx.head.size, partial(legible, ctx.storage.tiles.get))
        entry = entries[index % WIDTH]
        parse_release(entry)
    except (FormatError, TileMissingError, TileDamagedError):
        return False
    number = _free_number(ctx, index)
    mend = ctx.mend_by(ctx.put("events", {"event_id": number, **_columns(ctx, entry, index)}))
    ctx.findings.add("event-missing", f"events/{number}", mend, index=index)
    return True


def _free_number(ctx: Context, index: int) -> int:
    """Return the number behind that of the event before, which it most likely had; else one behind all."""
    before = EVENTS.fetch(ctx.view, "log_index", [index - 1])
    number = before[0].event_id + 1 if before else 1
    if not EVENTS.fetch(ctx.view, "event_id", [number]):
        return number
    return max((row[0] for row in ctx.view.scan("events", ("event_id",), ("event_id",))), default=0) + 1
