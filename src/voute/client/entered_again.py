"""Documents of a lost tail that the city still had, and entered into the successor by itself: its new receipts end the search.

Source: `docs/spec/event-receipt.md`, "Receipts and a successor". What counts is the proof: the event of the very document that
was delivered, at a place of the tree that the receipts were compared with.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from voute.client.answers import read_object
from voute.client.api import CityRefusedError
from voute.client.disk import DISK
from voute.client.receipt_check import ReceiptCheck
from voute.client.receipts import MAX_CHECKPOINTS
from voute.core.errors import FormatError, LimitError
from voute.core.ids import DeliveryId, DocumentId
from voute.format.fields import to_base64
from voute.format.receipt import CheckpointLine, ReceiptLine, parse_line, write_line

Ask = Callable[[DeliveryId], Iterable[bytes]]
"""Gives the city's receipts of a delivery as they come; raises `CityRefusedError` where it has none, or does not know it."""

ENTERED: Final = "entered-"


def entered_path(receipts: Path) -> Path:
    """Name the file of new receipts that stands beside the receipts of a delivery."""
    return receipts.with_name(ENTERED + receipts.name.removeprefix("receipts-"))


def keep_entered(
    receipts: Path,
    lost: Iterable[DocumentId],
    lines: Iterable[bytes],
    check: ReceiptCheck,
    holds: Callable[[ReceiptLine], bool],
    *,
    keep: bool,
) -> set[DocumentId]:
    """Find which lost documents of a delivery the city has entered again, and keep their new receipts beside the old ones.

    `lines` are the city's (`Ask`); `holds` tells whether the tree that was compared with has a line at its place. A file is
    written only with `keep`, and only of what is proven; it is durable on return. A city that gives nothing has entered nothing.

    Raises:
        FormatError, LimitError, VerificationError: it gives what is no receipt, or not that of the document.
    """
    wanted = set(lost)
    found: set[DocumentId] = set()
    with receipts.open("rb") as file, suppress(CityRefusedError):
        places = _places(file, wanted)
        proven = _proven(file, places, lines, check, holds, found)
        if keep:
            temporary = entered_path(receipts).with_suffix(".part")
            with DISK.create(temporary, anew=True) as grown:
                grown.append(proven)
                grown.sync()
            if found:
                DISK.rename(temporary, entered_path(receipts))
            else:
                DISK.unlink(temporary)
        else:
            for _ in proven:
                pass
    return found


def _places(file: BinaryIO, wanted: set[DocumentId]) -> dict[DocumentId, int]:
    """Find where the kept receipts of these documents begin."""
    places: dict[DocumentId, int] = {}
    at = 0
    for raw in file:
        line = parse_line(raw)
        if isinstance(line, ReceiptLine) and line.document_id in wanted:
            places[line.document_id] = at
        at += len(raw)
    return places


def _proven(
    file: BinaryIO,
    places: dict[DocumentId, int],
    lines: Iterable[bytes],
    check: ReceiptCheck,
    holds: Callable[[ReceiptLine], bool],
    found: set[DocumentId],
) -> Iterator[bytes]:
    """Give the lines to be kept: the checkpoints, and of lost documents those whose place is theirs; `found` is told of each."""
    checkpoints = 0
    by_name = {document.hex(): at for document, at in places.items()}
    for raw in lines:
        value = read_object(raw)
        if value.get("kind") == "receipt":
            at = by_name.get(str(value.get("document_id")))
            if at is None:
                continue
            file.seek(at)
            old = parse_line(file.readline())
            if not isinstance(old, ReceiptLine):
                raise FormatError("the kept receipts have changed meanwhile")
            # As the first time, the city does not say what was sent: that is this department's own.
            value = {**value, "row": old.row, "reference": old.reference, "manifest": to_base64(old.manifest)}
        elif value.get("kind") == "deleted":
            continue
        written, line = write_line(value)
        check.line(line)
        if isinstance(line, CheckpointLine):
            checkpoints += 1
            if checkpoints > MAX_CHECKPOINTS:
                raise LimitError("too many checkpoints among the receipts", limit=MAX_CHECKPOINTS)
            yield written
        elif isinstance(line, ReceiptLine) and holds(line):
            found.add(line.document_id)
            yield written
