"""Packs as they are written and read: streaming, limits, ranges."""

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError, LimitError
from voute.core.ids import DocumentId, Hash
from voute.format import pack
from voute.format.pack import ENTRY_SIZE, FOOTER_SIZE, PackWriter, encode_index, parse_footer, parse_index, read_index


def _write(bodies: list[bytes]) -> tuple[bytes, pack.PackSummary]:
    parts: list[bytes | memoryview] = []
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


def test_pack_has_room_for_a_body_its_own_entry_and_those_before_it() -> None:
    writer = PackWriter(lambda _: None)
    for number in range(3):
        writer.add(DocumentId(number.to_bytes(16, "big")), bytes(33))
    room = pack.MAX_PACK - 3 * 33 - 4 * ENTRY_SIZE - FOOTER_SIZE
    assert writer.has_room(room)
    assert not writer.has_room(room + 1)


def _footer(count: int) -> bytes:
    return struct.pack(">8sQQ32s", pack.MAGIC, count, count * ENTRY_SIZE, bytes(32))


def test_pack_footer_of_the_largest_pack_and_of_the_longest_index_is_taken() -> None:
    assert parse_footer(_footer(1), pack.MAX_PACK).count == 1
    assert parse_footer(_footer(pack.MAX_DOCUMENTS), pack.MAX_PACK).count == pack.MAX_DOCUMENTS
    with pytest.raises(FormatError, match="do not agree"):
        parse_footer(_footer(pack.MAX_DOCUMENTS + 1), pack.MAX_PACK)


def test_pack_index_that_fills_the_whole_pack_leaves_no_bodies() -> None:
    index = encode_index([pack.PackEntry(DocumentId(bytes(16)), 0, 33, Hash(bytes(32)))])
    raw = struct.pack(">8sQQ32s", pack.MAGIC, 1, len(index), hashlib.sha256(index).digest())
    footer = parse_footer(raw, len(index) + FOOTER_SIZE)
    with pytest.raises(FormatError, match="do not reach"):
        parse_index(index, footer, len(index) + FOOTER_SIZE)
    with pytest.raises(FormatError, match="longer than the pack"):
        parse_footer(raw, len(index) + FOOTER_SIZE - 1)
