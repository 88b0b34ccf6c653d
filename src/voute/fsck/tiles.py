"""What is stored of the log: pages of hashes and of entries by their names, and every other name in its folder."""

import re
from typing import Final

from voute.core.ports_log import TileMissingError
from voute.fsck.context import Context
from voute.fsck.findings import Mend
from voute.fsck.legible import legible
from voute.fsck.rebuild import WIDTH
from voute.tlog.merkle import HASH_BYTES, leaf_hash
from voute.tlog.staging import PREFIX, parse_path
from voute.tlog.tiles import ENTRIES, encode_bundle, tile_path, tile_width

_TILE: Final = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([0-9]{1,3}))?")


def stored(ctx: Context, level: int | str, index: int, width: int) -> tuple[bytes | None, str]:
    """Return a tile's bytes (None if it is missing, or too short) and its path; a full one stands in for a partial one."""
    path = tile_path(level, index, width)
    for candidate in (path, tile_path(level, index)):
        try:
            data = legible(ctx.storage.tiles.get, candidate)
        except TileMissingError:
            continue
        if level == ENTRIES:
            return data, candidate
        held = WIDTH if candidate != path else width
        return (data[: width * HASH_BYTES] if len(data) == held * HASH_BYTES else None), candidate
    return None, path


def stored_entries(ctx: Context, index: int, width: int) -> tuple[list[bytes] | None, str, list[bytes]]:
    """Return the entries of a bundle (None if it is missing or damaged), its path, and what of it can be read."""
    data, path = stored(ctx, ENTRIES, index, width)
    entries, is_whole = _entries_of(data or b"")
    held = width if path == tile_path(ENTRIES, index, width) else WIDTH
    return (entries[:width] if is_whole and len(entries) == held else None), path, entries


def _entries_of(data: bytes) -> tuple[list[bytes], bool]:
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


def merge(row: bytes, readable: list[bytes], claimed: list[bytes | None]) -> bytes | None:
    """Return a bundle whose entries have these leaf hashes: each from what can be read of the old one, or from its event."""
    right: list[bytes] = []
    for place, claim in enumerate(claimed):
        leaf = row[place * HASH_BYTES : (place + 1) * HASH_BYTES]
        accounts = [*readable[place : place + 1], *([] if claim is None else [claim])]
        entry = next((one for one in accounts if leaf_hash(one) == leaf), None)
        if entry is None:
            return None
        right.append(entry)
    return encode_bundle(right)


def is_there(ctx: Context, path: str) -> bool:
    """Tell whether anything is stored under a path."""
    try:
        legible(ctx.storage.tiles.get, path)
    except TileMissingError:
        return False
    return True


def rewrite(ctx: Context, path: str, right: bytes | None) -> Mend | None:
    """Return how a page is written anew, if its bytes are known and proven."""
    if right is None:
        return None
    return ctx.mend_by(lambda: ctx.storage.tiles.put_mutable(path, right))


def check_paths(ctx: Context, known: set[str]) -> None:
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
        at = 0 if level == ENTRIES else int(level)
        now, reach = (tile_width(at, index, size) for size in (ctx.head.size, ctx.reach))
        if not 1 <= width <= WIDTH or tile_path(level, index, width) != path or reach < width:
            ctx.findings.add("log-stray", f"log/{path}")
        elif now > width and tile_path(level, index, now) not in known:
            _check_old(ctx, path, level, index, (width, now))


def _check_old(ctx: Context, path: str, level: int | str, index: int, widths: tuple[int, int]) -> None:
    """Compare a partial tile of a smaller tree with the tile that replaced it."""
    width, now = widths
    whole, _ = stored(ctx, level, index, now)
    if whole is None:
        return
    right = encode_bundle(_entries_of(whole)[0][:width]) if level == ENTRIES else whole[: width * HASH_BYTES]
    try:
        data = legible(ctx.storage.tiles.get, path)
    except TileMissingError:
        # A running sequencer removes them when the full tile is there.
        return
    if data != right:
        kind = "bundle" if level == ENTRIES else "tile"
        ctx.findings.add(f"{kind}-damaged", f"log/{path}", rewrite(ctx, path, right))
