"""Catalogue ports of the delivery: lookup ids, deliveries, packs, documents.

Rows of a delivery count only when its one row says `committed`; they are shown only when it says `visible`.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from voute.core.ids import DeliveryId, DocumentId, Hash, LookupId, Slug, VaultId
from voute.core.rows import (
    BodyRow,
    DeliveryRow,
    DocumentRow,
    KnownDocument,
    ListedDocument,
    LookupRow,
    PackRow,
    PlaceRow,
    ReceiptRow,
)


class Lookups(Protocol):
    """Lookup ids of claim codes."""

    def add_missing(self, rows: Sequence[LookupRow]) -> int:
        """Keep those whose lookup id is not known yet and return how many; known ones stay as they are."""
        ...

    def get(self, lookup_id: LookupId, *, lock: bool = False) -> LookupRow | None:
        """Return one; with `lock` it stays as it is until this transaction, which writes, ends."""
        ...

    def hold(self, lookup_ids: Sequence[LookupId]) -> Mapping[LookupId, LookupRow]:
        """Return those that are known, of any issuer; none of them is removed until this transaction, which writes, ends."""
        ...

    def get_many(self, lookup_ids: Sequence[LookupId]) -> Mapping[LookupId, LookupRow]:
        """Return those that are known, of any issuer."""
        ...

    def of_vault(self, vault_id: VaultId) -> tuple[LookupRow, ...]:
        """Return those bound to a vault."""
        ...

    def bind(self, lookup_id: LookupId, vault_id: VaultId, bind: Hash, claimed_at: int, claim_event: int) -> bool:
        """Bind a waiting one to a vault; False: it was not waiting, or is frozen; nothing was changed."""
        ...

    def set_bound_event(self, lookup_id: LookupId, event_id: int) -> bool:
        """Note the issuer's `bound` event of a bound one; False: it has one or is not bound, nothing was changed."""
        ...

    def vaults_of(self, issuer: Slug, vault_ids: Sequence[VaultId], opened_at: int) -> frozenset[VaultId]:
        """Return those of the vaults that are open and bound to a lookup id of this issuer, not frozen by `opened_at`."""
        ...

    def revoke(self, lookup_id: LookupId, now: int) -> bool:
        """Revoke a waiting one; False: it was not waiting, nothing was changed."""
        ...

    def freeze(self, lookup_id: LookupId, now: int, event_id: int) -> bool:
        """Freeze one in whatever state, with the event that says why; False: it was frozen before, nothing was changed."""
        ...


class Deliveries(Protocol):
    """Deliveries and their state."""

    def add(self, row: DeliveryRow) -> None:
        """Keep a new one; `RowExistsError` if the id is taken, or if the issuer has another draft of this run."""
        ...

    def get(self, delivery_id: DeliveryId, *, lock: bool = False) -> DeliveryRow | None:
        """Return one; with `lock` other transactions that lock it wait until this one ends."""
        ...

    def draft_of(self, issuer: Slug, run: str) -> DeliveryRow | None:
        """Return the issuer's draft of this run."""
        ...

    def commit(self, delivery_id: DeliveryId, documents: int, size: int, now: int) -> bool:
        """Turn a draft into a committed one, by the update of one row; False: it was no draft, nothing was changed."""
        ...

    def committed(self) -> tuple[DeliveryRow, ...]:
        """Return those that are committed but not visible yet, in the order of their last events."""
        ...

    def publish(self, delivery_id: DeliveryId, now: int) -> bool:
        """Make a committed one visible, with all its documents, if its last event is logged.

        Its documents get positions above all positions so far, in the order of their events. False: it was not committed, or
        an event of it is not logged yet; nothing was changed.
        """
        ...

    def first_event(self, delivery_id: DeliveryId) -> int | None:
        """Return the lowest number of its documents' `deliver` events; None if it has no documents."""
        ...

    def remove(self, delivery_id: DeliveryId) -> tuple[Hash, ...] | None:
        """Remove a draft with its packs, documents, events and the lookup ids that only it brought.

        Returns the hashes of packs that no other delivery refers to: their blobs may go after the transaction. None: it was
        no draft, nothing was changed.
        """
        ...


