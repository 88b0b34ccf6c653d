"""How a monitor reads a city: as a browser does, whole replies of a bounded size, nothing kept between calls."""

from types import TracebackType
from typing import ClassVar, Final, Self

import httpx

from voute.client.answers import at_a_pace
from voute.client.api import CityUnreachableError, unanswered
from voute.core.errors import VouteError
from voute.core.ports_log import TileMissingError
from voute.outside.http import open_http

MAX_REPLY: Final = 32 * 1024 * 1024
"""Bytes of a reply, unpacked: a bundle of 256 entries of the largest size has half of it."""
HEAD_S: Final = 30.0
"""Seconds until the whole head of a reply is there, and for each pause after it: public addresses are answered from a disk."""
_TIMEOUT: Final = httpx.Timeout(HEAD_S, connect=10.0)
# What a browser sends: a city that shows monitors other pages than people must at least work for it.
_HEADERS: Final = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "accept-language": "fr-CA,fr;q=0.8,en;q=0.5",
    "cache-control": "no-cache",
}
_OK: Final = 200
_NOT_FOUND: Final = 404
_SERVER_FAULT: Final = 500


class AnswerRefusedError(VouteError):
    """The city answered a public address with a refusal, or with more than there can be; facts `path` and `status`."""

    code: ClassVar[str] = "monitor-answer"


class Fetcher:
    """Reads public addresses of one city or log.

    Raises `CityUnreachableError` when nobody answers, `CityCertificateError` when who answers is not proven to be the city,
    `TileMissingError` for 404, `AnswerRefusedError` for the rest.
    """

    def __init__(self, base: str, transport: httpx.BaseTransport | None = None) -> None:
        """Take the address that paths are appended to."""
        self._base = base.rstrip("/")
        self._http = open_http(base, headers=_HEADERS, timeout=_TIMEOUT, transport=transport)

    def __enter__(self) -> Self:
        """Use as a context; closes its connections."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str) -> bytes:
        """Return the body under a path that begins with `/`."""
        data = bytearray()
        try:
            with self._http.stream("GET", self._base + path) as reply:
                self._expect_ok(path, reply.status_code)
                for piece in at_a_pace(reply.iter_bytes()):
                    data += piece
                    if len(data) > MAX_REPLY:
                        raise AnswerRefusedError("too long", path=path, status=reply.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unanswered(error, self._base) from error
        return bytes(data)

    def _expect_ok(self, path: str, status: int) -> None:
        if status == _NOT_FOUND:
            raise TileMissingError("not there", path=path)
        if status >= _SERVER_FAULT:
            raise CityUnreachableError(str(status))
        if status != _OK:
            raise AnswerRefusedError("refused", path=path, status=status)
