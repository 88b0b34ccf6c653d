"""A whole catalogue, made anew from raw storage: ledger, packs, sidecars, tiles (docs/spec/ledger.md, "Making a catalogue anew").

Shares nothing with the server that wrote it. Nothing here is proven: whoever calls it checks the result, whole, as any other
catalogue (`voute.fsck.check`), and that names what could not be brought back.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from voute.core.errors import FormatError, VouteError
from voute.core.ids import HASH_SIZE, DeliveryId, Hash, VaultId
from voute.core.ports_raw import RawCatalogue, RawChange
from voute.core.rows import ChainRow, DeliveryRow, DeliveryState, EventRow, EventState, JobKind, JobRow, LookupRow, LookupState
from voute.core.values import MICROSECONDS, unix_time
from voute.format import dsse
from voute.format.event import NO_CHAIN, Event, blind, chain_link, parse_event
from voute.format.ledger import PAGE, PAGE_ROWS, VAULT_ROWS, Entry, Page, Row, Run
from voute.format.pack import PackEntry
from voute.format.sidecar import BoxKind, SidecarRecord
from voute.format.subject import Bound, Claim, Consent, Deliver, Disown, Freeze, KeyringChange, Opened, vault_actor
from voute.format.trust_root import TrustRoot
from voute.format.vault_record import parse_vault_record
from voute.fsck.context import Storage
from voute.fsck.findings import CannotCheckError, Progress
from voute.fsck.heads import read_heads
from voute.fsck.raw import Gathered, OpenedPack, Packs, Sent, bytes_of, gather, index_of, pages_of, vaults_of
from voute.fsck.tables import DocumentLine, LogStateLine, PartsLine
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.tiles import ENTRIES, decode_bundle, tile_path, tile_width

_FAR: Final = 1_000
"""Events of a box that may be lost in a row before its chain counts as broken."""
_KINDS: Final = {BoxKind.CLAIM: "claim", BoxKind.VAULT: "vault"}


def rebuild_catalogue(
    storage: Storage, root: TrustRoot, target: RawCatalogue, now: int, progress: Progress = lambda _stage, _done, _total: None
) -> Counter[str]:
    """Fill an empty catalogue from raw storage; returns how much was brought back. `now` is in microseconds.

    Raises:
        CannotCheckError: no signed checkpoint: what was published cannot be told.
        StoreError: a store failed, or what is stored breaks the schema's rules; the catalogue is as it was.
    """
    published = read_heads(storage, root).published
    if published is None:
        raise CannotCheckError("no signed checkpoint", what="log")
    with target.change() as change:
        work = _Work(storage, root, change, published, now, gather(storage.ledger, published.head.size))
        work.people()
        work.deliveries()
        last = -(-published.head.size // PAGE)
        for number, page in pages_of(storage.ledger, published.head.size):
            if page is not None:
                work.page(page)
            progress("ledger", min(number + 1, last), last)
        work.rest()
    return work.counts


@dataclass(slots=True)
class _Work:
    storage: Storage
    root: TrustRoot
    change: RawChange
    published: SignedCheckpoint
    now: int
    known: Gathered
    counts: Counter[str] = field(default_factory=Counter)
    chains: dict[bytes, tuple[bytes, int, Hash]] = field(default_factory=dict)
    """Box → its salt, how many events so far, the last link."""
    unlogged: list[EventRow] = field(default_factory=list)
    """Events of signed records that the log has not: they are made again, and wait for it."""
    vaults: set[bytes] = field(default_factory=set)
    leaves: Sequence[bytes] = ()
    """Entries of the page at hand, read only where pages are lost."""
    packs: Packs = field(init=False)

    def __post_init__(self) -> None:
        self.packs = Packs(self.storage)

    def put(self, table: str, rows: Sequence[Sequence[object]], *, replace: bool = True) -> None:
        if rows:
            self.change.put_all(table, rows, replace=replace)

    # ------------------------------------------------------------ vaults

    def people(self) -> None:
        """Bring back vaults whose claim is in the ledger: of others the claim was never numbered, and never counted."""
        for vault_id, rows in vaults_of(self.storage.ledger):
            if rows is None or vault_id not in self.known.claimed:
                continue
            unused = {
                "credentials": [(*row[:3], 0, *row[3:], None) for row in rows["credentials"]],
                "methods": [(*row, None) for row in rows["methods"]],
            }
            for table in VAULT_ROWS:
                self.put(table, unused.get(table, rows[table]))
            index, _ = index_of(self.storage.ledger, vault_id)
            self.put("vault_indexes", [] if index is None else [index])
            self.vaults.add(vault_id)
            self.counts["vaults"] += 1
            for row in rows["vault_records"][1:]:
                if row[2] not in self.known.records:
                    self._say_again(vault_id, row)

    def _say_again(self, vault_id: bytes, row: Row) -> None:
        """Make the `keyring` event of a signed record whose own was not numbered yet."""
        try:
            envelope = dsse.parse(bytes_of(row[3]))
            named = parse_vault_record(envelope.payload).keyring
        except VouteError:
            return
        if named is None:
            return
        vault, digest = VaultId(vault_id), dsse.statement_hash(envelope.payload)
        subject = KeyringChange(vault, named.number, digest)
        event = Event(self.root.city, unix_time(self.now // MICROSECONDS), vault_actor(vault), digest, subject)
        ready, salt = str(EventState.READY), secrets.token_bytes(HASH_SIZE)
        self.unlogged.append(EventRow(0, None, event.type, "vault", vault_id, salt, event.encode(), None, ready, None, None))

    # ------------------------------------------------------------ deliveries

    def deliveries(self) -> None:
        """Bring back deliveries that have an event in the ledger, with their packs; their states follow from the log."""
        rows: list[DeliveryRow] = []
        for sent in self.known.sent.values():
            values = dict(zip(PAGE_ROWS["deliveries"], sent.row, strict=True))
            state = DeliveryState.COMMITTED if sent.shift is None else DeliveryState.VISIBLE
            visible_at = None if sent.shift is None else values["committed_at"]
            row = (*sent.row[:3], str(state), *sent.row[3:], visible_at)
            rows.append(DeliveryRow._make(row))
        self.put("deliveries", rows)
        self.put("packs", [pack for sent in self.known.sent.values() for pack in sent.packs])
        self.counts["deliveries"] += len(rows)

    def page(self, page: Page) -> None:
        """Bring back the events of a page, then what the catalogue noted beside them."""
        self.chains.update((box, (salt, 0, NO_CHAIN)) for box, salt in page.salts if box not in self.chains)
        index = page.number * PAGE
        self.leaves = self._entries(page.number) if self.known.holes else ()
        events: list[EventRow] = []
        documents: list[_Document] = []
        for one in page.events:
            if isinstance(one, Run):
                found = self._run(one, index)
                documents += found
                events += [document.event for document in found]
                index += one.count
            else:
                events.append(self._entry(one, index))
                index += 1
        self._put_documents(documents)
        self.put("events", events)
        self.counts["events"] += len(events)
        self._notes(page, events)

    def _put_documents(self, documents: Sequence["_Document"]) -> None:
        self.put("documents", [one.line for one in documents])
        self.put("document_parts", [one.parts for one in documents])
        self.put("lookups", [one.lookup for one in documents if one.lookup is not None], replace=False)
        destroying = [(str(JobKind.DESTROY), one.line.document_id, self.now) for one in documents if one.is_to_destroy]
        self.put("jobs", destroying)
        self.counts["documents"] += len(documents)

    def _run(self, run: Run, index: int) -> list["_Document"]:
        """Return the documents of a run, from pack and sidecar."""
        opened, sent = self.packs.get(run.pack), self.known.of_pack.get(run.pack)
        place = None if opened is None else opened.by_offset.get(run.offset)
        if opened is None or sent is None or place is None:
            self.counts["lost"] += run.count
            return []
        found: list[_Document] = []
        for n, pair in enumerate(opened.documents[place : place + run.count]):
            document = self._document((sent, opened, run.pack), pair, run.event_id + n, index + n)
            if document is not None:
                found.append(document)
        return found

    def _document(
        self, of: tuple[Sent, OpenedPack, bytes], pair: tuple[PackEntry, SidecarRecord], number: int, index: int | None
    ) -> "_Document | None":
        """Return one document; None if it was destroyed and the ledger does not say what it was."""
        (sent, opened, pack), (entry, record) = of, pair
        gone = self.known.deleted.get(entry.document_id)
        line = DocumentLine._make(gone) if gone is not None else self._line(sent, pack, pair, number)
        if line is None:
            self.counts["lost"] += 1
            return None
        act = opened.statement if entry == opened.documents[0][0] and not record.is_deleted else None
        salt = b"" if record.is_deleted else record.salt
        box = (line.box_kind, line.box_id)
        chain = None if index is None else self._link(line.box_id, salt, record.event, index)
        state = str(EventState.LOGGED if index is not None and index < self.published.head.size else EventState.DRAFT)
        event = EventRow(number, DeliveryId(line.delivery_id), "deliver", *box, salt, record.event, act, state, chain, index)
        parts = PartsLine(number, record.placement.header, record.placement.card)
        lookup = None
        if line.box_kind == "claim" and not record.is_deleted:
            lookup = waiting(line.box_id, line.issuer, record.placement.token_hash, line.delivery_id)
        return _Document(line, parts, event, lookup, is_to_destroy=gone is not None and not record.is_deleted)

    def _line(self, sent: Sent, pack: bytes, pair: tuple[PackEntry, SidecarRecord], number: int) -> DocumentLine | None:
        entry, record = pair
        try:
            subject = parse_event(record.event).subject
        except FormatError:
            return None
        if not isinstance(subject, Deliver):
            return None
        box = record.placement
        return DocumentLine(
            number,
            entry.document_id,
            None if sent.shift is None else number + sent.shift,
            bytes_of(sent.row[0]),
            str(sent.row[1]),
            _KINDS[box.box_kind],
            box.box_id,
            pack,
            entry.offset,
            entry.length,
            entry.sha256,
            subject.manifest_hash,
            box.dedupe_id,
            box.content_id,
            *(None,) * 4,
        )

    # ------------------------------------------------------------ other events

    def _entry(self, one: Entry, index: int) -> EventRow:
        chain = NO_CHAIN if one.box_id is None else self._link(one.box_id, one.salt, one.data, index)
        state = str(EventState.LOGGED if index < self.published.head.size else EventState.READY)
        return EventRow(one.event_id, None, one.type, one.box_kind, one.box_id, one.salt, one.data, one.act, state, chain, index)

    def _link(self, box: bytes, salt: bytes, data: bytes, index: int) -> Hash | None:
        """Return the link of a box's next event; where pages are lost, the next one that makes the entry in the log."""
        if box not in self.chains:
            return None
        chain_salt, number, last = self.chains[box]
        leaf = self.leaves[index % PAGE] if index % PAGE < len(self.leaves) and salt else None
        links: list[Hash] = []
        for step in range(1, min(self.known.holes, _FAR) + 2):
            last = chain_link(chain_salt, number + step, last)
            links.append(last)
            if leaf is None or blind(salt, last, data) == leaf:
                break
        else:
            links = links[:1]
        self.chains[box] = (chain_salt, number + len(links), links[-1])
        return links[-1]

    def _entries(self, number: int) -> Sequence[bytes]:
        width = tile_width(0, number, self.published.head.size)
        try:
            return decode_bundle(self.storage.tiles.get(tile_path(ENTRIES, number, width)))
        except VouteError:
            return ()

    def _notes(self, page: Page, events: Sequence[EventRow]) -> None:
        """Bring back what claims, revocations, openings and deletions changed."""
        claims: dict[bytes, int] = {}
        openings = {bytes_of(row[0]): row[1] for row in page.rows["openings"]}
        freezings = {bytes_of(row[0]): row[1] for row in page.rows["freezings"]}
        later: list[tuple[bytes, dict[str, object]]] = []
        for event in events:
            subject = _subject(event)
            if isinstance(subject, Claim):
                claims[subject.lookup_id] = event.event_id
            elif isinstance(subject, Bound):
                later.append((subject.lookup_id, {"bound_event": event.event_id}))
            elif isinstance(subject, Disown | Freeze):
                at = freezings.get(subject.lookup_id, event_time(event))
                later.append((subject.lookup_id, {"frozen_at": at, "frozen_event": event.event_id}))
            elif isinstance(subject, Consent) and event.box_id in self.vaults:
                row = (bytes_of(event.box_id), subject.issuer, subject.document_type, subject.number, int(subject.paperless))
                # The log has them in the order of their numbers: the last one stays.
                self.put("consents", [(*row, event_time(event), event.event_id)])
            elif isinstance(subject, Opened) and subject.document_id in self.known.deleted:
                # Deleted, but its opening not destroyed yet.
                self.put("jobs", [JobRow(str(JobKind.DESTROY), subject.document_id, self.now)])
            elif isinstance(subject, Opened):
                at = openings.get(subject.document_id, event_time(event))
                values = {"opened_at": at, "opened_event": event.event_id}
                self.change.set("documents", {"document_id": subject.document_id}, values)
        self._put_lookups(page, claims)
        for lookup_id, columns in later:
            self.change.set("lookups", {"lookup_id": lookup_id}, columns)

    def _put_lookups(self, page: Page, claims: Mapping[bytes, int]) -> None:
        for row in page.rows["lookups"]:
            values = dict(zip(PAGE_ROWS["lookups"], row, strict=True))
            number = claims.get(bytes_of(values["lookup_id"]))
            if number is not None and values["vault_id"] not in self.vaults:
                # Its vault's file is lost: the check names the vault.
                continue
            state = LookupState.REVOKED if number is None else LookupState.BOUND
            key = {"lookup_id": values.pop("lookup_id")}
            new = waiting(key["lookup_id"], values["issuer"], values["token_hash"], values["created_delivery"])
            self.put("lookups", [new], replace=False)
            self.change.set("lookups", key, {**values, "state": str(state), "claim_event": number})

    # ------------------------------------------------------------ the rest

    def rest(self) -> None:
        """Bring back what has no place in the log yet, the chains, and the copy of the checkpoint."""
        number = self.known.last_event
        for sent in self.known.sent.values():
            if sent.seen >= sent.documents:
                continue
            for pack in sent.packs:
                opened = self.packs.get(pack.pack_hash)
                pairs = () if opened is None else opened.documents[self.known.covered.get(pack.pack_hash, 0) :]
                found = [
                    self._document((sent, opened, pack.pack_hash), pair, number + n, None)
                    for n, pair in enumerate(pairs, 1)
                    if opened is not None
                ]
                number += len(pairs)
                documents = [one for one in found if one is not None]
                self._put_documents(documents)
                self.put("events", [one.event for one in documents])
        self.put("events", [row._replace(event_id=number + n) for n, row in enumerate(self.unlogged, 1)])
        self.put("chains", [ChainRow(box, *rest) for box, rest in sorted(self.chains.items()) if rest[1]])
        head, text = self.published.head, self.published.encode().decode()
        self.put("log_state", [LogStateLine(1, head.size, head.root, text, self.now)])


@dataclass(frozen=True, slots=True)
class _Document:
    """The rows of one document."""

    line: DocumentLine
    parts: PartsLine
    event: EventRow
    lookup: LookupRow | None
    is_to_destroy: bool


def waiting(lookup_id: object, issuer: object, token_hash: object, delivery_id: object) -> LookupRow:
    """Return the row of a code that nobody has used."""
    nothing: dict[str, object] = dict.fromkeys(LookupRow._fields)
    known = {"lookup_id": lookup_id, "issuer": issuer, "token_hash": token_hash, "created_delivery": delivery_id}
    return LookupRow._make((nothing | known | {"state": str(LookupState.WAITING)}).values())


def event_time(event: EventRow) -> int:
    """Return when an event was, in microseconds; its bytes are parsed already."""
    return parse_event(event.data).time * MICROSECONDS


def _subject(event: EventRow) -> object:
    """Return what an event is about, unless it is a release, destroyed or damaged."""
    if event.type == "deliver":
        return None
    try:
        return parse_event(event.data).subject
    except FormatError:
        return None
