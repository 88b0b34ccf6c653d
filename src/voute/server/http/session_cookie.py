"""The holder's session cookie: bound to this host alone, out of reach of scripts, never sent along from other sites."""

from litestar.datastructures import Cookie

from voute.app.session import HOLDER_LIFE, Opened
from voute.server.http.access import COOKIE

_SECOND = 1_000_000


def session_cookie(opened: Opened) -> Cookie:
    """Make the cookie of a new session."""
    return _cookie(opened.token.hex(), HOLDER_LIFE // _SECOND)


def ended_cookie() -> Cookie:
    """Make the cookie that removes the session's."""
    return _cookie("", 0)


def _cookie(value: str, max_age: int) -> Cookie:
    return Cookie(COOKIE, value=value, max_age=max_age, path="/", secure=True, httponly=True, samesite="strict")
