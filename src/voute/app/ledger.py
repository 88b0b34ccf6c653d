"""The ledger's writer: what a catalogue alone would hold is durable beside the log before the log shows it.

Source: docs/spec/ledger.md. A file is made whole from the catalogue each time: what never changes of the events that it speaks of
(and nothing of what is destroyed), so writing it again is always right. Several writers need no lock: each looks again after it
wrote, and writes again what another one's erasing has made too old.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import DeliveryId, VaultId
from voute.core.ports_ledger import LedgerStore
from voute.core.ports_log import TileMissingError
from voute.core.ports_store import Catalogue, Transaction
from voute.core.rows import BodyRow, CredentialRow, EventRow, MethodRow
from voute.format import dsse
from voute.format.event import NO_CHAIN, chain_link, parse_event
from voute.format.ledger import (
    PAGE,
    PAGE_ROWS,
    VAULT_ROWS,
    Entry,
    Page,
    Row,
    Run,
    encode_page,
    encode_vault,
    index_path,
    page_path,
    vault_path,
)
from voute.format.subject import Claim, Delete, Disown, Freeze, Opened, Revoked

_DELIVER: Final = "deliver"
_OF_VAULTS: Final = frozenset({"claim", "keyring"})
"""Events after which a vault's file is written anew."""
_NOTED: Final = frozenset({"claim", "revoked", "disown", "freeze", "opened", "delete"})
"""Events beside which the catalogue notes what they do not say."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of one city."""

    catalogue: Catalogue
    store: LedgerStore

    def keep(self, rows: Sequence[EventRow], begun: Mapping[int, bytes] | None = None) -> None:
        """Make numbered events durable, that follow one another and are not published yet.

        `begun` are the salts of chains that begin with one of them, by event, where the caller has just made them; else they
        are looked for in the catalogue.

        Raises:
            StoreError: a store failed; any of the files may be written.
        """
        if not rows or rows[0].log_index is None:
            return
        with self.catalogue.read() as tx:
            vaults = {VaultId(row.box_id) for row in rows if row.type in _OF_VAULTS and row.box_id is not None}
            # A page that names a vault's claim is read only beside the vault's file.
            self._put([item for vault in sorted(vaults) for item in _vault(tx, vault)])
            first = rows[0].log_index // PAGE
            self._put(list(_pages(tx, first, rows, begun)))
        if rows[0].log_index % PAGE:
            self.settle({first})

    def keep_index(self, vault_id: VaultId, file: bytes) -> None:
        """Make a vault's index durable, as `encode_index` wrote it.

        Inside the transaction that keeps it, before it commits, so that no other one is written.

        A crash in between leaves a file whose number is higher than the catalogue's: the holder wrote it, and writes it again.

        Raises:
            StoreError: a store failed; either file may be there.
        """
        self._put([(index_path(vault_id), file)])

    def settle(self, pages: set[int]) -> None:
        """Write pages until they are what the catalogue says: whatever it has erased is gone from them.

        Raises:
            StoreError: a store failed.
        """
        for number in sorted(pages):
            while True:
                with self.catalogue.read() as tx:
                    items = list(_pages(tx, number, ()))
                if not items or items[0][1] == self._stored(number):
                    break
                self._put(items)

    def catch_up(self, size: int) -> int:
        """Write what is missing of a log of this size, if its last page is; returns how many pages were written.

        For a city from before the ledger, once; a page that was lost in the middle is `voute fsck`'s matter.

        Raises:
            StoreError: a store failed; done again, it goes on.
        """
        last = (size - 1) // PAGE
        if size == 0 or self._stored(last) is not None:
            return 0
        kept = set(self.store.paths("page/"))
        missing = [number for number in range(last + 1) if page_path(number) not in kept]
        for number in missing:
            with self.catalogue.read() as tx:
                rows = tx.events.numbered(number * PAGE, PAGE)
            self.keep([row for row in rows if row.log_index is not None and row.log_index < size])
            self.settle({number})
        return len(missing)

    def _put(self, items: Sequence[tuple[str, bytes]]) -> None:
        if items:
            self.store.replace_all(items)

    def _stored(self, number: int) -> bytes | None:
        try:
            return self.store.get(page_path(number))
        except TileMissingError:
            return None


# ---------------------------------------------------------------- making a page


