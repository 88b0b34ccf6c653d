"""The journal and the spool of a run: what is written is read again, torn ends count for nothing, damage is refused."""

import errno
import hashlib
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from voute.client.disk import DISK, Unwatched
from voute.client.journal import Beginning, Commit, Journal, JournalDamagedError, encode_line, parse_journal
from voute.client.spool import MAGIC, SealedRow, SpoolWriter, forget_bytes, pack_path, read_bytes, read_spool
from voute.core.errors import FormatError
from voute.core.ids import DeliveryId, DocumentId, Hash, Slug
from voute.core.values import unix_time

BEGINNING = Beginning(
    city=Slug("ville"),
    issuer=Slug("finances"),
    run="hiver 2026",
    delivery_id=DeliveryId(b"d" * 16),
    table=Path("/lists/hiver.csv"),
    table_hash=Hash(b"t" * 32),
    pdf_folder=Path(os.fsdecode(b"/lists/pdf-\xff")),
    new_party=False,
    at=unix_time(1_790_000_000),
)
COMMIT = Commit(documents=3, to_vaults=2, digital=1, packs=2, bytes=4_000)
PACK = Hash(b"p" * 32)
JOURNAL_BEGINS = b'59b7543b8b23b529 {"at":"2026-09-21T14:13:20Z","city":"ville"'
JOURNAL_HASH = "8b591a083ab544fc4060faac3637f2c0b88c34dfbb9c8d5ed37a12b42a4d1c78"
SPOOL_HASH = "2a8ac4516e524bdbe21bb83df866523a7622a367d20993f15b79d42960d9557b"


def written(folder: Path) -> bytes:
    """A journal with a line of every kind."""
    journal = Journal.begin(folder / "journal", BEGINNING)
    journal.keep(PACK)
    journal.commit(COMMIT, {2: "0" * 32}, {7: "a-7"}, {9: "a-9"})
    journal.resume(unix_time(1_790_000_100))
    journal.anew(DeliveryId(b"e" * 16))
    journal.keep(Hash(b"q" * 32))
    journal.commit(replace(COMMIT, documents=4), {5: "1" * 32}, {}, {6: "a-6"})
    journal.close()
    return (folder / "journal").read_bytes()


def test_journal_is_read_as_it_was_written(tmp_path: Path) -> None:
    raw = written(tmp_path)
    state, size = parse_journal(raw)
    assert size == len(raw)
    assert state.beginning == BEGINNING
    assert state.delivery_id == b"e" * 16
    assert state.kept == {b"q" * 32}
    assert (state.known, state.held, state.frozen) == ({5: "1" * 32}, {}, {6: "a-6"})
    assert state.commit == replace(COMMIT, documents=4)
    assert stat.S_IMODE((tmp_path / "journal").stat().st_mode) == 0o600


def test_journal_and_spool_of_this_version_never_change(tmp_path: Path) -> None:
    """A run that was stopped under one release is resumed under the next."""
    raw = written(tmp_path)
    assert raw.startswith(JOURNAL_BEGINS)
    assert hashlib.sha256(raw).hexdigest() == JOURNAL_HASH
    spool = tmp_path / "spool"
    spool.mkdir()
    assert hashlib.sha256(spooled(spool).read_bytes()).hexdigest() == SPOOL_HASH


def test_journal_names_thousands_of_rows_in_lines_of_a_thousand(tmp_path: Path) -> None:
    known, held = dict.fromkeys(range(1, 2502), "0" * 32), {line: f"r-{line}" for line in range(3_000, 4_001)}
    with_rows = Journal.begin(tmp_path / "journal", BEGINNING)
    with_rows.commit(COMMIT, known, held, {1: "f"})
    state, _ = parse_journal((tmp_path / "journal").read_bytes())
    assert (state.known, state.held, state.frozen) == (known, held, {1: "f"})
    assert (tmp_path / "journal").read_bytes().count(b"\n") == 1 + 3 + 2 + 1 + 1


def test_journal_cut_anywhere_is_the_lines_before(tmp_path: Path) -> None:
    raw = written(tmp_path)
    ends = [at + 1 for at, byte in enumerate(raw) if byte == 0x0A]
    for cut in range(len(raw)):
        whole = max((end for end in ends if end <= cut), default=0)
        if whole == 0:
            with pytest.raises(FormatError):
                parse_journal(raw[:cut])
        else:
            assert parse_journal(raw[:cut])[1] == whole


def test_journal_changed_anywhere_but_in_the_last_line_is_refused(tmp_path: Path) -> None:
    raw = written(tmp_path)
    last = raw[:-1].rfind(b"\n") + 1
    for at in range(0, last, 7):
        with pytest.raises(FormatError):
            parse_journal(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
    for at in range(last, len(raw)):
        assert parse_journal(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])[1] == last


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "begin"},
        {"kind": "surprise"},
        {"kind": "kept", "pack": "00"},
        {"kind": "kept", "pack": "0" * 64, "more": 1},
        {"kind": "known", "rows": []},
        {"kind": "known", "rows": [[0, "0" * 32]]},
        {"kind": "known", "rows": [[1, "x"]]},
        {"kind": "held", "rows": [[1, "r" * 101]]},
        {"kind": "held", "rows": [[1]]},
        {"kind": "commit", "documents": 1, "to_vaults": 2, "digital": 0, "packs": 1, "bytes": 1},
        {"kind": "commit", "documents": 2, "to_vaults": 1, "digital": 2, "packs": 1, "bytes": 1},
        {"kind": "anew", "delivery_id": "0"},
        {"no": "kind"},
    ],
)
def test_journal_whole_lines_that_say_something_unknown_are_refused(tmp_path: Path, line: dict[str, object]) -> None:
    raw = written(tmp_path)
    with pytest.raises(FormatError):
        parse_journal(raw + encode_line(line) + encode_line({"kind": "kept", "pack": "0" * 64}))  # type: ignore[arg-type]


