"""A draft: what stands beside a pack (headers, cards, boxes) is checked against pack and statement, then kept, invisible.

Order: the rows in one transaction, the sidecar durable before it commits, both under the delivery's lock, so that the salts in
the sidecar are those of the rows. A draft that came before returns what it returned then.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from voute.app.city import City
from voute.app.delivery import own_delivery, own_draft
from voute.app.errors import (
    ClaimFrozenError,
    ClaimRevokedError,
    DraftRefusedError,
    DuplicateDocumentError,
    LookupRefusedError,
    PackUnknownError,
)
from voute.app.header_shape import check_header
from voute.app.secret import fresh
from voute.app.statements import issuer_keys
from voute.core.errors import LimitError
from voute.core.ids import DeliveryId, Hash, LookupId, Slug, VaultId
from voute.core.ports_store import RowExistsError, Transaction
from voute.core.rows import BoxKind, DocumentRow, LookupRow, LookupState, NewEvent, PackRow
from voute.format import dsse, sidecar
from voute.format.event import Event
from voute.format.pack import PackEntry, pack_leaf, read_index
from voute.format.pack_statement import PackStatement, parse_pack_statement
from voute.format.sidecar import Draft, DraftRecord, Sidecar, SidecarRecord, encode_sidecar, parse_draft
from voute.format.subject import Deliver, issuer_actor
from voute.tlog.merkle import leaf_hashes
from voute.tlog.tree import MemoryTree, root_of

MAX_DRAFT: Final = 16 * 1024 * 1024
"""Bytes of a draft: 4,000 documents of 4 kB each; it is held in memory three times over while it is checked."""

_KINDS: Final = {sidecar.BoxKind.CLAIM: BoxKind.CLAIM, sidecar.BoxKind.VAULT: BoxKind.VAULT}


@dataclass(frozen=True, slots=True)
class _Checked:
    """A draft that agrees with its pack and its statement."""

    draft: Draft
    entries: tuple[PackEntry, ...]
    statement: PackStatement
    statement_hash: Hash


def keep_draft(city: City, issuer: Slug, delivery: DeliveryId, pack: Hash, raw: bytes) -> tuple[int, bool]:
    """Keep the drafts of a pack; returns how many documents and whether they are new.

    Raises:
        LimitError, FormatError: too long, or not a draft.
        DeliveryUnknownError, DeliveryCommittedError, PackUnknownError: nowhere to put it.
        VerificationError, DraftRefusedError, LookupRefusedError, ClaimRevokedError, ClaimFrozenError: a part does not hold.
        DuplicateDocumentError: a document was sent before.
    """
    if len(raw) > MAX_DRAFT:
        raise LimitError("a draft is too long", maximum=MAX_DRAFT)
    draft = parse_draft(raw)
    with city.catalogue.read() as tx:
        own_delivery(tx, issuer, delivery)
        kept = tx.packs.get(delivery, pack)
    if kept is None:
        raise PackUnknownError
    said, said_hash = _statement(city, issuer, draft.statement)
    if (said.city, said.issuer, said.delivery_id, said.pack) != (city.slug, issuer, delivery, pack):
        raise DraftRefusedError("the statement is about another pack", part="statement")
    if kept.statement_hash is not None:
        return _same_again(kept, said_hash)
    entries = read_index(lambda start, size: b"".join(city.blobs.read(pack, start, size)), kept.size)
    checked = _Checked(draft, entries, said, said_hash)
    _check(checked)
    return _keep(city, kept, checked)


def _statement(city: City, issuer: Slug, raw: bytes) -> tuple[PackStatement, Hash]:
    envelope = dsse.parse(raw)
    dsse.verify(envelope, dsse.Kind.PACK, issuer_keys(city, issuer))
    return parse_pack_statement(envelope.payload), dsse.statement_hash(envelope.payload)


def _same_again(kept: PackRow, statement_hash: Hash) -> tuple[int, bool]:
    if kept.statement_hash != statement_hash:
        raise DraftRefusedError("another statement for the same pack", part="statement")
    return kept.documents, False


def _check(checked: _Checked) -> None:
    """Check what needs no catalogue: ids in index order, the statement's root and count, header shapes, dedupe ids."""
    records, entries, said = checked.draft.records, checked.entries, checked.statement
    if [one.placement.document_id for one in records] != [one.document_id for one in entries]:
        raise DraftRefusedError("not the documents of the pack's index", part="index")
    leaves = leaf_hashes(
        pack_leaf(entry.document_id, record.manifest_hash, entry.sha256) for entry, record in zip(entries, records, strict=True)
    )
    if said.count != len(entries) or root_of(len(leaves), MemoryTree(leaves)) != said.root:
        raise DraftRefusedError("not the documents that the statement signs", part="root")
    if len({one.placement.dedupe_id for one in records}) != len(records):
        raise DraftRefusedError("a dedupe id twice", part="dedupe_id")
    for record in records:
        check_header(record.placement.header)


