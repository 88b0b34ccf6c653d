"""Table of documents (`voute.core.ports_deliveries.Documents`)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, select, update

from voute.core.ids import DeliveryId, DocumentId, Hash, Slug
from voute.core.rows import BodyRow, DocumentRow, KnownDocument, ListedDocument, PlaceRow, ReceiptRow
from voute.store.schema import deliveries, document_parts, documents, events
from voute.store.sql import Session

_PARTS: Final = document_parts.c.event_id == documents.c.event_id
_DOCUMENT: Final = (
    select(*((document_parts if name in document_parts.c else documents).c[name] for name in DocumentRow._fields))
    .join_from(documents, document_parts, _PARTS)
    .where(documents.c.document_id == bindparam("document_id"))
)
_BODIES: Final = select(*(documents.c[name] for name in BodyRow._fields)).where(
    documents.c.event_id.in_(bindparam("event_ids", expanding=True))
)
_KNOWN: Final = (
    select(
        documents.c.dedupe_id,
        documents.c.content_id,
        documents.c.document_id,
        documents.c.delivery_id,
        deliveries.c.run,
        deliveries.c.state,
    )
    .join(deliveries, deliveries.c.delivery_id == documents.c.delivery_id)
    .where(documents.c.issuer == bindparam("issuer"), documents.c.dedupe_id.in_(bindparam("dedupe_ids", expanding=True)))
)


def listed(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Select the fields of `ListedDocument` of the documents that meet the conditions."""
    return (
        select(
            documents.c.document_id,
            documents.c.position,
            document_parts.c.header,
            document_parts.c.card,
            documents.c.body_length,
            documents.c.issuer,
            deliveries.c.visible_at,
            documents.c.opened_at,
            events.c.log_index,
        )
        .join_from(documents, document_parts, _PARTS)
        .join(deliveries, deliveries.c.delivery_id == documents.c.delivery_id)
        .join(events, events.c.event_id == documents.c.event_id)
        .where(*conditions)
    )


# The page is first found in the index alone: of a vault with 5,000 documents only those shown are then read.
_ON_PAGE: Final = (
    select(documents.c.position)
    .where(
        documents.c.box_id.in_(bindparam("boxes", expanding=True)),
        documents.c.position > bindparam("after"),
        documents.c.deleted_at.is_(None),
    )
    .order_by(documents.c.position)
    .limit(bindparam("most"))
)
_NEWEST_ON_PAGE: Final = (
    select(documents.c.position)
    .where(
        documents.c.box_id.in_(bindparam("boxes", expanding=True)),
        documents.c.position > bindparam("after"),
        documents.c.position < bindparam("before"),
        documents.c.deleted_at.is_(None),
    )
    .order_by(documents.c.position.desc())
    .limit(bindparam("most"))
)
_PAGE: Final = listed(documents.c.position.in_(_ON_PAGE)).order_by(documents.c.position)
_PLACES: Final = (
    select(documents.c.document_id, documents.c.position, documents.c.opened_at)
    .where(documents.c.position.in_(_ON_PAGE))
    .order_by(documents.c.position)
)
_NEWEST_PLACES: Final = (
    select(documents.c.document_id, documents.c.position, documents.c.opened_at)
    .where(documents.c.position.in_(_NEWEST_ON_PAGE))
    .order_by(documents.c.position.desc())
)
_ONE: Final = listed(documents.c.document_id == bindparam("document_id"), documents.c.position.is_not(None))
_SET_HEADER: Final = (
    update(document_parts)
    .where(document_parts.c.event_id.in_(select(documents.c.event_id).where(documents.c.document_id == bindparam("key"))))
    .values(header=bindparam("wrapped"))
)
_OPENED: Final = (
    update(documents)
    .where(documents.c.document_id == bindparam("key"), documents.c.opened_at.is_(None), documents.c.deleted_at.is_(None))
    .values(opened_at=bindparam("now"))
)
_OPENED_EVENT: Final = (
    update(documents).where(documents.c.document_id == bindparam("key")).values(opened_event=bindparam("event"))
)
_DELETE: Final = (
    update(documents)
    .where(documents.c.document_id == bindparam("key"), documents.c.deleted_at.is_(None))
    .values(deleted_at=bindparam("now"))
)
_DELETE_EVENT: Final = (
    update(documents).where(documents.c.document_id == bindparam("key")).values(delete_event=bindparam("event"))
)
_DELETED: Final = (
    select(documents.c.document_id, documents.c.delete_event)
    .where(documents.c.box_id.in_(bindparam("boxes", expanding=True)), documents.c.delete_event.is_not(None))
    .order_by(documents.c.delete_event.desc())
    .limit(bindparam("most"))
)
_THIS: Final = documents.c.document_id == bindparam("key")
_ERASE_PARTS: Final = (
    update(document_parts)
    .where(document_parts.c.event_id.in_(select(documents.c.event_id).where(_THIS)))
    .values(header=b"", card=b"")
)
_ERASE_DELIVER: Final = (
    update(events).where(events.c.event_id.in_(select(documents.c.event_id).where(_THIS))).values(salt=b"", bytes=b"", act=None)
)
_ERASE_OPENED: Final = (
    update(events)
    .where(events.c.event_id.in_(select(documents.c.opened_event).where(_THIS)))
    .values(salt=b"", bytes=b"", act=None)
)
_EVENT_AT: Final = select(events.c.event_id).where(events.c.log_index == bindparam("log_index"))
_RECEIPTS: Final = (
    select(documents.c.document_id, events.c.log_index, events.c.salt, events.c.chain, events.c.bytes)
    .join(events, events.c.event_id == documents.c.event_id)
    .where(
        documents.c.delivery_id == bindparam("delivery_id"),
        documents.c.event_id > bindparam("after"),
        events.c.state == "logged",
    )
    .order_by(documents.c.event_id)
    .limit(bindparam("most"))
)


