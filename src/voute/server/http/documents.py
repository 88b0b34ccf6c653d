"""A holder's documents: lists, one, its sealed body by ranges, its first opening, its receipt."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from litestar.response import Stream

from voute.app import document_delete as deletion
from voute.app import documents as rules
from voute.app.errors import DocumentUnknownError
from voute.app.receipt import read_receipt
from voute.core.errors import FormatError
from voute.core.ids import ID_SIZE, DocumentId, document_id, parse_hex
from voute.core.rows import ListedDocument
from voute.server.http.access import HOLDER, also, instead
from voute.server.http.bodies import SEALED, SIGNED, SignedBodyReply, answer_body
from voute.server.http.given import TheCity, TheHolder, TheSettings
from voute.server.http.quick import quick
from voute.server.http.receipts import ReceiptReply, receipt_reply
from voute.server.http.wire import MAX_SMALL, ActBody, Base64, Hex16, Model, SlugText, Time, time_of

LIST_PATH: Final = "/api/documents"
MAX_RANGE: Final = 100
"""Characters of a `Range` header: one of ours has at most 37."""
_RANGE: Final = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


class DocumentReply(Model):
    """A visible document: sealed header and card, size of the sealed body, and hints."""

    document_id: Hex16
    position: int
    header: Base64
    card: Base64
    size: int
    issuer: SlugText
    delivered_at: Time
    opened: bool
    logged: bool


class DocumentsReply(Model):
    """A page of documents by rising position; `next` is where the next page begins, null at the end."""

    documents: list[DocumentReply]
    next: int | None


class DeletionReply(Model):
    """A deletion: when it was asked, whether header, card and salts are destroyed, and the parts of its receipt."""

    requested_at: Time
    destroyed: bool
    receipt: ReceiptReply


def _reply(row: ListedDocument) -> DocumentReply:
    return DocumentReply(
        document_id=row.document_id.hex(),
        position=row.position,
        header=row.header,
        card=row.card,
        size=row.body_length,
        issuer=row.issuer,
        delivered_at=time_of(row.delivered_at),
        opened=row.opened_at is not None,
        logged=row.log_index is not None,
    )


def page_reply(rows: Sequence[ListedDocument], limit: int) -> DocumentsReply:
    """Make a page of at most `limit` documents."""
    following = rows[-1].position if len(rows) == limit else None
    return DocumentsReply(documents=[_reply(row) for row in rows], next=following)


def _document(text: str) -> DocumentId:
    try:
        return document_id(parse_hex(text, ID_SIZE))
    except FormatError:
        raise DocumentUnknownError from None


@get(LIST_PATH, opt=HOLDER)
async def list_documents(
    city: TheCity,
    settings: TheSettings,
    holder: TheHolder,
    after: Annotated[int, QueryParameter(ge=0, le=2**53)] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=rules.MAX_PAGE)] = rules.MAX_PAGE,
) -> DocumentsReply:
    """Return a page of the holder's documents."""
    rows = await quick(settings, rules.list_documents, city, holder, after, limit)
    return page_reply(rows, limit)


@get("/api/documents/{document:str}", opt=HOLDER)
async def read_document(city: TheCity, settings: TheSettings, holder: TheHolder, document: FromPath[str]) -> DocumentReply:
    """Return one document."""
    return _reply(await quick(settings, rules.read_document, city, holder, _document(document)))


@get(
    "/api/documents/{document:str}/body",
    opt=HOLDER | also(206, like=200) | instead(SIGNED, SignedBodyReply),
    media_type=SEALED,
    sync_to_thread=True,
)
def read_body(
    request: Request[Any, Any, Any],
    city: TheCity,
    settings: TheSettings,
    holder: TheHolder,
    document: FromPath[str],
    wanted: Annotated[str | None, HeaderParameter(name="range", max_length=MAX_RANGE)] = None,
) -> Response[bytes] | Stream:
    """Return the sealed body, or one range of it, or what leads to it."""
    place = rules.find_body(city, holder, _document(document), wanted_range(wanted))
    return answer_body(city, settings, place, request)


def wanted_range(text: str | None) -> rules.Wanted:
    """Read a `Range` header of one range (RFC 9110, section 14.2); any other kind is as if there were none."""
    match = None if text is None else _RANGE.fullmatch(text.strip())
    if match is None or not (match[1] or match[2]):
        return None
    first, last = (int(part) if part else None for part in match.groups())
    if first is not None and last is not None and last < first:
        return None
    return first, last


@post(
    "/api/documents/{document:str}/opened",
    opt=HOLDER,
    status_code=204,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def note_opened(city: TheCity, holder: TheHolder, document: FromPath[str], data: JSONBody[ActBody]) -> None:
    """Keep the holder's signed first opening."""
    rules.note_opened(city, holder, _document(document), data.act)


@delete(
    "/api/documents/{document:str}",
    opt=HOLDER,
    status_code=204,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def delete_document(city: TheCity, holder: TheHolder, document: FromPath[str], data: JSONBody[ActBody]) -> None:
    """Delete a document by the holder's signed act."""
    deletion.delete_document(city, holder, _document(document), data.act)


@get("/api/documents/{document:str}/deletion", opt=HOLDER, sync_to_thread=True)
def read_deletion(city: TheCity, holder: TheHolder, document: FromPath[str]) -> DeletionReply:
    """Return how far a deletion is, with the parts of its receipt."""
    found = deletion.read_deletion(city, holder, _document(document))
    if found is None:
        raise DocumentUnknownError
    return DeletionReply(
        requested_at=time_of(found.requested_at), destroyed=found.destroyed, receipt=receipt_reply(found.receipt)
    )


@get("/api/documents/{document:str}/receipt", opt=HOLDER, sync_to_thread=True)
def read_document_receipt(city: TheCity, holder: TheHolder, document: FromPath[str]) -> ReceiptReply:
    """Return the parts of a document's receipt."""
    return receipt_reply(read_receipt(city, holder, _document(document)))
