"""Manifest, receipt and lines of receipts: every value that may be absent is kept, every bound is taken and none beyond."""

from dataclasses import replace

import pytest

from tools.make_vectors import city, receipt
from voute.core.errors import FormatError
from voute.core.ids import DocumentId, Hash, LookupId, VaultId
from voute.core.values import MAX_INTEGER, Money, parse_date
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.event import MAX_EVENT, NO_CHAIN
from voute.format.manifest import (
    MAX_BODY,
    MAX_INSTALMENTS,
    MAX_PARTY,
    MAX_PAYMENT_REFERENCE,
    MAX_TITLE,
    Instalment,
    Manifest,
    ToClaim,
    ToVault,
    parse_manifest,
)
from voute.format.receipt import (
    MAX_PATH,
    MAX_PROOF,
    MAX_REFERENCE,
    MAX_ROW,
    MAX_TIMESTAMP,
    MAX_TIMESTAMPS,
    CheckpointLine,
    DeletedLine,
    Receipt,
    ReceiptLine,
    parse_line,
    parse_receipt,
)

BILL = receipt.manifest()
DAY = parse_date("2026-03-02")
U32_MAX = 2**32 - 1
FULL = replace(
    BILL,
    party="p" * MAX_PARTY,
    title="t" * MAX_TITLE,
    payment_reference="r" * MAX_PAYMENT_REFERENCE,
    size=MAX_BODY,
    reply_by=DAY,
    amount=Money(12, "USD"),
    instalments=(Instalment(Money(1, "EUR"), DAY),) * MAX_INSTALMENTS,
    supersedes=DocumentId(bytes(range(16))),
    minimum_assurance="double",
    sensitive=True,
    language="en",
    action="reply",
)
LEAST = replace(
    BILL,
    party="p",
    title="t",
    payment_reference=None,
    size=1,
    due=None,
    amount=None,
    instalments=(),
    action=None,
    recipient=ToVault(VaultId(bytes(range(32)))),
)
CLAIMED = replace(BILL, recipient=ToClaim(LookupId(bytes(range(32))), U32_MAX, U32_MAX), payment_reference="r")


@pytest.mark.parametrize("one", [FULL, LEAST, CLAIMED], ids=["full", "least", "claimed"])
def test_manifest_of_all_or_nothing_reads_back(one: Manifest) -> None:
    assert parse_manifest(one.encode()) == one


def _changed(raw: bytes, **values: Json) -> bytes:
    value = canonical.loads(raw)
    assert isinstance(value, dict)
    return canonical.dumps({**value, **values})


INSTALMENT: dict[str, Json] = {"cents": 1, "currency": "CAD", "due": "2026-03-02"}
EARLIER: Json = {"cents": 1, "currency": "CAD", "due": "2026-03-01"}
CLAIM: dict[str, Json] = {"kind": "claim", "lookup_id": "00" * 32, "slot": 0, "code_epoch": 1}
BAD_MANIFESTS: list[tuple[str, dict[str, Json]]] = [
    ("party", {"party": "p" * (MAX_PARTY + 1)}),
    ("party", {"party": ""}),
    ("title", {"title": "t" * (MAX_TITLE + 1)}),
    ("title", {"title": ""}),
    ("payment_reference", {"payment_reference": "r" * (MAX_PAYMENT_REFERENCE + 1)}),
    ("payment_reference", {"payment_reference": ""}),
    ("size", {"plaintext": {"sha256": "00" * 32, "size": 0}}),
    ("size", {"plaintext": {"sha256": "00" * 32, "size": MAX_BODY + 1}}),
    ("instalments", {"instalments": [INSTALMENT] * (MAX_INSTALMENTS + 1)}),
    ("instalments", {"instalments": [INSTALMENT, EARLIER]}),
    ("recipient", {"recipient": {"kind": "neighbour", "vault_id": "00" * 32}}),
    ("recipient", {"recipient": {}}),
    ("slot", {"recipient": {**CLAIM, "slot": U32_MAX + 1}}),
    ("code_epoch", {"recipient": {**CLAIM, "code_epoch": -1}}),
    ("language", {"language": "es"}),
    ("action", {"action": "forget"}),
    ("minimum_assurance", {"minimum_assurance": "triple"}),
    ("media_type", {"media_type": "text/html"}),
    ("sensitive", {"sensitive": None}),
]


@pytest.mark.parametrize(("field", "values"), BAD_MANIFESTS)
def test_manifest_beyond_a_bound_is_refused_by_its_field(field: str, values: dict[str, Json]) -> None:
    with pytest.raises(FormatError) as caught:
        parse_manifest(_changed(BILL.encode(), **values))
    assert caught.value.facts == {"field": field}


def test_manifest_whose_size_or_instalments_no_reader_would_take_is_not_written() -> None:
    turned = (Instalment(Money(1), parse_date("2026-03-03")), Instalment(Money(1), DAY))
    for field, wrong in (
        ("size", replace(BILL, size=0)),
        ("size", replace(BILL, size=MAX_BODY + 1)),
        ("instalments", replace(BILL, instalments=turned)),
        ("instalments", replace(BILL, instalments=(Instalment(Money(1), DAY),) * (MAX_INSTALMENTS + 1))),
    ):
        with pytest.raises(FormatError) as caught:
            wrong.encode()
        assert caught.value.facts == {"field": field}
    for wrong in (
        replace(BILL, party="p" * (MAX_PARTY + 1)),
        replace(BILL, title="t" * (MAX_TITLE + 1)),
        replace(BILL, payment_reference="r" * (MAX_PAYMENT_REFERENCE + 1)),
    ):
        with pytest.raises(FormatError):
            wrong.encode()


