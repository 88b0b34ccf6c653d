"""The log's entries against the catalogue's events and the stored tiles: one walk over all bundles, then the proof by the root.

For each bundle there are up to three accounts of the same 256 leaves: the stored entries, the stored tile of their hashes, the
catalogue's events. Where they differ, the hash one level above says who is right; the root, signed, says it of all.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from voute.core.errors import FormatError
from voute.core.ports_log import TileMissingError
from voute.core.ports_raw import NOT_NULL
from voute.core.rows import EventRow, EventState
from voute.core.values import MAX_INTEGER
from voute.format.event import NO_CHAIN, blind
from voute.fsck.context import Context
from voute.fsck.events import check_events, misplaced, resolve
from voute.fsck.findings import Mend
from voute.fsck.rebuild import FULL, WIDTH, Rebuilt, top_of
from voute.fsck.releases import is_release
from voute.fsck.tables import EVENTS
from voute.tlog.merkle import HASH_BYTES, leaf_hash, leaf_hashes
from voute.tlog.staging import PREFIX, parse_path
from voute.tlog.tiles import ENTRIES, decode_bundle, encode_bundle, tile_path, tile_width

_TILE: Final = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([0-9]{1,3}))?")
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
    """What the walk keeps until the root is known."""

    rebuilt: Rebuilt
    wrong: list[_Wrong]
    suspects: list[tuple[int, int, bytes]]
    """Event, index, leaf of what is not as the log has it."""
    edges: list[bytes]


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
    size = ctx.head.size
    walk = _Walk(Rebuilt(marks), [], [], [])
    events = _Events(EVENTS.scan(ctx.view, "log_index", where={"log_index": NOT_NULL}))
    ctx.findings.hold()
    ctx.is_walking = True
    for start in range(0, size, WIDTH):
        end = min(start + WIDTH, size)
        rows = events.take(end)
        _check_bundle(ctx, walk, start, end, rows)
        ctx.progress("log", end, size)
    _prove(ctx, walk)
    ctx.proven = ctx.proven and is_current(walk.rebuilt)
    ctx.is_walking = False
    ctx.findings.release(proven=ctx.proven)
    ctx.holes = len(ctx.gaps)
    for path, code, right in ((one.path, one.code, one.right) for one in walk.wrong):
        ctx.findings.add(code, f"log/{path}", _rewrite(ctx, path, right))
    known = {one.path for one in walk.wrong}
    _check_paths(ctx, known)
    places = {leaf: index for _, index, leaf in walk.suspects} | ctx.gaps
    for event_id, _, leaf in walk.suspects:
        resolve(ctx, event_id, leaf, places)
    _check_later(ctx, events)
    ctx.findings.count("entries", size)
    return walk.rebuilt


def _check_bundle(ctx: Context, walk: _Walk, start: int, end: int, rows: dict[int, EventRow]) -> None:
    index, width = start // WIDTH, end - start
    entries, entries_path, legible = _stored_entries(ctx, index, width)
    tile, tile_at = _stored(ctx, 0, index, width)
    hashes = None if entries is None else b"".join(leaf_hashes(entries))
    claimed = [_entry(rows.get(number)) for number in range(start, end)]
    row = hashes
    if hashes is None or hashes != tile:
        said = [one for one in claimed if one is not None]
        ours = b"".join(leaf_hashes(said)) if len(said) == width else None
        row = _choose(ctx, walk, index, [one for one in (hashes, tile, ours) if one is not None])
        if hashes != row:
            right = None if row is None else _merge(row, legible, claimed)
            _note(walk, entries_path, "bundle", right, is_there=_is_there(ctx, entries_path))
        if tile != row:
            _note(walk, tile_at, "tile", row, is_there=_is_there(ctx, tile_at))
    if row is None:
        # Nothing tells of these leaves: the root cannot be proven.
        row = bytes(width * HASH_BYTES)
    for level, number, full in walk.rebuilt.add(row):
        _compare(ctx, walk, level, number, full)
    leaves = [row[at : at + HASH_BYTES] for at in range(0, len(row), HASH_BYTES)]
    _check_rows(ctx, walk, start, leaves, rows, claimed)


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


def _stored(ctx: Context, level: int | str, index: int, width: int) -> tuple[bytes | None, str]:
    """Return a tile's bytes (None if it is missing, or too short) and its path; a full one stands in for a partial one."""
    path = tile_path(level, index, width)
    for candidate in (path, tile_path(level, index)):
        try:
            data = ctx.storage.tiles.get(candidate)
        except TileMissingError:
            continue
        if level == ENTRIES:
            return data, candidate
        held = WIDTH if candidate != path else width
        return (data[: width * HASH_BYTES] if len(data) == held * HASH_BYTES else None), candidate
    return None, path


def _stored_entries(ctx: Context, index: int, width: int) -> tuple[list[bytes] | None, str, list[bytes]]:
    """Return the entries of a bundle (None if it is missing or damaged), its path, and what of it can be read."""
    data, path = _stored(ctx, ENTRIES, index, width)
    entries, is_whole = _legible(data or b"")
    held = width if path == tile_path(ENTRIES, index, width) else WIDTH
    return (entries[:width] if is_whole and len(entries) == held else None), path, entries


def _legible(data: bytes) -> tuple[list[bytes], bool]:
    """Return the entries up to the first that cannot be read, and whether that is all."""
    entries: list[bytes] = []
    at = 0
    while at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            break
        entries.append(data[at + 2 : end])
        at = end
    return entries, at == len(data)


