"""A holder's choices between paper and none: all of them, and the next one."""

from litestar import get, post
from litestar.params import JSONBody

from voute.app.consent import Choice, choose, read_choices
from voute.server.http.access import HOLDER
from voute.server.http.given import TheCity, TheHolder
from voute.server.http.receipts import ReceiptReply, receipt_reply
from voute.server.http.wire import MAX_SMALL, ActBody, Base64, Model, SlugText, Time, time_of


class ConsentReply(Model):
    """The newest choice for one document type: its signed act, and the parts of its receipt once it is in the log."""

    issuer: SlugText
    document_type: SlugText
    number: int
    paperless: bool
    chosen_at: Time
    act: Base64
    receipt: ReceiptReply | None


class ConsentsReply(Model):
    """The newest choice for each document type for which there is one; paper goes for all others."""

    consents: list[ConsentReply]


def _reply(choice: Choice) -> ConsentReply:
    row = choice.row
    return ConsentReply(
        issuer=row.issuer,
        document_type=row.document_type,
        number=row.number,
        paperless=bool(row.paperless),
        chosen_at=time_of(row.chosen_at),
        act=choice.act,
        receipt=None if choice.receipt is None else receipt_reply(choice.receipt),
    )


@get("/api/consents", opt=HOLDER, sync_to_thread=True)
def list_consents(city: TheCity, holder: TheHolder) -> ConsentsReply:
    """Return the holder's choices."""
    return ConsentsReply(consents=[_reply(one) for one in read_choices(city, holder)])


@post("/api/consents", opt=HOLDER, status_code=204, request_max_body_size=MAX_SMALL, sync_to_thread=True)
def note_consent(city: TheCity, holder: TheHolder, data: JSONBody[ActBody]) -> None:
    """Keep a choice by the holder's signed act."""
    choose(city, holder, data.act)
