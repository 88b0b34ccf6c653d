"""What a department found of its receipts: the lines as they stand on its disk, and what cannot be."""

from dataclasses import replace

import pytest

from voute.core.errors import FormatError
from voute.core.ids import DeliveryId, DocumentId, Hash
from voute.format.compared import Compared, LostReceipt, parse_compared, parse_lost

WHOLE = Compared(DeliveryId(b"d" * 16), "ville.test/log", "ville.test/log/2", 40, 5)
PART = replace(WHOLE, lost=3, again=1, first=38, last=40)
LOST = LostReceipt(7, "roll-7", DocumentId(b"e" * 16), 39, Hash(b"s" * 32))


def test_compared_lines_are_as_the_specification_has_them() -> None:
    assert PART.encode() == (
        b'{"again":1,"delivery_id":"64646464646464646464646464646464","documents":5,"first":38,"kind":"compared","last":40,'
        b'"log":"ville.test/log/2","lost":3,"old":"ville.test/log","size":40,"version":1}\n'
    )
    assert LOST.encode() == (
        b'{"again":null,"document_id":"65656565656565656565656565656565","index":39,"kind":"lost","reference":"roll-7","row":7,'
        b'"same":"' + b"73" * 32 + b'"}\n'
    )
    again = replace(LOST, again=DocumentId(b"f" * 16))
    assert [parse_compared(one.encode()) for one in (WHOLE, PART)] == [WHOLE, PART]
    assert [parse_lost(one.encode()) for one in (LOST, again)] == [LOST, again]


def test_compared_is_open_until_all_is_delivered_again_and_settled_once_no_place_is_empty() -> None:
    assert [(one.is_open, one.is_settled) for one in (WHOLE, PART)] == [(False, True), (True, False)]
    assert not replace(PART, again=3).is_open
    assert replace(PART, size=41).is_settled


@pytest.mark.parametrize(
    "changes",
    [
        {"again": 4},
        {"lost": 6},
        {"log": "ville.test/log"},
        {"first": None},
        {"last": None},
        {"first": None, "last": None},
        {"lost": 0, "again": 0},
        {"first": 41},
    ],
)
def test_compared_refuses_what_cannot_be(changes: dict[str, object]) -> None:
    with pytest.raises(FormatError, match="cannot be"):
        parse_compared(replace(PART, **changes).encode())  # type: ignore[arg-type] # a test names real fields


def test_compared_takes_no_line_for_the_other() -> None:
    with pytest.raises(FormatError):
        parse_compared(LOST.encode())
    with pytest.raises(FormatError):
        parse_lost(WHOLE.encode())
    with pytest.raises(FormatError):
        parse_lost(replace(LOST, row=0).encode())
