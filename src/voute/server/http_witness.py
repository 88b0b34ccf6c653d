"""A witness behind HTTP (C2SP tlog-witness): the driver of the port `Witness`, with a time limit of its own."""

import time
from collections.abc import Sequence
from hashlib import sha256
from typing import ClassVar, Final

import httpx

from voute.core.errors import FormatError, LimitError, StoreError, VouteError
from voute.core.ports_log import WitnessConflictError
from voute.outside.http import certificate_problem, open_http
from voute.outside.whole import read_whole
from voute.tlog.checkpoint import parse_decimal
from voute.tlog.witness import AddCheckpoint

TIME_LIMIT: Final = 3.0
"""Seconds for one call, connecting included: a witness answers in milliseconds, and the log's writer waits for it."""
MAX_REPLY: Final = 64 * 1024
"""Bytes of a reply: a dozen post-quantum lines."""

# A reply that unpacks to more than it is would pass the limit.
_HEADERS: Final = {"content-type": "text/plain; charset=utf-8", "accept-encoding": "identity"}
_OK: Final = 200
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409


class WitnessRefusedError(VouteError):
    """The witness refused the checkpoint; facts `witness` and `status`."""

    code: ClassVar[str] = "witness-refused"


class WitnessUnreachableError(StoreError):
    """The witness did not answer in time; fact `witness`."""

    code: ClassVar[str] = "witness-unreachable"


class HttpWitness:
    """One witness at an address; may be used by several threads."""

    def __init__(self, name: str, address: str, transport: httpx.BaseTransport | None = None) -> None:
        """Take the key name and the submission prefix, for instance `https://temoin.example`."""
        self._name = name
        self._prefix = address.rstrip("/")
        self._http = open_http(address, timeout=TIME_LIMIT, transport=transport)

    @property
    def name(self) -> str:
        """Key name of the witness."""
        return self._name

    def close(self) -> None:
        """Close its connections, for good."""
        self._http.close()

    def add_checkpoint(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        """Ask for a cosignature (`Witness.add_checkpoint`).

        Raises:
            WitnessConflictError: the witness holds another size.
            WitnessRefusedError: it refused.
            WitnessUnreachableError: no whole answer in time.
        """
        body = AddCheckpoint(old_size, tuple(proof), checkpoint).encode()
        status, reply = self._call("POST", "/add-checkpoint", body)
        if status == _OK:
            return reply
        if status == _CONFLICT:
            try:
                raise WitnessConflictError(parse_decimal(reply.decode("ascii").removesuffix("\n")))
            except (UnicodeDecodeError, FormatError):
                pass
        raise WitnessRefusedError("the witness refused", witness=self._name, status=status)

    def last(self, origin: str) -> bytes | None:
        """Return the checkpoint of a log that it cosigned last, as it gives it to everybody; None: it has cosigned none.

        Raises:
            WitnessRefusedError: it says neither.
            WitnessUnreachableError: no whole answer in time.
        """
        status, reply = self._call("GET", f"/{sha256(origin.encode()).hexdigest()}/checkpoint")
        if status == _OK:
            return reply
        if status == _NOT_FOUND:
            return None
        raise WitnessRefusedError("the witness refused", witness=self._name, status=status)

    def _call(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        end = time.monotonic() + TIME_LIMIT
        try:
            with self._http.stream(method, self._prefix + path, content=body, headers=_HEADERS) as reply:
                if "content-encoding" in reply.headers:
                    raise WitnessUnreachableError("an encoded answer", witness=self._name)
                return reply.status_code, read_whole(reply.iter_bytes(), MAX_REPLY, end)
        except LimitError as error:
            raise WitnessUnreachableError(error.detail, witness=self._name) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise WitnessUnreachableError(certificate_problem(error) or type(error).__name__, witness=self._name) from error
