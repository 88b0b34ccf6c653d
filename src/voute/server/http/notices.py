"""Notices: what the holder set, its code, stopping from the page, and stopping from a mail without signing in."""

import base64
import hashlib
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Annotated, Final

from litestar import Response, delete, get, post, put
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from voute.app import notices as rules
from voute.app.limit import Limit
from voute.core.rows import NoticeRow
from voute.messages import LANGUAGES, Messages, messages
from voute.server.http.access import FROM_ELSEWHERE, HOLDER, public
from voute.server.http.given import TheCity, TheHolder, TheSettings
from voute.server.http.quick import quick
from voute.server.http.wire import MAX_SMALL, Model

_WRITES: Final = {"limit": Limit("notices", 20)}
_CODES: Final = {"limit": Limit("notice-code", 10)}
_STOPS: Final = Limit("notice-stop", 30)
Body = Callable[[Callable[[str], str]], str]
Hour = Annotated[int, Meta(ge=0, le=23)]
Token = Annotated[str, QueryParameter(pattern="^[0-9a-f]{64}$")]
_STYLE: Final = (
    "body{margin:0;padding:8vh 16px;background:#f3f4f3;color:#242d2b;"
    "font:1.125rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    "main{max-width:34em;margin:0 auto}section{margin:0 0 2.5em}h1,h2{font-size:1.4rem;margin:0 0 .6em}"
    "button{font:inherit;min-height:48px;padding:.5em 1.2em;color:#fff;background:#0f5c52;border:2px solid #0f5c52;"
    "border-radius:6px}"
    "button:focus-visible{outline:3px solid #242d2b;outline-offset:3px}"
    "@media(prefers-color-scheme:dark){body{background:#1c2020;color:#ececec}button{color:#000;background:#7ca6a1;"
    "border-color:#7ca6a1}button:focus-visible{outline-color:#ececec}}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class NoticeBody(Model):
    """Where and when to tell; hours of the city's clock, `weekday` 0 is Monday; equal quiet hours are none."""

    address: Annotated[str, Meta(max_length=rules.MAX_ADDRESS)]
    language: Annotated[str, Meta(pattern="^(fr|en)$")]
    pace: Annotated[str, Meta(pattern="^(once|daily|weekly)$")]
    hour: Hour
    weekday: Annotated[int, Meta(ge=0, le=6)]
    quiet_from: Hour
    quiet_until: Hour


class NoticeReply(NoticeBody):
    """The same, and whether it is confirmed, not yet, or refuses our mails."""

    state: str


class NoticesReply(Model):
    """Whether this city sends mails, and what the holder set."""

    available: bool
    notice: NoticeReply | None


class CodeBody(Model):
    """The digits that came by mail."""

    code: Annotated[str, Meta(pattern="^[0-9]{8}$")]


def _reply(row: NoticeRow) -> NoticeReply:
    return NoticeReply(
        address=row.address,
        language=row.language,
        pace=row.pace,
        hour=row.hour,
        weekday=row.weekday,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        state=row.state,
    )


@get("/api/notices", opt=HOLDER)
async def read_notices(city: TheCity, settings: TheSettings, holder: TheHolder) -> NoticesReply:
    """Return what the holder set."""
    row = await quick(settings, rules.read, city, holder)
    return NoticesReply(available=city.notices is not None, notice=None if row is None else _reply(row))


@put("/api/notices", opt=HOLDER | _WRITES, status_code=204, request_max_body_size=MAX_SMALL, sync_to_thread=True)
def put_notices(city: TheCity, holder: TheHolder, data: JSONBody[NoticeBody]) -> None:
    """Set address and times; another address gets one mail, with a code."""
    wish = rules.Wish(data.address, data.language, data.pace, data.hour, data.weekday, data.quiet_from, data.quiet_until)
    rules.wish_for(city, holder, wish)


@post("/api/notices/confirm", opt=HOLDER | _CODES, status_code=204, request_max_body_size=MAX_SMALL, sync_to_thread=True)
def confirm_notices(city: TheCity, holder: TheHolder, data: JSONBody[CodeBody]) -> None:
    """Confirm the address by the code that went to it."""
    rules.confirm(city, holder, data.code)


@delete("/api/notices", opt=HOLDER, sync_to_thread=True)
def stop_notices(city: TheCity, holder: TheHolder) -> None:
    """Forget the address."""
    rules.stop(city, holder)


@get("/avis/stop", opt=public(_STOPS), include_in_schema=False, sync_to_thread=False)
def stop_page(t: Token) -> Response[bytes]:
    """Show one button: a program that follows links stops nothing."""
    form = f'<form method="post" action="/avis/stop?t={t}">'
    return _page(lambda text: f"<p>{text('notice-stop-ask')}</p>{form}<button>{text('notice-stop-button')}</button></form>")


@post(
    "/avis/stop",
    opt=public(_STOPS) | FROM_ELSEWHERE,
    status_code=200,
    include_in_schema=False,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def stop_by_link(city: TheCity, t: Token) -> Response[bytes]:
    """Forget the address that the token belongs to (RFC 8058); every token has the same answer."""
    rules.stop_by_token(city, bytes.fromhex(t))
    return _page(lambda text: f"<p>{text('notice-stop-done')}</p>")


def _escaped(words: Messages, key: str) -> str:
    return escape(words.text(key))


def _page(body: Body) -> Response[bytes]:
    """Write the page in both languages: who follows the link has told us none."""
    sections = []
    for number, language in enumerate(LANGUAGES):
        words = messages(language)

        text = partial(_escaped, words)
        level = "h2" if number else "h1"
        sections.append(f'<section lang="{language}"><{level}>{text("notice-stop-title")}</{level}>{body(text)}</section>')
    title = escape(messages(LANGUAGES[0]).text("notice-stop-title"))
    page = (
        f'<!doctype html><html lang="{LANGUAGES[0]}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<style>{_STYLE}</style></head><body><main>{''.join(sections)}</main></body></html>"
    )
    headers = {"content-security-policy": _POLICY}
    return Response(page.encode(), media_type="text/html; charset=utf-8", headers=headers)
