"""A short answer, read whole: up to a length, and by a moment."""

import time
from collections.abc import Iterable

import httpx

from voute.core.errors import LimitError


def read_whole(pieces: Iterable[bytes], limit: int, end: float) -> bytes:
    """Read an answer of at most `limit` bytes; `end` is in seconds of `time.monotonic`.

    Each read has a limit of its own; a server that drips is as dead as one that is silent.

    Raises:
        LimitError: it is longer.
        httpx.ReadTimeout: it is not whole in time.
    """
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > limit:
            raise LimitError("an answer that is too long", limit=limit)
        if time.monotonic() > end:
            raise httpx.ReadTimeout("no whole answer")
    return bytes(data)
