"""Who hands a sealed body to its holder: this server, the nginx in front of it, or the S3 server (docs/operate/direct-reads.md).

Whatever the way, a holder gets the bytes of their own range and no others: packs hold other people's bodies beside it.
"""

from typing import Any, Final

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


def answer_body(city: City, settings: Settings, place: BodyPlace, request: Request[Any, Any, Any]) -> Response[bytes] | Stream:
    """Answer with the bytes, or with what leads to them.

    A link is for whoever accepts one; a file's name is for the city's own proxy alone. Everybody else gets the bytes.
    """
    if city.signer is not None and SIGNED in (one.strip() for one in request.headers.get("accept", "").split(",")):
        link = city.signer.sign(place.pack, place.offset, place.length, city.now())
        reply = SignedBodyReply(url=link.url, range=link.range, expires_at=time_text(link.expires_at))
        return Response(msgspec.json.encode(reply), media_type=SIGNED)
    peer = request.client.host if request.client else ""
    if settings.direct_reads == X_ACCEL_REDIRECT and is_trusted(peer, settings.trusted_proxies):
        return Response(b"", media_type=SEALED, headers={"x-accel-redirect": _internal(place, request)})
    return _served(city, place)


def _internal(place: BodyPlace, request: Request[Any, Any, Any]) -> str:
    """Name the file, the bytes that nginx is to read of it, what they are of the body, the request: nothing needs encoding."""
    name = place.pack.hex()
    pack = f"{place.offset}-{place.offset + place.length - 1}"
    return f"{INTERNAL}/{name[:2]}/{name}.pack?pack={pack}&body={_part(place)}&id={request.scope['voute_request_id']}"  # type: ignore[typeddict-item] # the frame's


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
