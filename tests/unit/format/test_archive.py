"""The exported archive: read whole or refused, never with a foreign error."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.make_vectors import city, holder
from tools.make_vectors.seeds import seed
from voute.core.errors import FormatError, LimitError, VouteError
from voute.core.ids import DocumentId, Slug
from voute.format import archive
from voute.format.archive import ArchivedDocument, ArchiveIndex, ArchiveReader, encode_records, parse_index, parse_records
from voute.format.vault_record import MAX_RECORDS

IDS = tuple(DocumentId(bytes((number,)) * 16) for number in (1, 2))
GONE = tuple(DocumentId(bytes((number,)) * 16) for number in (8, 9))
"""Deleted before the archive was made: not in its index."""
INDEX = ArchiveIndex(city.CITY, holder.vault_id(), city.ISSUED, IDS)
RECORDS = tuple(one.encode("ascii") for one in holder.offered().envelopes())
VAULT = {"trust-root.json": b"root", "vault-records.json": encode_records(RECORDS), "keyring.age": b"keyring"}
DOCUMENTS = (
    ArchivedDocument(IDS[0], b"header 1", b"card 1", seed("body", 500), b"receipt"),
    ArchivedDocument(IDS[1], b"header 2", b"card 2", b"body 2", None),
)


def _write(index: ArchiveIndex = INDEX, documents: tuple[ArchivedDocument, ...] = DOCUMENTS) -> bytes:
    file = io.BytesIO()
    archive.write_archive(file, index, VAULT, iter(documents))
    return file.getvalue()


def _zip(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as out:
        for name, data in entries.items():
            out.writestr(name, data)
    return file


def _entries() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(_write())) as read:
        return {name: read.read(name) for name in read.namelist()}


def _read_all(reader: ArchiveReader) -> tuple[object, ...]:
    documents = [(reader.body(one), reader.card(one), reader.receipt(one)) for one in reader.index.documents]
    return (reader.index, reader.trust_root(), reader.records(), reader.keyring(), *documents)


def test_archive_reads_back_and_is_the_same_each_time() -> None:
    assert _write() == _write()
    reader = ArchiveReader(io.BytesIO(_write()))
    assert (reader.index, reader.trust_root(), reader.records(), reader.keyring()) == (INDEX, b"root", RECORDS, b"keyring")
    assert reader.body(IDS[0]) == b"header 1" + seed("body", 500)
    assert reader.card(IDS[1]) == b"header 2card 2"
    assert (reader.receipt(IDS[0]), reader.receipt(IDS[1])) == (b"receipt", None)


def test_archive_of_a_vault_with_an_index_has_it_and_another_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ArchiveReader(io.BytesIO(_write())).vault_index() is None
    monkeypatch.setitem(VAULT, archive.VAULT_INDEX, b"index")
    whole = ArchiveReader(io.BytesIO(_write()))
    assert whole.vault_index() == b"index"
    monkeypatch.setattr(archive, "MAX_VAULT_INDEX", 4)
    with pytest.raises(VouteError):
        whole.vault_index()


def test_archive_gives_choices_and_deletions_with_the_receipts_that_it_has() -> None:
    entries = _entries()
    kept = (
        *archive.choice_names(city.FINANCE, Slug("taxes")),
        *archive.deletion_names(GONE[1]),
        archive.deletion_names(GONE[0])[0],
    )
    entries |= {name: name.encode() for name in kept}
    reader = ArchiveReader(_zip(entries))
    assert (reader.choices, reader.deletions) == ([(city.FINANCE, "taxes")], sorted(GONE))
    assert reader.choice(city.FINANCE, Slug("taxes")) == (kept[0].encode(), kept[1].encode())
    assert reader.deletion(GONE[1]) == (kept[2].encode(), kept[3].encode())
    assert reader.deletion(GONE[0]) == (kept[4].encode(), None)


def test_archive_with_more_deletions_than_it_may_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = _entries() | {archive.deletion_names(one)[0]: b"" for one in GONE}
    monkeypatch.setattr(archive, "MAX_DELETIONS", len(GONE))
    assert ArchiveReader(_zip(entries)).deletions == sorted(GONE)
    monkeypatch.setattr(archive, "MAX_DELETIONS", 1)
    with pytest.raises(FormatError):
        ArchiveReader(_zip(entries))


def test_archive_document_deleted_meanwhile_has_its_act_in_the_place_of_its_entries() -> None:
    entries = _entries()
    for name in (archive.body_name(IDS[0]), archive.card_name(IDS[0]), archive.receipt_name(IDS[0])):
        del entries[name]
    entries[archive.deletion_names(IDS[0])[0]] = b"act"
    reader = ArchiveReader(_zip(entries))
    assert (reader.index.documents, reader.deleted_meanwhile, reader.deletions) == (IDS, frozenset({IDS[0]}), [IDS[0]])
    assert reader.deletion(IDS[0]) == (b"act", None)


def test_archive_with_more_choices_than_it_may_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = _entries() | {archive.choice_names(city.FINANCE, Slug(kind))[0]: b"" for kind in ("permits", "taxes")}
    monkeypatch.setattr(archive, "MAX_CHOICES", 2)
    assert [kind for _, kind in ArchiveReader(_zip(entries)).choices] == ["permits", "taxes"]
    monkeypatch.setattr(archive, "MAX_CHOICES", 1)
    with pytest.raises(FormatError):
        ArchiveReader(_zip(entries))


def test_archive_with_everything_that_one_may_hold_is_read() -> None:
    entries = _entries() | {archive.VAULT_INDEX: b"index"} | {archive.receipt_name(one): b"receipt" for one in IDS}
    assert _read_all(ArchiveReader(_zip(entries)))[-1] == (b"header 2body 2", b"header 2card 2", b"receipt")


def test_archive_deflated_by_someone_reads_too() -> None:
    file = _zip(_entries(), zipfile.ZIP_DEFLATED)
    assert _read_all(ArchiveReader(file)) == _read_all(ArchiveReader(io.BytesIO(_write())))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_archive_packed_in_any_other_way_is_refused_and_not_unpacked(method: int) -> None:
    file = _zip(_entries(), method)
    with pytest.raises(FormatError, match="neither stored nor deflated"):
        ArchiveReader(file)
    # One that spoils is refused by the same look: its library would raise an error of its own.
    raw = bytearray(file.getvalue())
    raw[raw.index(b"archive.json") + len("archive.json") + 9] ^= 0xFF
    with pytest.raises(FormatError, match="neither stored nor deflated"):
        ArchiveReader(io.BytesIO(bytes(raw)))


@given(st.data())
def test_archive_damaged_raises_our_errors_alone(data: st.DataObject) -> None:
    raw = bytearray(_write())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        _read_all(ArchiveReader(io.BytesIO(bytes(raw))))
    except VouteError as error:
        assert error.code in {"format", "limit"}  # noqa: PT017 (either outcome is right, a foreign error is not)


@given(st.data())
def test_archive_cut_is_refused(data: st.DataObject) -> None:
    raw = _write()
    with pytest.raises(FormatError):
        ArchiveReader(io.BytesIO(raw[: data.draw(st.integers(0, len(raw) - 1))]))


CHANGES: dict[str, Callable[[dict[str, bytes]], object]] = {
    "extra": lambda entries: entries.update({"notes.txt": b""}),
    "escape": lambda entries: entries.update({"../x": b""}),
    "no-keyring": lambda entries: entries.pop("keyring.age"),
    "no-index": lambda entries: entries.pop("archive.json"),
    "no-card": lambda entries: entries.pop(archive.card_name(IDS[0])),
    "deletion-without-act": lambda entries: entries.update({archive.deletion_names(GONE[0])[1]: b""}),
    "there-and-deleted": lambda entries: entries.update({archive.deletion_names(IDS[0])[0]: b""}),
    "choice-without-act": lambda entries: entries.update({archive.choice_names(city.FINANCE, Slug("taxes"))[1]: b""}),
    "deletion-of-no-id": lambda entries: entries.update({"deletions/1.act.json": b""}),
    "foreign-receipt": lambda entries: entries.update({f"receipts/{'00' * 16}.json": b""}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_archive_with_other_entries_is_refused(name: str) -> None:
    entries = _entries()
    CHANGES[name](entries)
    with pytest.raises(FormatError):
        ArchiveReader(_zip(entries))


def test_archive_with_a_name_twice_is_refused() -> None:
    file = io.BytesIO(_write())
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(file, "a") as out:
        out.writestr("keyring.age", b"another")
    with pytest.raises(FormatError):
        ArchiveReader(file)


def test_archive_with_too_many_entries_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 5)
    with pytest.raises(LimitError):
        ArchiveReader(io.BytesIO(_write()))


def test_archive_with_an_entry_too_large_is_refused() -> None:
    entries = _entries()
    entries[archive.receipt_name(IDS[0])] = bytes(2 * 1024 * 1024)
    reader = ArchiveReader(_zip(entries, zipfile.ZIP_DEFLATED))
    with pytest.raises(LimitError):
        reader.receipt(IDS[0])


def test_archive_entry_that_unpacks_to_less_than_it_says_is_refused() -> None:
    raw = bytearray(_write())
    place = raw.rindex(b"keyring.age") - 46
    raw[place + 24 : place + 28] = (9).to_bytes(4, "little")
    reader = ArchiveReader(io.BytesIO(bytes(raw)))
    with pytest.raises(FormatError):
        reader.keyring()


def test_archive_of_other_documents_than_announced_is_not_written() -> None:
    with pytest.raises(FormatError):
        _write(documents=DOCUMENTS[:1])


@pytest.mark.parametrize("documents", [(IDS[1], IDS[0]), (IDS[0], IDS[0])])
def test_archive_index_not_sorted_is_refused(documents: tuple[DocumentId, ...]) -> None:
    with pytest.raises(FormatError):
        replace(INDEX, documents=documents).encode()


@pytest.mark.parametrize(
    "raw", [b"{}", INDEX.encode().replace(b'"01', b'"0A'), INDEX.encode().replace(b'"' + b"01" * 16 + b'"', b"1")]
)
def test_archive_index_that_is_none_is_refused(raw: bytes) -> None:
    with pytest.raises(FormatError):
        parse_index(raw)


@pytest.mark.parametrize("raw", [b"[]", b"{}", b"[1]", b'["A"]'])
def test_archive_records_that_are_none_are_refused(raw: bytes) -> None:
    with pytest.raises(FormatError):
        parse_records(raw)


READS: dict[str, tuple[str, Callable[[ArchiveReader], object], int]] = {
    "trust root": ("canonical.MAX_BYTES", ArchiveReader.trust_root, len(b"root")),
    "records": ("MAX_RECORDS_FILE", ArchiveReader.records, len(VAULT["vault-records.json"])),
    "keyring": ("MAX_KEYRING", ArchiveReader.keyring, len(b"keyring")),
    "body": ("MAX_DOCUMENT_FILE", lambda reader: reader.body(IDS[0]), len(b"header 1") + 500),
    "receipt": ("MAX_RECEIPT", lambda reader: reader.receipt(IDS[0]), len(b"receipt")),
}


@pytest.mark.parametrize("name", READS)
def test_archive_entry_of_exactly_its_limit_is_read_and_no_longer_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    constant, read, size = READS[name]
    reader = ArchiveReader(io.BytesIO(_write()))
    monkeypatch.setattr(f"voute.format.archive.{constant}", size)
    read(reader)
    monkeypatch.setattr(f"voute.format.archive.{constant}", size - 1)
    with pytest.raises(LimitError):
        read(reader)


def test_archive_card_may_be_as_long_as_header_and_card_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ArchiveReader(io.BytesIO(_write()))
    monkeypatch.setattr(archive, "MAX_HEADER", len(b"header 1"))
    monkeypatch.setattr(archive, "MAX_SEALED_CARD", len(b"card 1"))
    assert reader.card(IDS[0]) == b"header 1card 1"
    monkeypatch.setattr(archive, "MAX_SEALED_CARD", len(b"card 1") - 1)
    with pytest.raises(LimitError):
        reader.card(IDS[0])


def test_archive_of_the_most_entries_and_documents_is_read_and_no_larger_one(monkeypatch: pytest.MonkeyPatch) -> None:
    raw, index = _write(), INDEX.encode()
    monkeypatch.setattr(archive, "MAX_ENTRIES", len(_entries()))
    monkeypatch.setattr(archive, "MAX_DOCUMENTS", len(IDS))
    monkeypatch.setattr(archive, "MAX_INDEX", len(index))
    assert ArchiveReader(io.BytesIO(raw)).index == INDEX
    monkeypatch.setattr(archive, "MAX_INDEX", len(index) - 1)
    with pytest.raises(LimitError):
        ArchiveReader(io.BytesIO(raw))
    monkeypatch.setattr(archive, "MAX_INDEX", len(index))
    monkeypatch.setattr(archive, "MAX_DOCUMENTS", len(IDS) - 1)
    with pytest.raises(FormatError) as caught:
        INDEX.encode()
    assert caught.value.facts == {"field": "documents"}
    with pytest.raises(FormatError) as caught:
        parse_index(index)
    assert caught.value.facts == {"field": "documents"}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"[[]]", "not a list of 1 to 1,000"),
        (b'{"a":[]}', "not a list of 1 to 1,000"),
        (b'["AAAA",{}]', "not base64"),
        (b"[" + b"," * (MAX_RECORDS - 1), "not JSON"),
        # So many values are not built, whatever they are.
        (b"[" + b"," * MAX_RECORDS, "not a list of 1 to 1,000"),
    ],
    ids=range(5),
)
def test_archive_records_of_another_shape_are_refused(raw: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        parse_records(raw)


def test_archive_records_may_be_longer_than_any_statement() -> None:
    records = (bytes(600_000), bytes(600_000))
    assert parse_records(encode_records(records)) == records


@pytest.mark.parametrize("receipts", [(None, None), (b"one", b"two")], ids=["none", "all"])
def test_archive_may_hold_no_receipt_or_all(receipts: tuple[bytes | None, bytes | None]) -> None:
    documents = tuple(replace(one, receipt=receipt) for one, receipt in zip(DOCUMENTS, receipts, strict=True))
    reader = ArchiveReader(io.BytesIO(_write(documents=documents)))
    assert tuple(reader.receipt(one) for one in IDS) == receipts


def test_archive_records_may_be_a_thousand_and_not_one_more() -> None:
    most = (b"an envelope",) * MAX_RECORDS
    assert parse_records(encode_records(most)) == most
    assert parse_records(encode_records(most[:1])) == most[:1]
    with pytest.raises(FormatError, match="1 to 1,000"):
        parse_records(encode_records((*most, b"another")))


def test_archive_entries_are_stored_with_a_fixed_age() -> None:
    with zipfile.ZipFile(io.BytesIO(_write())) as read:
        assert {(one.compress_type, one.date_time) for one in read.infolist()} == {(zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0))}


def test_archive_index_holds_no_more_values_than_it_announces() -> None:
    good = INDEX.encode()
    for raw in (good.replace(b'"documents":[', b'"documents":[['), good.replace(b"{", b"{{", 1)):
        with pytest.raises(FormatError, match="more values than"):
            parse_index(raw)
    assert parse_index(replace(INDEX, documents=()).encode()).documents == ()


def test_archive_index_of_many_commas_is_refused_before_its_values_are_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_DOCUMENTS", 2)
    good = INDEX.encode()
    # Two documents and five keys: five commas.
    for more, said in ((2, "not JSON"), (3, "more values than")):
        with pytest.raises(FormatError, match=said):
            parse_index(good + b"," * more)
