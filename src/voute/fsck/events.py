"""What an event says against the columns beside it and against the rows that it changed."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from voute.core.errors import FormatError, VouteError
from voute.core.ids import Hash
from voute.core.rows import ConsentRow, EventRow, EventState, LookupRow, LookupState, RecordRow
from voute.format import dsse
from voute.format.act import parse_act
from voute.format.event import Event, blind, parse_event
from voute.format.subject import (
    Bound,
    Claim,
    Consent,
    Delete,
    Deliver,
    Disown,
    Freeze,
    KeyringChange,
    Opened,
    Revoked,
    issuer_actor,
    vault_actor,
)
from voute.format.vault_record import parse_vault_record
from voute.fsck.chains import links_of
from voute.fsck.choices import Key, check_choice, fetch_choices
from voute.fsck.context import Context, all_of
from voute.fsck.releases import check_release, is_release
from voute.fsck.sidecars import find_record
from voute.fsck.tables import DOCUMENTS, EVENTS, LOOKUPS, RECORDS, DocumentLine
from voute.tlog.merkle import leaf_hash

CLAIM: Final = "claim"
VAULT: Final = "vault"


class _Parsed(NamedTuple):
    row: EventRow
    event: Event


class _Around(NamedTuple):
    """The rows that a batch of events is about, fetched together."""

    documents: Mapping[int, DocumentLine]
    read: Mapping[bytes, DocumentLine]
    lookups: Mapping[bytes, LookupRow]
    records: AbstractSet[tuple[bytes, bytes]]
    """Vault and hash of each signed record that is there."""
    genesis: Mapping[bytes, RecordRow]
    choices: Mapping[Key, ConsentRow]


def check_events(ctx: Context, rows: Sequence[EventRow]) -> None:
    """Check events whose bytes are those of the log, or that are not in the log yet."""
    for row in rows:
        if is_release(row):
            check_release(ctx, row)
    parsed = [one for one in (_parse(ctx, row) for row in rows if not is_release(row)) if one is not None]
    around = _fetch(ctx, parsed)
    for one in parsed:
        _check_columns(ctx, one)
        _check_subject(ctx, one, around)
    ctx.findings.count("events", len(rows))


def _where(row: EventRow) -> str:
    return f"events/{row.event_id}"


def _parse(ctx: Context, row: EventRow) -> _Parsed | None:
    try:
        event = parse_event(row.data)
    except FormatError as error:
        ctx.findings.add("event-bad", _where(row), detail=error.detail)
        return None
    if event.city != ctx.root.city:
        ctx.findings.add("event-bad", _where(row), detail="of another city")
    return _Parsed(row, event)


def _fetch(ctx: Context, parsed: Sequence[_Parsed]) -> _Around:
    subjects = [one.event.subject for one in parsed]
    delivered = [one.row.event_id for one in parsed if isinstance(one.event.subject, Deliver)]
    read = [one.document_id for one in subjects if isinstance(one, Opened | Delete)]
    lookups = {one.lookup_id for one in subjects if isinstance(one, Claim | Bound | Revoked | Disown | Freeze)}
    vaults: set[bytes] = {one.vault_id for one in subjects if isinstance(one, Claim | Bound | KeyringChange | Disown)}
    choosers = {_vault_of(one.event) for one in parsed if isinstance(one.event.subject, Consent)}
    vaults |= choosers | {_vault_of(one.event) for one in parsed if isinstance(one.event.subject, Opened | Delete)}
    records = [(_digest(row), row) for row in RECORDS.fetch(ctx.view, "vault_id", sorted(vaults))]
    return _Around(
        {row.event_id: row for row in DOCUMENTS.fetch(ctx.view, "event_id", delivered)},
        {row.document_id: row for row in DOCUMENTS.fetch(ctx.view, "document_id", read)},
        {row.lookup_id: row for row in LOOKUPS.fetch(ctx.view, "lookup_id", sorted(lookups))},
        {(row.vault_id, digest) for digest, row in records},
        {row.vault_id: row for digest, row in records if digest == row.vault_id},
        fetch_choices(ctx, choosers),
    )


def _digest(row: RecordRow) -> bytes:
    try:
        return dsse.statement_hash(dsse.parse(row.envelope).payload)
    except FormatError:
        return b""


def _vault_of(event: Event) -> bytes:
    return bytes.fromhex(event.actor.rpartition(":")[2])


def _set(ctx: Context, row: EventRow, column: str, value: object) -> None:
    mend = ctx.mend_by(ctx.set("events", {"event_id": row.event_id}, {column: value}))
    ctx.findings.add("event-column", _where(row), mend, column=column)


def _check_columns(ctx: Context, one: _Parsed) -> None:
    row, event = one
    subject = event.subject
    if row.type != event.type:
        _set(ctx, row, "type", event.type)
    is_logged = row.log_index is not None and row.log_index < ctx.published_size
    state = EventState.LOGGED if is_logged else EventState.DRAFT if isinstance(subject, Deliver) else EventState.READY
    if row.state != state:
        _set(ctx, row, "state", str(state))
    delivery = subject.delivery_id if isinstance(subject, Deliver) else None
    if row.delivery_id != delivery:
        _set(ctx, row, "delivery_id", delivery)
    if not isinstance(subject, Deliver):
        _check_box(ctx, one)
    if row.log_index is None and row.chain is not None:
        _set(ctx, row, "chain", None)


def _check_box(ctx: Context, one: _Parsed) -> None:
    """Check the box of what is not a delivery: the event itself says whose journal it belongs to."""
    row, subject = one.row, one.event.subject
    if isinstance(subject, Revoked) or (isinstance(subject, Freeze) and subject.vault_id is None):
        kind, box = CLAIM, bytes(subject.lookup_id)
    elif isinstance(subject, Claim | Bound | KeyringChange | Disown | Freeze):
        kind, box = VAULT, bytes(subject.vault_id or b"")
    else:
        kind, box = VAULT, _vault_of(one.event)
    if row.box_kind != kind:
        _set(ctx, row, "box_kind", kind)
    if row.box_id != box:
        ctx.moved.add(row.event_id)
        _set(ctx, row, "box_id", box)


def _check_subject(ctx: Context, one: _Parsed, around: _Around) -> None:
    subject = one.event.subject
    if isinstance(subject, Deliver):
        document = around.documents.get(one.row.event_id)
        if document is None or document.document_id != subject.document_id:
            ctx.lonely[subject.document_id] = one.row.event_id
        return
    if isinstance(subject, KeyringChange):
        _check_keyring(ctx, one, subject, around)
        return
    if isinstance(subject, Freeze):
        _check_frozen(ctx, one, subject, around)
        return
    _check_act(ctx, one, around)
    if isinstance(subject, Claim):
        _check_claim(ctx, one, subject, around)
    elif isinstance(subject, Bound):
        _check_bound(ctx, one, subject, around)
    elif isinstance(subject, Revoked):
        _check_revoked(ctx, one, subject, around)
    elif isinstance(subject, Disown):
        _check_frozen(ctx, one, subject, around)
    elif isinstance(subject, Consent):
        check_choice(ctx, one.row, one.event.time, _vault_of(one.event), subject, around.choices)
    else:
        _check_read(ctx, one, subject, around)


def _check_act(ctx: Context, one: _Parsed, around: _Around) -> None:
    """Check that the act beside an event is the one that it names, and signed by who may."""
    row, event = one
    try:
        if row.act is None:
            raise FormatError("there is none")
        envelope = dsse.parse(row.act)
        if dsse.statement_hash(envelope.payload) != event.act:
            raise FormatError("another one than the event names")
        dsse.expect_kind(envelope, dsse.Kind.ACT)
        keys = _keys(ctx, event, around)
        if keys is not None:
            dsse.verify(envelope, dsse.Kind.ACT, keys)
        act = parse_act(envelope.payload)
        if (act.city, act.actor, act.subject) != (event.city, event.actor, event.subject):
            raise FormatError("it says something else than the event")
    except VouteError as error:
        ctx.findings.add("event-act", _where(row), column="act", detail=error.detail)


def _keys(ctx: Context, event: Event, around: _Around) -> list[bytes] | None:
    """Return the keys that may have signed; None if the vault's first record is lost, which is named where vaults are checked."""
    for issuer in ctx.root.issuers:
        if event.actor == issuer_actor(issuer.id):
            return [key.ed25519 for key in issuer.keys]
    for record in around.genesis.values():
        if event.actor == vault_actor(record.vault_id):
            return [parse_vault_record(dsse.parse(record.envelope).payload).root_key]
    return None if event.actor.startswith("vault:") else []


