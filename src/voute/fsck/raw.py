"""What raw storage says that no catalogue is needed for: pages and vault files of the ledger, packs with their sidecars."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from voute.core.errors import FormatError, StoreError
from voute.core.ids import HASH_SIZE, Hash
from voute.core.ports_ledger import LedgerStore
from voute.core.ports_log import TileMissingError
from voute.core.rows import PackRow
from voute.format.event import parse_event
from voute.format.ledger import (
    PAGE,
    PAGES,
    VAULTS,
    Entry,
    Page,
    Row,
    Rows,
    Run,
    index_path,
    number_of_path,
    page_path,
    parse_index,
    parse_page,
    parse_vault,
    vault_of_path,
)
from voute.format.pack import PackEntry
from voute.format.sidecar import SidecarRecord
from voute.format.subject import Claim, KeyringChange
from voute.fsck.context import Storage
from voute.fsck.legible import legible
from voute.fsck.packfile import read_pack
from voute.fsck.sidecars import read_sidecar
from voute.tlog.staging import MAX_BATCH_ENTRIES


def pages_of(ledger: LedgerStore, published: int) -> Iterator[tuple[int, Page | None]]:
    """Yield every page up to the last one by number; None for one that is missing or damaged.

    A page beyond what a log of this size can have, with one batch under way, is a stray file and not followed.
    """
    most = -(-(published + MAX_BATCH_ENTRIES) // PAGE)
    numbers = [number for number in map(number_of_path, ledger.paths(PAGES)) if number is not None and number < most]
    for number in range(max(numbers, default=-1) + 1):
        yield number, read_page(ledger, number)[0]


def read_page(ledger: LedgerStore, number: int) -> tuple[Page | None, str]:
    """Return a page, or None and what is wrong with it."""
    try:
        page = parse_page(legible(ledger.get, page_path(number)))
    except TileMissingError:
        return None, "missing"
    except FormatError:
        return None, "damaged"
    return (page, "") if page.number == number else (None, "damaged")


def vaults_of(ledger: LedgerStore) -> Iterator[tuple[bytes, Rows | None]]:
    """Yield every vault's rows; None for a file that is damaged or another vault's."""
    for path in ledger.paths(VAULTS):
        vault_id = vault_of_path(path)
        if vault_id is None:
            continue
        try:
            rows = parse_vault(legible(ledger.get, path))
        except FormatError:
            yield vault_id, None
            continue
        yield vault_id, rows if [row[0] for row in rows["vaults"]] == [vault_id] else None


def index_of(ledger: LedgerStore, vault_id: bytes) -> tuple[Row | None, str]:
    """Return the row of a vault's index, or None and what is wrong with its file."""
    try:
        row = parse_index(legible(ledger.get, index_path(vault_id)))
    except TileMissingError:
        return None, "missing"
    except FormatError:
        return None, "damaged"
    return (row, "") if row[0] == vault_id else (None, "damaged")


@dataclass(slots=True)
class Sent:
    """A delivery as the ledger knows it: its row there, its packs, and its `deliver` events so far."""

    row: Row
    packs: list[PackRow] = field(default_factory=list)
    first_event: int = 0
    last_event: int = 0
    last_index: int = -1
    seen: int = 0
    shift: int | None = None
    """What the number of a document's event lacks to its position; None: not visible."""

    @property
    def documents(self) -> int:
        """How many documents it has."""
        value = self.row[3]
        return value if isinstance(value, int) else 0


@dataclass(slots=True)
class Gathered:
    """What a first walk over the ledger gathers, because events stand before what tells of them."""

    sent: dict[bytes, Sent] = field(default_factory=dict)
    of_pack: dict[bytes, Sent] = field(default_factory=dict)
    covered: dict[bytes, int] = field(default_factory=dict)
    """Pack → how many of its documents have a place in the log."""
    deleted: dict[bytes, Row] = field(default_factory=dict)
    """Document id → its row, of documents that their holder deleted."""
    claimed: set[bytes] = field(default_factory=set)
    """Vaults whose claim is there."""
    records: set[bytes] = field(default_factory=set)
    """Signed records that a `keyring` event names."""
    last_event: int = 0
    holes: int = 0
    """Entries of the log whose page is lost."""