class SqlDocuments:
    """`Documents` in one table."""

    def __init__(self, session: Session) -> None:
        """Work inside a transaction."""
        self._session = session

    def add_all(self, rows: Sequence[DocumentRow]) -> None:
        """Keep new ones (`Documents.add_all`)."""
        self._session.insert_all(documents, rows, DocumentRow._fields)
        self._session.insert_all(document_parts, [(row.event_id, row.header, row.card) for row in rows])

    def get(self, document_id: DocumentId) -> DocumentRow | None:
        """Return one (`Documents.get`)."""
        return self._session.one(DocumentRow._make, _DOCUMENT, {"document_id": document_id})

    def bodies(self, event_ids: Sequence[int]) -> Mapping[int, BodyRow]:
        """Return where documents lie (`Documents.bodies`)."""
        return {row.event_id: row for row in self._session.among(BodyRow._make, _BODIES, "event_ids", event_ids)}

    def known(self, issuer: Slug, dedupe_ids: Sequence[Hash]) -> tuple[KnownDocument, ...]:
        """Return what these dedupe ids stand for (`Documents.known`)."""
        return tuple(self._session.among(KnownDocument._make, _KNOWN, "dedupe_ids", dedupe_ids, {"issuer": issuer}))

    def page(self, boxes: Sequence[bytes], after: int, limit: int) -> tuple[ListedDocument, ...]:
        """Return a page of visible documents (`Documents.page`)."""
        return self._session.all(ListedDocument._make, _PAGE, {"boxes": boxes, "after": after, "most": limit})

    def places(self, boxes: Sequence[bytes], after: int, limit: int) -> tuple[PlaceRow, ...]:
        """Return a page of places (`Documents.places`)."""
        return self._session.all(PlaceRow._make, _PLACES, {"boxes": boxes, "after": after, "most": limit})

    def newest_places(self, boxes: Sequence[bytes], after: int, before: int, limit: int) -> tuple[PlaceRow, ...]:
        """Return a page of places, newest first (`Documents.newest_places`)."""
        given = {"boxes": boxes, "after": after, "before": before, "most": limit}
        return self._session.all(PlaceRow._make, _NEWEST_PLACES, given)

    def listed(self, document_id: DocumentId) -> ListedDocument | None:
        """Return one visible document (`Documents.listed`)."""
        return self._session.one(ListedDocument._make, _ONE, {"document_id": document_id})

    def set_headers(self, headers: Sequence[tuple[DocumentId, bytes]]) -> None:
        """Replace headers (`Documents.set_headers`)."""
        self._session.run_many(_SET_HEADER, ("key", "wrapped"), headers)

    def opened(self, document_id: DocumentId, now: int) -> bool:
        """Note the first opening (`Documents.opened`)."""
        return self._session.changes(_OPENED, {"key": document_id, "now": now})

    def set_opened_event(self, document_id: DocumentId, event_id: int) -> None:
        """Note the event of the opening (`Documents.set_opened_event`)."""
        self._session.run(_OPENED_EVENT, {"key": document_id, "event": event_id})

    def delete(self, document_id: DocumentId, now: int) -> bool:
        """Note the deletion (`Documents.delete`)."""
        return self._session.changes(_DELETE, {"key": document_id, "now": now})

    def set_delete_event(self, document_id: DocumentId, event_id: int) -> None:
        """Note the event of the deletion (`Documents.set_delete_event`)."""
        self._session.run(_DELETE_EVENT, {"key": document_id, "event": event_id})

    def deleted(self, boxes: Sequence[bytes], limit: int) -> Mapping[DocumentId, int]:
        """Return deleted documents with their events (`Documents.deleted`)."""
        return {row[0]: row[1] for row in self._session.run(_DELETED, {"boxes": boxes, "most": limit})}

    def erase(self, document_ids: Sequence[DocumentId]) -> None:
        """Empty what is to be destroyed (`Documents.erase`)."""
        for document_id in document_ids:
            for statement in (_ERASE_PARTS, _ERASE_DELIVER, _ERASE_OPENED):
                self._session.run(statement, {"key": document_id})

    def receipts(self, delivery_id: DeliveryId, after: int, limit: int) -> tuple[ReceiptRow, ...]:
        """Return a page of receipts (`Documents.receipts`)."""
        # Within a delivery events are numbered in the order of their ids: paging by id is a walk along the index.
        after_event = self._session.run(_EVENT_AT, {"log_index": after}).scalar() or 0
        return self._session.all(ReceiptRow._make, _RECEIPTS, {"delivery_id": delivery_id, "after": after_event, "most": limit})
