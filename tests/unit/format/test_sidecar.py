"""Sidecars and drafts: one document is enough, more than a pack holds are refused, a refusal names which of the two it was."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from tools.make_vectors import pack
from voute.core.errors import FormatError
from voute.core.ids import Hash
from voute.format.binary import length_prefixed, u32
from voute.format.event import MAX_EVENT
from voute.format.pack import MAX_DOCUMENTS
from voute.format.sidecar import (
    MAGIC,
    MAX_HEADER,
    MAX_SEALED_CARD,
    Draft,
    DraftRecord,
    Placement,
    Sidecar,
    encode_draft,
    encode_sidecar,
    parse_draft,
    parse_sidecar,
)

SIDECAR = pack.sidecar()
PLACEMENT = SIDECAR.records[0].placement
HASH = Hash(bytes(range(32)))


def _sidecar(placement: Placement, event: bytes = b"event") -> Sidecar:
    return replace(SIDECAR, records=(replace(SIDECAR.records[0], placement=placement, event=event),))


def _draft(placement: Placement) -> Draft:
    return Draft(b"statement", (DraftRecord(placement, HASH),))


LARGEST = replace(PLACEMENT, header=bytes(MAX_HEADER), card=bytes(MAX_SEALED_CARD))
SMALLEST = replace(PLACEMENT, header=b"h", card=b"c")


@pytest.mark.parametrize("placement", [LARGEST, SMALLEST], ids=["largest", "smallest"])
def test_sidecar_and_draft_of_one_document_read_back(placement: Placement) -> None:
    for event in (b"e", bytes(MAX_EVENT)):
        sidecar = _sidecar(placement, event)
        assert parse_sidecar(encode_sidecar(sidecar)) == sidecar
    draft = _draft(placement)
    assert parse_draft(encode_draft(draft.statement, draft.records)) == draft


@pytest.mark.parametrize(
    "placement",
    [
        replace(PLACEMENT, header=bytes(MAX_HEADER + 1)),
        replace(PLACEMENT, card=bytes(MAX_SEALED_CARD + 1)),
        replace(PLACEMENT, header=b""),
        replace(PLACEMENT, card=b""),
    ],
    ids=["header long", "card long", "no header", "no card"],
)
def test_sidecar_and_draft_with_a_part_too_long_or_missing_are_refused(placement: Placement) -> None:
    with pytest.raises(FormatError):
        parse_sidecar(encode_sidecar(_sidecar(placement)))
    with pytest.raises(FormatError):
        parse_draft(encode_draft(b"statement", _draft(placement).records))


def _signed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def _counted(count: int) -> bytes:
    return _signed(MAGIC + HASH + length_prefixed(b"statement") + u32(count))


def _counted_draft(count: int) -> bytes:
    return length_prefixed(b"statement") + u32(count)


def _refusal(parse: Callable[[bytes], object], raw: bytes) -> str:
    with pytest.raises(FormatError) as caught:
        parse(raw)
    return caught.value.detail


@pytest.mark.parametrize("count", [0, MAX_DOCUMENTS + 1])
def test_sidecar_and_draft_of_no_document_or_too_many_are_refused_before_they_are_read(count: int) -> None:
    assert _refusal(parse_sidecar, _counted(count)) == "sidecar: count out of range"
    assert _refusal(parse_draft, _counted_draft(count)) == "sidecar: count out of range"


@pytest.mark.parametrize("count", [1, MAX_DOCUMENTS])
def test_sidecar_and_draft_that_announce_more_than_they_hold_are_cut_short(count: int) -> None:
    assert _refusal(parse_sidecar, _counted(count)) == "sidecar: cut short"
    assert _refusal(parse_draft, _counted_draft(count)) == "draft: cut short"


def test_sidecar_that_is_nothing_but_a_hash_is_cut_short() -> None:
    assert _refusal(parse_sidecar, _signed(b"")) == "sidecar: cut short"
    assert _refusal(parse_sidecar, bytes(31)) == "sidecar: hash"


def test_sidecar_and_draft_with_a_document_twice_are_refused() -> None:
    twice = replace(SIDECAR, records=SIDECAR.records[:1] * 2)
    assert _refusal(parse_sidecar, encode_sidecar(twice)) == "sidecar: a document twice"
    assert _refusal(parse_draft, encode_draft(b"", _draft(SMALLEST).records * 2)) == "sidecar: a document twice"
