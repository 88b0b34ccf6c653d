"""Errors as RFC 9457 problem details: one table from error codes to statuses; nothing of an error's text goes out."""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ImproperlyConfiguredException, InternalServerException

from voute.app import errors
from voute.app.methods import MethodRefusedError
from voute.core.errors import FormatError, LimitError, StateError, StoreError, VerificationError, VouteError
from voute.core.ports_store import BlobHashError
from voute.server.http.wire import Model
from voute.server.logs import frames_of

MEDIA_TYPE: Final = "application/problem+json"

# The nearest class in an error's ancestry decides.
STATUSES: Final[Mapping[type[VouteError], int]] = {
    VouteError: 500,
    StoreError: 503,
    FormatError: 400,
    LimitError: 413,
    StateError: 409,
    VerificationError: 422,
    errors.ClaimUnknownError: 404,
    errors.ClaimRevokedError: 410,
    errors.ClaimFrozenError: 410,
    errors.SignInFailedError: 401,
    errors.NotSignedInError: 401,
    errors.WrongOriginError: 403,
    errors.TooManyError: 429,
    errors.DocumentUnknownError: 404,
    errors.DocumentDeletedError: 410,
    errors.NotYetLoggedError: 425,
    errors.DeliveryUnknownError: 404,
    errors.RangeRefusedError: 416,
    errors.LogAheadError: 503,
    MethodRefusedError: 422,
    BlobHashError: 422,
}

# What the framework itself refuses.
_FRAMEWORK: Final[Mapping[int, str]] = {
    400: "request-invalid",
    404: "not-found",
    405: "method-not-allowed",
    413: "limit",
    415: "request-invalid",
}

GONE: Final = "client disconnected prematurely"
"""What Litestar says when a body ends early: nobody hears the answer, and it is no fault of ours."""

_log = structlog.get_logger("voute.http")


class Problem(Model):
    """RFC 9457 problem details; `code` names the words in the message files, `instance` is the request's id."""

    type: str
    code: str
    title: str
    status: int
    instance: str
    facts: dict[str, str | int]


def status_of(error: VouteError) -> int:
    """Return the HTTP status of an error."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def _reply(
    request: Request[Any, Any, Any],
    code: str,
    status: int,
    facts: Mapping[str, str | int],
    headers: Mapping[str, str] | None = None,
) -> Response[Problem]:
    problem = Problem(
        type=f"urn:voute:problem:{code}",
        code=code,
        title=code.replace("-", " "),
        status=status,
        instance=str(request.scope.get("voute_request_id", "")),
        facts=dict(facts),
    )
    return Response(problem, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def on_voute_error(request: Request[Any, Any, Any], error: VouteError) -> Response[Problem]:
    """Answer one of our own errors."""
    status = status_of(error)
    code = "request-invalid" if type(error) is FormatError else error.code
    headers: dict[str, str] = {}
    if isinstance(error, errors.TooManyError):
        headers["retry-after"] = str(error.seconds)
    if isinstance(error, errors.RangeRefusedError):
        headers["content-range"] = f"bytes */{error.facts['size']}"
    if status >= 500:  # noqa: PLR2004 - the line between the caller's errors and ours
        _log.error("failed", code=error.code, detail=error.detail, at=frames_of(error))
    return _reply(request, code, status, error.facts, headers)


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Answer what the framework refuses, without repeating what came."""
    status = error.status_code
    if isinstance(error, InternalServerException) and error.detail == GONE:
        return _reply(request, "request-invalid", 400, {})
    if isinstance(error, ImproperlyConfiguredException) or status not in _FRAMEWORK:
        return on_error(request, error)
    allowed = {key: value for key, value in (error.headers or {}).items() if key.lower() == "allow"}
    return _reply(request, _FRAMEWORK[status], status, {}, allowed)


def on_error(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer what nobody expected; the log gets its kind and place, never its text."""
    _log.error("failed", code="internal", kind=type(error).__name__, at=frames_of(error))
    return _reply(request, "internal", 500, {})
