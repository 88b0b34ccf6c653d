"""Writes the lists that a department opens in a spreadsheet, however long, a piece at a time."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

_ROWS: Final = 1_000
"""Rows that are written at a time: some 200 kB."""


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Iterator[bytes]:
    """Write a table, headings first; gives its bytes in pieces."""
    # A byte order mark: without it Excel reads UTF-8 as Windows-1252.
    encoding = "utf-8-sig"
    walk = iter(rows)
    piece: list[Sequence[str | int]] = [columns]
    while piece:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=";").writerows(piece)
        yield text.getvalue().encode(encoding)
        encoding, piece = "utf-8", list(islice(walk, _ROWS))
