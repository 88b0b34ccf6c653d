"""A holder reads: lists, one document, a range of a sealed body, and notes the first opening."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from voute.app import session
from voute.app.boxes import visible_document
from voute.app.city import City
from voute.app.errors import DocumentDeletedError, DocumentUnknownError, RangeRefusedError
from voute.app.ports import Holder
from voute.app.secret import digest
from voute.app.statements import holder_act, keep_act_event
from voute.core.ids import DocumentId, Hash
from voute.core.ports_looks import HeldBody
from voute.core.rows import BoxKind, ListedDocument
from voute.format.subject import Opened

MAX_PAGE: Final = 200
"""Documents in one page of a list: about 1 MB on the wire."""
Wanted = tuple[int | None, int | None] | None
"""A range of a body: (first, last) both included, (first, None), (None, suffix); None is all of it."""


def list_documents(city: City, holder: Holder, after: int, limit: int) -> tuple[ListedDocument, ...]:
    """Return visible documents with a position above `after`, position rising, at most `limit` (≤ `MAX_PAGE`)."""
    with city.catalogue.look() as look:
        return look.page(holder.vault_id, after, min(limit, MAX_PAGE))


def read_document(city: City, holder: Holder, document: DocumentId) -> ListedDocument:
    """Return one visible document of the holder; `DocumentUnknownError` for any other."""
    with city.catalogue.read() as tx:
        visible_document(tx, holder.vault_id, document)
        row = tx.documents.listed(document)
    if row is None:
        raise DocumentUnknownError
    return row


class BodyPlace(NamedTuple):
    """Where a range of a sealed body lies: its first byte in the body, its length, the body's size; the pack, the byte there."""

    start: int
    length: int
    size: int
    pack: Hash
    offset: int


def find_body(city: City, holder: Holder, document: DocumentId, wanted: Wanted) -> BodyPlace:
    """Find a sealed body, or a range of it.

    What is found is the holder's own and nobody else's: whoever hands it out (this server, the proxy, S3) gives no other byte.

    Raises:
        DocumentUnknownError, DocumentDeletedError: not a visible document of this vault.
        RangeRefusedError: the range lies outside (416).
    """
    with city.catalogue.look() as look:
        return _place(look.body(holder.vault_id, document), document, wanted)


def find_body_by_token(city: City, token: bytes, document: DocumentId, wanted: Wanted) -> BodyPlace | None:
    """Find out who asks and what `find_body` finds, in one go; None when the session is to be touched first.

    Raises:
        NotSignedInError: no such session, or it ended.
        DocumentUnknownError, DocumentDeletedError, RangeRefusedError: as `find_body`.
    """
    with city.catalogue.look() as look:
        row, found = look.asked_body(digest(token), document) or (None, None)
    _, is_due = session.judge_holder(row, city.now())
    return None if is_due else _place(found, document, wanted)


def _place(row: HeldBody | None, document: DocumentId, wanted: Wanted) -> BodyPlace:
    if row is None:
        raise DocumentUnknownError
    if row.deleted_at is not None:
        raise DocumentDeletedError(document_id=document.hex())
    start, length = _cut(wanted, row.body_length)
    return BodyPlace(start, length, row.body_length, row.pack_hash, row.body_offset + start)


def read_place(city: City, place: BodyPlace) -> Iterator[bytes]:
    """Read what was found, in chunks; the pack is looked up now.

    Raises:
        StoreError: it is not there, or the store failed.
    """
    return city.blobs.read(place.pack, place.offset, place.length)


def _cut(wanted: Wanted, size: int) -> tuple[int, int]:
    if wanted is None:
        return 0, size
    first, last = wanted
    if first is None:
        suffix = min(last or 0, size)
        first, last = size - suffix, size - 1
    end = size if last is None else min(last + 1, size)
    if first >= size or end <= first:
        raise RangeRefusedError(size=size)
    return first, end - first


def note_opened(city: City, holder: Holder, document: DocumentId, raw: bytes) -> None:
    """Keep the holder's signed act of a first opening, once; again changes nothing.

    Raises:
        DocumentUnknownError, DocumentDeletedError: not a visible document of this vault.
        FormatError, VerificationError: not that act, or not signed by the vault's root key.
    """
    vault = holder.vault_id
    with city.catalogue.read() as tx:
        row = visible_document(tx, vault, document)
        genesis = tx.vaults.records((vault,))[vault][0]
    act, act_hash = holder_act(city, raw, vault, genesis, Opened(document, row.manifest_hash))
    with city.catalogue.write() as tx:
        visible_document(tx, vault, document)
        if not tx.documents.opened(document, city.now()):
            # Opened before, or deleted since it was looked at.
            visible_document(tx, vault, document)
            return
        event = keep_act_event(tx, city, act, act_hash, raw, (BoxKind.VAULT, vault))
        tx.documents.set_opened_event(document, event)
    city.wake()
