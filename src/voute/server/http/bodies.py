"""Who hands a sealed body to its holder: this server, the nginx in front of it, or the S3 server (docs/operate/direct-reads.md).

Whatever the way, a holder gets the bytes of their own range and no others: packs hold other people's bodies beside it.
"""

from typing import Any, Final, NamedTuple

import msgspec
from litestar import Request, Response
from litestar.response import Stream

from voute.app.city import City
from voute.app.documents import BodyPlace, read_place
from voute.core.values import time_text
from voute.server.http.client_address import is_trusted
from voute.server.http.wire import Model, Time
from voute.server.settings import SIGNED_URL, X_ACCEL_REDIRECT, Settings

SEALED: Final = "application/octet-stream"
SIGNED: Final = "application/vnd.voute.signed-url+json"
"""Who accepts this type is told where a body is to be read, where the city's settings say so."""
WHOLE_AT_ONCE: Final = 1024 * 1024
"""Ranges up to this many bytes go out as one piece: one step for the event loop instead of many."""
INTERNAL: Final = "/_packs"
"""A location of nginx that only an answer of ours leads to (deploy/nginx/voute.conf)."""


class SignedBodyReply(Model):
    """A link to a body, or to the wanted range of it, at another server; `range` must be sent with it as that header."""

    url: str
    range: str
    expires_at: Time


def packs_address(settings: Settings) -> str:
    """Return the folder of the S3 server that a page may read bodies from; empty: none."""
    if settings.direct_reads != SIGNED_URL:
        return ""
    return f"{settings.public_s3_address}/{settings.blobs.removeprefix('s3://')}/packs/"


class Asker(NamedTuple):
    """What of a request says who may be led to the bytes: the types that it accepts, its peer; and its id."""

    accepted: str
    peer: str
    request_id: str


class Lead(NamedTuple):
    """What leads to a body, in the place of it."""

    media_type: str
    headers: dict[str, str]
    content: bytes


def lead_to(city: City, settings: Settings, place: BodyPlace, asker: Asker) -> Lead | None:
    """Return what leads to the bytes, for those who follow it; None: hand out the bytes themselves.

    A link is for whoever accepts one; a file's name is for the city's own proxy alone. Everybody else gets the bytes.
    """
    if city.signer is not None and SIGNED in (one.strip() for one in asker.accepted.split(",")):
        link = city.signer.sign(place.pack, place.offset, place.length, city.now())
        reply = SignedBodyReply(url=link.url, range=link.range, expires_at=time_text(link.expires_at))
        return Lead(SIGNED, {}, msgspec.json.encode(reply))
    if settings.direct_reads == X_ACCEL_REDIRECT and is_trusted(asker.peer, settings.trusted_proxies):
        return Lead(SEALED, {"x-accel-redirect": _internal(place, asker.request_id)}, b"")
    return None


def answer_body(city: City, settings: Settings, place: BodyPlace, request: Request[Any, Any, Any]) -> Response[bytes] | Stream:
    """Answer with the bytes, or with what leads to them."""
    peer = request.client.host if request.client else ""
    name = request.scope["voute_request_id"]  # type: ignore[typeddict-item] # the frame's
    lead = lead_to(city, settings, place, Asker(request.headers.get("accept", ""), peer, name))
    if lead is not None:
        return Response(lead.content, media_type=lead.media_type, headers=lead.headers)
    return _served(city, place)


def _internal(place: BodyPlace, request_id: str) -> str:
    """Name the file, the bytes that nginx is to read of it, what they are of the body, the request: nothing needs encoding."""
    name = place.pack.hex()
    pack = f"{place.offset}-{place.offset + place.length - 1}"
    return f"{INTERNAL}/{name[:2]}/{name}.pack?pack={pack}&body={_part(place)}&id={request_id}"


def _part(place: BodyPlace) -> str:
    return f"{place.start}-{place.start + place.length - 1}/{place.size}"


def head_of(place: BodyPlace) -> tuple[int, dict[str, str]]:
    """Return the status of a body or a range of it, and the headers that say which."""
    if place.length == place.size:
        return 200, {"accept-ranges": "bytes"}
    return 206, {"accept-ranges": "bytes", "content-range": f"bytes {_part(place)}"}


def _served(city: City, place: BodyPlace) -> Response[bytes] | Stream:
    status, headers = head_of(place)
    chunks = read_place(city, place)
    if place.length <= WHOLE_AT_ONCE:
        return Response(b"".join(chunks), status_code=status, headers=headers, media_type=SEALED)
    headers["content-length"] = str(place.length)
    return Stream(chunks, status_code=status, headers=headers, media_type=SEALED)
