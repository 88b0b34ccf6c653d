"""The short way of a request: a list and a body, asked for as a page asks, are answered without the framework.

It refuses nothing and has no rules of its own: whatever is not plain (a header that could mean something, a session that
ended or is to be touched, a limit that is reached, a store that failed) goes the long way, where the routes of
`documents.py` decide by the same rules. Tests hold that both ways answer alike, byte for byte (docs/adr/0048).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from litestar.concurrency import sync_to_thread
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import json

from voute.app import documents as rules
from voute.app.city import City
from voute.app.kept_lists import KeptLists
from voute.app.limit import Limit, Limiter
from voute.core.errors import VouteError
from voute.core.ids import DocumentId
from voute.core.rows import ListedDocument
from voute.server.http.access import COOKIE, COUNTED, HOLDER
from voute.server.http.bodies import SEALED, WHOLE_AT_ONCE, Asker, head_of, lead_to
from voute.server.http.documents import LIST_PATH, MAX_RANGE, page_reply, wanted_range
from voute.server.http.quick import quick
from voute.server.settings import Settings

_LIMIT: Final[Limit] = HOLDER["limit"]
_TOKEN: Final = re.compile(rb"%b=([0-9a-f]{64})" % COOKIE.encode())
_PAGE: Final = re.compile(rb"|after=(0|[1-9][0-9]{0,14})(?:&limit=([1-9][0-9]?|1[0-9]{2}|200))?")
_BODY_TEMPLATE: Final = "/api/documents/{document}/body"
_BODY: Final = re.compile(r"/api/documents/([0-9a-f]{32})/body")
_READ: Final = frozenset({b"cookie", b"range", b"accept"})
_NOT_PLAIN: Final = frozenset({b"content-length", b"transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out: status, headers, body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes | bytearray


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a plain request shows: the token of a session, the range it wants, the types that it accepts."""

    token: bytes
    wanted: bytes | None
    accepted: bytes


_Found = tuple[rules.BodyPlace, bytes | bytearray | None]


class ShortWay:
    """ASGI middleware in front of the framework."""

    def __init__(self, app: ASGIApp, city: City, limiter: Limiter, settings: Settings) -> None:
        """Take the long way, the city, the limiter that the long way has too, and the settings."""
        self._app = app
        self._lists = KeptLists(city, write_page)
        self._city = city
        self._limiter = limiter
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        values = cast("dict[str, Any]", scope)
        try:
            answer = await self._answer(values) if values["type"] == "http" and values["method"] == "GET" else None
        except VouteError:
            answer = None
        if answer is None:
            await self._app(scope, receive, send)
            return
        headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        # Granian takes a bytearray as it is: making bytes of it would copy the body once more.
        await send({"type": "http.response.body", "body": cast("bytes", answer.body), "more_body": False})

    async def _answer(self, values: dict[str, Any]) -> Answer | None:
        path: str = values["path"]
        if path == LIST_PATH:
            page = _PAGE.fullmatch(values["query_string"])
            if page is not None and (shown := await self._let_in(values)) is not None:
                values["path_template"] = LIST_PATH
                return await self._list(shown.token, int(page[1] or 0), int(page[2] or rules.MAX_PAGE))
        elif (named := _BODY.fullmatch(path)) is not None and (shown := await self._let_in(values)) is not None:
            values["path_template"] = _BODY_TEMPLATE
            peer = values["client"][0] if values["client"] else ""
            asker = Asker(shown.accepted.decode("latin-1"), peer, values["voute_request_id"])
            return await self._body(shown, DocumentId(bytes.fromhex(named[1])), asker)
        return None

    async def _let_in(self, values: dict[str, Any]) -> _Shown | None:
        """Count a plain request; None if it is none. One too many is counted again on the long way, which refuses it."""
        shown, client = _shown(values["headers"]), values["voute_client"]
        if shown is None:
            return None
        if not self._limiter.spend(_LIMIT, client):
            await sync_to_thread(self._limiter.check, _LIMIT, client)
        values[COUNTED] = True
        return shown

    async def _list(self, token: bytes, after: int, limit: int) -> Answer | None:
        page = await quick(self._settings, self._lists.read, token, after, limit)
        return None if page is None else Answer(200, [(b"content-type", b"application/json")], page)

    async def _body(self, shown: _Shown, document: DocumentId, asker: Asker) -> Answer | None:
        wanted = wanted_range(None if shown.wanted is None else shown.wanted.decode("latin-1"))
        found = await quick(self._settings, self._find, shown.token, document, wanted, asker)
        if found is None or isinstance(found, Answer):
            return found
        place, data = found
        if data is None:
            data = await sync_to_thread(self._read, place)
        status, headers = head_of(place)
        return _answer(status, headers, SEALED, data)

    def _find(self, token: bytes, document: DocumentId, wanted: rules.Wanted, asker: Asker) -> Answer | _Found | None:
        """Find a body, and read it where nobody waits for that: what is in memory, or all of it when this is a thread already.

        Where another server hands it out, what leads there is the answer.
        """
        place = rules.find_body_by_token(self._city, token, document, wanted)
        if place is None:
            return None
        if (lead := lead_to(self._city, self._settings, place, asker)) is not None:
            return _answer(200, lead.headers, lead.media_type, lead.content)
        if place.length > WHOLE_AT_ONCE:
            return None
        data = self._city.blobs.at_hand(place.pack, place.offset, place.length)
        if data is None and not self._settings.is_catalogue_local:
            data = self._read(place)
        return place, data

    def _read(self, place: rules.BodyPlace) -> bytes:
        return b"".join(rules.read_place(self._city, place))


def _answer(status: int, headers: Mapping[str, str], media_type: str, body: bytes | bytearray) -> Answer:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Answer(status, [*raw, (b"content-type", media_type.encode())], body)


def write_page(rows: Sequence[ListedDocument], limit: int) -> bytes:
    """Write a page of at most `limit` documents as the framework does."""
    return json.encode(page_reply(rows, limit))


def _shown(headers: Iterable[tuple[bytes, bytes]]) -> _Shown | None:
    """Read the headers of a plain request: one cookie, ours; at most one range, one list of types; no body."""
    seen: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _NOT_PLAIN or name in seen:
            return None
        if name in _READ:
            seen[name] = value
    token, wanted = _TOKEN.fullmatch(seen.get(b"cookie", b"")), seen.get(b"range")
    if token is None or len(wanted or b"") > MAX_RANGE:
        return None
    return _Shown(bytes.fromhex(token[1].decode()), wanted, seen.get(b"accept", b""))
