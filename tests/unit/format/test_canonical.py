"""Canonical JSON against Python's own encoder as the oracle, and against hostile bytes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError
from voute.core.values import MAX_INTEGER
from voute.format import canonical
from voute.format.canonical import dumps, loads

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-MAX_INTEGER, MAX_INTEGER), st.text(st.characters(codec="utf-8"), max_size=12)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)), max_leaves=20
)


@pytest.fixture(autouse=True)
def _no_name_is_remembered() -> None:
    """Check every name anew: one that another test has had checked would be taken unseen."""
    canonical._known_names.clear()  # noqa: SLF001 (the memory has no other door)


def test_canonical_remembers_good_names_alone_and_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "_MAX_KNOWN_NAMES", 2)
    for name in ("a", "B", "b", "c", "a"):
        if name == "B":
            with pytest.raises(FormatError, match="a key is"):
                dumps({name: None})
        else:
            assert loads(dumps({name: None})) == {name: None}
    assert canonical._known_names == {"a", "b"}  # noqa: SLF001 (its bound is a promise about memory)


@given(VALUES)
def test_canonical_value_reads_back_and_equals_the_oracle(value: Any) -> None:  # noqa: ANN401 (any JSON value)
    raw = dumps(value)
    assert loads(raw) == value
    oracle = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    assert raw == oracle.encode()


def test_canonical_every_character_is_escaped_as_the_oracle_does() -> None:
    text = "".join(chr(code) for code in [*range(0x3000), *range(0xE000, 0x10000, 7), 0x1F600, 0x10FFFF])
    assert dumps(text) == json.dumps(text, ensure_ascii=False).encode()


@given(st.binary(max_size=60))
def test_canonical_any_bytes_are_canonical_or_refused(raw: bytes) -> None:
    try:
        value = loads(raw)
    except FormatError:
        return
    assert dumps(value) == raw


@given(VALUES, st.data())
def test_canonical_changed_bytes_are_canonical_or_refused(value: Any, data: st.DataObject) -> None:  # noqa: ANN401
    raw = bytearray(dumps(value))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255))
    try:
        read = loads(bytes(raw))
    except FormatError:
        return
    assert dumps(read) == raw


@pytest.mark.parametrize("value", [1.5, float("nan"), b"x", object(), {1: 2}, {"A": 1}, {"a": {1}}, "\ud800", 2**53, -(2**53)])
def test_canonical_foreign_value_is_refused(value: Any) -> None:  # noqa: ANN401
    with pytest.raises(FormatError):
        dumps(value)


def test_canonical_tuples_are_lists() -> None:
    assert dumps({"a": (1, ("b",))}) == b'{"a":[1,["b"]]}'


def test_canonical_value_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(FormatError):
        dumps(loop)


def test_canonical_longer_than_asked_is_refused() -> None:
    assert loads(b"[1]", 3) == [1]
    with pytest.raises(FormatError):
        loads(b"[1]", 2)


@pytest.mark.parametrize("raw", [b"[" * 200_000, b'{"a":' * 200_000, b"1" * 100_000])
def test_canonical_bomb_is_refused(raw: bytes) -> None:
    with pytest.raises(FormatError):
        loads(raw)


def test_canonical_memory_of_names_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "_MAX_KNOWN_NAMES", len(canonical._known_names))  # noqa: SLF001 (the bound itself)
    before = set(canonical._known_names)  # noqa: SLF001
    assert loads(b'{"a_name_nobody_uses":1}') == {"a_name_nobody_uses": 1}
    assert canonical._known_names == before  # noqa: SLF001


def nested(depth: int, opening: str, closing: str) -> str:
    return opening * depth + "1" + closing * depth


EDGES = [
    *(nested(depth, "[", "]") for depth in (15, 16, 17)),
    *(nested(depth, '{"a":', "}") for depth in (15, 16, 17)),
    *(nested(depth, '[{"a":', "}]") for depth in (8, 9)),
    *(str(number) for number in (MAX_INTEGER, MAX_INTEGER + 1, -MAX_INTEGER, -MAX_INTEGER - 1)),
    *(f'[{{"a":[{number}]}}]' for number in (MAX_INTEGER, MAX_INTEGER + 1, -MAX_INTEGER, -MAX_INTEGER - 1)),
    *(f'{{"a":1,"{name}":2}}' for name in ("b", "b_9", "B", "9", "", "b\\nb", "é")),
    *(f'[{{"{name}":{{}}}},{{"other":[]}}]' for name in ("b", "B", "", "a\\nb")),
    "1.5",
    "[true,false,null,1.5]",
    "[]",
    "{}",
    '""',
    "[[],{},[{}]]",
]


@pytest.mark.parametrize("text", EDGES)
def test_canonical_large_input_is_judged_as_small_input_is(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above a size the value is checked level by level: the same verdict at every edge."""

    def verdict() -> object:
        try:
            return loads(text.encode())
        except FormatError:
            return FormatError

    monkeypatch.setattr(canonical, "_known_names", set())
    small = verdict()
    monkeypatch.setattr(canonical, "_WIDE", -1)
    monkeypatch.setattr(canonical, "_known_names", set())
    assert verdict() == small


@given(VALUES)
def test_canonical_large_value_is_taken_as_a_small_one_is(value: Any) -> None:  # noqa: ANN401 (any JSON value)
    canonical._check_wide(value)  # noqa: SLF001 -- what `loads` does above 64 KiB
    canonical._check_wide([value, {"a": value}])  # noqa: SLF001
