"""Reading what a city says, which may be anything: never more than the caller has room for, as it travelled, strictly.

A lying city can answer without end, ever more slowly, in a compressed form that is small on the wire, in a nesting that no stack
holds, or with more little things than there is memory for.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import httpx
import msgspec

from voute.core.errors import FormatError, LimitError

MAX_ANSWER: Final = 4 * 1024 * 1024
"""Bytes of an answer about one thing: a trust root has at most 1 MiB, a list of packs some kilobytes."""

MATCH_ROOM: Final = 50 * 1024
"""Bytes of an answer about one lookup id: it may have a binding with a record for each change of its keys."""

KNOWN_ROOM: Final = 1024
"""Bytes of what is said of one document that is known: four ids, and the name of a run of at most 100 characters."""

MAX_LINE: Final = 1024 * 1024
"""Bytes of one line of receipts: a checkpoint with 16 witnesses has 55 kB (docs/spec/event-receipt.md, a receipt)."""

LEAST_VALUE: Final = 16
"""Bytes that a value takes on average, beyond the first `FREE_VALUES`: what a city says is ids and base64, and takes 28 or more.

A value takes some 100 bytes of memory, however short it is written.
"""

FREE_VALUES: Final = 1_000

LEAST_SPEED: Final = 4 * 1024
"""Bytes a second that an answer brings on average, once `PATIENCE_S` are over: a list of a city would take days below that."""

PATIENCE_S: Final = 60.0

MAX_FACT: Final = 200
"""Characters of a fact that is shown to people: an id has 64."""

_TEXTS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
"""A text of JSON, or the beginning of one that never ends: nothing is looked at twice."""

Json = Mapping[str, Any]
Clock = Callable[[], float]
"""Seconds, from anywhere on."""


def read_body(answer: httpx.Response, limit: int, clock: Clock = time.monotonic) -> bytes:
    """Read a streamed answer as it travelled.

    Raises:
        LimitError: more bytes than `limit`.
        FormatError: it is compressed.
        httpx.ReadTimeout: it trickles; each pause alone is the connection's to judge.
    """
    parts, size = [], 0
    for part in _raw(answer, clock):
        size += len(part)
        if size > limit:
            raise LimitError("the city's answer is too long", limit=limit)
        parts.append(part)
    return b"".join(parts)


def read_lines(answer: httpx.Response, clock: Clock = time.monotonic) -> Iterator[bytes]:
    """Read a streamed answer line by line, never all in memory; raises as `read_body`, for each line, and for an empty one."""
    pending = bytearray()
    for part in _raw(answer, clock):
        *ended, rest = part.split(b"\n")
        for end in ended:
            yield _line(pending, end)
            pending.clear()
        pending += rest
        if len(pending) > MAX_LINE:
            raise LimitError("a line of the city's answer is too long", limit=MAX_LINE)
    if pending:
        yield bytes(pending)


def _line(begun: bytearray, end: bytes) -> bytes:
    if len(begun) + len(end) > MAX_LINE:
        raise LimitError("a line of the city's answer is too long", limit=MAX_LINE)
    if not begun and not end:
        # Of such lines there could be any number, and nothing would ever come of them.
        raise FormatError("an empty line in the city's answer")
    return bytes(begun) + end


def _raw(answer: httpx.Response, clock: Clock) -> Iterator[bytes]:
    # We ask for no compression; what comes all the same is not unpacked: a few kilobytes can hold gigabytes.
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise FormatError("the city's answer is compressed")
    yield from at_a_pace(answer.iter_raw(), clock)


def at_a_pace(parts: Iterator[bytes], clock: Clock = time.monotonic) -> Iterator[bytes]:
    """Give the parts of an answer as they come; raises `httpx.ReadTimeout` once they trickle (`LEAST_SPEED`, `PATIENCE_S`)."""
    size, waited = 0, 0.0
    while True:
        # What is done with a part takes time of its own, which is not the city's.
        begun = clock()
        part = next(parts, None)
        if part is None:
            return
        size += len(part)
        waited += clock() - begun
        if waited > PATIENCE_S + size / LEAST_SPEED:
            raise httpx.ReadTimeout("the city's answer trickles")
        yield part


def read_object(data: bytes) -> Json:
    """Read a JSON object; `FormatError` for anything else, and for one of more values than its bytes are worth."""
    if _has_too_many_values(data, FREE_VALUES + len(data) // LEAST_VALUE):
        raise FormatError("the city's answer has more values than it has room for")
    try:
        # Strict, unlike the standard library's reader: no lone surrogate comes in, which no text could be written from.
        value = msgspec.json.decode(data)
    except (ValueError, RecursionError) as error:
        raise FormatError("the city's answer is not JSON") from error
    if not isinstance(value, dict):
        raise FormatError("the city's answer is not an object")
    return value


def _has_too_many_values(data: bytes, room: int) -> bool:
    """Tell, in no memory, whether JSON has more values than `room`; an answer of which nobody doubts that costs one look."""
    if _count_values(data, 0, len(data)) <= room:
        return False
    # A text may hold as many commas as it likes, as the name of a run does.
    at = found = 0
    for text in _TEXTS.finditer(data):
        found += _count_values(data, at, text.start())
        at = text.end()
        if found > room:
            return True
    return found + _count_values(data, at, len(data)) > room


def _count_values(data: bytes, start: int, end: int) -> int:
    """Count at least as many values as there are: each but the first of a list or an object has a comma before it."""
    return data.count(b",", start, end) + data.count(b"[", start, end) + data.count(b"{", start, end)


def read_facts(body: Json) -> dict[str, str | int]:
    """Take the facts of a problem: texts and numbers, short; others are left out."""
    facts = body.get("facts")
    if not isinstance(facts, dict):
        return {}
    return {key: plain(value) for key, value in facts.items() if isinstance(value, str | int)}


def text_in(answer: Json, key: str) -> str:
    """Take a text out of an answer; raises `FormatError` where there is none."""
    value = answer.get(key)
    if not isinstance(value, str):
        raise FormatError(f"no text {key} in the city's answer")
    return value


def number_in(answer: Json, key: str) -> int:
    """Take a number out of an answer; raises `FormatError` where there is none."""
    value = answer.get(key)
    if not isinstance(value, int):
        raise FormatError(f"no number {key} in the city's answer")
    return value


def list_in(answer: Json, key: str) -> Sequence[Json]:
    """Take a list of objects out of an answer; raises `FormatError` where there is none."""
    value = answer.get(key)
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise FormatError(f"no list {key} in the city's answer")
    return value


def plain(value: str | int) -> str | int:
    """Cut a value of the city's to what people are shown; what a terminal would obey in it is replaced where it is shown."""
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else 0
    return value[:MAX_FACT]
