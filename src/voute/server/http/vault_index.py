"""The holder's sealed index comes and goes as bytes; beside it, which documents there are."""

from typing import Annotated, Any, Final

from litestar import Request, Response, get, put
from litestar.concurrency import sync_to_thread
from litestar.params import HeaderParameter, QueryParameter

from voute.app import vault_index as rules
from voute.app.limit import Limit
from voute.core.ids import Hash
from voute.core.values import MAX_INTEGER
from voute.format.places import hash_places
from voute.server.http.access import HOLDER, RAW_BODY, also
from voute.server.http.given import TheCity, TheHolder, TheSettings
from voute.server.http.quick import quick
from voute.server.http.wire import Hex16, Model

NUMBER_HEADER: Final = "x-voute-number"
"""Says which number an index has, beside its bytes."""
MAX_KNOWN: Final = 1_000
"""Characters of an `If-None-Match` header: one of ours has 66; a cache in between may name a few more."""
_WRITES: Final = {"limit": Limit("vault-index", 60)}
"""A page writes once a visit and once for some marks; each time up to 16 MiB."""
# One byte more than an index may have, so that the rule about it is what refuses it, by name.
_BODY_LIMIT: Final = rules.MAX_INDEX_FILE + 1

AnyRequest = Request[Any, Any, Any]
KnownTags = Annotated[str | None, HeaderParameter(name="if-none-match", max_length=MAX_KNOWN)]
"""Names of what the page has already."""


class PlaceReply(Model):
    """That a document is there: its position, and whether its opening was noted."""

    document_id: Hex16
    position: int
    opened: bool


class PlacesReply(Model):
    """A page of places by rising position, or by falling; `next` is where the next page begins, null at the end."""

    places: list[PlaceReply]
    next: int | None


@get("/api/vault/index", opt=HOLDER | also(204, 304, like=200), media_type="application/octet-stream")
async def read_index(
    city: TheCity,
    holder: TheHolder,
    known: KnownTags = None,
) -> Response[bytes]:
    """Return the sealed index, its number in a header; nothing when there is none yet, or when it is one that is known."""
    if known is not None:
        mark = await sync_to_thread(rules.index_mark, city, holder)
        if mark is not None and is_known(mark.sha256, known):
            return Response(b"", status_code=304, headers=_headers(mark.number, mark.sha256))
    row = await sync_to_thread(rules.read_index, city, holder)
    if row is None:
        return Response(b"", status_code=204)
    return Response(row.data, headers=_headers(row.number, row.sha256), media_type="application/octet-stream")


def is_known(sha256: Hash, known: str) -> bool:
    """Tell whether an `If-None-Match` header names bytes of this hash (RFC 9110, section 13.1.2); no tag names nothing."""
    tags = {one.strip().removeprefix("W/") for one in known.split(",")}
    return "*" in tags or _tag(sha256) in tags


def _tag(sha256: Hash) -> str:
    return f'"{sha256.hex()}"'


def _headers(number: int, sha256: Hash) -> dict[str, str]:
    return {NUMBER_HEADER: str(number), "etag": _tag(sha256)}


@put("/api/vault/index", opt=HOLDER | RAW_BODY | _WRITES, status_code=204, request_max_body_size=_BODY_LIMIT)
async def put_index(
    request: AnyRequest,
    city: TheCity,
    holder: TheHolder,
    after: Annotated[int, QueryParameter(ge=0, le=MAX_INTEGER)],
    number: Annotated[int, QueryParameter(ge=1, le=MAX_INTEGER)],
) -> None:
    """Keep a new sealed index in the place of the one that its writer saw."""
    data = await request.body()
    await sync_to_thread(rules.replace_index, city, holder, rules.IndexChange(after, number, data))


@get("/api/vault/places", opt=HOLDER | also(304, like=200))
async def list_places(
    city: TheCity,
    settings: TheSettings,
    holder: TheHolder,
    after: Annotated[int, QueryParameter(ge=0, le=2**53)] = 0,
    before: Annotated[int | None, QueryParameter(ge=1, le=2**53)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=rules.MAX_PLACES)] = rules.MAX_PLACES,
    known: KnownTags = None,
) -> Response[PlacesReply]:
    """Return which documents there are, without their headers and cards; nothing when they are rows that are known.

    With `before`, the newest below it first.
    """
    rows = await quick(settings, rules.list_places, city, holder, rules.PlacesAsked(after, before, limit))
    sha256 = hash_places((row.document_id, row.position, row.opened_at is not None) for row in rows)
    headers = {"etag": _tag(sha256)}
    if known is not None and is_known(sha256, known):
        return Response[Any](None, status_code=304, headers=headers)
    places = [
        PlaceReply(document_id=row.document_id.hex(), position=row.position, opened=row.opened_at is not None) for row in rows
    ]
    return Response(PlacesReply(places=places, next=rows[-1].position if len(rows) == limit else None), headers=headers)