RECEIPT = Receipt(city.CITY, bytes(MAX_EVENT), NO_CHAIN, NO_CHAIN, None, "x")
RECEIPTS = [
    RECEIPT,
    replace(RECEIPT, event=b"", manifest=b"m", proof="x" * MAX_PROOF),
    replace(RECEIPT, timestamps=(b"t",) * MAX_TIMESTAMPS),
    replace(RECEIPT, timestamps=(bytes(MAX_TIMESTAMP // 4 * 3), b"t")),
]
BAD_RECEIPTS = [
    ("event", replace(RECEIPT, event=bytes(MAX_EVENT + 1))),
    ("proof", replace(RECEIPT, proof="")),
    ("proof", replace(RECEIPT, proof="x" * (MAX_PROOF + 1))),
    ("timestamps", replace(RECEIPT, timestamps=(b"t",) * (MAX_TIMESTAMPS + 1))),
]


@pytest.mark.parametrize("one", RECEIPTS, ids=range(len(RECEIPTS)))
def test_receipt_at_its_bounds_reads_back(one: Receipt) -> None:
    assert parse_receipt(one.encode()) == one


@pytest.mark.parametrize(("field", "wrong"), BAD_RECEIPTS, ids=range(len(BAD_RECEIPTS)))
def test_receipt_beyond_a_bound_is_refused_by_its_field(field: str, wrong: Receipt) -> None:
    with pytest.raises(FormatError) as caught:
        parse_receipt(wrong.encode())
    assert caught.value.facts == {"field": field}


def test_receipt_with_a_time_stamp_too_long_or_of_another_kind_is_refused() -> None:
    with pytest.raises(FormatError, match="too long"):
        parse_receipt(replace(RECEIPT, timestamps=(bytes(MAX_TIMESTAMP // 4 * 3 + 1),)).encode())
    with pytest.raises(FormatError) as caught:
        parse_receipt(_changed(RECEIPT.encode(), timestamps=[1]))
    assert caught.value.facts == {"field": "timestamps"}


LINE = ReceiptLine(1, "r", DocumentId(bytes(16)), NO_CHAIN, 0, (), b"", NO_CHAIN, NO_CHAIN, b"")
GONE = DeletedLine(1, "r", DocumentId(bytes(16)), 0)
NOTE = CheckpointLine("n")
PATH = tuple(Hash(bytes((number,) * 32)) for number in range(MAX_PATH + 1))
LINES = [
    LINE,
    replace(LINE, row=MAX_ROW, reference="r" * MAX_REFERENCE, index=MAX_INTEGER, path=PATH[:MAX_PATH]),
    replace(LINE, event=bytes(MAX_EVENT), manifest=bytes(1000)),
    GONE,
    replace(GONE, row=MAX_ROW, reference="r" * MAX_REFERENCE, index=MAX_INTEGER),
    NOTE,
    CheckpointLine("n" * MAX_PROOF),
]
BAD_LINES = [
    ("row", replace(LINE, row=0)),
    ("row", replace(LINE, row=MAX_ROW + 1)),
    ("reference", replace(LINE, reference="")),
    ("reference", replace(LINE, reference="r" * (MAX_REFERENCE + 1))),
    ("index", replace(LINE, index=-1)),
    ("path", replace(LINE, path=PATH)),
    ("event", replace(LINE, event=bytes(MAX_EVENT + 1))),
    ("row", replace(GONE, row=0)),
    ("row", replace(GONE, row=MAX_ROW + 1)),
    ("reference", replace(GONE, reference="")),
    ("reference", replace(GONE, reference="r" * (MAX_REFERENCE + 1))),
    ("index", replace(GONE, index=-1)),
    ("note", CheckpointLine("")),
    ("note", CheckpointLine("n" * (MAX_PROOF + 1))),
]


@pytest.mark.parametrize("one", LINES, ids=range(len(LINES)))
def test_line_at_its_bounds_reads_back_with_and_without_its_end(one: ReceiptLine | DeletedLine | CheckpointLine) -> None:
    assert one.encode().endswith(b"\n")
    assert parse_line(one.encode()) == one
    assert parse_line(one.encode()[:-1]) == one


@pytest.mark.parametrize(("field", "wrong"), BAD_LINES, ids=range(len(BAD_LINES)))
def test_line_beyond_a_bound_is_refused_by_its_field(field: str, wrong: ReceiptLine | DeletedLine | CheckpointLine) -> None:
    with pytest.raises(FormatError) as caught:
        parse_line(wrong.encode())
    assert caught.value.facts == {"field": field}


@pytest.mark.parametrize(
    ("name", "field", "line", "values"),
    [
        ("checkpoint", "id", NOTE.encode(), {"id": "00" * 32}),
        ("checkpoint", "more", NOTE.encode(), {"more": 1}),
        ("deleted", "more", GONE.encode(), {"more": 1}),
        ("receipt", "more", LINE.encode(), {"more": 1}),
        ("receipt", "kind", LINE.encode(), {"kind": "other"}),
        ("receipt", "path", LINE.encode(), {"path": [1]}),
    ],
)
def test_line_of_another_shape_is_refused_by_name(name: str, field: str, line: bytes, values: dict[str, Json]) -> None:
    with pytest.raises(FormatError) as caught:
        parse_line(_changed(line[:-1], **values))
    assert caught.value.facts == {"field": field}
    assert caught.value.detail.startswith(f"{name}")
