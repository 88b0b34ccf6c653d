"""Fields of a statement: bounds are the reader's own, and a refusal names the place and never the value."""

from collections.abc import Callable

import pytest

from voute.core.errors import FormatError
from voute.format.canonical import Json
from voute.format.fields import MAX_BASE64, Fields, from_base64, to_base64


def _fields(value: Json) -> Fields:
    return Fields({"a": value}, frozenset({"a"}), "thing")


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "string": (lambda: _fields(1).string("a"), "thing.a: not a string"),
    "one_of": (lambda: _fields("x").one_of("a", frozenset({"y"})), "thing.a: not one of the words allowed"),
    "boolean": (lambda: _fields(1).boolean("a"), "thing.a: not true or false"),
    "integer": (lambda: _fields(4).integer("a", 1, 3), "thing.a: not an integer from 1 to 3"),
    "integer-true": (lambda: _fields(value=True).integer("a", 0, 3), "thing.a: not an integer from 0 to 3"),
    "base64": (lambda: _fields("AAAA").base64("a", 3), "thing.a: base64 too long"),
    "base64-form": (lambda: _fields("AA-=").base64("a", 9), "thing.a: not base64"),
    "word_in": (lambda: _fields({"b": 1}).word_in("a", "b"), "thing.a: no object with a word b"),
    "list": (lambda: _fields([1, 2]).list("a", 0, 1), "thing.a: not a list of 0 to 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_fields_refusal_says_where_and_what_was_expected(name: str) -> None:
    read, detail = REFUSED[name]
    with pytest.raises(FormatError) as caught:
        read()
    assert (caught.value.detail, caught.value.facts) == (detail, {"field": "a"})


def test_fields_of_an_inner_object_are_named_by_their_path() -> None:
    with pytest.raises(FormatError) as caught:
        _fields({"c": 1}).object("a", frozenset("b"))
    assert caught.value.detail == "thing.a: missing or unknown key"
    with pytest.raises(FormatError) as caught:
        list(_fields([{"c": 1}]).objects("a", frozenset("b"), 1, 1))
    assert caught.value.detail == "thing.a: missing or unknown key"


def test_fields_values_at_their_bounds_are_taken() -> None:
    assert [_fields(one).integer("a", 1, 3) for one in (1, 3)] == [1, 3]
    assert [len(_fields([0] * one).list("a", 1, 2)) for one in (1, 2)] == [1, 2]
    assert _fields("AAAA").base64("a", 4) == bytes(3)
    assert _fields(2**32 - 1).u32("a") == 2**32 - 1
    with pytest.raises(FormatError):
        _fields(2**32).u32("a")


def test_fields_base64_of_exactly_its_limit_is_taken() -> None:
    assert from_base64("AAAA", 4) == bytes(3)
    longest = to_base64(bytes(MAX_BASE64 // 4 * 3))
    assert len(longest) == MAX_BASE64
    assert len(from_base64(longest)) == MAX_BASE64 // 4 * 3
    with pytest.raises(FormatError, match="too long"):
        from_base64(longest + "AAAA")
