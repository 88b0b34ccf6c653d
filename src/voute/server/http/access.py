"""Who may call a route: declared on every handler, enforced before its body is read; an undeclared route answers nobody."""

from enum import StrEnum
from typing import Any, Final, cast

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import BaseRouteHandler
from litestar.types import Scope

from voute.app import session
from voute.app.city import City
from voute.app.errors import NotSignedInError, TooManyError, WrongOriginError
from voute.app.limit import Limit, Limiter
from voute.app.ports import Holder
from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, Slug, parse_hex, sized
from voute.format.fields import from_base64
from voute.server.http.given import TheSettings
from voute.server.http.quick import quick
from voute.server.observe.signals import SILENT, Signals
from voute.server.settings import Settings

COOKIE: Final = "__Host-voute"
COUNTED: Final = "voute_counted"
"""Stands in a scope when the request was counted on its way here (`short_way.py`)."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER: Final = "Bearer "
# The word, a space, 32 bytes in base64.
MAX_AUTHORIZATION: Final = 51

Connection = ASGIConnection[Any, Any, Any, Any]


def _marks(connection: Connection) -> dict[str, Any]:
    """Return the scope as the plain dictionary that it is: the frame and the guard leave their findings in it."""
    return cast("dict[str, Any]", connection.scope)


class Access(StrEnum):
    """Everybody (rate limited), the holder of a session cookie, an issuer with a bearer token."""

    PUBLIC = "public"
    HOLDER = "holder"
    ISSUER = "issuer"


def public(limit: Limit) -> dict[str, Any]:
    """Declare a public route and its limit: the value of a handler's `opt`."""
    return {"access": Access.PUBLIC, "limit": limit}


def also(*statuses: int, like: int) -> dict[str, Any]:
    """Declare, for the OpenAPI document, that a handler also answers with these statuses as with another."""
    return {"also": {str(status): str(like) for status in statuses}}


def instead(media_type: str, model: type[Any]) -> dict[str, Any]:
    """Declare, for the OpenAPI document, what a handler answers to who accepts this type."""
    return {"instead": {media_type: model}}


FROM_ELSEWHERE: Final[dict[str, Any]] = {"from_elsewhere": True}
"""Declares a change that a mail program or a form without script may ask for: its token is what counts, no cookie is read."""

RAW_BODY: Final[dict[str, Any]] = {"raw_body": True}
"""Declares, for the OpenAPI document, that a handler takes bytes."""


HOLDER: Final[dict[str, Any]] = {"access": Access.HOLDER, "limit": Limit("holder", 3_000, step=100)}
ISSUER: Final[dict[str, Any]] = {"access": Access.ISSUER, "limit": Limit("issuer", 12_000, step=200)}


class Guard:
    """Enforces origin, rate limit and session of every route, in this order, before anything else of a request counts."""

    def __init__(self, city: City, limiter: Limiter, settings: Settings, signals: Signals = SILENT) -> None:
        """Take the city, its limiter, the settings, which say where short reads run, and who hears of refusals."""
        self._city = city
        self._limiter = limiter
        self._settings = settings
        self._signals = signals

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Check one request; a handler that declares no access (Litestar's own, for OPTIONS) answers nobody."""
        access, limit = handler.opt.get("access"), handler.opt.get("limit")
        if access is None or limit is None:
            raise MethodNotAllowedException
        marks = _marks(connection)
        if marks["method"] not in _SAFE and access is not Access.ISSUER and not handler.opt.get("from_elsewhere"):
            self._check_origin(connection)
        client = str(marks["voute_client"])
        if not marks.get(COUNTED) and not self._limiter.spend(limit, client):
            await self._count(limit, client)
        if access is Access.HOLDER:
            await self._let_holder_in(marks, _cookie_token(connection.cookies.get(COOKIE, "")))
        elif access is Access.ISSUER:
            token = _bearer_token(connection.headers.get("authorization", ""))
            now = self._city.now()
            marks["voute_issuer"] = await quick(self._settings, session.issuer_of, self._city.catalogue, token, now)

    async def _count(self, limit: Limit, client: str) -> None:
        try:
            await sync_to_thread(self._limiter.check, limit, client)
        except TooManyError:
            self._signals.refused(limit.name)
            raise

    async def _let_holder_in(self, marks: dict[str, Any], token: bytes) -> None:
        catalogue, now = self._city.catalogue, self._city.now()
        holder, is_due = await quick(self._settings, session.holder_of, catalogue, token, now)
        if is_due:
            await sync_to_thread(session.touch, catalogue, holder, now)
        marks["voute_holder"] = holder

    def _check_origin(self, connection: Connection) -> None:
        origin = connection.headers.get("origin")
        if connection.headers.get("x-voute") != "1" or origin not in {None, self._city.trust().root.origin}:
            raise WrongOriginError


def _cookie_token(text: str) -> bytes:
    try:
        return parse_hex(text, HASH_SIZE)
    except FormatError:
        raise NotSignedInError from None


def shown_token(connection: Connection) -> bytes | None:
    """Return the token of the session that a browser shows on a public route; None if it shows none that could be one."""
    try:
        return _cookie_token(connection.cookies.get(COOKIE, ""))
    except NotSignedInError:
        return None


def _bearer_token(text: str) -> bytes:
    if not text.startswith(_BEARER) or len(text) > MAX_AUTHORIZATION:
        raise NotSignedInError
    try:
        return sized(from_base64(text.removeprefix(_BEARER)), HASH_SIZE)
    except FormatError:
        raise NotSignedInError from None


async def provide_holder(scope: Scope, settings: TheSettings) -> Holder:
    """Hand the signed-in holder to a handler; `settings` only puts it after them (`application.py`)."""
    del settings
    holder: Holder = cast("dict[str, Any]", scope)["voute_holder"]
    return holder


async def provide_issuer(scope: Scope, settings: TheSettings) -> Slug:
    """Hand the signed-in issuer to a handler; `settings` only puts it after them (`application.py`)."""
    del settings
    issuer: Slug = cast("dict[str, Any]", scope)["voute_issuer"]
    return issuer
