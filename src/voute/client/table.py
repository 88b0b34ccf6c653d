"""Reads a delivery list as people have it: UTF-8 with or without BOM or Windows-1252; comma, semicolon or tab."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from voute.client.columns import REQUIRED, Column, column_of
from voute.client.findings import Finding, Problem

MAX_TABLE_BYTES = 512 * 1024 * 1024
"""A list of a million rows is about 200 MB; beyond this it is not a list of bills."""

MAX_CELL = 10_000
"""Characters in one cell: an address has a few hundred; more is a broken quotation mark that swallowed rows."""

_DELIMITERS = (";", ",", "\t")
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row: the line of the file on which it starts, and its cells by column, trimmed."""

    line: int
    cells: dict[Column, str]

    def get(self, column: Column) -> str:
        """Give the cell, empty when the column is missing."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """The list as read: rows, what was recognised, and what is wrong with it as a whole."""

    rows: tuple[RawRow, ...]
    encoding: str
    delimiter: str
    findings: tuple[Finding, ...]


def _encoding(data: bytes) -> tuple[str, str] | None:
    """Find the encoding in which all bytes are text, and its name for people; never holds the text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16", "utf-16") if _is_text(data, "utf-16") else None
    with_mark = data.startswith(codecs.BOM_UTF8)
    for encoding, label in (("utf-8-sig" if with_mark else "utf-8", "utf-8"), ("cp1252", "windows-1252")):
        if _is_text(data, encoding):
            return encoding, label
    return None


def _is_text(data: bytes, encoding: str) -> bool:
    try:
        with _text(data, encoding) as file:
            return all("\x00" not in piece for piece in iter(lambda: file.read(_PIECE), ""))
    except UnicodeDecodeError:
        return False


def _text(data: bytes, encoding: str, newline: str | None = "") -> io.TextIOWrapper:
    """Read the bytes as text, piece by piece: the whole text in memory would take four bytes a character."""
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline=newline)


def _delimiter(data: bytes, encoding: str) -> str:
    """Pick the delimiter that makes most known headings of the first line."""
    with _text(data, encoding, None) as file:
        first = next((line for line in file if line.strip()), "")

    def known(delimiter: str) -> int:
        return sum(column_of(cell.strip('" \n')) is not None for cell in first.split(delimiter))

    return max(_DELIMITERS, key=known)


def _headings(cells: list[str]) -> tuple[list[Column | None], list[Finding]]:
    columns: list[Column | None] = []
    findings: list[Finding] = []
    for cell in cells:
        column = column_of(cell)
        if column is None and cell.strip():
            findings.append(Finding(1, Problem.COLUMN_UNKNOWN, {"column": cell.strip()[:60]}))
        if column is not None and column in columns:
            findings.append(Finding(1, Problem.COLUMN_TWICE, {"column": cell.strip()[:60]}))
        columns.append(column)
    findings.extend(Finding(1, Problem.COLUMN_MISSING, {"column": str(needed)}) for needed in REQUIRED if needed not in columns)
    if Column.PARTY not in columns and Column.NAME not in columns:
        findings.append(Finding(1, Problem.COLUMN_MISSING, {"column": "party"}))
    return columns, findings


def _row(cells: list[str], columns: list[Column | None], line: int) -> RawRow | Finding:
    if len(cells) > len(columns) and any(c.strip() for c in cells[len(columns) :]):
        return Finding(line, Problem.ROW_TOO_LONG, {"cells": len(cells), "columns": len(columns)})
    if any(len(cell) > MAX_CELL for cell in cells):
        return Finding(line, Problem.CELL_TOO_LONG, {"limit": MAX_CELL})
    return RawRow(line, {c: cell.strip() for c, cell in zip(columns, cells, strict=False) if c is not None})


class TableReader:
    """Reads the bytes of a list row by row; never raises: everything wrong is a finding with its line.

    Rows that are wholly empty are passed over. Line numbers are those of the file, from 1, as a text editor shows them.
    """

    def __init__(self, data: bytes) -> None:
        """Take the bytes of a list."""
        self._data = data
        self.encoding, self.delimiter = "", ""
        self._codec = ""
        self._as_a_whole = self._look()
        self.findings: list[Finding] = []
        """What is wrong with the list as a whole or with what is no row: complete once all rows are read."""

    def _look(self) -> list[Finding]:
        if len(self._data) > MAX_TABLE_BYTES:
            return [Finding(1, Problem.TABLE_TOO_LARGE, {"limit": MAX_TABLE_BYTES})]
        found = _encoding(self._data)
        if found is None:
            return [Finding(1, Problem.TABLE_NOT_TEXT, {})]
        self._codec, self.encoding = found
        self.delimiter = _delimiter(self._data, self._codec)
        return []

    def count(self) -> int:
        """Count the rows, in a tenth of the time that reading them takes; for showing how far a check has come."""
        count = 0
        if self._codec:
            with _text(self._data, self._codec) as file, suppress(csv.Error):
                for cells in csv.reader(file, delimiter=self.delimiter, strict=True):
                    count += any(cell.strip() for cell in cells)
        return max(count - 1, 0)

    @property
    def rows(self) -> Iterator[RawRow]:
        """Read all rows from the first; to be walked through once at a time."""
        self.findings = list(self._as_a_whole)
        if not self._codec:
            return
        columns: list[Column | None] | None = None
        start, found = 1, False
        with _text(self._data, self._codec) as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            try:
                for cells in reader:
                    line, start = start, reader.line_num + 1
                    if not any(cell.strip() for cell in cells):
                        continue
                    if columns is None:
                        columns, self.findings = _headings(cells)
                        continue
                    row = _row(cells, columns, line)
                    if isinstance(row, Finding):
                        self.findings.append(row)
                    else:
                        found = True
                        yield row
            except csv.Error:
                self.findings.append(Finding(start, Problem.ROW_BROKEN_QUOTES, {}))
        if columns is None or (not found and not self.findings):
            self.findings.append(Finding(1, Problem.TABLE_EMPTY, {}))


def read_table(data: bytes) -> Table:
    """Read the bytes of a list whole, as `TableReader` does."""
    reader = TableReader(data)
    rows = tuple(reader.rows)
    return Table(rows, reader.encoding, reader.delimiter, tuple(reader.findings))
