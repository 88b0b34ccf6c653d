"""Work that a transaction left to be done: destroying deleted documents, removing packs of cancelled deliveries.

Each piece can be done again from its start, by any process; it is forgotten when it is done. Destroying: (1) the sidecar is
replaced by one without the document; (2) header, card and salts are emptied in the catalogue, in one transaction that begins
before (1), so that nobody else rewrites the sidecar meanwhile; (3) the engine overwrites what it erased; (4) the pages of the
ledger that spoke of it are written anew; (5) the work is done, and leaves that of compacting: (6) the bytes of the body become
zeros in their pack, and their room goes back to the disk.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Final, TypeVar

from voute.app.city import City
from voute.app.pack_bytes import gone_from, index_of, ranges_of
from voute.core.errors import VouteError
from voute.core.ids import DeliveryId, DocumentId, Hash
from voute.core.ports_store import BlobMissingError, Transaction
from voute.core.rows import DocumentRow, EventState, JobKind
from voute.format.ledger import PAGE
from voute.format.sidecar import Sidecar, deleted, encode_sidecar, parse_sidecar

Item = TypeVar("Item")

BATCH: Final = 500
"""Documents destroyed between two looks: their sidecars are rewritten once a pack."""


def work(city: City) -> int:
    """Do what is to be done and can be done now; returns how many pieces were finished.

    Raises:
        VouteError: a store failed, or a sidecar is damaged; everything else was tried first.
    """
    return remove_packs(city) + destroy_documents(city) + compact_packs(city)


def remove_packs(city: City) -> int:
    """Remove packs and sidecars of cancelled deliveries, unless a delivery has them again; returns how many were looked at."""
    with city.catalogue.read() as tx:
        jobs = tx.jobs.pending(JobKind.REMOVE_PACK, BATCH)
    return _each((job.subject for job in jobs), lambda name: _remove_pack(city, Hash(name)))


def _remove_pack(city: City, pack: Hash) -> int:
    with city.catalogue.write() as tx:
        if not tx.jobs.take(JobKind.REMOVE_PACK, pack):
            return 0
        if not tx.packs.is_used(pack):
            city.sidecars.delete(pack)
            city.blobs.delete(pack)
        tx.jobs.done(JobKind.REMOVE_PACK, (pack,))
    return 1


def destroy_documents(city: City) -> int:
    """Destroy deleted documents whose deletion is in the log; returns how many are destroyed."""
    packs: dict[tuple[DeliveryId, Hash], list[DocumentId]] = {}
    with city.catalogue.read() as tx:
        for job in tx.jobs.pending(JobKind.DESTROY, BATCH):
            row = tx.documents.get(DocumentId(job.subject))
            if row is not None and _is_ready(tx, row):
                packs.setdefault((row.delivery_id, row.pack_hash), []).append(row.document_id)
    return _each(packs.items(), lambda item: _destroy(city, *item[0], item[1]))


def _is_ready(tx: Transaction, row: DocumentRow) -> bool:
    """Tell whether every event of the document is in the published log: an entry is made of the salt that goes."""
    events = [row.event_id, *(one for one in (row.opened_event, row.delete_event) if one is not None)]
    found = tx.events.get_many(events)
    return row.delete_event in found and all(one.state == EventState.LOGGED for one in found.values())


def _destroy(city: City, delivery: DeliveryId, pack: Hash, documents: Sequence[DocumentId]) -> int:
    with city.catalogue.write() as tx:
        tx.deliveries.get(delivery, lock=True)
        # A sidecar that is missing keeps nothing back; `voute fsck` names it.
        with suppress(BlobMissingError):
            _rewrite(city, pack, frozenset(documents))
        tx.documents.erase(documents)
        pages = _pages(tx, documents)
    if not city.catalogue.scrub():
        return 0
    city.ledger.settle(pages)
    with city.catalogue.write() as tx:
        tx.jobs.done(JobKind.DESTROY, documents)
        tx.jobs.add(JobKind.COMPACT, (pack,), city.now())
    return len(documents)


def compact_packs(city: City) -> int:
    """Give back the bytes of destroyed documents' bodies; returns how many packs were looked at."""
    with city.catalogue.read() as tx:
        jobs = tx.jobs.pending(JobKind.COMPACT, BATCH)
    return _each((job.subject for job in jobs), lambda name: _compact(city, Hash(name)))


def _compact(city: City, pack: Hash) -> int:
    with city.catalogue.write() as tx:
        if not tx.jobs.take(JobKind.COMPACT, pack):
            return 0
        # A change first: a backup's instant waits for the end of whoever has changed something.
        tx.jobs.done(JobKind.COMPACT, (pack,))
        if not tx.packs.is_used(pack):
            return 1
        # Where pack or sidecar is missing there is nothing to give back; the walk through all bytes asks again once it is there.
        with suppress(BlobMissingError):
            gone = gone_from(parse_sidecar(city.sidecars.get(pack)))
            if not city.blobs.punch(pack, ranges_of(index_of(city, pack), gone)):
                tx.jobs.add(JobKind.COMPACT, (pack,), city.now())
                return 0
    return 1


def _pages(tx: Transaction, documents: Sequence[DocumentId]) -> set[int]:
    """Return the pages of the ledger that hold a salt or an act of these documents' events."""
    rows = [tx.documents.get(document) for document in documents]
    numbers = [one for row in rows if row is not None for one in (row.event_id, row.opened_event) if one is not None]
    return {row.log_index // PAGE for row in tx.events.get_many(numbers).values() if row.log_index is not None}


def _rewrite(city: City, pack: Hash, gone: frozenset[DocumentId]) -> None:
    sidecar = parse_sidecar(city.sidecars.get(pack))
    records = tuple(deleted(one.placement.document_id) if one.placement.document_id in gone else one for one in sidecar.records)
    if records != sidecar.records:
        city.sidecars.put(pack, encode_sidecar(Sidecar(sidecar.pack, sidecar.statement, records)))


def _each(items: Iterable[Item], do: Callable[[Item], int]) -> int:
    """Do each, whatever becomes of the others; the last error is raised at the end."""
    done, failed = 0, None
    for item in items:
        try:
            done += do(item)
        except VouteError as error:
            failed = error
    if failed is not None:
        raise failed
    return done
