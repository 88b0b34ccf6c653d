"""Receipts that come from the city become the department's file, those of deleted documents too."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from voute.client.receipts import ReceiptMissingError, ReceiptsIncompleteError, export_receipt, read_lines, write_receipts
from voute.client.spool import SealedRow, SentPack, SpoolWriter
from voute.core.ids import DeliveryId, DocumentId, Hash
from voute.format.receipt import DeletedLine

DOCUMENT = DocumentId(b"d" * 16)
GONE: dict[str, Any] = {"kind": "deleted", "document_id": DOCUMENT.hex(), "index": 7}


def sent(folder: Path) -> list[SentPack]:
    spool = folder / "spool"
    spool.mkdir()
    nothing = Hash(bytes(32))
    with closing(SpoolWriter(spool, DeliveryId(bytes(16)))) as writer:
        return [writer.keep(nothing, 1, [SealedRow(3, DOCUMENT, nothing, nothing, "roll-3", b"{}")], b"")]


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
