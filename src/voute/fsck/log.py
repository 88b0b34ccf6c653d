"""The log's entries against the catalogue's events and the stored tiles: one walk over all bundles, then the proof by the root.

For each bundle there are up to three accounts of the same 256 leaves: the stored entries, the stored tile of their hashes, the
catalogue's events. Where they differ, the hash one level above says who is right; the root, signed, says it of all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from voute.core.errors import FormatError
from voute.core.ports_raw import NOT_NULL
from voute.core.rows import EventRow, EventState
from voute.core.values import MAX_INTEGER
from voute.format.event import NO_CHAIN, blind
from voute.fsck.context import Context
from voute.fsck.events import check_events, misplaced, resolve
from voute.fsck.rebuild import FULL, WIDTH, Rebuilt, top_of
from voute.fsck.releases import is_release
from voute.fsck.tables import EVENTS
from voute.fsck.tiles import check_paths, is_there, merge, rewrite, stored, stored_entries
from voute.tlog.merkle import HASH_BYTES, leaf_hash, leaf_hashes
from voute.tlog.tiles import tile_width

_ORDERS: Final = (("entries", "tile", "events"), ("tile", "events", "entries"), ("events", "tile", "entries"))
"""Whom to believe, walk after walk, until the signed root says that it was right."""
_KEPT: Final = 4_096
"""Damaged tiles kept until the root is proven, 8 kB each; further ones are named in the next run."""


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A stored object that is not what the others say; `right` are its bytes, if they are known."""

    path: str
    code: str
    right: bytes | None


@dataclass(slots=True)
class _Walk:
    """What one walk keeps until the root is known."""

    order: tuple[str, ...]
    """Whom to believe of the leaves where the accounts differ."""
    rebuilt: Rebuilt
    wrong: list[_Wrong] = field(default_factory=list)
    suspects: list[tuple[int, int, bytes]] = field(default_factory=list)
    """Event, index, leaf of what is not as the log has it."""
    differed: bool = False
    """Accounts differed somewhere: another order may lead to the root."""


