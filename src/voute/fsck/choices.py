"""What holders chose to receive without paper, against the acts that say so."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from voute.core.errors import VouteError
from voute.core.rows import ConsentRow, EventRow
from voute.core.values import MICROSECONDS
from voute.format.event import parse_event
from voute.format.subject import Consent
from voute.fsck.context import BATCH, Context
from voute.fsck.findings import Mend
from voute.fsck.tables import CONSENTS, EVENTS

Key = tuple[bytes, str, str]
"""Vault, issuer, document type."""


def fetch_choices(ctx: Context, vaults: Iterable[bytes]) -> Mapping[Key, ConsentRow]:
    """Return the rows of vaults, by what each is about."""
    rows = CONSENTS.fetch(ctx.view, "vault_id", sorted(set(vaults)))
    return {(row.vault_id, row.issuer, row.document_type): row for row in rows}


def check_choice(
    ctx: Context, event: EventRow, time: int, vault: bytes, subject: Consent, rows: Mapping[Key, ConsentRow]
) -> None:
    """Check that a choice is the row's, or older than the row's: the highest number counts.

    Events come in the order of their numbers, so the last of several that mend one row is the one that counts.
    """
    row = rows.get((vault, subject.issuer, subject.document_type))
    where = f"consents/{vault.hex()}/{subject.issuer}/{subject.document_type}"
    right = {"number": subject.number, "paperless": int(subject.paperless), "event_id": event.event_id}
    key = {"vault_id": vault, "issuer": subject.issuer, "document_type": subject.document_type}
    at = time * MICROSECONDS if row is None else row.chosen_at
    mend = ctx.mend_by(ctx.put("consents", {**key, **right, "chosen_at": at}))
    if row is None:
        ctx.findings.add("consent-missing", where, mend)
    elif subject.number >= row.number:
        _name_columns(ctx, where, row, right, mend)


def _name_columns(ctx: Context, where: str, row: ConsentRow, right: Mapping[str, int], mend: Mend | None) -> None:
    found = CONSENTS.values(row)
    for column, value in right.items():
        if found[column] != value:
            ctx.findings.add("consent-column", where, mend, column=column)


def check_choices(ctx: Context) -> None:
    """Check that every row rests on an act of its vault about this very issuer and type."""
    rows = CONSENTS.scan(ctx.view, "vault_id", "issuer", "document_type")
    while batch := list(islice(rows, BATCH)):
        events = {one.event_id: one for one in EVENTS.fetch(ctx.view, "event_id", [row.event_id for row in batch])}
        _check_rows(ctx, batch, events)


def _check_rows(ctx: Context, batch: Sequence[ConsentRow], events: Mapping[int, EventRow]) -> None:
    for row in batch:
        where = f"consents/{row.vault_id.hex()}/{row.issuer}/{row.document_type}"
        event = events.get(row.event_id)
        # An event that is lost or unreadable is named where the log is read.
        subject = _subject(event)
        if subject is None and (event is not None or not ctx.holes):
            ctx.findings.add("consent-stray", where)
        elif isinstance(subject, Consent) and _is_about(event, subject, row):
            if subject.number < row.number:
                key = {"vault_id": row.vault_id, "issuer": row.issuer, "document_type": row.document_type}
                mend = ctx.mend_by(ctx.set("consents", key, {"number": subject.number}))
                ctx.findings.add("consent-column", where, mend, column="number")
        elif subject is not None:
            ctx.findings.add("consent-stray", where)
        ctx.findings.count("consents")


def _subject(event: EventRow | None) -> object:
    try:
        return None if event is None else parse_event(event.data).subject
    except VouteError:
        return None


def _is_about(event: EventRow | None, subject: Consent, row: ConsentRow) -> bool:
    box = None if event is None else event.box_id
    return (box, subject.issuer, subject.document_type) == (row.vault_id, row.issuer, row.document_type)
