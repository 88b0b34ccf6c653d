"""The ledger against the catalogue: both must be able to make the other anew.

A page that is missing or damaged is written from the catalogue, once nothing else in the city differs: only then does everything
that the log proves agree. Two sound copies that differ are both only named, but for what was to be destroyed: that is emptied.
After a repair of the catalogue its pages take over what the repaired rows say, which may lack what no proof brings back.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from voute.core.errors import FormatError
from voute.core.ports_log import TileMissingError
from voute.core.ports_raw import NOT_NULL
from voute.core.rows import EventRow, IndexRow, JobKind, VaultRow
from voute.format.ledger import (
    PAGE,
    VAULTS,
    Entry,
    Page,
    encode_index,
    encode_page,
    encode_vault,
    index_path,
    page_path,
    parse_vault,
    vault_of_path,
    vault_path,
)
from voute.fsck.context import Context
from voute.fsck.findings import Mend
from voute.fsck.ledger_rows import page_of, vault_rows
from voute.fsck.legible import legible
from voute.fsck.raw import index_of, read_page
from voute.fsck.tables import DOCUMENTS, EVENTS, INDEXES
from voute.fsck.tables import VAULTS as VAULT_TABLE

_OF_VAULTS: Final = frozenset({"claim", "keyring"})
OURS: Final = frozenset({"ledger-missing", "ledger-damaged", "ledger-differs", "ledger-remains"})


def check_ledger(ctx: Context) -> None:
    """Check every page of the log's entries, then every vault's file."""
    # What is mended in this look is in the store, not in this view.
    agrees = ctx.proven and all(one.is_leftover or one.code in OURS for one in ctx.findings.report.findings)
    rows = EVENTS.scan(ctx.view, "log_index", where={"log_index": NOT_NULL})
    pages = -(-ctx.head.size // PAGE)
    following, moving = 0, _moving(ctx)
    for number, group in groupby(rows, key=lambda row: (row.log_index or 0) // PAGE):
        for lost in range(following, min(number, pages)):
            _check_page(ctx, lost, [], agrees=False)
        events = list(group)
        moving |= {row.box_id for row in events if (row.log_index or 0) >= ctx.head.size and row.type in _OF_VAULTS}
        if number < pages:
            _check_page(ctx, number, events, agrees=agrees)
            ctx.progress("ledger", number + 1, pages)
        following = number + 1
    _check_vaults(ctx, moving, agrees=agrees)
    for row in INDEXES.scan(ctx.view, "vault_id"):
        _check_index(ctx, row, agrees=agrees)


def _check_index(ctx: Context, row: IndexRow, *, agrees: bool) -> None:
    """Compare the index of a vault; one with a higher number was about to be kept, and its holder writes it again."""
    path = index_path(row.vault_id)
    stored, fault = index_of(ctx.storage.ledger, row.vault_id)
    if fault == "damaged" or (fault and agrees):
        ctx.findings.add(f"ledger-{fault}", f"ledger/{path}", _put(ctx, path, encode_index(row) if agrees else None))
    elif stored is None or not agrees:
        return
    elif stored[1] == row.number and stored != row:
        ctx.findings.add("ledger-differs", f"ledger/{path}")
    elif isinstance(stored[1], int) and stored[1] < row.number:
        ctx.findings.add("ledger-damaged", f"ledger/{path}", _put(ctx, path, encode_index(row)))


def _moving(ctx: Context) -> set[bytes | None]:
    """Return the vaults of which an event waits for its place in the log: their files are written before that."""
    waiting = ctx.view.scan("events", ("type", "box_id"), ("event_id",), {"log_index": None})
    return {box for kind, box in waiting if kind in _OF_VAULTS}


def _check_page(ctx: Context, number: int, events: Sequence[EventRow], *, agrees: bool) -> None:
    where = f"ledger/{page_path(number)}"
    page, fault = read_page(ctx.storage.ledger, number)
    right = _right_page(ctx, number, events) if agrees else None
    ctx.findings.count("pages")
    if page is None:
        ctx.findings.add(f"ledger-{fault}", where, _put(ctx, page_path(number), right))
        return
    least = min(ctx.least, ctx.head.size) - number * PAGE
    if page.count < min(least, PAGE):
        # The writer was stopped before the log was: its page is short of entries that are published.
        ctx.findings.add("ledger-damaged", where, _put(ctx, page_path(number), right))
    elif right is not None and encode_page(page) != right:
        _name_page(ctx, page, events, right)


def _right_page(ctx: Context, number: int, events: Sequence[EventRow]) -> bytes | None:
    try:
        return encode_page(page_of(ctx.view, number, events))
    except FormatError:
        return None


def _name_page(ctx: Context, page: Page, events: Sequence[EventRow], right: bytes) -> None:
    """Name a page that says something else than the catalogue."""
    where, path = f"ledger/{page_path(page.number)}", page_path(page.number)
    if any((row.log_index or 0) >= ctx.head.size for row in events):
        # Places beyond the head are given before they are written here.
        return
    if ctx.is_served and page.count > len(events):
        # It grew since this view was opened.
        return
    emptied = {row.event_id for row in events if not row.data}
    remains = [one for one in page.events if isinstance(one, Entry) and one.data and one.event_id in emptied]
    if not remains and ctx.was_mended:
        ctx.storage.ledger.replace_all([(path, right)])
    elif not remains:
        ctx.findings.add("ledger-differs", where)
    elif _is_pending(ctx, remains):
        ctx.findings.pend("destroying")
    else:
        ctx.findings.add("ledger-remains", where, _put(ctx, path, right), event=remains[0].event_id)


def _is_pending(ctx: Context, remains: Sequence[Entry]) -> bool:
    """Tell whether the server has still to destroy what remains."""
    lines = DOCUMENTS.fetch(ctx.view, "opened_event", [one.event_id for one in remains])
    return bool(lines) and all((str(JobKind.DESTROY), line.document_id) in ctx.jobs for line in lines)


def _put(ctx: Context, path: str, right: bytes | None) -> Mend | None:
    if right is None:
        return None
    return lambda: ctx.storage.ledger.replace_all([(path, right)])


# ---------------------------------------------------------------- vaults


def _check_vaults(ctx: Context, moving: set[bytes | None], *, agrees: bool) -> None:
    known = set()
    for row in VAULT_TABLE.scan(ctx.view, "vault_id"):
        known.add(vault_path(row.vault_id))
        if row.vault_id not in moving:
            _check_vault(ctx, row, agrees=agrees)
    for path in _strangers(ctx, known):
        if agrees:
            ctx.findings.add("ledger-differs", f"ledger/{path}")


def _strangers(ctx: Context, known: set[str]) -> Iterator[str]:
    return (path for path in ctx.storage.ledger.paths(VAULTS) if vault_of_path(path) is not None and path not in known)


def _check_vault(ctx: Context, row: VaultRow, *, agrees: bool) -> None:
    path = vault_path(row.vault_id)
    try:
        right = encode_vault(vault_rows(ctx.view, row)) if agrees else None
    except FormatError:
        right = None
    try:
        stored = legible(ctx.storage.ledger.get, path)
        fault = "" if encode_vault(parse_vault(stored)) == stored else "damaged"
    except TileMissingError:
        stored, fault = b"", "missing"
    except FormatError:
        stored, fault = b"", "damaged"
    # A row whose own id is wrong has no file: what is wrong with it is named where vaults are checked.
    if fault == "damaged" or (fault and agrees):
        ctx.findings.add(f"ledger-{fault}", f"ledger/{path}", _put(ctx, path, right))
    elif right is not None and stored != right:
        ctx.findings.add("ledger-differs", f"ledger/{path}")
