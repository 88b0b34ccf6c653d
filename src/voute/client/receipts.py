"""Receipts on the department's disk: one `receipts.ndjson` a run, and self-contained files made from it.

Source: `docs/spec/event-receipt.md`, "receipts.ndjson".
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import ClassVar, Final

from voute.client.api import Json
from voute.client.disk import DISK, GrowingFile
from voute.client.spool import SealedRow, SentPack
from voute.core.errors import FormatError, StateError
from voute.core.ids import ID_SIZE, Hash, parse_hex
from voute.format.event import parse_event
from voute.format.fields import to_base64
from voute.format.receipt import CheckpointLine, DeletedLine, Receipt, ReceiptLine, parse_line, write_line
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.proof import TlogProof

Line = CheckpointLine | ReceiptLine | DeletedLine
Check = Callable[[Line], None]

_MOST: Final = 1 << 32
"""More documents than a pack has: the spool counts them in 32 bits."""

_PIECE: Final = 1024 * 1024
"""Bytes of receipts that are gathered for one write."""


class ReceiptsIncompleteError(StateError):
    """The city gave fewer receipts than documents; the run is committed, the receipts can be fetched again."""

    code: ClassVar[str] = "receipts-incomplete"


class ReceiptMissingError(StateError):
    """No receipt of this document is in the file."""

    code: ClassVar[str] = "receipt-missing"


class _Spool:
    """The manifests of a run, read back by document id."""

    def __init__(self, packs: Sequence[SentPack]) -> None:
        self._packs = packs
        # A number stands for pack and place: pairs would take as much again.
        self._where: dict[bytes, int] = {
            document_id: at * _MOST + number
            for at, pack in enumerate(packs)
            for number, (_, document_id) in enumerate(pack.documents())
        }
        self._files: dict[Path, int] = {}

    def __len__(self) -> int:
        return len(self._where)

    def take(self, document_id: str) -> SealedRow:
        """Give a document with its manifest's envelope, once."""
        found = self._where.pop(parse_hex(document_id, ID_SIZE), None)
        if found is None:
            raise FormatError("a receipt of a document that was not sent, or twice")
        pack = self._packs[found // _MOST]
        if pack.spool not in self._files:
            self._files[pack.spool] = os.open(pack.spool, os.O_RDONLY)
        return pack.row(self._files[pack.spool], found % _MOST)

    def close(self) -> None:
        """Close the files."""
        for handle in self._files.values():
            os.close(handle)


def write_receipts(
    path: Path, lines: Iterable[Json], packs: Sequence[SentPack], check: Check, progress: Callable[[int], None]
) -> None:
    """Write the receipts of a run durably, in the order of the log, never all in memory.

    `check` is told every line before it is kept (`voute.client.receipt_check`) and raises what it finds wrong. Raises
    `ReceiptsIncompleteError` when a receipt is missing; the file then stays under a temporary name.
    """
    temporary = path.with_suffix(".part")
    with closing(_Spool(packs)) as spool, DISK.create(temporary, anew=True) as file:
        total = len(spool)
        done = _copy(lines, spool, file, check, progress)
        if done != total:
            raise ReceiptsIncompleteError("fewer receipts than documents", received=done, expected=total)
        file.sync()
    DISK.rename(temporary, path)


def _copy(lines: Iterable[Json], spool: _Spool, file: GrowingFile, check: Check, progress: Callable[[int], None]) -> int:
    done, size = 0, 0
    piece: list[bytes] = []
    for line in lines:
        whole = line
        kind = line.get("kind")
        if kind in {"receipt", "deleted"}:
            sent = spool.take(str(line.get("document_id")))
            whole = {**line, "row": sent.line, "reference": sent.reference}
            if kind == "receipt":
                whole["manifest"] = to_base64(sent.envelope)
            done += 1
            progress(done)
        raw, read = write_line(whole)
        check(read)
        piece.append(raw)
        size += len(raw)
        if size >= _PIECE:
            file.append(piece)
            piece, size = [], 0
    file.append(piece)
    return done


def read_lines(path: Path) -> Iterator[CheckpointLine | ReceiptLine | DeletedLine]:
    """Read a receipts file line by line; raises `FormatError` for a line that is not canonical."""
    with path.open("rb") as file:
        for raw in file:
            yield parse_line(raw)


def export_receipt(path: Path, wanted: Callable[[ReceiptLine], bool]) -> bytes:
    """Make the self-contained receipt of the first document that is wanted; raises `ReceiptMissingError`."""
    notes: dict[Hash, str] = {}
    for line in read_lines(path):
        if isinstance(line, CheckpointLine):
            notes[line.id] = line.note
        elif isinstance(line, ReceiptLine) and wanted(line):
            return _self_contained(line, notes)
    raise ReceiptMissingError("no such receipt", path=str(path))


def _self_contained(line: ReceiptLine, notes: Mapping[Hash, str]) -> bytes:
    note = notes.get(line.checkpoint)
    if note is None:
        raise FormatError("a receipt before its checkpoint")
    proof = TlogProof(line.index, line.path, SignedCheckpoint.parse(note.encode()))
    return Receipt(
        city=parse_event(line.event).city,
        event=line.event,
        salt=line.salt,
        chain=line.chain,
        manifest=line.manifest,
        proof=proof.encode().decode(),
    ).encode()