def _pages(
    tx: Transaction, number: int, rows: Sequence[EventRow], begun: Mapping[int, bytes] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Make the pages from this one on that these rows touch, with what the catalogue has before them on the first.

    `begun` speaks of all these rows, and of none before them: a page that has others is looked up in the catalogue.
    """
    start = number * PAGE
    first = start + PAGE if not rows or rows[0].log_index is None else rows[0].log_index
    before = tx.events.numbered(start, first - start) if first > start else ()
    all_rows = (*(row for row in before if row.log_index is not None and row.log_index < first), *rows)
    for at in range(0, len(all_rows), PAGE):
        place = number + at // PAGE
        yield page_path(place), encode_page(_page(tx, place, all_rows[at : at + PAGE], None if at == 0 and before else begun))


def _page(tx: Transaction, number: int, rows: Sequence[EventRow], begun: Mapping[int, bytes] | None) -> Page:
    facts: dict[str, list[Row]] = {name: [] for name in PAGE_ROWS}
    for row in rows:
        _add_facts(tx, row, facts)
    _add_deliveries(tx, rows, facts)
    return Page(number, tuple(_events(tx, rows)), tuple(_salts(tx, rows, begun)), facts)


def _events(tx: Transaction, rows: Sequence[EventRow]) -> Iterator[Run | Entry]:
    """Yield the events: `deliver` ones in runs, all others whole."""
    places = tx.documents.bodies([row.event_id for row in rows if row.type == _DELIVER])
    run: list[BodyRow] = []
    for row in rows:
        place = places.get(row.event_id)
        if run and (place is None or not _follows(run[-1], place)):
            yield _run(run)
            run = []
        if place is None:
            yield Entry(row.event_id, row.type, row.box_kind, row.box_id, row.salt, row.data, row.act)
        else:
            run.append(place)
    if run:
        yield _run(run)


def _follows(before: BodyRow, place: BodyRow) -> bool:
    return (place.event_id, place.pack_hash, place.body_offset) == (
        before.event_id + 1,
        before.pack_hash,
        before.body_offset + before.body_length,
    )


def _run(places: Sequence[BodyRow]) -> Run:
    first = places[0]
    return Run(first.event_id, first.pack_hash, first.body_offset, len(places))


def _salts(tx: Transaction, rows: Sequence[EventRow], begun: Mapping[int, bytes] | None) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chain salts of boxes whose chain begins with one of these events."""
    if begun is not None:
        yield from ((row.box_id, begun[row.event_id]) for row in rows if row.box_id is not None and row.event_id in begun)
        return
    chains = tx.chains.get_many(sorted({row.box_id for row in rows if row.box_id is not None}))
    for row in rows:
        chain = None if row.box_id is None else chains.get(row.box_id)
        if chain is not None and chain_link(chain.chain_salt, 1, NO_CHAIN) == row.chain:
            yield chain.box_id, chain.chain_salt


def _add_facts(tx: Transaction, row: EventRow, facts: dict[str, list[Row]]) -> None:
    """Add what the catalogue notes beside an event and no event says: times of its clock, hashes of tokens, places."""
    if row.type not in _NOTED or not row.data:
        return
    try:
        subject = parse_event(row.data).subject
    except FormatError:
        # A damaged catalogue is `voute fsck`'s matter.
        return
    if isinstance(subject, Claim | Revoked | Disown | Freeze):
        _add_lookup(tx, subject, facts)
    elif isinstance(subject, Opened | Delete):
        _add_document(tx, subject, facts)


def _add_lookup(tx: Transaction, subject: Claim | Revoked | Disown | Freeze, facts: dict[str, list[Row]]) -> None:
    lookup = tx.lookups.get(subject.lookup_id)
    if lookup is not None and isinstance(subject, Claim | Revoked):
        facts["lookups"].append(tuple(getattr(lookup, name) for name in PAGE_ROWS["lookups"]))
    elif lookup is not None and lookup.frozen_at is not None:
        facts["freezings"].append((lookup.lookup_id, lookup.frozen_at))


def _add_document(tx: Transaction, subject: Opened | Delete, facts: dict[str, list[Row]]) -> None:
    document = tx.documents.get(subject.document_id)
    if document is not None and isinstance(subject, Delete):
        facts["documents"].append(tuple(getattr(document, name) for name in PAGE_ROWS["documents"]))
    elif document is not None and document.opened_at is not None:
        facts["openings"].append((document.document_id, document.opened_at))


def _add_deliveries(tx: Transaction, rows: Sequence[EventRow], facts: dict[str, list[Row]]) -> None:
    """Add deliveries whose first event is among these, with their packs."""
    numbers = {row.event_id for row in rows if row.type == _DELIVER}
    for name in dict.fromkeys(DeliveryId(row.delivery_id) for row in rows if row.delivery_id is not None):
        delivery = tx.deliveries.get(name)
        if delivery is None or tx.deliveries.first_event(name) not in numbers:
            continue
        values = delivery._asdict() | {"bytes": delivery.size}
        facts["deliveries"].append(tuple(values[column] for column in PAGE_ROWS["deliveries"]))
        facts["packs"] += tx.packs.of_delivery(name)


# ---------------------------------------------------------------- making a vault's file


def _vault(tx: Transaction, vault_id: VaultId) -> Iterator[tuple[str, bytes]]:
    row = tx.vaults.get(vault_id)
    if row is None:
        return
    number, keyring = tx.vaults.given(row.v), tx.vaults.keyring(vault_id)
    records = tx.vaults.records((vault_id,)).get(vault_id, ())
    rows: dict[str, Sequence[Row]] = {
        "vault_numbers": () if number is None else (number,),
        "vaults": (row,),
        "vault_records": [(vault_id, n, dsse.statement_hash(dsse.parse(raw).payload), raw) for n, raw in enumerate(records)],
        "keyrings": () if keyring is None else (keyring,),
        "methods": _kept(VAULT_ROWS["methods"], tx.vaults.methods(vault_id)),
        "credentials": _kept(VAULT_ROWS["credentials"], tx.credentials.of_vault(vault_id)),
    }
    yield vault_path(vault_id), encode_vault(rows)


def _kept(columns: Iterable[str], rows: Iterable[MethodRow | CredentialRow]) -> list[Row]:
    """Return what the ledger keeps of rows: when a way in was last used is not of it."""
    facts = (one._asdict() for one in rows)
    return [tuple(one[column] for column in columns) for one in facts]
