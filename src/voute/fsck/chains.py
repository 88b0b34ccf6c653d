"""The chain of each box: recomputed from its salt, in the order of the log."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final, NamedTuple

from voute.core.errors import FormatError
from voute.core.ids import Hash
from voute.core.ports_raw import NOT_NULL
from voute.core.rows import ChainRow
from voute.format.event import NO_CHAIN, chain_link
from voute.fsck.context import Context
from voute.fsck.tables import CHAINS

_COLUMNS: Final = ("box_id", "event_id", "chain", "log_index")
_FAR: Final = 1_000
"""Events that may be missing in a row before a chain counts as another one."""


class _Link(NamedTuple):
    box_id: bytes
    event_id: int
    chain: bytes | None
    log_index: int


def links_of(ctx: Context, box_id: bytes) -> list[Hash]:
    """Return the links that a box's chain can have had so far, in order; none if its row is gone or damaged."""
    rows = CHAINS.fetch(ctx.view, "box_id", [box_id])
    links: list[Hash] = []
    for row in rows:
        previous = NO_CHAIN
        for number in range(1, row.n + ctx.holes + 1):
            try:
                previous = chain_link(row.chain_salt, number, previous)
            except FormatError:
                break
            links.append(previous)
    return links


def check_chains(ctx: Context) -> None:
    """Compare each box's events with its row, both in order of the boxes."""
    where = {"log_index": NOT_NULL, "box_id": NOT_NULL}
    links = map(_Link._make, ctx.view.scan("events", _COLUMNS, ("box_id", "log_index"), where))
    rows = CHAINS.scan(ctx.view, "box_id")
    row = next(rows, None)
    for box_id, events in groupby(links, key=lambda link: link.box_id):
        while row is not None and row.box_id < box_id:
            _stray(ctx, row)
            row = next(rows, None)
        if row is None or row.box_id != box_id:
            _missing(ctx, box_id, events)
            continue
        _check(ctx, row, events)
        ctx.findings.count("chains")
        row = next(rows, None)
    while row is not None:
        _stray(ctx, row)
        row = next(rows, None)


def _stray(ctx: Context, row: ChainRow) -> None:
    """Name a chain of a box without events; it is the row's fault only if no event of its own is missing or astray."""
    if not ctx.holes and not ctx.moved:
        ctx.findings.add("chain-stray", f"chains/{row.box_id.hex()}")


def _missing(ctx: Context, box_id: bytes, events: Iterator[_Link]) -> None:
    if any(link.event_id not in ctx.moved for link in events):
        ctx.findings.add("chain-missing", f"chains/{box_id.hex()}")


def _check(ctx: Context, row: ChainRow, events: Iterator[_Link]) -> None:
    where = f"chains/{row.box_id.hex()}"
    number, last, skipped = 0, NO_CHAIN, False
    try:
        for link in events:
            if link.event_id in ctx.moved:
                continue
            number, last, jumped = _step(ctx, row, (number, last), link)
            skipped = skipped or jumped > 1
            if not jumped:
                _broken(ctx, row, number)
                return
    except FormatError:
        ctx.findings.add("chain-differs", where, column="chain_salt")
        return
    if skipped and not (ctx.holes or ctx.moved):
        ctx.findings.add("chain-differs", where, column="chain_salt")
    elif not (ctx.holes or ctx.moved):
        _check_end(ctx, row, number, last)


def _step(ctx: Context, row: ChainRow, at: tuple[int, Hash], link: _Link) -> tuple[int, Hash, int]:
    """Return the place of an event in its chain, its link, and by how much it is further than the one before; 0: nowhere."""
    number, last = at
    if link.event_id in ctx.suspects and link.event_id not in ctx.emptied:
        return number + 1, chain_link(row.chain_salt, number + 1, last), 1
    farthest = min(ctx.holes + len(ctx.moved), _FAR) + 1
    for step in range(1, farthest + 1):
        last = chain_link(row.chain_salt, number + step, last)
        if last == link.chain:
            return number + step, last, step
    return number, last, 0


def _broken(ctx: Context, row: ChainRow, number: int) -> None:
    """Name a chain whose links are not those of its salt: the links are in the log, so it is the salt."""
    column = "chain_salt" if number == 0 else "box_id"
    ctx.findings.add("chain-differs", f"chains/{row.box_id.hex()}", column=column)


def _check_end(ctx: Context, row: ChainRow, number: int, last: Hash) -> None:
    for column, found, right in (("n", row.n, number), ("head", row.head, last)):
        if found != right:
            mend = ctx.mend_by(ctx.set("chains", {"box_id": row.box_id}, {column: right}))
            ctx.findings.add("chain-differs", f"chains/{row.box_id.hex()}", mend, column=column)
