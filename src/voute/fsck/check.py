"""The whole check: one look, a second one while a server runs, and mending in rounds until nothing more is proven."""

from collections.abc import Callable
from dataclasses import dataclass

from voute.core.errors import StoreError
from voute.format.trust_root import TrustRoot
from voute.fsck.chains import check_chains
from voute.fsck.choices import check_choices
from voute.fsck.context import Context, Storage
from voute.fsck.deliveries import check_deliveries, check_parts
from voute.fsck.destroyed import check_jobs
from voute.fsck.events import resolve
from voute.fsck.findings import CannotCheckError, Finding, Findings, Progress, Report
from voute.fsck.heads import check_heads, is_current, noted_size, read_heads, read_trust_root
from voute.fsck.ledger import OURS as LEDGER
from voute.fsck.ledger import check_ledger
from voute.fsck.log import check_log
from voute.fsck.missing import name_gaps
from voute.fsck.orphans import check_orphans
from voute.fsck.people import check_people
from voute.fsck.tables import JOBS

ROUNDS = 4
"""Looks while mending: what one round sets right lets the next one prove more; each names only what is left."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to look: without reading bodies; mending; while a server runs; and who hears of findings and progress."""

    quick: bool = False
    repair: bool = False
    is_served: bool = False
    tell: Callable[[Finding], None] | None = None
    progress: Progress = lambda _stage, _done, _total: None


def check(storage: Storage, options: Options | None = None) -> Report:
    """Check a city's stores and return what was found; with `repair` mend what the log proves, and say so.

    While a server runs a difference counts only if two looks in a row see it. Repairing needs that none runs: the caller sees
    to that.

    Raises:
        CannotCheckError: trust root, catalogue or log cannot be read at all.
        RepairFailedError: a store failed while mending; what was mended before stays.
    """
    options = options or Options()
    root = read_trust_root(storage.trust_root)
    if options.repair:
        return _mend(storage, root, options)
    if not options.is_served:
        return _look(storage, root, options, tell=options.tell)
    report = _look(storage, root, options)
    if report.findings:
        first = {one.key for one in report.findings}
        report = _look(storage, root, options)
        report.findings = [one for one in report.findings if one.key in first]
    for finding in report.findings:
        if options.tell is not None:
            options.tell(finding)
    return report


def _mend(storage: Storage, root: TrustRoot, options: Options) -> Report:
    """Mend in rounds; the report has what was mended, then what is left."""
    mended: list[Finding] = []
    report = Report()
    for _ in range(ROUNDS):
        report = _look(storage, root, options, mending=True, was_mended=any(one.code not in LEDGER for one in mended))
        now = [one for one in report.findings if one.is_mended]
        mended += now
        if not now:
            break
    report.findings = [*mended, *(one for one in report.findings if not one.is_mended)]
    for finding in report.findings:
        if options.tell is not None:
            options.tell(finding)
    return report


def _look(
    storage: Storage,
    root: TrustRoot,
    options: Options,
    *,
    mending: bool = False,
    was_mended: bool = False,
    tell: Callable[[Finding], None] | None = None,
) -> Report:
    report = Report()
    findings = Findings(report, mending=mending, tell=tell)
    try:
        before = read_heads(storage, root)
        with storage.catalogue.view() as view:
            heads = read_heads(storage, root)
            head, first = heads.best, before.best
            if head is None or first is None:
                raise CannotCheckError("neither checkpoint nor lock can be read", what="log")
            reach = max(head.size, 0 if heads.locked is None else heads.locked.size)
            sizes = (min(first.size, head.size), reach)
            ctx = Context(storage, view, findings, root, head, *sizes, options.progress, options.quick)
            ctx.is_served, ctx.was_mended = options.is_served, was_mended
            for fault in view.faults():
                findings.add("catalogue-corrupt", "catalogue", detail=fault)
            noted = noted_size(ctx)
            ctx.published_size = min(noted, head.size)
            rebuilt = check_log(ctx, (noted,), lambda rebuilt: is_current(ctx, heads, noted, rebuilt))
            check_heads(ctx, heads, rebuilt)
            ctx.jobs.update((row.kind, row.subject) for row in JOBS.scan(view, "kind", "subject"))
            check_deliveries(ctx)
            for event_id, leaf in ctx.erased.items():
                resolve(ctx, event_id, leaf, {})
            check_parts(ctx)
            check_jobs(ctx)
            check_chains(ctx)
            name_gaps(ctx)
            check_people(ctx)
            check_choices(ctx)
            check_orphans(ctx, is_served=options.is_served)
            check_ledger(ctx)
    except StoreError as error:
        raise CannotCheckError(f"{error.code}: {error.detail}", what="store") from error
    return report