@given(st.binary(max_size=200))
def test_journal_of_any_bytes_ends_in_a_format_error(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_journal(data)


def test_journal_reopened_cuts_the_torn_end_off_and_goes_on(tmp_path: Path) -> None:
    raw = written(tmp_path)
    path = tmp_path / "journal"
    path.write_bytes(raw + encode_line({"kind": "kept", "pack": "3" * 64})[:-5])
    journal = Journal.reopen(path)
    journal.keep(PACK)
    journal.close()
    assert path.read_bytes() == raw + encode_line({"kind": "kept", "pack": PACK.hex()})


def test_journal_damaged_is_named_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"nothing of ours\n" * 2)
    with pytest.raises(JournalDamagedError) as caught:
        Journal.reopen(path)
    assert caught.value.facts["path"] == str(path)


class _Half(Unwatched):
    """A disk that is full after half a line."""

    @override
    def after(self, step: str, path: Path, /) -> None:
        if step == "write":
            os.truncate(path, path.stat().st_size - 9)
            raise OSError(errno.ENOSPC, "full")


def test_journal_line_that_the_disk_refused_leaves_nothing_and_ends_the_file(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path / "journal", BEGINNING)
    before = (tmp_path / "journal").read_bytes()
    try:
        DISK.watch = _Half()
        with pytest.raises(OSError, match="full"):
            journal.keep(PACK)
    finally:
        DISK.watch = Unwatched()
    assert (tmp_path / "journal").read_bytes() == before
    with pytest.raises(OSError, match="earlier"):
        journal.keep(PACK)


def rows(first: int, count: int) -> list[SealedRow]:
    return [
        SealedRow(
            line=line,
            document_id=DocumentId(line.to_bytes(16, "big")),
            content_id=Hash(b"c" * 32),
            aim=Hash(b"a" * 32),
            reference=f"réf-{line}",
            envelope=f"manifest {line}".encode(),
        )
        for line in range(first, first + count)
    ]


def spooled(folder: Path, delivery: bytes = b"d" * 16, packs: int = 2) -> Path:
    writer = SpoolWriter(folder, DeliveryId(delivery))
    kept = [
        writer.keep(Hash(bytes([pack]) * 32), 100 + pack, rows(10 * pack + 1, 3), b"draft %d" % pack) for pack in range(packs)
    ]
    writer.close()
    assert list(read_spool(folder, DeliveryId(delivery))) == kept
    return kept[0].spool


def test_spool_gives_back_rows_manifests_and_drafts(tmp_path: Path) -> None:
    path = spooled(tmp_path)
    first, second = read_spool(tmp_path, DeliveryId(b"d" * 16))
    assert (first.count, [line for line, _ in first.documents()]) == (3, [1, 2, 3])
    assert (list(first.rows()), list(second.rows())) == (rows(1, 3), rows(11, 3))
    assert (first.draft(), second.draft()) == (b"draft 0", b"draft 1")
    assert list(read_spool(tmp_path, DeliveryId(b"e" * 16))) == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_spool_cut_anywhere_keeps_the_records_before(tmp_path: Path) -> None:
    path = spooled(tmp_path)
    raw = path.read_bytes()
    first = 4 + int.from_bytes(raw[8:12], "big") + 32 + len(MAGIC)
    for cut in range(len(raw)):
        path.write_bytes(raw[:cut])
        assert len(list(read_spool(tmp_path, DeliveryId(b"d" * 16)))) == (1 if cut >= first else 0)


def test_spool_changed_before_its_last_record_is_refused(tmp_path: Path) -> None:
    path = spooled(tmp_path)
    raw = path.read_bytes()
    first = 4 + int.from_bytes(raw[8:12], "big") + 32 + len(MAGIC)
    for at in (*range(8), *range(12, first, 5)):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        with pytest.raises(FormatError):
            list(read_spool(tmp_path, DeliveryId(b"d" * 16)))
    path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    assert len(list(read_spool(tmp_path, DeliveryId(b"d" * 16)))) == 1


def test_spool_gives_the_bytes_of_a_pack_only_when_they_are_whole(tmp_path: Path) -> None:
    data = b"sealed bytes"
    pack = Hash(hashlib.sha256(data).digest())
    writer = SpoolWriter(tmp_path, DeliveryId(b"d" * 16))
    assert read_bytes(tmp_path, pack) is None
    writer.keep_bytes(pack, (data[:5], data[5:]))
    assert read_bytes(tmp_path, pack) == data
    pack_path(tmp_path, pack).write_bytes(data[:-1])
    assert read_bytes(tmp_path, pack) is None
    forget_bytes(tmp_path, pack)
    assert list(tmp_path.iterdir()) == []
