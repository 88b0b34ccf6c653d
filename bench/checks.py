"""What must be true of a delivery before its time may be told: every document has a receipt, and receipts hold."""

from pathlib import Path
from typing import Final

from bench.city import Founded
from bench.documents import file_name
from voute.client.receipts import export_receipt, read_lines
from voute.client.trust import read_pin
from voute.format.receipt import ReceiptLine
from voute.verify.receipt import digest_bytes, verify_receipt

SAMPLES: Final = 10
"""Receipts of a run that are verified offline against the file on disk."""

_HEADING: Final = 2
"""The line of the list that holds document 0."""


class ReceiptsWrongError(Exception):
    """A delivery left too few receipts, or too many."""


def check_receipts(city: Founded, receipts: Path, files: Path, documents: int) -> None:
    """Count the receipts of a run and verify some of them.

    Raises `ReceiptsWrongError`, and `VouteError` for a receipt that does not hold.
    """
    rows = {line.row for line in read_lines(receipts) if isinstance(line, ReceiptLine)}
    if rows != {number + _HEADING for number in range(documents)}:
        raise ReceiptsWrongError(f"{len(rows)} rows of {documents} have a receipt")
    root = read_pin(city.home).root
    for number in range(0, documents, max(1, documents // SAMPLES)):
        receipt = _export(receipts, number + _HEADING)
        verify_receipt(digest_bytes((files / file_name(number)).read_bytes()), receipt, root)


def _export(receipts: Path, row: int) -> bytes:
    return export_receipt(receipts, lambda line: line.row == row)
