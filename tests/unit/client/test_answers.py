"""Answers without end, packed, deep or odd: refused before they cost more than the answers that there are."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from functools import partial

import httpx
import pytest
from typing_extensions import override

from tests.support.mutants import mutated
from voute.client import answers
from voute.client.answers import MAX_ANSWER, MAX_LINE, read_lines, read_object
from voute.core.errors import FormatError, LimitError, VouteError

MEGABYTE = 1024 * 1024
MOST_MEMORY = 32 * MEGABYTE
Body = Callable[[], Iterator[bytes]]


def endless(piece: bytes, count: int = 1 << 40) -> Body:
    """A body that goes on and on, made as it is read."""

    def give() -> Iterator[bytes]:
        for _ in range(count):
            yield piece

    return give


def packed(method: Callable[[bytes], bytes]) -> Body:
    """Some kilobytes that hold 300 megabytes."""
    return lambda: iter([method(bytes(300 * MEGABYTE))])


def answer(body: Body, **headers: str) -> httpx.Response:
    return httpx.Response(200, headers=headers, stream=Pieces(body))


class Pieces(httpx.SyncByteStream):
    """A body as a connection gives it."""

    def __init__(self, body: Body) -> None:
        self._body = body

    @override
    def __iter__(self) -> Iterator[bytes]:
        return self._body()


def peak(action: Callable[[], object]) -> tuple[str, int]:
    """The code of the error that an action ends with, and the most memory that it held meanwhile."""
    tracemalloc.start()
    try:
        action()
    except VouteError as error:
        return error.code, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return "", 0


BOMBS: dict[str, tuple[Body, dict[str, str], str]] = {
    "without end": (endless(b" " * 65_536), {}, "limit"),
    "without end, byte by byte": (endless(b"x" * 100), {}, "limit"),
    "gzip": (packed(gzip.compress), {"content-encoding": "gzip"}, "format"),
    "deflate": (packed(zlib.compress), {"content-encoding": "deflate"}, "format"),
    "two packings": (packed(lambda data: gzip.compress(gzip.compress(data))), {"content-encoding": "gzip, gzip"}, "format"),
    "an unknown packing": (endless(b"x", 1), {"content-encoding": "compress"}, "format"),
}


@pytest.mark.attack("G1")
@pytest.mark.parametrize("name", BOMBS)
def test_answers_that_nobody_has_room_for_are_refused_in_little_memory(name: str) -> None:
    body, headers, code = BOMBS[name]
    made = answer(body, **headers)
    parts = list(body()) if name not in {"without end", "without end, byte by byte"} else None
    given = made if parts is None else answer(lambda: iter(parts), **headers)
    refused, memory = peak(lambda: answers.read_body(given, MAX_ANSWER))
    assert refused == code
    assert memory < MOST_MEMORY


@pytest.mark.attack("G1")
def test_answers_line_without_end_is_refused_in_little_memory() -> None:
    refused, memory = peak(lambda: list(read_lines(answer(endless(b"x" * 65_536)))))
    assert refused == LimitError.code
    assert memory < MOST_MEMORY
    # Lines that end are given one by one: the stream itself may be as long as a city is large.
    lines = read_lines(answer(endless(b'{"kind":"receipt"}\n' * 1_000)))
    assert [next(lines) for _ in range(5_000)] == [b'{"kind":"receipt"}'] * 5_000


@pytest.mark.attack("G1")
def test_answers_lines_with_nothing_in_them_are_refused() -> None:
    lines = read_lines(answer(endless(b"{}\n\n" + b"\n" * 65_536)))
    assert next(lines) == b"{}"
    with pytest.raises(FormatError, match="empty line"):
        next(lines)


@pytest.mark.attack("G1")
def test_answers_line_that_ends_too_late_is_refused() -> None:
    line = b"x" * (MAX_LINE + 1) + b"\n"
    for pieces in ([line], [line[:7], line[7:]], [line[:-1], b"\n"]):
        refused, memory = peak(partial(list, read_lines(answer(pieces.__iter__))))
        assert refused == LimitError.code
        assert memory < MOST_MEMORY


@pytest.mark.control("G1")
@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_answers_lines_are_the_same_however_they_are_cut(size: int) -> None:
    body = b'{"a":1}\n{"bc":22}\n{}\n{"last":3}'
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    assert list(read_lines(answer(lambda: iter(pieces)))) == body.split(b"\n")
    assert list(read_lines(answer(lambda: iter([*pieces, b"\n"])))) == body.split(b"\n")


class Ticks:
    """A clock that is so many seconds further each time somebody looks."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._now = 0.0

    def __call__(self) -> float:
        self._now += self._seconds
        return self._now