def _merge(row: bytes, legible: list[bytes], claimed: list[bytes | None]) -> bytes | None:
    """Return a bundle whose entries have these leaf hashes: each from what can be read of the old one, or from its event."""
    right: list[bytes] = []
    for place, claim in enumerate(claimed):
        leaf = row[place * HASH_BYTES : (place + 1) * HASH_BYTES]
        accounts = [*legible[place : place + 1], *([] if claim is None else [claim])]
        entry = next((one for one in accounts if leaf_hash(one) == leaf), None)
        if entry is None:
            return None
        right.append(entry)
    return encode_bundle(right)


def _is_there(ctx: Context, path: str) -> bool:
    try:
        ctx.storage.tiles.get(path)
    except TileMissingError:
        return False
    return True


def _choose(ctx: Context, walk: _Walk, index: int, accounts: list[bytes]) -> bytes | None:
    """Return the account that the level above confirms; else one that two agree on; else the first."""
    above, offset = divmod(index, WIDTH)
    if accounts and len(accounts[0]) == FULL:
        parent, _ = _stored(ctx, 1, above, tile_width(1, above, ctx.head.size))
        slot = b"" if parent is None else parent[offset * HASH_BYTES : (offset + 1) * HASH_BYTES]
        for one in accounts:
            if top_of(one) == slot:
                return one
    else:
        walk.edges = accounts
    twice = [one for one in accounts if accounts.count(one) > 1]
    return next(iter([*twice, *accounts]), None)


def _note(walk: _Walk, path: str, kind: str, right: bytes | None, *, is_there: bool) -> None:
    if len(walk.wrong) < _KEPT:
        walk.wrong.append(_Wrong(path, f"{kind}-damaged" if is_there else f"{kind}-missing", right))


def _compare(ctx: Context, walk: _Walk, level: int, index: int, row: bytes) -> None:
    found, path = _stored(ctx, level, index, len(row) // HASH_BYTES)
    if found != row:
        _note(walk, path, "tile", row, is_there=_is_there(ctx, path))


def _prove(ctx: Context, walk: _Walk) -> None:
    """Compare with the head; at the right edge, where nothing stands above, try the other accounts too."""
    rebuilt = walk.rebuilt
    for row in walk.edges:
        if rebuilt.root(row) == ctx.head.root and rebuilt.rests[0] != row:
            _swap_edge(ctx, walk, row)
            break
    for level, index, row in rebuilt.edge():
        _compare(ctx, walk, level, index, row)
    root = rebuilt.root()
    rebuilt.root_at[ctx.head.size] = root
    ctx.proven = root == ctx.head.root
    if not ctx.proven:
        ctx.findings.add("root-differs", f"log/size/{ctx.head.size}", found=root.hex(), promised=ctx.head.root.hex())


def _swap_edge(ctx: Context, walk: _Walk, row: bytes) -> None:
    """Take another account for the leaves at the right edge: what stands under it is what the root promises."""
    index, width = ctx.head.size // WIDTH, len(row) // HASH_BYTES
    rebuilt = walk.rebuilt
    rebuilt.rests[0] = row
    walk.wrong = [one for one in walk.wrong if one.path not in {tile_path(0, index, width), tile_path(ENTRIES, index, width)}]
    entries, path, _ = _stored_entries(ctx, index, width)
    if entries is None or b"".join(leaf_hashes(entries)) != row:
        _note(walk, path, "bundle", None, is_there=_is_there(ctx, path))
    _compare(ctx, walk, 0, index, row)


def _rewrite(ctx: Context, path: str, right: bytes | None) -> Mend | None:
    if right is None:
        return None
    return ctx.mend_by(lambda: ctx.storage.tiles.put_mutable(path, right))


def _check_paths(ctx: Context, known: set[str]) -> None:
    """Look at every name in the folder: partial tiles that larger ones replaced must be their beginnings, all else is astray."""
    for path in ctx.storage.tiles.paths(PREFIX):
        if parse_path(path) is None:
            ctx.findings.add("log-stray", f"log/{path}")
        else:
            ctx.findings.pend("staged")
    for path in ctx.storage.tiles.paths("tile/"):
        found = _TILE.fullmatch(path)
        if found is None:
            ctx.findings.add("log-stray", f"log/{path}")
            continue
        level: int | str = ENTRIES if found[1] == ENTRIES else int(found[1])
        index = int("".join(re.findall("[0-9]{3}", found[2])) + found[3])
        width = int(found[4] or WIDTH)
        now = tile_width(0 if level == ENTRIES else int(level), index, ctx.head.size)
        if not 1 <= width <= WIDTH or tile_path(level, index, width) != path or now < width:
            if tile_width(0 if level == ENTRIES else int(level), index, ctx.reach) < width:
                ctx.findings.add("log-stray", f"log/{path}")
        elif now > width and tile_path(level, index, now) not in known:
            _check_old(ctx, path, level, index, (width, now))


def _check_old(ctx: Context, path: str, level: int | str, index: int, widths: tuple[int, int]) -> None:
    """Compare a partial tile of a smaller tree with the tile that replaced it."""
    width, now = widths
    whole, _ = _stored(ctx, level, index, now)
    if whole is None:
        return
    right = encode_bundle(decode_bundle(whole)[:width]) if level == ENTRIES else whole[: width * HASH_BYTES]
    try:
        data = ctx.storage.tiles.get(path)
    except TileMissingError:
        # A running sequencer removes them when the full tile is there.
        return
    if data != right:
        kind = "bundle" if level == ENTRIES else "tile"
        ctx.findings.add(f"{kind}-damaged", f"log/{path}", _rewrite(ctx, path, right))


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