def _check_record(ctx: Context, vault_id: bytes, record_hash: bytes, around: _Around) -> None:
    if (vault_id, record_hash) not in around.records:
        ctx.records_lost.add(vault_id)
        ctx.findings.add("record-missing", f"vault_records/{vault_id.hex()}", record=record_hash.hex())


def _check_keyring(ctx: Context, one: _Parsed, subject: KeyringChange, around: _Around) -> None:
    if one.row.act is not None:
        _set(ctx, one.row, "act", None)
    if one.event.act != subject.record_hash:
        ctx.findings.add("event-bad", _where(one.row), detail="names two records")
    _check_record(ctx, subject.vault_id, subject.record_hash, around)


def _lookup(ctx: Context, lookup_id: bytes, around: _Around, right: Mapping[str, object]) -> None:
    """Check columns of the lookup that a logged, signed act changed."""
    row = around.lookups.get(lookup_id)
    where = f"lookups/{lookup_id.hex()}"
    if row is None:
        ctx.findings.add("lookup-missing", where)
        return
    found = LOOKUPS.values(row)
    for column, value in right.items():
        if found[column] != value:
            mend = ctx.mend_by(ctx.set("lookups", {"lookup_id": lookup_id}, {column: value}))
            ctx.findings.add("lookup-column", where, mend, column=column)


