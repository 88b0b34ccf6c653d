"""Deliveries of an issuer: open, commit, cancel, state, receipts, what is known."""

from typing import Annotated, Final, Literal

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from msgspec import Meta

from voute.app import delivery as rules
from voute.app.delivery_receipts import stream_receipts
from voute.app.directory_match import MAX_MATCH
from voute.app.errors import DeliveryUnknownError
from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, ID_SIZE, DeliveryId, delivery_id, hash_of, parse_hex
from voute.core.rows import DeliveryRow, DeliveryState, PackRow
from voute.core.values import text_of
from voute.server.http.access import ISSUER, also
from voute.server.http.directory import MAX_IDS_BODY
from voute.server.http.given import TheCity, TheIssuer
from voute.server.http.wire import MAX_SMALL, Hex16, Hex32, Model, Time, time_or_none

MAX_RUN: Final = 100
MAX_PACKS: Final = 10_000
"""Packs of one delivery: 640 GB."""

State = Literal["draft", "committed", "visible"]


class OpenBody(Model):
    """A delivery's id, drawn by the client, and the issuer's name of the run."""

    delivery_id: Hex16
    run: Annotated[str, Meta(min_length=1, max_length=MAX_RUN)]


class OpenReply(Model):
    """The delivery and its state."""

    delivery_id: Hex16
    state: State


class CommitBody(Model):
    """What is to be committed: it must equal what was drafted."""

    documents: Annotated[int, Meta(ge=1)]
    packs: Annotated[list[Hex32], Meta(min_length=1, max_length=MAX_PACKS)]


class CommitReply(Model):
    """The delivery counts, since when."""

    state: State
    committed_at: Time | None


class DeliveryReply(Model):
    """A delivery as the city knows it."""

    delivery_id: Hex16
    run: str
    state: State
    documents: int
    packs: list[Hex32]
    bytes: int
    committed_at: Time | None
    visible_at: Time | None


class KnownBody(Model):
    """Which dedupe ids."""

    dedupe_ids: Annotated[list[Hex32], Meta(max_length=MAX_MATCH)]


class KnownEntry(Model):
    """The document that a dedupe id stands for."""

    dedupe_id: Hex32
    content_id: Hex32
    document_id: Hex16
    delivery_id: Hex16
    run: str


class KnownReply(Model):
    """Those that were delivered before."""

    known: list[KnownEntry]


def delivery_of(text: str) -> DeliveryId:
    """Read a delivery id from a path; what is none is an unknown one."""
    try:
        return delivery_id(parse_hex(text, ID_SIZE))
    except FormatError:
        raise DeliveryUnknownError from None


def _state(text: str) -> State:
    if text == DeliveryState.DRAFT:
        return "draft"
    return "committed" if text == DeliveryState.COMMITTED else "visible"


def _reply(row: DeliveryRow, packs: tuple[PackRow, ...]) -> DeliveryReply:
    return DeliveryReply(
        delivery_id=row.delivery_id.hex(),
        run=row.run,
        state=_state(row.state),
        documents=sum(pack.documents for pack in packs),
        packs=[pack.pack_hash.hex() for pack in packs],
        bytes=sum(pack.size for pack in packs),
        committed_at=time_or_none(row.committed_at),
        visible_at=time_or_none(row.visible_at),
    )


@post("/api/deliveries/known", opt=ISSUER, status_code=200, request_max_body_size=MAX_IDS_BODY, sync_to_thread=True)
def read_known(city: TheCity, caller: TheIssuer, data: JSONBody[KnownBody]) -> KnownReply:
    """Say which documents were delivered before."""
    rows = rules.known_documents(city, caller, [hash_of(parse_hex(one, HASH_SIZE)) for one in data.dedupe_ids])
    return KnownReply(
        known=[
            KnownEntry(
                dedupe_id=row.dedupe_id.hex(),
                content_id=row.content_id.hex(),
                document_id=row.document_id.hex(),
                delivery_id=row.delivery_id.hex(),
                run=row.run,
            )
            for row in rows
        ]
    )


@post(
    "/api/deliveries",
    opt=ISSUER | also(200, like=201),
    status_code=201,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def open_delivery(city: TheCity, caller: TheIssuer, data: JSONBody[OpenBody]) -> Response[OpenReply]:
    """Open a draft."""
    wanted = delivery_id(parse_hex(data.delivery_id, ID_SIZE))
    row, is_new = rules.open_delivery(city, caller, wanted, text_of(data.run, MAX_RUN))
    reply = OpenReply(delivery_id=row.delivery_id.hex(), state=_state(row.state))
    return Response(reply, status_code=201 if is_new else 200)


@post(
    "/api/deliveries/{delivery:str}/commit", opt=ISSUER, status_code=200, request_max_body_size=MAX_IDS_BODY, sync_to_thread=True
)
def commit_delivery(city: TheCity, caller: TheIssuer, delivery: FromPath[str], data: JSONBody[CommitBody]) -> CommitReply:
    """Make a delivery count."""
    packs = [hash_of(parse_hex(one, HASH_SIZE)) for one in data.packs]
    row = rules.commit(city, caller, delivery_of(delivery), data.documents, packs)
    # What a repeated call hears is what the first one heard.
    return CommitReply(state="committed", committed_at=time_or_none(row.committed_at))


@delete("/api/deliveries/{delivery:str}", opt=ISSUER, sync_to_thread=True)
def cancel_delivery(city: TheCity, caller: TheIssuer, delivery: FromPath[str]) -> None:
    """Cancel a draft."""
    rules.cancel(city, caller, delivery_of(delivery))


@get("/api/deliveries/{delivery:str}", opt=ISSUER, sync_to_thread=True)
def read_delivery(city: TheCity, caller: TheIssuer, delivery: FromPath[str]) -> DeliveryReply:
    """Return a delivery's state."""
    return _reply(*rules.read_delivery(city, caller, delivery_of(delivery)))


@get("/api/deliveries/{delivery:str}/receipts", opt=ISSUER, media_type="application/x-ndjson", sync_to_thread=True)
def read_receipts(city: TheCity, caller: TheIssuer, delivery: FromPath[str]) -> Stream:
    """Stream the receipts of a visible delivery, one JSON object a line."""
    return Stream(stream_receipts(city, caller, delivery_of(delivery)), media_type="application/x-ndjson")