class _Events:
    """The catalogue's events by log index, taken a bundle at a time."""

    def __init__(self, rows: Iterator[EventRow]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def take(self, end: int) -> dict[int, EventRow]:
        """Return the events with an index below `end` that were not taken yet."""
        found: dict[int, EventRow] = {}
        while self._next is not None and (self._next.log_index or 0) < end:
            found[self._next.log_index or 0] = self._next
            self._next = next(self._rows, None)
        return found


def check_log(ctx: Context, marks: Sequence[int], is_current: Callable[[Rebuilt], bool]) -> Rebuilt:
    """Walk over the log; afterwards `ctx.proven` says whether the stored entries lead to the head, and that is the newest one.

    `is_current` tells of the rebuilt tree whether nothing larger was ever promised.
    """
    walk, events = _walk(ctx, marks, _ORDERS[0])
    for order in _ORDERS[1:]:
        if ctx.proven or not walk.differed:
            break
        walk, events = _walk(ctx, marks, order)
    if not ctx.proven:
        if walk.differed:
            walk, events = _walk(ctx, marks, _ORDERS[0])
        found, promised = walk.rebuilt.root().hex(), ctx.head.root.hex()
        ctx.findings.add("root-differs", f"log/size/{ctx.head.size}", found=found, promised=promised)
    ctx.proven = ctx.proven and is_current(walk.rebuilt)
    ctx.is_walking = False
    ctx.findings.release(proven=ctx.proven)
    ctx.holes = len(ctx.gaps)
    for one in walk.wrong:
        ctx.findings.add(one.code, f"log/{one.path}", rewrite(ctx, one.path, one.right))
    check_paths(ctx, {one.path for one in walk.wrong})
    places = {leaf: index for _, index, leaf in walk.suspects} | ctx.gaps
    for event_id, _, leaf in walk.suspects:
        resolve(ctx, event_id, leaf, places)
    _check_later(ctx, events)
    ctx.findings.count("entries", ctx.head.size)
    return walk.rebuilt


def _walk(ctx: Context, marks: Sequence[int], order: tuple[str, ...]) -> tuple[_Walk, "_Events"]:
    """Walk once; what an earlier walk found is forgotten."""
    for kept in (ctx.gaps, ctx.suspects, ctx.erased, ctx.moved, ctx.lonely, ctx.records_lost):
        kept.clear()
    ctx.findings.hold()
    ctx.findings.report.counts.pop("events", None)
    ctx.is_walking = True
    size = ctx.head.size
    walk = _Walk(order, Rebuilt(marks))
    events = _Events(EVENTS.scan(ctx.view, "log_index", where={"log_index": NOT_NULL}))
    for start in range(0, size, WIDTH):
        end = min(start + WIDTH, size)
        _check_bundle(ctx, walk, start, end, events.take(end))
        ctx.progress("log", end, size)
    for level, index, row in walk.rebuilt.edge():
        _compare(ctx, walk, level, index, row)
    root = walk.rebuilt.root()
    walk.rebuilt.root_at[size] = root
    ctx.proven = root == ctx.head.root
    return walk, events


def _check_bundle(ctx: Context, walk: _Walk, start: int, end: int, rows: dict[int, EventRow]) -> None:
    index, width = start // WIDTH, end - start
    entries, entries_path, legible = stored_entries(ctx, index, width)
    tile, tile_at = stored(ctx, 0, index, width)
    hashes = None if entries is None else b"".join(leaf_hashes(entries))
    claimed = [_entry(rows.get(number)) for number in range(start, end)]
    said = [one for one in claimed if one is not None]
    ours = b"".join(leaf_hashes(said)) if len(said) == width else None
    row = hashes
    if hashes is None or hashes != tile or (ours is not None and ours != hashes):
        walk.differed = True
        row = _choose(ctx, walk, index, {"entries": hashes, "tile": tile, "events": ours})
        if hashes != row:
            right = None if row is None else merge(row, legible, claimed)
            _note(walk, entries_path, "bundle", right, is_there=is_there(ctx, entries_path))
        if tile != row:
            _note(walk, tile_at, "tile", row, is_there=is_there(ctx, tile_at))
    if row is None:
        # Nothing tells of these leaves: the root cannot be proven.
        row = bytes(width * HASH_BYTES)
    for level, number, full in walk.rebuilt.add(row):
        _compare(ctx, walk, level, number, full)
    leaves = [row[at : at + HASH_BYTES] for at in range(0, len(row), HASH_BYTES)]
    _check_rows(ctx, walk, start, leaves, rows, claimed)


def _choose(ctx: Context, walk: _Walk, index: int, accounts: Mapping[str, bytes | None]) -> bytes | None:
    """Return the account that the level above confirms; else one that two agree on; else the first of the walk's order.

    A later walk goes by its order alone: the level above may be damaged too.
    """
    known = [one for one in (accounts[name] for name in walk.order) if one is not None]
    if walk.order == _ORDERS[0] and known:
        above, offset = divmod(index, WIDTH)
        width = tile_width(1, above, ctx.head.size)
        parent = stored(ctx, 1, above, width)[0] if width > offset else None
        slot = b"" if parent is None else parent[offset * HASH_BYTES : (offset + 1) * HASH_BYTES]
        confirmed = [one for one in known if len(one) == FULL and top_of(one) == slot]
        twice = [one for one in known if known.count(one) > 1]
        known = [*confirmed, *twice, *known]
    return known[0] if known else None


def _check_rows(
    ctx: Context, walk: _Walk, start: int, leaves: list[bytes], rows: dict[int, EventRow], claimed: list[bytes | None]
) -> None:
    sound: list[EventRow] = []
    for number, (leaf, entry) in enumerate(zip(leaves, claimed, strict=True), start):
        row = rows.get(number)
        if row is None:
            if number < ctx.least:
                ctx.gaps[leaf] = number
        elif entry is None or leaf_hash(entry) != leaf:
            ctx.suspects.add(row.event_id)
            if row.salt or row.data:
                walk.suspects.append((row.event_id, number, leaf))
            else:
                ctx.erased[row.event_id] = leaf
        else:
            sound.append(row)
    check_events(ctx, sound)


def _entry(row: EventRow | None) -> bytes | None:
    if row is None:
        return None
    if is_release(row):
        return row.data
    try:
        return blind(row.salt, row.chain or NO_CHAIN, row.data)
    except FormatError:
        return None


def _note(walk: _Walk, path: str, kind: str, right: bytes | None, *, is_there: bool) -> None:
    if len(walk.wrong) < _KEPT:
        walk.wrong.append(_Wrong(path, f"{kind}-damaged" if is_there else f"{kind}-missing", right))


def _compare(ctx: Context, walk: _Walk, level: int, index: int, row: bytes) -> None:
    found, path = stored(ctx, level, index, len(row) // HASH_BYTES)
    if found != row:
        _note(walk, path, "tile", row, is_there=is_there(ctx, path))


def _check_later(ctx: Context, events: _Events) -> None:
    """Look at what is numbered beyond the head: the next batch of the sequencer, or entries that the log lost."""
    waiting: list[EventRow] = []
    expected = ctx.head.size
    for row in events.take(MAX_INTEGER).values():
        if row.log_index != expected:
            if not misplaced(ctx, row):
                ctx.findings.add("event-column", f"events/{row.event_id}", column="log_index")
            continue
        expected += 1
        if row.state == EventState.LOGGED:
            ctx.findings.add("event-beyond-log", f"events/{row.event_id}", index=row.log_index)
        else:
            waiting.append(row)
    ctx.findings.pend("numbered", len(waiting))
    _in_batches(ctx, iter(waiting))
    unnumbered = EVENTS.scan(ctx.view, "event_id", where={"log_index": None})
    _in_batches(ctx, (row for row in unnumbered if not misplaced(ctx, row)))


def _in_batches(ctx: Context, rows: Iterator[EventRow]) -> None:
    while batch := list(islice(rows, WIDTH)):
        check_events(ctx, batch)
