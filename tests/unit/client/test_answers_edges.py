"""The last answer of a city that is read and the first that is refused: bytes, lines, pace, values, facts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import httpx
import pytest

from voute.client.answers import (
    FREE_VALUES,
    LEAST_SPEED,
    LEAST_VALUE,
    MAX_FACT,
    MAX_LINE,
    PATIENCE_S,
    Json,
    at_a_pace,
    list_in,
    number_in,
    plain,
    read_body,
    read_facts,
    read_lines,
    read_object,
    text_in,
)
from voute.core.errors import FormatError, LimitError


def answer(*parts: bytes, **headers: str) -> httpx.Response:
    return httpx.Response(200, headers=headers, content=iter(parts))


def test_answers_body_has_exactly_the_bytes_that_there_is_room_for() -> None:
    assert read_body(answer(b"abc", b"de"), 5) == b"abcde"
    assert read_body(answer(), 0) == b""
    with pytest.raises(LimitError) as caught:
        read_body(answer(b"abc", b"def"), 5)
    assert (caught.value.code, caught.value.facts) == ("limit", {"limit": 5})


@pytest.mark.parametrize("packing", ["identity", "Identity"])
def test_answers_that_say_that_they_are_not_packed_are_read(packing: str) -> None:
    assert read_body(answer(b"a", **{"content-encoding": packing}), 1) == b"a"


LONGEST = b"x" * MAX_LINE


@pytest.mark.parametrize("cut", [0, 1, MAX_LINE - 1, MAX_LINE])
def test_answers_line_is_read_up_to_its_limit_and_no_further(cut: int) -> None:
    for end in (b"\n", b""):
        assert list(read_lines(answer(LONGEST[:cut], LONGEST[cut:] + end))) == [LONGEST]
        with pytest.raises(LimitError) as caught:
            list(read_lines(answer(LONGEST[:cut], LONGEST[cut:] + b"y" + end)))
        assert caught.value.facts == {"limit": MAX_LINE}


def test_answers_lines_before_one_that_is_refused_are_given() -> None:
    for odd, error in ((b"\n", FormatError), (LONGEST + b"y\n", LimitError)):
        lines = read_lines(answer(b"one\ntw", b"o\n" + odd))
        assert [next(lines), next(lines)] == [b"one", b"two"]
        with pytest.raises(error):
            next(lines)


class Clock:
    """A clock that stands still but where a part is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def parts(self, waits: Sequence[tuple[float, bytes]]) -> Iterator[bytes]:
        for seconds, part in waits:
            self.now += seconds
            yield part


@pytest.mark.parametrize("before", [[], [(1.0, b"")], [(0.0, b"x"), (2.0, b"x" * (2 * LEAST_SPEED - 1))]])
def test_answers_are_waited_for_as_long_as_their_bytes_are_worth(before: list[tuple[float, bytes]]) -> None:
    """A minute, and a second for each 4 KiB that have come, the last part's included."""
    worth = PATIENCE_S + 1 + sum(len(part) / LEAST_SPEED - seconds for seconds, part in before)
    clock, slow = Clock(), Clock()
    waits = [*before, (worth, b"x" * LEAST_SPEED)]
    assert list(at_a_pace(clock.parts(waits), clock)) == [part for _, part in waits]
    with pytest.raises(httpx.ReadTimeout):
        list(at_a_pace(slow.parts([*before, (worth + 0.5 / LEAST_SPEED, b"x" * LEAST_SPEED)]), slow))


@pytest.mark.parametrize("read", [partial(read_body, limit=10), read_lines])
def test_answers_pace_is_that_of_the_clock_that_is_given(read: Callable[..., Iterable[object]]) -> None:
    clock = Clock()
    slow = httpx.Response(200, content=clock.parts([(PATIENCE_S + 1, b"a")]))
    with pytest.raises(httpx.ReadTimeout):
        list(read(slow, clock=clock))


@pytest.mark.parametrize("packing", ["gzip", "br", "identity, gzip", ""])
def test_answers_that_say_that_they_are_packed_are_refused(packing: str) -> None:
    with pytest.raises(FormatError, match="compressed"):
        read_body(answer(b"a", **{"content-encoding": packing}), 1)


def test_answers_what_is_done_with_a_part_is_not_the_citys_time() -> None:
    clock = Clock()
    for _ in at_a_pace(clock.parts([(1.0, b"a"), (1.0, b"b"), (1.0, b"c")]), clock):
        clock.now += 10 * PATIENCE_S


def valued(count: int, length: int, texts: Sequence[int] = ()) -> bytes:
    """An object of so many values and so many bytes; some of its list are texts that are full of what parts values."""
    items = [b"1"] * (count - 2)
    for at in texts:
        items[at] = b'"' + b",[{" * 9 + b'"'
    body = b' {"a":[' + b",".join(items) + b'],"b":1}'
    return body + b" " * (length - len(body))


@pytest.mark.parametrize("texts", [(), (0,), (1, 2), (500,), (-1,), (0, 500, -1), range(0, 1_000, 40)])
def test_answers_have_as_many_values_as_their_bytes_are_worth_and_a_text_is_one(texts: Sequence[int]) -> None:
    length = 4_000
    room = FREE_VALUES + length // LEAST_VALUE
    # What is counted: the commas between values, and the beginnings of the list and of the object.
    assert len(read_object(valued(room - 1, length, texts))["a"]) == room - 3
    assert len(read_object(valued(room, length, texts))["a"]) == room - 2
    with pytest.raises(FormatError, match="more values"):
        read_object(valued(room + 1, length, texts))


@pytest.mark.parametrize("value", ["x" * MAX_FACT, 2**63 - 1, 1 - 2**63, 0, ""])
def test_answers_fact_that_can_be_shown_stays(value: str | int) -> None:
    assert plain(value) == value
    assert read_facts({"facts": {"one": value, "two": None, "three": [value]}}) == {"one": value}


def test_answers_fact_that_cannot_be_shown_is_cut() -> None:
    assert plain("x" * MAX_FACT + "y") == "x" * MAX_FACT
    assert [plain(2**63), plain(-(2**63))] == [0, 0]
    assert [read_facts({}), read_facts({"facts": None}), read_facts({"facts": [1]})] == [{}, {}, {}]


@pytest.mark.parametrize(
    ("take", "good", "bad"),
    [
        (text_in, ["", "a"], [1, None, ["a"]]),
        (number_in, [0, -1], ["1", None, 1.5]),
        (list_in, [[], [{}], [{"a": 1}, {}]], [{}, "a", None, [1], [{}, None]]),
    ],
)
def test_answers_value_of_another_kind_is_refused(
    take: Callable[[Json, str], object], good: Sequence[object], bad: Sequence[object]
) -> None:
    assert [take({"key": value}, "key") for value in good] == good
    for said in ({}, *({"key": value} for value in bad)):
        with pytest.raises(FormatError, match="key in the city's answer"):
            take(said, "key")
