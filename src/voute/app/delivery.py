"""Life of a delivery: opened as a draft, committed at once as a whole, or cancelled without a trace."""

from collections.abc import Sequence
from contextlib import suppress

from voute.app.city import City
from voute.app.destroy import remove_packs
from voute.app.errors import (
    DeliveryCommittedError,
    DeliveryDiffersError,
    DeliveryOpenError,
    DeliveryUnknownError,
    PackUnknownError,
)
from voute.core.errors import StoreError
from voute.core.ids import DeliveryId, Hash, Slug
from voute.core.ports_store import RowExistsError, Transaction
from voute.core.rows import DeliveryRow, DeliveryState, JobKind, KnownDocument, PackRow


def open_delivery(city: City, issuer: Slug, delivery: DeliveryId, run: str) -> tuple[DeliveryRow, bool]:
    """Open a draft; returns it and whether it is new. The same id and run again return what is there.

    Raises:
        DeliveryOpenError: this issuer has another draft of this run.
        DeliveryUnknownError: the id is another issuer's, or of another run.
    """
    with city.catalogue.read() as tx:
        row = tx.deliveries.get(delivery)
    if row is not None:
        if (row.issuer, row.run) != (issuer, run):
            raise DeliveryUnknownError
        return row, False
    row = DeliveryRow(delivery, issuer, run, str(DeliveryState.DRAFT), 0, 0, city.now(), None, None)
    try:
        with city.catalogue.write() as tx:
            other = tx.deliveries.draft_of(issuer, run)
            if other is not None:
                raise DeliveryOpenError(delivery_id=other.delivery_id.hex())
            tx.deliveries.add(row)
    except RowExistsError as error:
        raise DeliveryOpenError("opened by another call at the same time") from error
    return row, True


def own_delivery(tx: Transaction, issuer: Slug, delivery: DeliveryId, *, lock: bool = False) -> DeliveryRow:
    """Return a delivery of this issuer; `DeliveryUnknownError` for any other."""
    row = tx.deliveries.get(delivery, lock=lock)
    if row is None or row.issuer != issuer:
        raise DeliveryUnknownError
    return row


def own_draft(tx: Transaction, issuer: Slug, delivery: DeliveryId, *, lock: bool = False) -> DeliveryRow:
    """Return a draft of this issuer; `DeliveryCommittedError` when it is none any more."""
    row = own_delivery(tx, issuer, delivery, lock=lock)
    if row.state != DeliveryState.DRAFT:
        raise DeliveryCommittedError
    return row


def commit(city: City, issuer: Slug, delivery: DeliveryId, documents: int, packs: Sequence[Hash]) -> DeliveryRow:
    """Make a delivery count, by the update of its one row; again with the same figures returns the same.

    Raises:
        DeliveryUnknownError: not this issuer's.
        DeliveryDiffersError: drafted are other packs, or another number of documents; nothing was changed.
        PackUnknownError: the store lost a pack; nothing was changed.
    """
    with city.catalogue.write() as tx:
        row = own_delivery(tx, issuer, delivery, lock=True)
        kept = tx.packs.of_delivery(delivery)
        _expect_equal(kept, documents, packs)
        if any(city.blobs.size(pack.pack_hash) != pack.size for pack in kept):
            raise PackUnknownError
        if row.state == DeliveryState.DRAFT:
            tx.deliveries.commit(delivery, documents, sum(pack.size for pack in kept), city.now())
            row = own_delivery(tx, issuer, delivery)
    city.wake()
    return row


def _expect_equal(kept: Sequence[PackRow], documents: int, packs: Sequence[Hash]) -> None:
    drafted = {pack.pack_hash for pack in kept if pack.statement_hash is not None}
    count = sum(pack.documents for pack in kept)
    same = drafted == set(packs) and len(drafted) == len(packs) == len(kept) and count == documents
    if not same or not kept:
        raise DeliveryDiffersError(documents=count, packs=len(drafted))


def cancel(city: City, issuer: Slug, delivery: DeliveryId) -> None:
    """Cancel a draft: rows, packs and sidecars go; an unknown one is gone already.

    Raises:
        DeliveryCommittedError: it is committed.
    """
    with suppress(DeliveryUnknownError), city.catalogue.write() as tx:
        own_draft(tx, issuer, delivery, lock=True)
        # Files only after the rows: a draft whose files were gone could be committed all the same. What a failing disk or
        # a crash leaves of them goes later, by the work that is kept here.
        tx.jobs.add(JobKind.REMOVE_PACK, tx.deliveries.remove(delivery) or (), city.now())
    with suppress(StoreError):
        remove_packs(city)


def read_delivery(city: City, issuer: Slug, delivery: DeliveryId) -> tuple[DeliveryRow, tuple[PackRow, ...]]:
    """Return a delivery of this issuer with its packs; `DeliveryUnknownError` for any other."""
    with city.catalogue.read() as tx:
        return own_delivery(tx, issuer, delivery), tx.packs.of_delivery(delivery)


def known_documents(city: City, issuer: Slug, dedupe_ids: Sequence[Hash]) -> tuple[KnownDocument, ...]:
    """Return which of these documents the issuer delivered before, committed ones only."""
    with city.catalogue.read() as tx:
        rows = tx.documents.known(issuer, dedupe_ids)
    return tuple(row for row in rows if row.state != DeliveryState.DRAFT)
