"""Where each document of a run lies in its spool, found by its id: 24 bytes a document, and nothing that reading changes.

A dict takes six times that, and processes that share it would each copy it by looking something up (docs/adr/0062).
"""

import os
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

from voute.client.spool import SealedRow, SentPack
from voute.core.errors import FormatError
from voute.core.ids import ID_SIZE, parse_hex

_NUMBER: Final = 8
_ENTRY: Final = ID_SIZE + _NUMBER
_HEAD: Final = 2
"""Bytes of an id by which it is found: ids are drawn at random, so of a million documents some fifteen share theirs."""


class SentPlaces:
    """The documents of a run, numbered from 0 in the order of its packs."""

    def __init__(self, packs: Sequence[SentPack]) -> None:
        """Take the packs of the run."""
        self._packs = packs
        self._first = list(accumulate((pack.count for pack in packs), initial=0))
        ids = (document_id for pack in packs for _, document_id in pack.documents())
        entries = sorted(document_id + number.to_bytes(_NUMBER, "big") for number, document_id in enumerate(ids))
        counts = [0] * (1 << 8 * _HEAD)
        for entry in entries:
            counts[int.from_bytes(entry[:_HEAD], "big")] += 1
        self._begin = array("Q", accumulate(counts, initial=0))
        self._entries = b"".join(entries)
        self._files: dict[Path, int] = {}

    def __len__(self) -> int:
        return self._first[-1]

    def number(self, document_id: str) -> int:
        """Return the number of a document; `FormatError` for one that was not sent."""
        wanted = parse_hex(document_id, ID_SIZE)
        head = int.from_bytes(wanted[:_HEAD], "big")
        at, end = self._begin[head] * _ENTRY, self._begin[head + 1] * _ENTRY
        while (at := self._entries.find(wanted, at, end)) >= 0:
            if at % _ENTRY == 0:
                return int.from_bytes(self._entries[at + ID_SIZE : at + _ENTRY], "big")
            at += 1
        raise FormatError("a receipt of a document that was not sent")

    def row(self, number: int) -> SealedRow:
        """Read a document with its manifest's envelope from the spool."""
        place = bisect_right(self._first, number) - 1
        pack = self._packs[place]
        if pack.spool not in self._files:
            self._files[pack.spool] = os.open(pack.spool, os.O_RDONLY | os.O_CLOEXEC)
        return pack.row(self._files[pack.spool], number - self._first[place])

    def close(self) -> None:
        """Close the files."""
        while self._files:
            os.close(self._files.popitem()[1])
