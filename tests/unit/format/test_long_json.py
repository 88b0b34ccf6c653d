"""Long lists in canonical JSON: where one begins and is cut, what stays where it was, and that the whole has one limit."""

from collections.abc import Iterator, Sequence
from typing import Final

import pytest

from voute.core.errors import FormatError
from voute.format import long_json
from voute.format.canonical import MAX_BYTES, Json, dumps
from voute.format.long_json import LongList, read_long, write_long

CODES: Final = LongList("codes", first="a", follows="lists")
LISTS: Final = LongList("lists", first="b", follows="name")
BOTH: Final = (CODES, LISTS)
BEFORE: Final = b"what stands before, of any length"
MUCH: Final = 4 * MAX_BYTES


def value(codes: Json, lists: Json, name: Json = "n") -> dict[str, Json]:
    return {"about": 1, "codes": codes, "lists": lists, "name": name}


def items(key: str, count: int, text: str = "t") -> list[Json]:
    return [{key: number, "text": text} for number in range(count)]


def read(raw: bytes, maximum: int = MUCH) -> tuple[Json, list[list[Json] | None]]:
    """What is read behind other bytes: the object, and all items of each list."""
    rest, found = read_long(BEFORE + raw, len(BEFORE), BOTH, maximum)
    return rest, [None if one is None else list(one) for one in found]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 600])
def test_long_json_lists_are_read_apart_from_their_object_and_written_into_it(count: int) -> None:
    codes, lists = items("a", count), items("b", count + 1)
    raw = dumps(value(codes, lists))
    assert read(raw) == (value([], []), [codes, lists])
    assert b"".join(write_long(dumps(value([], [])), [(CODES, codes), (LISTS, lists)])) == raw


@pytest.mark.parametrize(
    ("codes", "lists", "left", "found"),
    [
        ([], [], ([], []), [None, None]),
        ([], [{"b": 1}], ([], []), [None, [{"b": 1}]]),
        ([{"a": 1}], [], ([], []), [[{"a": 1}], None]),
        ([1, 2], [{"b": 1}], ([1, 2], []), [None, [{"b": 1}]]),
        ([{"a": 1}], [{"c": 1}], ([], [{"c": 1}]), [[{"a": 1}], None]),
        ("no list", None, ("no list", None), [None, None]),
    ],
)
def test_long_json_what_is_no_such_list_stays_where_it_was(
    codes: Json, lists: Json, left: tuple[Json, Json], found: list[list[Json] | None]
) -> None:
    assert read(dumps(value(codes, lists))) == (value(*left), found)


def test_long_json_has_exactly_the_bytes_that_its_caller_allows() -> None:
    raw = dumps(value(items("a", 3), items("b", 3)))
    assert read(raw, len(raw))[1] == [items("a", 3), items("b", 3)]
    with pytest.raises(FormatError, match=f"more than {len(raw) - 1} bytes"):
        read(raw, len(raw) - 1)


NAMED_AS_IT: Final[Json] = {"codes": [{"a": 7}], "lists": [{"b": 7}], "name": [{"a": 1}, {"a": 2}]}
"""A value in which all stands that parts a list from its object."""


def test_long_json_the_first_list_of_its_name_is_it_whatever_stands_behind() -> None:
    whole = value(items("a", 3), items("b", 3), NAMED_AS_IT)
    assert read(dumps(whole)) == (value([], [], NAMED_AS_IT), [items("a", 3), items("b", 3)])
    empty = dumps(value([], [], {"codes": [], "lists": []}))
    written = b"".join(write_long(empty, [(CODES, items("a", 3)), (LISTS, items("b", 3))]))
    assert written == dumps(value(items("a", 3), items("b", 3), {"codes": [], "lists": []}))


def test_long_json_what_ends_a_list_ends_none_before_it_begins() -> None:
    about: Json = {"k": [{"a": 1}], "lists": {"k": [{"b": 1}], "name": 1}}
    raw = dumps({"about": about, "codes": items("a", 2), "lists": items("b", 2), "name": "n"})
    assert raw.index(CODES.end) < raw.index(LISTS.end) < raw.index(CODES.begin)
    assert read(raw) == ({**value([], []), "about": about}, [items("a", 2), items("b", 2)])


def test_long_json_a_list_before_the_one_that_was_asked_for_first_stays_where_it_was() -> None:
    raw = dumps(value(items("a", 2), items("b", 2)))
    rest, (lists, codes) = read_long(raw, 0, (LISTS, CODES), MUCH)
    assert (rest, codes) == (value(items("a", 2), []), None)
    assert lists is not None
    assert list(lists) == items("b", 2)


@pytest.mark.parametrize(("together", "count"), [(1, 3), (2, 4), (2, 5), (250, 3)])
def test_long_json_is_written_in_pieces_of_as_many_items_as_are_held_at_a_time(together: int, count: int) -> None:
    taken: list[int] = []

    def codes() -> Iterator[Json]:
        for number, item in enumerate(items("a", count)):
            taken.append(number)
            yield item

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_json, "_AT_A_TIME", together)
        pieces = write_long(dumps(value([], [])), [(CODES, codes())])
        held = [len(taken) for _ in pieces]
    assert held == [0, *(min(at + together, count) for at in range(0, count, together)), count]


@pytest.mark.parametrize("where", ["codes", "lists", "name"])
def test_long_json_a_part_may_be_longer_than_any_other_statement(where: str) -> None:
    """What its caller allows for the whole is the one limit: of an item, and of what is beside the lists."""
    text = "x" * (MAX_BYTES + 1)
    codes = items("a", 2, text if where == "codes" else "t")
    lists = items("b", 2, text if where == "lists" else "t")
    name = text if where == "name" else "n"
    assert read(dumps(value(codes, lists, name))) == (value([], [], name), [codes, lists])


def given(raw: bytes, size: int) -> tuple[Sequence[Json], bool]:
    """The items of the first list that are given, in pieces of so many bytes, and whether an error ends them."""
    got: list[Json] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_json, "_PIECE", size)
        (walk, _) = read_long(raw, 0, BOTH, MUCH)[1]
        assert walk is not None
        try:
            got.extend(walk)
        except FormatError:
            return got, True
        return got, False


ITEM: Final = len(dumps(items("a", 1)[0])) + 1
"""Bytes of an item and its comma."""


@pytest.mark.parametrize(
    ("size", "together"), [(0, 1), (1, 1), (ITEM - 2, 1), (ITEM - 1, 2), (2 * ITEM - 2, 2), (2 * ITEM - 1, 3), (1_000, 9)]
)
def test_long_json_pieces_end_with_the_item_in_which_their_bytes_are_full(size: int, together: int) -> None:
    """What is wrong with an item is told when its piece is read: all pieces before it are given, none of its own is."""
    codes = items("a", 9)
    raw = dumps(value(codes, items("b", 9), NAMED_AS_IT))
    assert given(raw, size) == (codes, False)
    for wrong in range(9):
        odd = raw.replace(f'{{"a":{wrong},"text":"t"}}'.encode(), f'{{"a":{wrong},"text":ttt}}'.encode())
        assert given(odd, size) == (codes[: wrong // together * together], True)