class Packs(Protocol):
    """Packs of deliveries."""

    def put(self, row: PackRow) -> None:
        """Store or replace the pack's row."""
        ...

    def get(self, delivery_id: DeliveryId, pack_hash: Hash) -> PackRow | None:
        """Return one."""
        ...

    def of_delivery(self, delivery_id: DeliveryId) -> tuple[PackRow, ...]:
        """Return a delivery's packs by hash."""
        ...

    def is_used(self, pack_hash: Hash) -> bool:
        """Tell whether a delivery refers to this pack."""
        ...

    def after(self, pack_hash: Hash, limit: int) -> tuple[Hash, ...]:
        """Return names of packs of committed deliveries after this one, in rising order; after empty bytes, the first."""
        ...


class Documents(Protocol):
    """Documents: header, card and where the body lies."""

    def add_all(self, rows: Sequence[DocumentRow]) -> None:
        """Keep new documents; `RowExistsError` if an id, or a dedupe id of the same issuer, is taken."""
        ...

    def get(self, document_id: DocumentId) -> DocumentRow | None:
        """Return one, visible or not."""
        ...

    def bodies(self, event_ids: Sequence[int]) -> Mapping[int, BodyRow]:
        """Return where the documents of these `deliver` events lie."""
        ...

    def known(self, issuer: Slug, dedupe_ids: Sequence[Hash]) -> tuple[KnownDocument, ...]:
        """Return what the issuer has under these dedupe ids, drafts too, in no order; `state` is the delivery's."""
        ...

    def page(self, boxes: Sequence[bytes], after: int, limit: int) -> tuple[ListedDocument, ...]:
        """Return visible documents of these boxes with a position above `after`, by position, at most `limit`."""
        ...

    def places(self, boxes: Sequence[bytes], after: int, limit: int) -> tuple[PlaceRow, ...]:
        """Return the same of each without its long columns."""
        ...

    def newest_places(self, boxes: Sequence[bytes], after: int, before: int, limit: int) -> tuple[PlaceRow, ...]:
        """Return the same of those between two positions, newest first."""
        ...

    def listed(self, document_id: DocumentId) -> ListedDocument | None:
        """Return the same of one visible document."""
        ...

    def set_headers(self, headers: Sequence[tuple[DocumentId, bytes]]) -> None:
        """Replace headers (re-wrapped at a claim, in the transaction that binds their box: no list of a vault shows others)."""
        ...

    def opened(self, document_id: DocumentId, now: int) -> bool:
        """Note the first opening; False: it was opened before, or is deleted, nothing was changed."""
        ...

    def set_opened_event(self, document_id: DocumentId, event_id: int) -> None:
        """Note which event tells of the first opening."""
        ...

    def delete(self, document_id: DocumentId, now: int) -> bool:
        """Note that the holder deleted it: no list shows it any more. False: it was deleted before, nothing was changed."""
        ...

    def set_delete_event(self, document_id: DocumentId, event_id: int) -> None:
        """Note which event tells of the deletion."""
        ...

    def deleted(self, boxes: Sequence[bytes], limit: int) -> Mapping[DocumentId, int]:
        """Return the documents of these boxes that their holder deleted, each with the event that tells of it; newest first."""
        ...

    def erase(self, document_ids: Sequence[DocumentId]) -> None:
        """Empty header and card, and salt, bytes and act of the events `deliver` and `opened`; again changes nothing."""
        ...

    def receipts(self, delivery_id: DeliveryId, after: int, limit: int) -> tuple[ReceiptRow, ...]:
        """Return what the receipts of logged documents need, by log index above `after` (−1 for all), at most `limit`."""
        ...
