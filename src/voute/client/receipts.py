"""Receipts on the department's disk: one `receipts.ndjson` a run, and self-contained files made from it.

Source: `docs/spec/event-receipt.md`, "receipts.ndjson".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from voute.client.answers import read_object
from voute.client.disk import DISK
from voute.client.sent_places import SentPlaces
from voute.client.spool import SentPack
from voute.client.workers import SHARE, stream_on_all_cores
from voute.core.errors import FormatError, LimitError, StateError
from voute.core.ids import Hash
from voute.format.event import parse_event
from voute.format.fields import to_base64
from voute.format.receipt import CheckpointLine, DeletedLine, Receipt, ReceiptLine, parse_line, write_line
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.proof import TlogProof

MAX_SHARE: Final = 4 * 1024 * 1024
"""Bytes of lines that one process takes at a time, and some more: lines of a city have 3 kB, those of a liar up to 1 MiB."""

Line = CheckpointLine | ReceiptLine | DeletedLine
Check = Callable[[Line], None]

MAX_CHECKPOINTS: Final = 16
"""Checkpoints among the receipts of a delivery: a city gives one (docs/spec/api.md), and each process is told of all."""


class ReceiptsIncompleteError(StateError):
    """The city gave fewer receipts than documents; the run is committed, the receipts can be fetched again."""

    code: ClassVar[str] = "receipts-incomplete"


class ReceiptMissingError(StateError):
    """No receipt of this document is in the file."""

    code: ClassVar[str] = "receipt-missing"


def write_receipts(
    path: Path,
    lines: Iterable[bytes],
    packs: Sequence[SentPack],
    check: Check,
    progress: Callable[[int], None],
    processes: int | None = None,
) -> int:
    """Write the receipts of a run durably, in the order of the log, never all in memory.

    Returns how many documents have none, because their holders have deleted them: that is the city's word.

    `lines` are the city's, as they came. `check` is told every line before it is kept (`voute.client.receipt_check`) and raises
    what it finds wrong; of many lines it is asked in so many `processes` (None: one a core), each of which knows every checkpoint
    that came before. Raises `ReceiptsIncompleteError` when a receipt is missing; the file then stays under a temporary name.
    """
    temporary = path.with_suffix(".part")
    with closing(SentPlaces(packs)) as places, DISK.create(temporary, anew=True) as file:
        taken = bytearray(len(places))
        done = deleted = 0
        for numbers, without, piece in stream_on_all_cores(_Reader(places, check).read, _shares(lines), processes):
            for number in numbers:
                if taken[number]:
                    raise FormatError("two receipts of one document")
                taken[number] = 1
            file.append((piece,))
            done += len(numbers)
            deleted += without
            progress(done)
        if done != len(places):
            raise ReceiptsIncompleteError("fewer receipts than documents", received=done, expected=len(places))
        file.sync()
    DISK.rename(temporary, path)
    return deleted


class _Share(NamedTuple):
    """Lines that follow one another, and the checkpoints that came before them."""

    checkpoints: tuple[bytes, ...]
    lines: list[bytes]


def _shares(lines: Iterable[bytes]) -> Iterator[_Share]:
    walk = iter(lines)
    checkpoints: list[bytes] = []
    while share := _next_share(walk):
        yield _Share(tuple(checkpoints), share)
        # No other line that is valid has a note: a receipt's texts are hex and Base64.
        checkpoints += (line for line in share if b'"note"' in line)
        if len(checkpoints) > MAX_CHECKPOINTS:
            raise LimitError("too many checkpoints among the receipts", limit=MAX_CHECKPOINTS)


def _next_share(walk: Iterator[bytes]) -> list[bytes]:
    share: list[bytes] = []
    size = 0
    for line in islice(walk, SHARE):
        share.append(line)
        size += len(line)
        if size > MAX_SHARE:
            break
    return share


class _Reader:
    """Reads lines, completes them from the spool, and has them checked; remembers the checkpoints that it knows."""

    def __init__(self, places: SentPlaces, check: Check) -> None:
        self._places = places
        self._check = check
        self._known: set[bytes] = set()

    def read(self, share: _Share) -> tuple[list[int], int, bytes]:
        """Give the numbers of the documents whose lines these are, how many are without a receipt, the lines as they are kept."""
        for raw in share.checkpoints:
            if raw not in self._known:
                self._check(write_line(read_object(raw))[1])
                self._known.add(raw)
        numbers: list[int] = []
        deleted = 0
        kept: list[bytes] = []
        for raw in share.lines:
            line = read_object(raw)
            kind = line.get("kind")
            if kind in {"receipt", "deleted"}:
                number = self._places.number(str(line.get("document_id")))
                sent = self._places.row(number)
                line = {**line, "row": sent.line, "reference": sent.reference}
                if kind == "receipt":
                    line["manifest"] = to_base64(sent.envelope)
                numbers.append(number)
            written, read = write_line(line)
            self._check(read)
            kept.append(written)
            deleted += isinstance(read, DeletedLine)
        return numbers, deleted, b"".join(kept)


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
