"""The witness's three routes: `POST /add-checkpoint`, `GET /HASH/checkpoint`, `GET /health` (C2SP tlog-witness).

Nobody signs in: what counts is the log's signature on the checkpoint. A status is what the specification says; the body of an
error is one line for whoever runs the log.
"""

from hashlib import sha256
from typing import Any, Final

import structlog
from litestar import Litestar, Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.params import FromPath, SkipValidation

from voute.core.errors import VouteError
from voute.core.ports_log import WitnessConflictError
from voute.tlog.witness import MAX_REQUEST, AddCheckpoint, WitnessCore, WitnessForkError, http_status

SIZE_TYPE: Final = "text/x.tlog.size"
_TEXT: Final = "text/plain; charset=utf-8"
_NOT_FOUND: Final = 404
_SERVER_FAULT: Final = 500

_log = structlog.get_logger("voute.witness")

TheWitness = NamedDependency[SkipValidation[WitnessCore]]
AnyRequest = Request[Any, Any, Any]


def cosign(witness: WitnessCore, body: bytes) -> bytes:
    """Answer one request with this witness's signature lines; what it refuses is logged, a fork with its proof."""
    request = AddCheckpoint.parse(body)
    try:
        lines = witness.add_checkpoint(request.old_size, request.proof, request.checkpoint)
    except WitnessForkError as error:
        _log.error("fork", code=error.code, signed=request.checkpoint.decode("utf-8", "replace"))
        raise
    except VouteError as error:
        if not isinstance(error, WitnessConflictError):
            _log.warning("refused", code=error.code, detail=error.detail)
        raise
    _log.info("cosigned", old=request.old_size)
    return lines


@post("/add-checkpoint", status_code=200)
async def add_checkpoint(request: AnyRequest, witness: TheWitness) -> Response[bytes]:
    """Cosign a checkpoint that extends all that was cosigned before."""
    body = await request.body()
    return Response(await sync_to_thread(cosign, witness, body), media_type=_TEXT)


@get("/{origin_hash:str}/checkpoint", sync_to_thread=True)
def read_checkpoint(witness: TheWitness, origin_hash: FromPath[str]) -> Response[bytes]:
    """Show monitors the checkpoint cosigned last for a log, by the SHA-256 of its origin."""
    for origin in witness.origins:
        if sha256(origin.encode()).hexdigest() == origin_hash and (found := witness.checkpoint(origin)) is not None:
            return Response(found, media_type=_TEXT, headers={"cache-control": "no-store"})
    return Response(b"nothing cosigned\n", status_code=_NOT_FOUND, media_type=_TEXT)


@get("/health", sync_to_thread=False)
def read_health(witness: TheWitness) -> Response[str]:
    """Say that the witness answers, and under which key: for its operator, not to be believed by others."""
    return Response(witness.public.encode() + "\n", media_type=_TEXT)


def _on_error(_: AnyRequest, error: Exception) -> Response[str]:
    if isinstance(error, WitnessConflictError):
        # As a header, or Litestar adds a character set to what must be this type exactly.
        headers = {"content-type": SIZE_TYPE}
        return Response(f"{error.size}\n", status_code=http_status(error), headers=headers, media_type=_TEXT)
    if isinstance(error, HTTPException):
        return Response(f"{error.status_code}\n", status_code=error.status_code, media_type=_TEXT)
    status = http_status(error)
    if status == _SERVER_FAULT:
        _log.error("failed", code=error.code if isinstance(error, VouteError) else type(error).__name__)
        return Response("the witness failed\n", status_code=status, media_type=_TEXT)
    detail = error.detail if isinstance(error, VouteError) else ""
    return Response(f"{detail}\n", status_code=status, media_type=_TEXT)


ROUTES: Final = (add_checkpoint, read_checkpoint, read_health)
"""All of them public: nobody signs in at a witness."""


def create_application(witness: WitnessCore) -> Litestar:
    """Make the ASGI application of a witness."""
    return Litestar(
        route_handlers=list(ROUTES),
        dependencies={"witness": Provide(lambda: witness, sync_to_thread=False)},
        exception_handlers={Exception: _on_error, HTTPException: _on_error},
        # One byte more than a request may have, so that the witness's own rule refuses it (400).
        request_max_body_size=MAX_REQUEST + 1,
        openapi_config=None,
        logging_config=None,
    )