@pytest.mark.attack("G1")
@pytest.mark.parametrize("piece", [b"x", b"x" * 1_000])
def test_answers_that_trickle_are_not_waited_for(piece: bytes) -> None:
    for read in (
        lambda: answers.read_body(answer(endless(piece)), MAX_ANSWER, Ticks(20.0)),
        lambda: list(read_lines(answer(endless(piece)), Ticks(20.0))),
    ):
        with pytest.raises(httpx.ReadTimeout):
            read()


@pytest.mark.control("G1")
def test_answers_control_slow_line_that_goes_on_is_waited_for() -> None:
    parts = [b"x" * 100_000] * 40
    assert answers.read_body(answer(lambda: iter(parts)), MAX_ANSWER, Ticks(20.0)) == b"".join(parts)
    # Of a few bytes that take their time, too.
    assert answers.read_body(answer(lambda: iter([b"x", b"y"])), MAX_ANSWER, Ticks(19.0)) == b"xy"


@pytest.mark.attack("G1")
@pytest.mark.parametrize("value", [b"{}", b"[]", b"1", b'""', b"null"])
def test_answers_of_more_little_values_than_there_is_room_for_are_refused(value: bytes) -> None:
    for data in (
        b'{"entries":[' + b",".join([value] * MEGABYTE) + b"]}",
        b'{"entries":{' + b",".join(b'"%x":%b' % (number, value) for number in range(MEGABYTE // 4)) + b"}}",
    ):
        refused, memory = peak(partial(read_object, data))
        assert refused == FormatError.code
        assert memory < MEGABYTE


@pytest.mark.attack("G1")
@pytest.mark.parametrize(
    "data",
    [
        b"[" * MEGABYTE + b"]" * MEGABYTE,
        b'{"a":' * MEGABYTE + b"1" + b"}" * MEGABYTE,
        b'{"a":' + b"9" * MEGABYTE + b"}",
        b'{"a":1e' + b"9" * 1_000 + b"}[",
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\\ud800"}',
        b'{"a":NaN}',
        b"",
        b"null",
        b"[]",
    ],
)
def test_answers_json_that_no_stack_or_number_holds_is_refused(data: bytes) -> None:
    refused, memory = peak(lambda: read_object(data))
    assert refused == FormatError.code
    assert memory < MOST_MEMORY


@pytest.mark.control("G1")
def test_answers_control_what_a_city_says_is_read() -> None:
    body = b'{"challenge":"' + b"A" * (MAX_ANSWER - 100) + b'"}'
    parts = [body[at : at + 7_001] for at in range(0, len(body), 7_001)]
    assert answers.read_body(answer(lambda: iter(parts)), MAX_ANSWER) == body
    assert len(read_object(body)["challenge"]) == MAX_ANSWER - 100
    line = b"x" * (MAX_LINE - 10)
    assert list(read_lines(answer(lambda: iter([line + b"\n" + line])))) == [line, line]


@pytest.mark.control("G1")
@pytest.mark.parametrize("name", ["," * 100, "[{" * 50, '","' * 33, "\\" * 50 + ",", ", ".join(f"rôle {n}" for n in range(12))])
def test_answers_control_names_full_of_commas_are_no_values(name: str) -> None:
    """What a city says of a list that was delivered before, by a run with such a name."""
    one = {"dedupe_id": "0" * 64, "content_id": "1" * 64, "document_id": "2" * 32, "delivery_id": "3" * 32, "run": name}
    said = {"known": [one] * 10_000}
    assert read_object(json.dumps(said, ensure_ascii=False).encode()) == said


@pytest.mark.attack("G1")
@pytest.mark.parametrize("end", [b"", b'"', b"\\"])
def test_answers_values_are_counted_whatever_text_stands_before_them_or_never_ends(end: bytes) -> None:
    values = b",".join([b"1"] * MEGABYTE)
    for data, most in (
        (b'{"run":"\\"","entries":[' + values + b"]," + end, MEGABYTE),
        (b'{"run":"' + b'\\"' * MEGABYTE + end + values, MOST_MEMORY),
    ):
        refused, memory = peak(partial(read_object, data))
        assert refused == FormatError.code
        assert memory < most


@pytest.mark.mutant("G1")
def test_answers_mutant_that_unpacks_whatever_comes_needs_a_hundred_times_the_room() -> None:
    parts = [gzip.compress(bytes(100 * MEGABYTE))]
    assert len(parts[0]) < MEGABYTE
    tracemalloc.start()
    with mutated("unpacks whatever comes"):
        data = answers.read_body(answer(lambda: iter(parts), **{"content-encoding": "gzip"}), MAX_ANSWER)
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(data) == 100 * MEGABYTE
    assert memory > MOST_MEMORY
