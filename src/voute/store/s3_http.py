"""One request of our own to an S3 server, for what obstore has no call: its answer is read as it travelled, up to a limit."""

import time
from collections.abc import Mapping
from typing import Final, NamedTuple

import httpx

from voute.core.errors import LimitError, StoreError
from voute.core.ports_store import StoreUnreachableError
from voute.outside.http import open_http
from voute.outside.whole import read_whole
from voute.store.s3 import S3Place

# What is unpacked may be a thousand times what travelled.
_AS_IT_IS: Final = {"accept-encoding": "identity"}


class Reply(NamedTuple):
    """What the server answers."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether it did what it was asked for."""
        return httpx.codes.is_success(self.status)


def ask(place: S3Place, method: str, url: str, headers: Mapping[str, str], *, limit: int, body: bytes = b"") -> Reply:
    """Make one request, as long as `place` says; `limit` is how many bytes the answer may have.

    Raises:
        StoreUnreachableError: no whole answer in time.
        StoreError: the answer is longer, or packed.
    """
    end = time.monotonic() + place.seconds
    try:
        with (
            open_http(url, timeout=place.seconds, more=place.ca) as client,
            client.stream(method, url, headers={**headers, **_AS_IT_IS}, content=body) as reply,
        ):
            if reply.headers.get("content-encoding", "identity").lower() != "identity":
                raise StoreError("a packed answer of S3")
            return Reply(reply.status_code, reply.headers, read_whole(reply.iter_raw(), limit, end))
    except LimitError as error:
        raise StoreError("an answer of S3 that is too long") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise StoreUnreachableError(type(error).__name__) from error
