"""A pack's bytes and its draft come in."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response, put
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath

from voute.app.delivery_draft import MAX_DRAFT, keep_draft
from voute.app.delivery_pack import Incoming, begin_pack, keep_pack
from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, Hash, hash_of, parse_hex
from voute.core.ports_store import BlobHashError, BlobWriter
from voute.format.pack import MAX_PACK
from voute.server.http.access import ISSUER, RAW_BODY, also
from voute.server.http.deliveries import delivery_of
from voute.server.http.given import TheCity, TheIssuer
from voute.server.http.to_the_end import to_the_end
from voute.server.http.wire import Hex32, Model

PIECE: Final = 1024 * 1024
"""Bytes that are gathered before a thread hashes and writes them, chunk by chunk: the memory that one upload takes, twice."""
# One byte more than a pack may have, so that the rule about packs is what refuses it, by name.
_BODY_LIMIT: Final = MAX_PACK + 1

AnyRequest = Request[Any, Any, Any]


class PackReply(Model):
    """A stored pack."""

    pack: Hex32
    size: int


class DraftReply(Model):
    """How many documents of a pack are drafted."""

    documents: int


def _pack(text: str) -> Hash:
    try:
        return hash_of(parse_hex(text, HASH_SIZE))
    except FormatError:
        raise BlobHashError("the name is no hash") from None


@put(
    "/api/deliveries/{delivery:str}/packs/{pack:str}",
    opt=ISSUER | RAW_BODY | also(200, like=201),
    status_code=201,
    request_max_body_size=_BODY_LIMIT,
)
async def put_pack(
    request: AnyRequest, city: TheCity, caller: TheIssuer, delivery: FromPath[str], pack: FromPath[str]
) -> Response[PackReply]:
    """Store a pack, streamed and hashed on the way; the answer comes when it is durable."""
    name, owner = _pack(pack), delivery_of(delivery)
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise FormatError("a pack comes with its content-length")
    incoming: Incoming = await sync_to_thread(begin_pack, city, caller, owner, name, int(length))
    if incoming.writer is None:
        async for _ in request.stream():
            pass
        return Response(PackReply(pack=pack, size=incoming.stored or 0), status_code=200)
    with incoming.writer as writer:
        await _copy(request, writer)
        size = await to_the_end(sync_to_thread(writer.finish))
    await sync_to_thread(keep_pack, city, caller, owner, name, size)
    return Response(PackReply(pack=pack, size=size), status_code=201)


async def _copy(request: AnyRequest, writer: BlobWriter) -> None:
    """Hand the body to the writer in large pieces; the next one is gathered while a thread hashes and writes the last."""
    pieces: list[bytes] = []
    gathered = 0
    writing: asyncio.Future[None] | None = None
    try:
        async for chunk in request.stream():
            pieces.append(chunk)
            gathered += len(chunk)
            if gathered >= PIECE:
                if writing is not None:
                    await writing
                writing = asyncio.ensure_future(to_the_end(sync_to_thread(_write, writer, pieces)))
                pieces, gathered = [], 0
    finally:
        if writing is not None:
            await writing
    if pieces:
        await to_the_end(sync_to_thread(_write, writer, pieces))


def _write(writer: BlobWriter, pieces: Sequence[bytes]) -> None:
    # Joining them first would copy every delivery once more, into memory that the system has to clear.
    for piece in pieces:
        writer.write(piece)


@put(
    "/api/deliveries/{delivery:str}/packs/{pack:str}/draft",
    opt=ISSUER | RAW_BODY | also(200, like=201),
    status_code=201,
    request_max_body_size=MAX_DRAFT,
)
async def put_draft(
    request: AnyRequest, city: TheCity, caller: TheIssuer, delivery: FromPath[str], pack: FromPath[str]
) -> Response[DraftReply]:
    """Keep what stands beside a pack."""
    raw = await request.body()
    documents, is_new = await sync_to_thread(keep_draft, city, caller, delivery_of(delivery), _pack(pack), raw)
    return Response(DraftReply(documents=documents), status_code=201 if is_new else 200)
