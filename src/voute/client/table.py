"""Reads a delivery list as people have it: UTF-8 with or without BOM or Windows-1252; comma, semicolon or tab."""

import csv
import io
from dataclasses import dataclass

from voute.client.columns import REQUIRED, Column, column_of
from voute.client.findings import Finding, Problem

MAX_TABLE_BYTES = 512 * 1024 * 1024
"""A list of a million rows is about 200 MB; beyond this it is not a list of bills."""

MAX_CELL = 10_000
"""Characters in one cell: an address has a few hundred; more is a broken quotation mark that swallowed rows."""

_DELIMITERS = (";", ",", "\t")


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


def _decode(data: bytes) -> tuple[str, str] | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), "utf-16"
        except UnicodeDecodeError:
            return None
    for encoding, label in (("utf-8-sig", "utf-8"), ("cp1252", "windows-1252")):
        try:
            return data.decode(encoding), label
        except UnicodeDecodeError:
            continue
    return None


def _delimiter(text: str) -> str:
    """Pick the delimiter that makes most known headings of the first line."""
    first = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")

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


def read_table(data: bytes) -> Table:
    """Read the bytes of a list; never raises: everything wrong is a finding with its line.

    Rows that are wholly empty are passed over. Line numbers are those of the file, from 1, as a text editor shows them.
    """
    if len(data) > MAX_TABLE_BYTES:
        return Table((), "", "", (Finding(1, Problem.TABLE_TOO_LARGE, {"limit": MAX_TABLE_BYTES}),))
    decoded = _decode(data)
    if decoded is None or "\x00" in decoded[0]:
        return Table((), "", "", (Finding(1, Problem.TABLE_NOT_TEXT, {}),))
    text, encoding = decoded
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[Column | None] | None = None
    rows: list[RawRow] = []
    findings: list[Finding] = []
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns, findings = _headings(cells)
                continue
            row = _row(cells, columns, line)
            if isinstance(row, Finding):
                findings.append(row)
            else:
                rows.append(row)
    except csv.Error:
        findings.append(Finding(start, Problem.ROW_BROKEN_QUOTES, {}))
    if columns is None or (not rows and not findings):
        findings.append(Finding(1, Problem.TABLE_EMPTY, {}))
    return Table(tuple(rows), encoding, delimiter, tuple(findings))
