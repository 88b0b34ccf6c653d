"""A vault's index in segments: newest first, cut where one chunk ends, each bound held, nothing of another index among it."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from tools.make_vectors import index as vectors
from tools.make_vectors.holder import READING_1, ROOT
from voute.core.errors import FormatError, VerificationError
from voute.core.ids import DocumentId, Hash, Slug
from voute.core.values import UnixTime
from voute.format import canonical, dsse
from voute.format import index_segments as module
from voute.format.index_segments import (
    MAX_SEGMENT,
    IndexHead,
    Segment,
    encode_segment,
    joined,
    parse_index_head,
    parse_segment,
    segmented,
)
from voute.format.vault_index import MAX_DOCUMENTS, MAX_INDEX, IndexEntry, Marks, VaultIndex
from voute.seal import vault_index as sealing
from voute.seal.agefile import seal_file
from voute.seal.stream import CHUNK_SIZE
from voute.seal.vault_index import framed, open_vault_index, seal_vault_index

INDEX = vectors.index()
FULL, BARE = INDEX.documents


def documents(number: int, note: str | None = None) -> tuple[IndexEntry, ...]:
    """Documents sorted by id, of which the last is the newest."""
    return tuple(
        replace(
            BARE,
            document_id=DocumentId(at.to_bytes(16, "big")),
            issued_at=UnixTime(BARE.issued_at + at),
            issuer=Slug(f"issuer-{at % 3}"),
            marks=Marks(note=note),
        )
        for at in range(number)
    )


def of(*entries: IndexEntry) -> VaultIndex:
    return replace(INDEX, documents=entries)


@pytest.mark.parametrize("number", [0, 1, 199, 200, 201, 650])
def test_index_segments_read_back_newest_first(number: int) -> None:
    index = replace(of(*documents(number)), offered=vectors.OFFERS)
    head, parts = segmented(index)
    assert [one.count for one in head.segments] == [200] * (number // 200) + [number % 200] * (number % 200 > 0)
    found = [one for part in parts for one in parse_segment(part)]
    assert found == list(index.documents[::-1])
    assert joined(head, b"".join(parts)) == index
    assert parse_index_head(head.encode()) == head


def test_index_segments_of_all_or_nothing_read_back() -> None:
    sealed = seal_vault_index(INDEX, ROOT, READING_1.recipient)
    assert open_vault_index(sealed, [READING_1], ROOT.public, INDEX.city, INDEX.vault_id) == INDEX


def test_index_segments_are_cut_by_bytes_so_that_the_first_chunk_shows_the_first() -> None:
    index = of(*documents(100, note="é" * 500))
    head, parts = segmented(index)
    assert len(parts) > 1
    assert max(map(len, parts)) < CHUNK_SIZE - 4 * len(head.encode()) // 3 - 1_000
    assert joined(head, b"".join(parts)) == index


def test_index_segments_are_cut_where_their_bytes_are_full_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    index = of(*documents(6))
    rows = [len(canonical.dumps(module._write_row(one, 0))) for one in index.documents]  # noqa: SLF001 what is counted
    assert len(set(rows)) == 1
    monkeypatch.setattr(module, "_BYTES", sum(rows[:3]))
    assert [one.count for one in segmented(index)[0].segments] == [3, 3]
    monkeypatch.setattr(module, "_BYTES", sum(rows[:3]) - 1)
    assert [one.count for one in segmented(index)[0].segments] == [2, 2, 2]


def test_index_segments_follow_the_index_before() -> None:
    index = replace(INDEX, number=2, previous=Hash(bytes(32)))
    head, parts = segmented(index)
    assert head.previous == index.previous
    assert joined(parse_index_head(head.encode()), b"".join(parts)) == index


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises((FormatError, VerificationError)) as caught:
        act()
    return f"{caught.value.code} {caught.value.detail}"


def named(raw: bytes) -> Segment:
    return Segment(len(parse_segment(raw)), len(raw), Hash(hashlib.sha256(raw).digest()))


def head_of(*parts: bytes) -> IndexHead:
    head, _ = segmented(INDEX)
    return replace(head, segments=tuple(map(named, parts)))


def test_index_segments_of_another_index_are_refused() -> None:
    ours, theirs = (segmented(of(*documents(number)))[1] for number in (450, 451))
    head = head_of(*ours)
    assert joined(head, b"".join(ours)).documents == documents(450)
    for parts in ((ours[0], theirs[1], ours[2]), (ours[1], ours[0], ours[2]), ours[:2], (*ours[:2], ours[2][:-1])):
        assert refusal(lambda parts=parts: joined(head, b"".join(parts))).startswith("verification")  # type: ignore[misc]
    assert refusal(lambda: joined(head, b"".join((*ours, b"{")))) == "format index: something after the last segment"


def test_index_segments_hold_each_document_once_newest_first_across_them() -> None:
    newer, older = encode_segment(documents(3)[2:]), encode_segment(documents(2)[1:])
    assert joined(head_of(newer, older), newer + older).documents == documents(3)[1:]
    assert refusal(lambda: joined(head_of(older, newer), older + newer)).endswith("not newest first, or one twice")
    again = encode_segment((replace(documents(3)[2], issued_at=UnixTime(BARE.issued_at - 1)),))
    assert refusal(lambda: joined(head_of(newer, again), newer + again)) == "format index.documents: one twice"
    counted = replace(head_of(newer), segments=(replace(named(newer), count=2),))
    assert refusal(lambda: joined(counted, newer)) == "format index: a segment has another number of documents"


def test_index_segments_are_written_only_as_they_are_read() -> None:
    assert refusal(lambda: encode_segment(documents(2))) == "format index.documents: not newest first, or one twice"
    assert refusal(lambda: encode_segment((replace(FULL, size=0),))).startswith("format index")
    assert refusal(lambda: of(replace(FULL, title="")).encode()).startswith("format")


def test_index_segments_hold_their_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = encode_segment((FULL,))
    monkeypatch.setattr(module, "MAX_SEGMENT", len(raw))
    assert parse_segment(encode_segment((FULL,))) == (FULL,)
    monkeypatch.setattr(module, "MAX_SEGMENT", len(raw) - 1)
    assert refusal(lambda: encode_segment((FULL,))) == "format index: a segment too long"
    assert refusal(lambda: parse_segment(raw)).startswith(f"format more than {len(raw) - 1} bytes")


def test_index_head_counts_no_more_than_an_index_may_have() -> None:
    head = head_of(encode_segment((FULL,)))
    (one,) = head.segments
    most = (replace(one, count=MAX_DOCUMENTS // 2),) * 2
    assert parse_index_head(replace(head, segments=most).encode()).segments == most
    more = (*most[:1], replace(one, count=MAX_DOCUMENTS // 2 + 1))
    assert refusal(replace(head, segments=more).encode) == "format index.segments: too many documents"
    wide = (replace(one, size=MAX_SEGMENT),) * (MAX_INDEX // MAX_SEGMENT)
    assert parse_index_head(replace(head, segments=wide).encode()).segments == wide
    assert refusal(replace(head, segments=(*wide, one)).encode) == "format index.segments: too long"


def test_index_in_segments_holds_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(framed(bytes(module.MAX_HEAD), ())) == module.MAX_HEAD + module.LENGTH_SIZE
    sealed = seal_vault_index(INDEX, ROOT, READING_1.recipient)
    head, parts = segmented(INDEX)
    length = len(framed(b"x", parts)) - 1 + len(dsse.sign(dsse.Kind.VAULT_INDEX, head.encode(), ROOT))
    for maximum, good in ((length, True), (length - 1, False)):
        monkeypatch.setattr(sealing, "MAX_INDEX", maximum)
        for act in (
            lambda: seal_vault_index(INDEX, ROOT, READING_1.recipient),
            lambda: open_vault_index(sealed, [READING_1], ROOT.public, INDEX.city, INDEX.vault_id),
        ):
            assert act() if good else refusal(act) == "format index: too long"
    assert refusal(lambda: framed(bytes(module.MAX_HEAD + 1), ())) == "format index: too long"


def test_index_head_is_no_longer_than_it_may_be() -> None:
    def said(length: int) -> str:
        sealed = seal_file((READING_1.recipient,), length.to_bytes(module.LENGTH_SIZE, "big") + bytes(length))
        return refusal(lambda: open_vault_index(sealed, [READING_1], ROOT.public, INDEX.city, INDEX.vault_id))

    assert said(module.MAX_HEAD + 1) == "format index: no head"
    # Of exactly the limit it is looked at.
    assert said(module.MAX_HEAD) not in {"format index: no head", ""}


def changed_head(**names: object) -> bytes:
    written = canonical.loads(segmented(INDEX)[0].encode())
    assert isinstance(written, dict)
    return canonical.dumps({**written, **names})  # type: ignore[dict-item]


def test_index_head_is_of_this_version_and_its_smallest_segment_has_a_byte() -> None:
    def segment(size: int) -> dict[str, object]:
        return {"count": 1, "size": size, "sha256": "00" * 32}

    assert parse_index_head(changed_head(segments=[segment(1)])).segments == (Segment(1, 1, Hash(bytes(32))),)
    assert refusal(lambda: parse_index_head(changed_head(segments=[segment(0)]))).startswith("format index.")
    for version in (module.VERSION - 1, module.VERSION + 1):
        assert refusal(lambda version=version: parse_index_head(changed_head(version=version))).startswith(  # type: ignore[misc]
            "format index.version: "
        )


def test_index_says_where_it_is_wrong() -> None:
    raw = encode_segment((FULL,))
    written = canonical.loads(raw)
    assert isinstance(written, dict)
    (row,), (source,) = written["documents"], written["sources"]
    assert isinstance(row, list)
    assert isinstance(source, list)

    def said(**names: object) -> str:
        return refusal(lambda: parse_segment(canonical.dumps({**written, **names})))  # type: ignore[dict-item]

    assert refusal(lambda: parse_index_head(b"{}")) == "format index: missing or unknown key"
    assert refusal(lambda: parse_segment(b"{}")) == "format index: missing or unknown key"
    assert said(sources=[source[:-1]]) == "format index.sources: not a list of 3"
    assert said(documents=[row[:-1]]) == "format index.documents: not a list of 9"
    assert said(documents=[["", *row[1:]]]).startswith("format index.documents.document_id: ")