def gather(ledger: LedgerStore, published: int) -> Gathered:
    """Walk over all pages; `published` is the size of the log, by which deliveries are visible."""
    found = Gathered()
    for number, page in pages_of(ledger, published):
        if page is None:
            found.holes += PAGE
            continue
        for row in page.rows["deliveries"]:
            found.sent.setdefault(bytes_of(row[0]), Sent(row))
        for row in page.rows["packs"]:
            pack = PackRow._make(row)
            sent = found.sent.get(pack.delivery_id)
            if sent is not None and pack.pack_hash not in found.of_pack:
                sent.packs.append(pack)
                found.of_pack[pack.pack_hash] = sent
        found.deleted.update((bytes_of(row[1]), row) for row in page.rows["documents"])
        index = number * PAGE
        for one in page.events:
            index += _note(found, one, index)
    _place(found, published)
    return found


def _note(found: Gathered, one: Run | Entry, index: int) -> int:
    """Note an event or a run of them; returns how many."""
    if isinstance(one, Run):
        last = one.event_id + one.count - 1
        found.last_event = max(found.last_event, last)
        found.covered[one.pack] = found.covered.get(one.pack, 0) + one.count
        sent = found.of_pack.get(one.pack)
        if sent is not None:
            sent.first_event = min(sent.first_event or one.event_id, one.event_id)
            sent.last_event, sent.last_index = max(sent.last_event, last), index + one.count - 1
            sent.seen += one.count
        return one.count
    found.last_event = max(found.last_event, one.event_id)
    if one.type in {"claim", "keyring"}:
        try:
            subject = parse_event(one.data).subject
        except FormatError:
            return 1
        if isinstance(subject, Claim):
            found.claimed.add(subject.vault_id)
        elif isinstance(subject, KeyringChange):
            found.records.add(subject.record_hash)
    return 1


def _place(found: Gathered, published: int) -> None:
    """Give positions as the server does: when the last event of a delivery is in the log, above all positions so far."""
    last = 0
    for sent in sorted(found.sent.values(), key=lambda one: one.last_index):
        if sent.seen == sent.documents and 0 <= sent.last_index < published:
            sent.shift = last + 1 - sent.first_event
            last = sent.last_event + sent.shift


@dataclass(frozen=True, slots=True)
class OpenedPack:
    """A pack's index with the records of its sidecar, in the order of the bodies."""

    documents: tuple[tuple[PackEntry, SidecarRecord], ...]
    statement: bytes
    by_offset: dict[int, int]


class Packs:
    """Packs with their sidecars, the last ones kept at hand."""

    def __init__(self, storage: Storage) -> None:
        """Read from these stores."""
        self._storage = storage
        self.get = lru_cache(maxsize=4)(self._get)

    def _get(self, name: bytes) -> OpenedPack | None:
        """Return a pack; None if it or its sidecar cannot be read."""
        if len(name) != HASH_SIZE:
            return None
        sidecar, _ = read_sidecar(self._storage, name)
        try:
            file = read_pack(self._storage.blobs, Hash(name), quick=True)
        except StoreError:
            return None
        if sidecar is None or file is None or file.entries is None:
            return None
        records = {one.placement.document_id: one for one in sidecar.records}
        if [one.document_id for one in file.entries] != list(records):
            return None
        pairs = tuple((entry, records[entry.document_id]) for entry in file.entries)
        return OpenedPack(pairs, sidecar.statement, {entry.offset: place for place, entry in enumerate(file.entries)})


def bytes_of(value: object) -> bytes:
    """Return the bytes of a value that a table holds; of one that holds none, no bytes."""
    return value if isinstance(value, bytes) else b""