class _CodesGoneError(Exception):
    """Another delivery, which had brought one of these codes, was cancelled while they were looked at."""


def _keep(city: City, kept: PackRow, checked: _Checked) -> tuple[int, bool]:
    while True:
        # All over again, without any lock: whoever went on with some of them could be waited for both ways.
        with suppress(_CodesGoneError):
            return _keep_once(city, kept, checked)


def _keep_once(city: City, kept: PackRow, checked: _Checked) -> tuple[int, bool]:
    issuer, delivery, pack = checked.statement.issuer, kept.delivery_id, kept.pack_hash
    events = _events(city, checked)
    try:
        with city.catalogue.write() as tx:
            opened_at = own_draft(tx, issuer, delivery, lock=True).opened_at
            now = tx.packs.get(delivery, pack)
            if now is not None and now.statement_hash is not None:
                return _same_again(now, checked.statement_hash)
            _check_new(tx, issuer, checked.draft.records)
            _check_boxes(tx, issuer, delivery, checked.draft.records, opened_at)
            numbers = tx.events.add_all(events)
            tx.documents.add_all(_rows(kept, checked, numbers))
            done = kept._replace(statement_hash=checked.statement_hash, documents=len(checked.entries))
            tx.packs.put(done)
            # After the rows, which may be refused: the sidecar of a pack that was sent before must not be replaced.
            city.sidecars.put(pack, _sidecar(pack, checked, events))
    except RowExistsError as error:
        with city.catalogue.read() as tx:
            # Another delivery may have brought one of them at the same moment.
            _check_new(tx, issuer, checked.draft.records)
        raise DraftRefusedError("a document id is taken", part="document_id") from error
    return len(checked.entries), True


def _events(city: City, checked: _Checked) -> list[NewEvent]:
    """Make the `deliver` event of each document, final from now on."""
    said, time = checked.statement, city.time()
    actor, slug = issuer_actor(said.issuer), city.slug
    events: list[NewEvent] = []
    for entry, record in zip(checked.entries, checked.draft.records, strict=True):
        subject = Deliver(said.delivery_id, entry.document_id, record.manifest_hash, entry.sha256)
        data = Event(slug, time, actor, checked.statement_hash, subject).encode()
        box = record.placement
        # The statement is in the sidecar; a second copy beside the first event lets `voute fsck` write a lost sidecar anew.
        act = None if events else checked.draft.statement
        events.append(NewEvent(said.delivery_id, subject.type, _KINDS[box.box_kind], box.box_id, fresh(), data, act))
    return events


def _sidecar(pack: Hash, checked: _Checked, events: Sequence[NewEvent]) -> bytes:
    records = tuple(
        SidecarRecord(record.placement, Hash(event.salt), event.data)
        for record, event in zip(checked.draft.records, events, strict=True)
    )
    return encode_sidecar(Sidecar(pack, checked.draft.statement, records))


