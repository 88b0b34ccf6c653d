"""Packs as they are written and read: streaming, limits, ranges."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError, LimitError
from voute.core.ids import DocumentId, Hash
from voute.format import pack
from voute.format.pack import ENTRY_SIZE, FOOTER_SIZE, PackWriter, parse_footer, parse_index, read_index


def _write(bodies: list[bytes]) -> tuple[bytes, pack.PackSummary]:
    parts: list[bytes] = []
    writer = PackWriter(parts.append)
    for number, body in enumerate(bodies):
        writer.add(DocumentId(number.to_bytes(16, "big")), body)
    summary = writer.finish()
    return b"".join(parts), summary


@given(st.lists(st.binary(min_size=33, max_size=80), min_size=1, max_size=6))
def test_pack_reads_back(bodies: list[bytes]) -> None:
    raw, summary = _write(bodies)
    assert (hashlib.sha256(raw).digest(), len(raw)) == (summary.sha256, summary.size)
    entries = read_index(lambda offset, length: raw[offset : offset + length], len(raw))
    assert entries == summary.entries
    for entry, body in zip(entries, bodies, strict=True):
        assert raw[entry.offset : entry.offset + entry.length] == body
        assert entry.sha256 == hashlib.sha256(body).digest()


@given(st.data())
def test_pack_changed_tail_is_refused(data: st.DataObject) -> None:
    good, _ = _write([bytes(33), bytes(40)])
    raw = bytearray(good)
    raw[data.draw(st.integers(73, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(FormatError):
        read_index(lambda offset, length: bytes(raw[offset : offset + length]), len(raw))


@given(st.binary(max_size=200))
def test_pack_of_any_bytes_is_refused(raw: bytes) -> None:
    with pytest.raises(FormatError):
        read_index(lambda offset, length: raw[offset : offset + length], len(raw))


def test_pack_hash_of_the_caller_is_kept() -> None:
    writer = PackWriter(lambda _: None)
    entry = writer.add(DocumentId(bytes(16)), bytes(33), Hash(b"\1" * 32))
    assert entry.sha256 == b"\1" * 32
    assert writer.count == 1


def test_pack_is_full_at_its_size() -> None:
    writer = PackWriter(lambda _: None)
    room = pack.MAX_PACK - ENTRY_SIZE - FOOTER_SIZE
    assert writer.has_room(room)
    assert not writer.has_room(room + 1)
    with pytest.raises(LimitError):
        writer.add(DocumentId(bytes(16)), bytes(room + 1))


def test_pack_is_full_at_its_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "MAX_DOCUMENTS", 1)
    writer = PackWriter(lambda _: None)
    writer.add(DocumentId(bytes(16)), bytes(33))
    assert not writer.has_room(33)


def test_pack_short_range_from_a_store_is_refused() -> None:
    raw, _ = _write([bytes(33)])
    footer = parse_footer(raw[-FOOTER_SIZE:], len(raw))
    with pytest.raises(FormatError):
        parse_index(raw[33:60], footer, len(raw))
    with pytest.raises(FormatError):
        parse_footer(raw[-FOOTER_SIZE + 1 :], len(raw))
    with pytest.raises(FormatError):
        parse_footer(raw[-FOOTER_SIZE:], pack.MAX_PACK + 1)
