"""The holder's sealed index: bytes that the city keeps, numbers, and cannot read; and which documents there are, in short rows.

Source: `docs/spec/index-directory.md`, `docs/spec/api.md`.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from voute.app.boxes import boxes_of
from voute.app.city import City
from voute.app.errors import IndexConflictError
from voute.app.header_shape import check_sealed
from voute.app.ports import Holder
from voute.core.errors import FormatError, LimitError
from voute.core.ids import hash_of
from voute.core.ports_store import RowExistsError
from voute.core.ports_vaults import IndexMark
from voute.core.rows import IndexRow, PlaceRow
from voute.core.values import MAX_INTEGER
from voute.format.ledger import encode_index

MAX_INDEX_FILE: Final = 16 * 1024 * 1024 + 64 * 1024
"""Bytes of a sealed index: an envelope of 16 MiB, 16 bytes a chunk of 64 KiB, a header of 1.8 KB, and room."""

MAX_STEP: Final = 1_000_000
"""How far a number may rise at once: whoever has a session alone can't use up the numbers, 9 · 10^15 of them, for the holder."""

MAX_PLACES: Final = 5_000
"""Places in one answer: about 400 KB on the wire."""


@dataclass(frozen=True, slots=True)
class IndexChange:
    """A new index: its number, and the number of the one that its writer saw (0: none)."""

    after: int
    number: int
    data: bytes


def read_index(city: City, holder: Holder) -> IndexRow | None:
    """Return the vault's index; None when there is none."""
    with city.catalogue.read() as tx:
        return tx.vaults.index(holder.vault_id)


def index_mark(city: City, holder: Holder) -> IndexMark | None:
    """Return which index the vault has, without its bytes; None when there is none."""
    with city.catalogue.read() as tx:
        return tx.vaults.index_mark(holder.vault_id)


def replace_index(city: City, holder: Holder, change: IndexChange) -> None:
    """Keep a new index if the vault's is the one that the writer saw; the same again changes nothing.

    Raises:
        IndexConflictError: another device was faster; the fact `number` is the number of what is kept (0: nothing).
        FormatError: not a hybrid age file of one recipient, or a number that does not rise, or by too much.
        LimitError: too long.
    """
    if len(change.data) > MAX_INDEX_FILE:
        raise LimitError("index too long", limit=MAX_INDEX_FILE)
    if not 0 <= change.after < change.number <= MAX_INTEGER:
        raise FormatError("an index has a higher number than the one before it", field="number")
    if change.number - change.after > MAX_STEP:
        raise FormatError("a number rises by one, or over what a restored city has lost", field="number")
    check_sealed(change.data, 1)
    row = IndexRow(holder.vault_id, change.number, hash_of(hashlib.sha256(change.data).digest()), city.now(), change.data)
    # Made before the transaction: the one writer waits for the disk alone.
    file = encode_index(row)
    try:
        with city.catalogue.write() as tx:
            kept = tx.vaults.put_index(change.after, row)
            if kept:
                city.ledger.keep_index(row.vault_id, file)
    except RowExistsError:
        kept = False
    if kept:
        return
    with city.catalogue.read() as tx:
        newest = tx.vaults.index(holder.vault_id)
    if newest is None or (newest.number, newest.sha256) != (row.number, row.sha256):
        raise IndexConflictError(number=0 if newest is None else newest.number)


@dataclass(frozen=True, slots=True)
class PlacesAsked:
    """A page of places: above `after` and, newest first, below `before`; without it by rising position."""

    after: int
    before: int | None
    limit: int


def list_places(city: City, holder: Holder, asked: PlacesAsked) -> tuple[PlaceRow, ...]:
    """Return which visible documents there are, at most `limit` (≤ `MAX_PLACES`)."""
    limit = min(asked.limit, MAX_PLACES)
    with city.catalogue.read() as tx:
        boxes = boxes_of(tx, holder.vault_id)
        if asked.before is None:
            return tx.documents.places(boxes, asked.after, limit)
        return tx.documents.newest_places(boxes, asked.after, asked.before, limit)
