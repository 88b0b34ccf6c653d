"""Reading what a city says, which may be anything: never more than the caller has room for, as it travelled, strictly.

A lying city can answer without end, in a compressed form that is small on the wire, or in a nesting that no stack holds.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx
import msgspec

from voute.core.errors import FormatError, LimitError

MAX_ANSWER: Final = 4 * 1024 * 1024
"""Bytes of an answer about one thing: a trust root has at most 1 MiB, a list of packs some kilobytes."""

MAX_MATCH: Final = 512 * 1024 * 1024
"""Bytes of an answer about 10,000 lookup ids: each may have a binding with a record for each change of its keys."""

MAX_LINE: Final = 1024 * 1024
"""Bytes of one line of receipts: a checkpoint with 16 witnesses has 55 kB (docs/spec/event-receipt.md, a receipt)."""

MAX_FACT: Final = 200
"""Characters of a fact that is shown to people: an id has 64."""

Json = Mapping[str, Any]


def read_body(answer: httpx.Response, limit: int) -> bytes:
    """Read a streamed answer as it travelled; `LimitError` past so many bytes, `FormatError` for a compressed one."""
    parts, size = [], 0
    for part in _raw(answer):
        size += len(part)
        if size > limit:
            raise LimitError("the city's answer is too long", limit=limit)
        parts.append(part)
    return b"".join(parts)


def read_lines(answer: httpx.Response) -> Iterator[bytes]:
    """Read a streamed answer line by line, never all in memory; raises as `read_body`, for each line."""
    pending = bytearray()
    for part in _raw(answer):
        pending += part
        *lines, rest = pending.split(b"\n")
        yield from (bytes(line) for line in lines if line)
        if len(rest) > MAX_LINE:
            raise LimitError("a line of the city's answer is too long", limit=MAX_LINE)
        pending = rest
    if pending:
        yield bytes(pending)


def _raw(answer: httpx.Response) -> Iterator[bytes]:
    # We ask for no compression; what comes all the same is not unpacked: a few kilobytes can hold gigabytes.
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise FormatError("the city's answer is compressed")
    return answer.iter_raw()


def read_object(data: bytes) -> Json:
    """Read a JSON object; `FormatError` for anything else."""
    try:
        # Strict, unlike the standard library's reader: no lone surrogate comes in, which no text could be written from.
        value = msgspec.json.decode(data)
    except (ValueError, RecursionError) as error:
        raise FormatError("the city's answer is not JSON") from error
    if not isinstance(value, dict):
        raise FormatError("the city's answer is not an object")
    return value


def read_facts(body: Json) -> dict[str, str | int]:
    """Take the facts of a problem: texts and numbers, short; others are left out."""
    facts = body.get("facts")
    if not isinstance(facts, dict):
        return {}
    return {key: plain(value) for key, value in facts.items() if isinstance(value, str | int)}


def plain(value: str | int) -> str | int:
    """Cut a value of the city's to what people are shown; what a terminal would obey in it is replaced where it is shown."""
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else 0
    return value[:MAX_FACT]
