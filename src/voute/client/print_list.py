"""The lists that a delivery leaves: what must be printed, and each letter avoided with the act that avoids it.

Columns: `docs/guide/command-line.md`, "What must be printed"; when they are written: `docs/spec/journal.md`. Both hold names
and addresses, so both are for the department alone (mode 0600).
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from voute.client.choice import Channel, Choice, Reason
from voute.client.csv_file import write_csv
from voute.client.disk import DISK, read_pieces
from voute.client.preflight import Row
from voute.core.errors import StateError
from voute.core.values import time_text

PRINT: Final = "print"
CHOICES: Final = "choices"
HELD_ONLY: Final = "held"
"""Stands for the delivery in the name of a list of rows that were all held: nothing was sent."""

_ROW: Final = ("line", "reference", "party", "slot", "name", "address", "language", "title", "type", "file", "document_id")
_CHOICE: Final = ("consent_act", "consent_number", "consent_index", "consent_at")
PRINT_COLUMNS: Final = (*_ROW, "channel", "reason", "doubt", "choice_at")
CHOICES_COLUMNS: Final = (*_ROW, *_CHOICE)

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
"""With these a spreadsheet begins a formula (OWASP, CSV injection); names and addresses are what people wrote in some form.
Such a cell gets an apostrophe, which is taken off again when it is read: so one that has it gets another."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A row with what was decided about it; `document_id` is hex, empty for a row that is held."""

    row: Row
    choice: Choice
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class Lists:
    """Where the lists of a delivery are."""

    print_list: Path
    choices: Path


def lists_of(folder: Path, delivery: str) -> Lists:
    """Name the lists of a delivery in a folder."""
    return Lists(folder / f"{PRINT}-{delivery}.csv", folder / f"{CHOICES}-{delivery}.csv")


def write_lists(folder: Path, delivery: str, placed: Callable[[], Iterable[Placed]]) -> Lists:
    """Write both lists; durable on return. `placed` gives the rows by rising line, each time anew."""
    lists = lists_of(folder, delivery)
    paper = (one for one in placed() if one.choice.channel is not Channel.DIGITAL)
    digital = (one for one in placed() if one.choice.channel is Channel.DIGITAL)
    _write(lists.print_list, PRINT_COLUMNS, ((*_cells(one), *_paper_cells(one.choice)) for one in paper))
    _write(lists.choices, CHOICES_COLUMNS, ((*_cells(one), *_proof_cells(one.choice)) for one in digital))
    return lists


def move_lists(source: Path, folder: Path, delivery: str) -> Lists:
    """Put the lists that were written before the commit beside the receipts; durable on return, may be repeated."""
    target = lists_of(folder, delivery)
    waiting = lists_of(source, delivery)
    for old, new in ((waiting.print_list, target.print_list), (waiting.choices, target.choices)):
        # Gone with the spool once everything else is done: then they are in their place.
        if old.exists():
            DISK.replace(new, read_pieces(old))
    return target


class ListDamagedError(StateError):
    """A list of a delivery is not what this program wrote; the fact `path` names it."""

    code: ClassVar[str] = "print-list-damaged"


class DeliveredLists:
    """What the deliveries of a run decided about each row: nothing before the first."""

    def __init__(self, folder: Path) -> None:
        """Read every list beside the run's receipts; raises `ListDamagedError`."""
        self._printed: dict[_Key, tuple[Reason, str]] = {}
        self._avoided: dict[_Key, str] = {}
        printed = sorted(folder.glob(f"{PRINT}-*.csv"))
        self.are_there = bool(printed)
        """Whether there was a delivery under this name: each leaves a list of what is printed, an empty one too."""
        for path in printed:
            for cells in _read(path, PRINT_COLUMNS):
                self._printed[_key_of(cells)] = (Reason(cells["reason"]), cells["choice_at"])
        for path in sorted(folder.glob(f"{CHOICES}-*.csv")):
            self._avoided.update((_key_of(cells), cells["consent_at"]) for cells in _read(path, CHOICES_COLUMNS))

    def avoids(self, row: Row) -> bool:
        """Say whether a delivery found that this row needs no letter; one that any delivery would print is printed."""
        key = _key(row)
        return key in self._avoided and key not in self._printed

    def reason(self, row: Row) -> tuple[Reason, str] | None:
        """Return why a row goes as it goes, and the time of the choice if there is one; None if it was not delivered."""
        key = _key(row)
        if self.avoids(row):
            return Reason.CHOSEN, self._avoided[key]
        return self._printed.get(key)


_Key = tuple[str, str, str, str, str]


def _key(row: Row) -> _Key:
    return (row.reference, row.party, str(row.slot), row.type, row.file_name)


def _key_of(cells: Mapping[str, str]) -> _Key:
    return (cells["reference"], cells["party"], cells["slot"], cells["type"], cells["file"])


def _read(path: Path, columns: Sequence[str]) -> Iterator[Mapping[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter=";", strict=True)
        rows = list(reader)
        if tuple(reader.fieldnames or ()) != tuple(columns) or any(None in row or None in row.values() for row in rows):
            raise ListDamagedError("other columns", path=str(path))
        if "reason" in columns and not {row["reason"] for row in rows} <= set(Reason):
            raise ListDamagedError("an unknown reason", path=str(path))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ListDamagedError("not a list", path=str(path)) from error
    for row in rows:
        yield {column: cell.removeprefix("'") for column, cell in row.items()}


def _cells(one: Placed) -> tuple[str | int, ...]:
    row = one.row
    place = (row.line, row.reference, row.party, row.slot, row.name, row.address)
    return (*place, row.language, row.title, row.type, row.file_name, one.document_id)


def _paper_cells(choice: Choice) -> tuple[str, ...]:
    at = time_text(choice.proof.at) if choice.proof else ""
    return (str(choice.channel), str(choice.reason), choice.doubt, at)


def _proof_cells(choice: Choice) -> tuple[str | int, ...]:
    if choice.proof is None:
        raise ValueError("a letter is avoided by a proven choice only")
    return (choice.proof.act.hex(), choice.proof.number, choice.proof.index, time_text(choice.proof.at))


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    safe = ([f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in row] for row in rows)
    DISK.replace(path, write_csv(columns, safe))
