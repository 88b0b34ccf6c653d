"""Which letter everyone gets, in which order they are posted, and in which batch each is printed. Pure: nothing is read here.

The same list, registry and settings give the same plan, and a plan has a name: a hash of all that its letters say but their
date. So a call can tell whether the files of an earlier call are its own.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from voute.client.addresses import address_lines, find_postal_code, posting_order
from voute.client.preflight import Row
from voute.core.values import Names
from voute.format.registry import Entry, EntryState
from voute.paper.letter import LetterKind
from voute.paper.mail import sheets_for

BATCH_LETTERS: Final = 500
"""Letters of a print file: a tray of envelopes, and what an inserting machine does in minutes."""
BATCH_BYTES: Final = 64 * 1024 * 1024
"""Bytes of documents after which a print file ends all the same: they are in memory while it is made."""
FOLDED_SHEETS: Final = 5
"""Sheets that are folded in three and still fit a no. 10 envelope; more of them go flat, in files of their own."""


class Envelopes(StrEnum):
    """How a letter is put into its envelope, which is also how the print file is called."""

    FOLDED = "letters"
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class Document:
    """What the letter's document is: how many pages (none: the letter goes alone), bytes, and their SHA-256."""

    pages: int
    size: int
    sha256: bytes


NO_DOCUMENT: Final = Document(0, 0, b"")
"""Of a letter that goes alone."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One letter: the row it comes from, the code's entry, its words that are not everyone's, and its document."""

    row: Row
    entry: Entry
    language: str
    choices: tuple[Names, ...]
    document: Document

    @property
    def kind(self) -> LetterKind:
        """Say what the letter can offer: a code that was used already, or cancelled, is never printed again."""
        if self.entry.state is EntryState.ISSUED:
            return LetterKind.CODE
        return LetterKind.VAULT if self.entry.state is EntryState.BOUND else LetterKind.PAPER

    @property
    def recipient(self) -> tuple[str, ...]:
        """Lines for the envelope's window."""
        return recipient_of(self.row)

    @property
    def postal_code(self) -> str | None:
        """The Canadian postal code, if the address has one."""
        return find_postal_code(self.recipient)

    @property
    def sheets(self) -> int:
        """Sheets in the envelope."""
        return sheets_for(self.document.pages)

    @property
    def envelopes(self) -> Envelopes:
        """Folded, or flat where the sheets are too many."""
        return Envelopes.FOLDED if self.sheets <= FOLDED_SHEETS else Envelopes.FLAT


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters of one print file, in the order in which they are posted."""

    number: int
    envelopes: Envelopes
    letters: tuple[Planned, ...]

    @property
    def name(self) -> str:
        """The print file's name, without its folder."""
        return f"{self.envelopes}-{self.number:04d}.pdf"


@dataclass(frozen=True, slots=True)
class LetterPlan:
    """All batches, and the plan's name (hex)."""

    name: str
    batches: tuple[Batch, ...]

    @property
    def letters(self) -> Iterator[Planned]:
        """Every letter, in order."""
        return (one for batch in self.batches for one in batch.letters)


def recipient_of(row: Row) -> tuple[str, ...]:
    """Give name and address as lines."""
    return (row.name, *address_lines(row.address))


def make_plan(letters: Sequence[Planned], settings: str, batch_letters: int = BATCH_LETTERS) -> LetterPlan:
    """Order letters and cut them into batches; `settings` is what all letters have in common, in any stable form."""
    ordered = sorted(letters, key=_place)
    digest = hashlib.sha256(json.dumps([settings, batch_letters]).encode())
    for one in ordered:
        digest.update(json.dumps(_identity(one)).encode())
    batches: list[Batch] = []
    for envelopes, group in groupby(ordered, key=lambda one: one.envelopes):
        shares = enumerate(_shares(group, batch_letters), 1)
        batches.extend(Batch(number, envelopes, share) for number, share in shares)
    return LetterPlan(digest.hexdigest(), tuple(batches))


def _place(one: Planned) -> tuple[bool, tuple[bool, str], str, str, int, int]:
    """Folded before flat, then by postal code; the rest only makes the order the same each time."""
    row = one.row
    flat = one.envelopes is Envelopes.FLAT
    return (flat, posting_order(one.postal_code), row.reference, row.party, row.slot, row.line)


def _identity(one: Planned) -> list[object]:
    row, document = one.row, one.document
    return [
        *(row.line, row.reference, row.party, row.slot, row.title, row.document_key or ""),
        *(str(one.kind), one.entry.lookup_id.hex(), one.language, one.recipient),
        [[each.fr, each.en] for each in one.choices],
        *(document.pages, document.sha256.hex()),
    ]


def _shares(letters: Iterator[Planned], most: int) -> Iterator[tuple[Planned, ...]]:
    share: list[Planned] = []
    size = 0
    for one in letters:
        length = one.document.size
        if share and (len(share) == most or size + length > BATCH_BYTES):
            yield tuple(share)
            share, size = [], 0
        share.append(one)
        size += length
    if share:
        yield tuple(share)
