"""The holder's sealed index comes and goes as bytes; beside it, which documents there are."""

from typing import Annotated, Any, Final

from litestar import Request, Response, get, put
from litestar.concurrency import sync_to_thread
from litestar.params import QueryParameter

from voute.app import vault_index as rules
from voute.app.limit import Limit
from voute.core.values import MAX_INTEGER
from voute.server.http.access import HOLDER, RAW_BODY, also
from voute.server.http.given import TheCity, TheHolder, TheSettings
from voute.server.http.quick import quick
from voute.server.http.wire import Hex16, Model

NUMBER_HEADER: Final = "x-voute-number"
"""Says which number an index has, beside its bytes."""
_WRITES: Final = {"limit": Limit("vault-index", 60)}
"""A page writes once a visit and once for some marks; each time up to 16 MiB."""
# One byte more than an index may have, so that the rule about it is what refuses it, by name.
_BODY_LIMIT: Final = rules.MAX_INDEX_FILE + 1

AnyRequest = Request[Any, Any, Any]


class PlaceReply(Model):
    """That a document is there: its position, and whether its opening was noted."""

    document_id: Hex16
    position: int
    opened: bool


class PlacesReply(Model):
    """A page of places by rising position, or by falling; `next` is where the next page begins, null at the end."""

    places: list[PlaceReply]
    next: int | None


@get("/api/vault/index", opt=HOLDER | also(204, like=200), media_type="application/octet-stream")
async def read_index(city: TheCity, holder: TheHolder) -> Response[bytes]:
    """Return the sealed index, its number in a header; nothing when there is none yet."""
    row = await sync_to_thread(rules.read_index, city, holder)
    if row is None:
        return Response(b"", status_code=204)
    return Response(row.data, headers={NUMBER_HEADER: str(row.number)}, media_type="application/octet-stream")


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


@get("/api/vault/places", opt=HOLDER)
async def list_places(
    city: TheCity,
    settings: TheSettings,
    holder: TheHolder,
    after: Annotated[int, QueryParameter(ge=0, le=2**53)] = 0,
    before: Annotated[int | None, QueryParameter(ge=1, le=2**53)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=rules.MAX_PLACES)] = rules.MAX_PLACES,
) -> PlacesReply:
    """Return which documents there are, without their headers and cards; with `before`, the newest below it first."""
    rows = await quick(settings, rules.list_places, city, holder, rules.PlacesAsked(after, before, limit))
    places = [
        PlaceReply(document_id=row.document_id.hex(), position=row.position, opened=row.opened_at is not None) for row in rows
    ]
    return PlacesReply(places=places, next=rows[-1].position if len(rows) == limit else None)
