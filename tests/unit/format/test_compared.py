"""What a department found of its receipts: the lines as they stand on its disk, and what cannot be."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tools.make_vectors.receipt import manifest
from voute.core.errors import FormatError
from voute.core.ids import DeliveryId, DocumentId, Hash
from voute.format import canonical
from voute.format.binary import labelled_hash
from voute.format.canonical import Json
from voute.format.compared import MAX_COMPARED_LINE, Compared, LostReceipt, parse_compared, parse_lost, same_document
from voute.format.receipt import MAX_REFERENCE, MAX_ROW

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


def _changed(raw: bytes, key: str, value: Json) -> bytes:
    whole = canonical.loads(raw.removesuffix(b"\n"))
    assert isinstance(whole, dict)
    return canonical.dumps({**whole, key: value}) + b"\n"


@pytest.mark.parametrize("changes", [{"again": 3}, {"documents": 3}, {"first": 40}, {"old": "o" * 200}, {"log": "l" * 200}])
def test_compared_at_its_edges_is_read(changes: dict[str, object]) -> None:
    edge = replace(PART, **changes)  # type: ignore[arg-type] # a test names real fields
    assert parse_compared(edge.encode()) == parse_compared(edge.encode().removesuffix(b"\n")) == edge


def test_compared_lost_receipt_at_its_edges_is_read() -> None:
    for edge in (replace(LOST, row=1), replace(LOST, row=MAX_ROW), replace(LOST, reference="r" * MAX_REFERENCE)):
        assert parse_lost(edge.encode()) == parse_lost(edge.encode().removesuffix(b"\n")) == edge


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kind", "lost"),
        ("version", 2),
        ("delivery_id", "64"),
        ("old", "o" * 201),
        ("log", "l" * 201),
        *((key, -1) for key in ("size", "documents", "lost", "again", "first", "last")),
        *((key, "1") for key in ("size", "documents", "lost", "again", "first", "last")),
        ("more", 1),
    ],
)
def test_compared_is_refused_by_its_field(key: str, value: Json) -> None:
    assert _refused_field(parse_compared, _changed(PART.encode(), key, value)) == key


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kind", "compared"),
        ("row", 0),
        ("row", MAX_ROW + 1),
        ("reference", "r" * (MAX_REFERENCE + 1)),
        ("document_id", "65"),
        ("index", -1),
        ("same", "73"),
        ("again", "66"),
        ("more", 1),
    ],
)
def test_compared_lost_receipt_is_refused_by_its_field(key: str, value: Json) -> None:
    assert _refused_field(parse_lost, _changed(LOST.encode(), key, value)) == key


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"again": 4}, "lost"),
        ({"log": "ville.test/log"}, "lost"),
        ({"first": None}, "first"),
        ({"lost": 0, "again": 0, "last": None}, "first"),
        ({"lost": 0, "again": 0}, "last"),
        ({"first": 41}, "last"),
    ],
)
def test_compared_that_cannot_be_is_refused_by_what_contradicts_the_rest(changes: dict[str, object], field: str) -> None:
    raw = replace(PART, **changes).encode()  # type: ignore[arg-type] # a test names real fields
    assert _refused_field(parse_compared, raw) == field


def _refused_field(parse: Callable[[bytes], object], raw: bytes) -> object:
    with pytest.raises(FormatError) as caught:
        parse(raw)
    return caught.value.facts.get("field")


@pytest.mark.parametrize(("name", "parse"), [("compared", parse_compared), ("lost", parse_lost)])
def test_compared_line_is_read_up_to_its_limit_and_no_further(name: str, parse: Callable[[bytes], object]) -> None:
    def of_length(length: int) -> bytes:
        return canonical.dumps({"a": "x" * (length - len('{"a":""}'))}) + b"\n"

    with pytest.raises(FormatError, match=f"^{name}: missing or unknown key"):
        parse(of_length(MAX_COMPARED_LINE))
    with pytest.raises(FormatError, match=f"more than {MAX_COMPARED_LINE} bytes"):
        parse(of_length(MAX_COMPARED_LINE + 1))


def test_compared_document_is_the_same_by_reference_party_and_bytes_alone() -> None:
    bill = manifest()
    same = same_document("roll-7", bill)
    assert same == labelled_hash("receipts/same/v1", "roll-7", bill.party, bill.sha256)
    assert same == same_document("roll-7", replace(bill, size=bill.size + 1))
    others = [replace(bill, party="another"), replace(bill, sha256=Hash(bytes(32)))]
    assert same not in {same_document("roll-8", bill), *(same_document("roll-7", other) for other in others)}
