"""Files that no row speaks of: packs and sidecars of deliveries that are no more, temporary files, names of nobody's."""

from collections.abc import Iterator
from functools import partial

from voute.core.errors import FormatError, VouteError
from voute.core.ids import Hash
from voute.core.rows import JobKind
from voute.format import dsse
from voute.format.pack_statement import parse_pack_statement
from voute.fsck.context import Context
from voute.fsck.findings import Mend
from voute.fsck.sidecars import save_statement
from voute.fsck.tables import DELIVERIES


def check_orphans(ctx: Context, *, is_served: bool) -> None:
    """Name what is left over; while a server runs, such files may be uploads on their way and are counted only."""
    ours = ctx.view.scan("packs", ("pack_hash",), ("pack_hash",))
    # One that cannot be found under its name stands in the wrong folder: astray.
    found = (name for name in ctx.storage.blobs.names() if ctx.storage.blobs.size(name) is not None)
    _compare(ctx, "pack", found, (row[0] for row in ours), is_served=is_served)
    ours = ctx.view.scan("packs", ("pack_hash",), ("pack_hash",))
    _compare(ctx, "sidecar", ctx.storage.sidecars.names(), (row[0] for row in ours), is_served=is_served)
    for store, leftovers in ctx.storage.leftovers.items():
        for one in leftovers.found():
            where = f"{store}/{one.path}"
            if not leftovers.is_temporary(one.path):
                ctx.findings.add("stray-file", where)
            elif is_served:
                ctx.findings.pend("uploads")
            else:
                ctx.findings.add("temporary-left", where, partial(leftovers.remove, one.path))


def _compare(ctx: Context, kind: str, names: Iterator[Hash], rows: Iterator[bytes], *, is_served: bool) -> None:
    suffix = {"pack": "pack", "sidecar": "side"}[kind]
    row = next(rows, None)
    for name in names:
        while row is not None and row < name:
            row = next(rows, None)
        if row == name or name in ctx.unlisted:
            continue
        if (str(JobKind.REMOVE_PACK), name) in ctx.jobs:
            ctx.findings.pend("removing")
        elif is_served:
            ctx.findings.pend("uploads")
        else:
            ctx.findings.add(f"{kind}-orphan", f"packs/{name.hex()}.{suffix}", _remove(ctx, kind, name))


def _remove(ctx: Context, kind: str, name: Hash) -> Mend | None:
    """Return how an orphan is removed; None as long as anything that counts may need it."""
    if not ctx.proven or ctx.gaps or ctx.lonely or _is_missed(ctx, name):
        return None
    store = ctx.storage.blobs if kind == "pack" else ctx.storage.sidecars
    return lambda: store.delete(name)


def _is_missed(ctx: Context, name: Hash) -> bool:
    """Tell whether the statement beside an orphan names a delivery that is there: then a row was lost."""
    raw = save_statement(ctx.storage, name)
    if not raw:
        return False
    try:
        said = parse_pack_statement(dsse.parse(raw).payload)
    except (FormatError, VouteError):
        return True
    return bool(DELIVERIES.fetch(ctx.view, "delivery_id", [said.delivery_id]))