def _check_claim(ctx: Context, one: _Parsed, subject: Claim, around: _Around) -> None:
    right = {
        "issuer": str(subject.issuer),
        "state": str(LookupState.BOUND),
        "vault_id": subject.vault_id,
        "bind": subject.bind,
        "claim_event": one.row.event_id,
    }
    _lookup(ctx, subject.lookup_id, around, right)
    _check_record(ctx, subject.vault_id, subject.record_hash, around)


def _check_bound(ctx: Context, one: _Parsed, subject: Bound, around: _Around) -> None:
    _lookup(ctx, subject.lookup_id, around, {"vault_id": subject.vault_id, "bound_event": one.row.event_id})
    _check_record(ctx, subject.vault_id, subject.record_hash, around)


def _check_revoked(ctx: Context, one: _Parsed, subject: Revoked, around: _Around) -> None:
    _lookup(ctx, subject.lookup_id, around, {"state": str(LookupState.REVOKED)})
    row = around.lookups.get(subject.lookup_id)
    if row is not None and row.revoked_at is None:
        mend = ctx.mend_by(ctx.set("lookups", {"lookup_id": subject.lookup_id}, {"revoked_at": one.event.time * 1_000_000}))
        ctx.findings.add("lookup-column", f"lookups/{subject.lookup_id.hex()}", mend, column="revoked_at")


def _check_frozen(ctx: Context, one: _Parsed, subject: Disown | Freeze, around: _Around) -> None:
    """Check that a code knows since when it is frozen, and by which event; what the service alone says has no act."""
    if isinstance(subject, Freeze) and one.row.act is not None:
        _set(ctx, one.row, "act", None)
    right: dict[str, object] = {"frozen_event": one.row.event_id}
    if subject.vault_id is not None:
        right["vault_id"] = subject.vault_id
    _lookup(ctx, subject.lookup_id, around, right)
    row = around.lookups.get(subject.lookup_id)
    if row is not None and row.frozen_at is None:
        mend = ctx.mend_by(ctx.set("lookups", {"lookup_id": subject.lookup_id}, {"frozen_at": one.event.time * 1_000_000}))
        ctx.findings.add("lookup-column", f"lookups/{subject.lookup_id.hex()}", mend, column="frozen_at")


