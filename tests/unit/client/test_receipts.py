"""Receipts that come from the city become the department's file, those of deleted documents too."""

import hashlib
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from voute.client.receipts import (
    MAX_CHECKPOINTS,
    MAX_SHARE,
    ReceiptMissingError,
    ReceiptsIncompleteError,
    export_receipt,
    read_lines,
    write_receipts,
)
from voute.client.spool import SealedRow, SentPack, SpoolWriter
from voute.client.workers import SHARE
from voute.core.errors import FormatError, LimitError
from voute.core.ids import DeliveryId, DocumentId, Hash
from voute.format.receipt import CheckpointLine, DeletedLine

DOCUMENT = DocumentId(b"d" * 16)


def gone(document_id: DocumentId) -> bytes:
    """What a city says of a document that its holder has deleted."""
    return b'{"kind":"deleted","document_id":"%s","index":7}' % document_id.hex().encode()


GONE = gone(DOCUMENT)


def sent(folder: Path, *ids: DocumentId) -> list[SentPack]:
    """Two packs, or one for a single document; rows are numbered from 1, the single one has row 3."""
    spool = folder / "spool"
    spool.mkdir()
    nothing = Hash(bytes(32))
    rows = [SealedRow(line, one, nothing, nothing, f"roll-{line}", b"{}") for line, one in enumerate(ids, 1)]
    rows = rows or [SealedRow(3, DOCUMENT, nothing, nothing, "roll-3", b"{}")]
    half = (len(rows) + 1) // 2
    with closing(SpoolWriter(spool, DeliveryId(bytes(16)))) as writer:
        return [writer.keep(nothing, 1, some, b"") for some in (rows[:half], rows[half:]) if some]


def test_receipts_of_a_deleted_document_say_so(tmp_path: Path) -> None:
    path = tmp_path / "receipts.ndjson"
    write_receipts(path, [GONE], sent(tmp_path), lambda _: None, lambda _: None)
    assert list(read_lines(path)) == [DeletedLine(3, "roll-3", DOCUMENT, 7)]
    with pytest.raises(ReceiptMissingError):
        export_receipt(path, lambda _: True)


def test_receipts_that_are_missing_are_not_deleted_ones(tmp_path: Path) -> None:
    path = tmp_path / "receipts.ndjson"
    with pytest.raises(ReceiptsIncompleteError):
        write_receipts(path, [], sent(tmp_path), lambda _: None, lambda _: None)
    assert not path.exists()


@pytest.mark.attack("G1")
def test_receipts_of_a_megabyte_each_are_refused_in_little_memory(tmp_path: Path) -> None:
    lines = (b'{"kind":"receipt","document_id":"%032x","path":"%b"}' % (number, b"a" * 1_000_000) for number in range(SHARE))
    packs = sent(tmp_path)
    tracemalloc.start()
    try:
        with pytest.raises(FormatError):
            write_receipts(tmp_path / "receipts", lines, packs, lambda _: None, lambda _: None, 1)
        assert tracemalloc.get_traced_memory()[1] < 8 * MAX_SHARE
    finally:
        tracemalloc.stop()


def test_receipts_of_many_documents_come_in_their_order_whoever_reads_them(tmp_path: Path) -> None:
    ids = [DocumentId(hashlib.sha256(b"%d" % number).digest()[:16]) for number in range(3 * SHARE)]
    packs = sent(tmp_path, *ids)
    order = sorted(ids)
    here, there = tmp_path / "here", tmp_path / "there"
    told: list[int] = []
    for path, processes in ((here, 1), (there, 2)):
        write_receipts(path, map(gone, order), packs, lambda _: None, told.append, processes)
    assert here.read_bytes() == there.read_bytes()
    assert [(line.document_id, line.row) for line in read_lines(there) if isinstance(line, DeletedLine)] == [
        (document_id, 1 + ids.index(document_id)) for document_id in order
    ]
    assert told == [SHARE, 2 * SHARE, 3 * SHARE] * 2


def test_receipts_are_checked_in_every_process_with_the_checkpoints_that_came_before(tmp_path: Path) -> None:
    ids = [DocumentId(hashlib.sha256(b"%d" % number).digest()[:16]) for number in range(4 * SHARE)]
    note = CheckpointLine("note\n")
    seen: list[object] = []

    def check(line: object) -> None:
        seen.append(line)
        if note not in seen:
            raise FormatError("a receipt before its checkpoint")

    lines = [note.encode().strip(), *map(gone, ids)]
    write_receipts(tmp_path / "receipts", lines, sent(tmp_path, *ids), check, lambda _: None, 2)
    assert next(iter(read_lines(tmp_path / "receipts"))) == note


@pytest.mark.parametrize("processes", [1, 2])
def test_receipts_of_one_document_do_not_come_twice(tmp_path: Path, processes: int) -> None:
    ids = [DocumentId(hashlib.sha256(b"%d" % number).digest()[:16]) for number in range(2 * SHARE)]
    with pytest.raises(FormatError, match="two receipts"):
        write_receipts(tmp_path / "r", map(gone, [*ids, ids[0]]), sent(tmp_path, *ids), lambda _: None, lambda _: None, processes)
    assert not (tmp_path / "r").exists()


def test_receipts_of_what_was_not_sent_are_refused(tmp_path: Path) -> None:
    # Its first bytes are those of a document that was sent; within two entries its bytes stand where none begins.
    other = DocumentId(DOCUMENT[:2] + bytes(14))
    with pytest.raises(FormatError, match="not sent"):
        write_receipts(tmp_path / "r", [gone(other)], sent(tmp_path), lambda _: None, lambda _: None)


def test_receipts_with_a_checkpoint_each_are_refused(tmp_path: Path) -> None:
    lines = [CheckpointLine(f"note {number}\n").encode().strip() for number in range(MAX_CHECKPOINTS + 1)]
    with pytest.raises(LimitError):
        write_receipts(tmp_path / "r", [*lines, *[GONE] * SHARE], sent(tmp_path), lambda _: None, lambda _: None)
