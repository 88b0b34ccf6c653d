"""A holder takes everything along: one zip, made while it is sent (docs/spec/vault.md, "Exported archive")."""

import io
import zipfile
from collections.abc import Iterator, Sequence

from typing_extensions import Buffer, override

from voute.app.boxes import boxes_of
from voute.app.city import City
from voute.app.consent import read_choices
from voute.app.documents import MAX_PAGE
from voute.app.errors import DocumentUnknownError, NotSignedInError
from voute.app.ports import Holder
from voute.app.proofs import Proofs, open_proofs
from voute.app.receipt import ReceiptParts, parts_of
from voute.core.errors import LimitError, VouteError
from voute.core.ids import DocumentId, hash_of
from voute.core.ports_store import Transaction
from voute.core.rows import DocumentRow, EventRow
from voute.format import archive
from voute.format.receipt import Receipt


class _Outlet(io.RawIOBase):
    """Takes what the zip writer writes until it is passed on; it cannot seek, so sizes come behind the data."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    @override
    def writable(self) -> bool:
        """Say that it takes bytes."""
        return True

    @override
    def write(self, data: Buffer) -> int:
        """Keep bytes."""
        part = bytes(memoryview(data))
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """Return what was written since the last call."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def stream_archive(city: City, holder: Holder) -> Iterator[bytes]:
    """Return the pieces of the holder's archive, a document at a time in memory; receipts carry no manifest.

    Raises:
        LimitError: there are more documents than an archive may hold.
    """
    vault = holder.vault_id
    with city.catalogue.read() as tx:
        keyring = tx.vaults.keyring(vault)
        if keyring is None:
            raise NotSignedInError
        records = tx.vaults.records((vault,))[vault]
        marks = tx.vaults.index(vault)
        documents = _all_ids(tx, boxes_of(tx, vault))
        proofs = None if tx.log_states.get() is None else open_proofs(city, tx)
        deleted = tx.documents.deleted(boxes_of(tx, vault), archive.MAX_DELETIONS)
        deletions = tx.events.get_many(tuple(deleted.values()))
    if len(documents) > archive.MAX_DOCUMENTS:
        raise LimitError("too many documents for an archive", limit=archive.MAX_DOCUMENTS)
    choices = read_choices(city, holder)[: archive.MAX_CHOICES]
    index = archive.ArchiveIndex(city.slug, vault, city.time(), tuple(sorted(documents)))
    first = (
        (archive.INDEX, index.encode()),
        (archive.TRUST_ROOT, city.trust().envelope),
        (archive.RECORDS, archive.encode_records(records)),
        (archive.KEYRING, keyring.data),
        *(() if marks is None else ((archive.VAULT_INDEX, marks.data),)),
        *(
            entry
            for choice in choices
            for entry in _act_entries(
                city, archive.choice_names(choice.row.issuer, choice.row.document_type), choice.act, choice.receipt
            )
        ),
        *(
            entry
            for document, event in sorted(deleted.items())
            for entry in _deletion_entries(city, document, deletions.get(event), proofs)
        ),
    )
    return _pieces(city, first, index.documents, proofs)


def _deletion_entries(
    city: City, document: DocumentId, event: EventRow | None, proofs: Proofs | None
) -> Iterator[tuple[str, bytes]]:
    if event is not None and event.act is not None:
        yield from _act_entries(city, archive.deletion_names(document), event.act, parts_of(event, proofs))


def _act_entries(city: City, names: tuple[str, str], act: bytes, parts: ReceiptParts | None) -> Iterator[tuple[str, bytes]]:
    yield names[0], act
    if parts is not None:
        yield names[1], _receipt(city, parts)


def _receipt(city: City, parts: ReceiptParts) -> bytes:
    """Write a receipt that carries no manifest."""
    return Receipt(
        city=city.slug,
        event=parts.event,
        salt=hash_of(parts.salt),
        chain=hash_of(parts.chain),
        manifest=None,
        proof=parts.proof,
        timestamps=(),
    ).encode()


def _all_ids(tx: Transaction, boxes: Sequence[bytes]) -> list[DocumentId]:
    found: list[DocumentId] = []
    after = 0
    while rows := tx.documents.page(boxes, after, MAX_PAGE):
        found += [row.document_id for row in rows]
        after = rows[-1].position
    return found


def _pieces(
    city: City, first: Sequence[tuple[str, bytes]], documents: Sequence[DocumentId], proofs: Proofs | None
) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as out:
        for name, data in first:
            out.writestr(zipfile.ZipInfo(name), data)
        for document in documents:
            for name, data in _document_entries(city, document, proofs):
                out.writestr(zipfile.ZipInfo(name), data)
            yield outlet.take()
    yield outlet.take()


def _document_entries(city: City, document: DocumentId, proofs: Proofs | None) -> Iterator[tuple[str, bytes]]:
    """Give a document's entries, or the act of whoever deleted it since the index was made: nothing else explains a gap."""
    row, event = _now(city, document)
    try:
        body = b"" if row.deleted_at else b"".join(city.blobs.read(row.pack_hash, row.body_offset, row.body_length))
    except VouteError:
        if not _now(city, document)[0].deleted_at:
            raise
        body = b""
    # Bytes are destroyed once their deletion is there to be seen: what is not deleted now was whole when it was read.
    after, deletion = _now(city, document, of_deletion=True)
    if after.deleted_at is not None:
        yield from _deletion_entries(city, document, deletion, None)
        return
    yield archive.body_name(document), row.header + body
    yield archive.card_name(document), row.header + row.card
    parts = parts_of(event, proofs)
    if parts is not None:
        yield archive.receipt_name(document), _receipt(city, parts)


def _now(city: City, document: DocumentId, *, of_deletion: bool = False) -> tuple[DocumentRow, EventRow | None]:
    """Read what the catalogue has of a document now, and its event, or that of its deletion."""
    with city.catalogue.read() as tx:
        row = tx.documents.get(document)
        if row is None:
            raise DocumentUnknownError
        number = row.delete_event if of_deletion else row.event_id
        return row, None if number is None else tx.events.get(number)