def _rows(kept: PackRow, checked: _Checked, numbers: Sequence[int]) -> list[DocumentRow]:
    issuer = checked.statement.issuer
    rows: list[DocumentRow] = []
    for entry, record, event in zip(checked.entries, checked.draft.records, numbers, strict=True):
        one = record.placement
        rows.append(
            DocumentRow(
                document_id=entry.document_id,
                position=None,
                delivery_id=kept.delivery_id,
                issuer=issuer,
                box_kind=_KINDS[one.box_kind],
                box_id=one.box_id,
                pack_hash=kept.pack_hash,
                body_offset=entry.offset,
                body_length=entry.length,
                sealed_hash=entry.sha256,
                manifest_hash=record.manifest_hash,
                header=one.header,
                card=one.card,
                dedupe_id=one.dedupe_id,
                content_id=one.content_id,
                event_id=event,
                opened_at=None,
            )
        )
    return rows


def _check_new(tx: Transaction, issuer: Slug, records: Sequence[DraftRecord]) -> None:
    """Refuse a document that this issuer sent before, in whatever delivery."""
    known = tx.documents.known(issuer, [one.placement.dedupe_id for one in records])
    if known:
        first = known[0]
        contents = {one.placement.dedupe_id: one.placement.content_id for one in records}
        raise DuplicateDocumentError(
            document_id=first.document_id.hex(),
            delivery_id=first.delivery_id.hex(),
            dedupe_id=first.dedupe_id.hex(),
            run=first.run,
            same=int(contents[first.dedupe_id] == first.content_id),
        )


def _check_boxes(tx: Transaction, issuer: Slug, delivery: DeliveryId, records: Sequence[DraftRecord], opened_at: int) -> None:
    """Check that each box is this issuer's: a vault bound to one of its codes, or a code of its own, new ones kept.

    A code that was frozen after the delivery was opened still counts: its department had asked before (docs/spec/claim.md).
    """
    vaults = {VaultId(one.placement.box_id) for one in records if one.placement.box_kind is sidecar.BoxKind.VAULT}
    strange = vaults - tx.lookups.vaults_of(issuer, sorted(vaults), opened_at)
    if strange:
        raise LookupRefusedError("not an open vault of this issuer's codes", vault_id=min(strange).hex())
    tokens: dict[LookupId, Hash] = {}
    for one in records:
        if one.placement.box_kind is sidecar.BoxKind.CLAIM:
            lookup, token = LookupId(one.placement.box_id), one.placement.token_hash
            if tokens.setdefault(lookup, token) != token:
                raise LookupRefusedError("one code with two tokens", lookup_id=lookup.hex())
    # New ones first, then all are held, each time in one order: so that no two drafts, or a cancelling, wait for each other both
    # ways.
    known = tx.lookups.get_many(sorted(tokens))
    tx.lookups.add_missing([_lookup(issuer, delivery, *pair) for pair in tokens.items() if pair[0] not in known])
    held = tx.lookups.hold(sorted(tokens))
    if len(held) != len(tokens):
        raise _CodesGoneError
    _check_codes(issuer, tokens, held, opened_at)


def _check_codes(issuer: Slug, tokens: Mapping[LookupId, Hash], known: Mapping[LookupId, LookupRow], opened_at: int) -> None:
    for lookup, row in known.items():
        if row.issuer != issuer or row.token_hash != tokens[lookup]:
            raise LookupRefusedError("another issuer's code, or another token", lookup_id=lookup.hex())
        if row.state == LookupState.REVOKED:
            raise ClaimRevokedError(lookup_id=lookup.hex())
        if row.frozen_at is not None and row.frozen_at <= opened_at:
            raise ClaimFrozenError(lookup_id=lookup.hex())


def _lookup(issuer: Slug, delivery: DeliveryId, lookup: LookupId, token: Hash) -> LookupRow:
    nothing = (None, None, None, None, None, None)
    return LookupRow(lookup, issuer, token, str(LookupState.WAITING), *nothing, delivery)
