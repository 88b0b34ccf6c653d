"""What became of a run, in memory and as a CSV that a spreadsheet opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from pathlib import Path
from typing import Final

from voute.client.csv_file import write_csv
from voute.client.disk import DISK
from voute.client.lost_receipts import NOT_LOOKED, Looked
from voute.client.next_root import NONE_WAITS, NextRoot
from voute.client.print_list import Lists
from voute.core.ids import DeliveryId

SUMMARY: Final = "summary.csv"


class Settled(StrEnum):
    """What became of an unfinished run of the same name before a list was begun."""

    FINISHED = "finished"
    """The city had committed it; its receipts are kept now."""
    CANCELLED = "cancelled"
    """It was a draft."""
    DAMAGED = "damaged"
    """Its journal could not be read; it is set aside."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An unfinished run of the same name that a delivery found, and the receipts or the files that are left of it."""

    state: Settled
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each row of one list; `delivery_id` is None when nothing had to be sent."""

    run: str
    delivery_id: DeliveryId | None
    sent: Mapping[int, str]
    """Document id (hex) by line, of what was sent in this delivery."""
    known: Mapping[int, str]
    """Document id (hex) by line, of what had been delivered before."""
    held: Mapping[int, str]
    """Reference by line, of what is held back for paper: the vault was opened only just now."""
    frozen: Mapping[int, str]
    """Reference by line, of what goes on paper because somebody said that its code is not theirs."""
    to_vaults: int
    to_codes: int
    digital: int
    """How many go to the vault only, by a proven choice: the letters avoided."""
    packs: int
    bytes: int
    seconds: float
    receipts: Path | None
    deleted: int = 0
    """How many of what was sent have no receipt: their holders have deleted them already, the city says."""
    lists: Lists | None = None
    summary: Path | None = None
    earlier: Earlier | None = None
    already: int | None = None
    """Of a resumed run: how many documents the city held when it was resumed; None for any other."""
    looked: Looked = NOT_LOOKED
    """Which receipts of earlier deliveries the log's successor lacks."""
    next_root: NextRoot = NONE_WAITS
    """Which trust root waits for its time; nothing of it was used."""

    @property
    def both(self) -> int:
        """How many go to the vault and on paper."""
        return self.to_vaults - self.digital

    @property
    def paper(self) -> int:
        """How many reach people on paper only, those that are held or frozen among them."""
        return self.to_codes + len(self.held) + len(self.frozen)


def write_summary(
    folder: Path, sent: Mapping[int, str], known: Mapping[int, str], held: Mapping[int, str], frozen: Mapping[int, str]
) -> Path:
    """Write what became of each row beside the receipts of the run; durable on return."""
    rows = merge(
        ((line, "frozen", "") for line in sorted(frozen)),
        ((line, "held", "") for line in sorted(held)),
        ((line, "known", known[line]) for line in sorted(known)),
        ((line, "sent", sent[line]) for line in sorted(sent)),
    )
    path = folder / SUMMARY
    DISK.replace(path, write_csv(("line", "state", "document_id"), rows), mode=0o644)
    return path