def _check_read(ctx: Context, one: _Parsed, subject: Opened | Delete, around: _Around) -> None:
    """Check that a document knows when its holder opened or deleted it, and by which event."""
    document = around.read.get(subject.document_id)
    if document is None:
        # Named where its delivery is checked.
        return
    time, event = ("opened_at", "opened_event") if isinstance(subject, Opened) else ("deleted_at", "delete_event")
    found = DOCUMENTS.values(document)
    right = {event: one.row.event_id}
    if found[time] is None:
        right[time] = one.event.time * 1_000_000
    for column, value in right.items():
        if found[column] != value:
            mend = ctx.mend_by(ctx.set("documents", {"event_id": document.event_id}, {column: value}))
            ctx.findings.add("document-column", f"documents/{subject.document_id.hex()}", mend, column=column)


def misplaced(ctx: Context, row: EventRow) -> bool:
    """Name an event that belongs at an entry which no event claims; False if it does not."""
    links = [row.chain] if row.chain is not None else _from_chain(ctx, row) if ctx.gaps else []
    for chain in links:
        try:
            leaf = leaf_hash(blind(row.salt, chain, row.data))
        except FormatError:
            return False
        index = ctx.gaps.pop(leaf, None)
        if index is not None:
            ctx.moved.add(row.event_id)
            state = EventState.LOGGED if index < ctx.published_size else row.state
            values = {"log_index": index, "chain": chain, "state": str(state)}
            mend = ctx.mend_by(ctx.set("events", {"event_id": row.event_id}, values))
            ctx.findings.add("event-column", _where(row), mend, column="log_index")
            return True
    return False


def _is_elsewhere(ctx: Context, row: EventRow, places: Mapping[bytes, int]) -> bool:
    """Name an event that is whole but stands at another event's entry."""
    try:
        index = places.get(leaf_hash(blind(row.salt, row.chain or b"", row.data)))
    except FormatError:
        return False
    if index is None:
        return False
    ctx.moved.add(row.event_id)
    # Its place is freed first; the event that stands there finds its own in the next round.
    mends = [
        ctx.set("events", {"log_index": index}, {"log_index": None}),
        ctx.set("events", {"event_id": row.event_id}, {"log_index": index}),
    ]
    ctx.findings.add("event-column", _where(row), ctx.mend_by(all_of(mends)), column="log_index")
    return True


def resolve(ctx: Context, event_id: int, leaf: bytes, places: Mapping[bytes, int]) -> None:
    """Find which column of an event is not what the log has: try what the sidecar and the box's chain say.

    `places` are entries that no event claims rightly, by leaf hash.
    """
    (row,) = EVENTS.fetch(ctx.view, "event_id", [event_id])
    if _is_elsewhere(ctx, row, places):
        return
    if leaf_hash(row.data) == leaf:
        _name(ctx, row, {"salt": b""})
        return
    texts = {(row.salt, row.data), *_from_sidecar(ctx, event_id)}
    links = {row.chain, *_from_chain(ctx, row)}
    for salt, data in sorted(texts):
        for chain in sorted(one for one in links if one is not None):
            if _makes(salt, chain, data, leaf):
                right = {"salt": salt, "bytes": data, "chain": chain}
                _name(ctx, row, right)
                return
    ctx.findings.add("event-differs", _where(row), column="salt, bytes, chain", index=row.log_index or 0)


def _makes(salt: bytes, chain: bytes, data: bytes, leaf: bytes) -> bool:
    try:
        return leaf_hash(blind(salt, chain, data)) == leaf
    except FormatError:
        return False


def _name(ctx: Context, row: EventRow, right: Mapping[str, bytes]) -> None:
    found = EVENTS.values(row)
    for column, value in right.items():
        if found[column] != value:
            mend = ctx.mend_by(ctx.set("events", {"event_id": row.event_id}, {column: value}))
            ctx.findings.add("event-differs", _where(row), mend, column=column, index=row.log_index or 0)


def _from_sidecar(ctx: Context, event_id: int) -> Iterable[tuple[bytes, bytes]]:
    for document in DOCUMENTS.fetch(ctx.view, "event_id", [event_id]):
        record = find_record(ctx.storage, document.pack_hash, document.document_id)
        if record is not None:
            yield record.salt, record.event


def _from_chain(ctx: Context, row: EventRow) -> Iterable[Hash]:
    if row.box_id is None:
        return ()
    return links_of(ctx, row.box_id)
