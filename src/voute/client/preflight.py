"""Checks a whole list before anything is sent: every bad row is named at once, with its line and its remedy."""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from voute.client.cells import CellError, read_cents, read_date, read_instalments, read_language, read_lines, read_slot, read_text
from voute.client.columns import Column
from voute.client.findings import Finding, Problem
from voute.client.party import party_of_name
from voute.client.pdf_check import check_pdf
from voute.client.stored import Items, Stored, pack_values, unpack_values
from voute.client.table import RawRow, Table, TableReader
from voute.client.workers import SHARE, stream_on_all_cores

MAX_REFERENCE = 100
"""Characters in a reference: Québec's roll numbers have 23."""
MAX_PARTY = 200
"""Characters in a party (docs/spec/document.md, manifest)."""
MAX_TITLE = 200
"""Characters in a title (docs/spec/document.md, manifest)."""
MAX_PAYMENT_REFERENCE = 64
"""Characters in a payment reference (docs/spec/document.md, manifest)."""
MAX_KEY = 200
"""Characters in a document key: an invoice number has some 20."""
MAX_ADDRESS = 500
"""Characters in a postal address: six lines of an envelope's window have 240."""

_DIGEST: Final = 16
"""Bytes that stand for a document's name: two names of one list never share them by chance."""

_T = TypeVar("_T")


class Row(NamedTuple):
    """A row that may be sealed: every cell read, the file found and checked; amounts in cents, dates ISO.

    `address` has its lines apart where the list has them so. `path` is a text: a `Path` takes ten times the memory.
    """

    line: int
    reference: str
    party: str
    name: str
    address: str
    slot: int
    path: str
    file_name: str
    size: int
    title: str
    type: str
    language: str
    due: str | None
    amount: int | None
    instalments: tuple[tuple[str, int], ...]
    payment_reference: str | None
    reply_by: str | None
    document_key: str | None


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome: the rows that may go, and everything that is wrong, by line."""

    rows: Items[Row]
    findings: tuple[Finding, ...]


def stored_rows(folder: Path) -> Stored[Row]:
    """Make a place for any number of rows, in a file of the department's folder and not in memory."""
    return Stored[Row](folder, _pack_row, _unpack_row)


def _pack_row(row: Row) -> bytes:
    return pack_values(tuple(row))


def _unpack_row(raw: bytes | memoryview) -> Row:
    return Row._make(unpack_values(raw))


class _Cells:
    """Reads the cells of one row and collects what is wrong with them."""

    def __init__(self, raw: RawRow) -> None:
        self.raw = raw
        self.findings: list[Finding] = []

    def note(self, problem: Problem, **facts: str | int) -> None:
        self.findings.append(Finding(self.raw.line, problem, facts))

    def read(self, column: Column, how: Callable[[str], _T], problem: Problem) -> _T | None:
        cell = self.raw.get(column)
        if not cell:
            return None
        try:
            return how(cell)
        except CellError:
            self.note(problem, column=str(column), cell=cell[:60])
            return None

    def text(self, column: Column, limit: int, *, required: bool = False) -> str:
        if required and not self.raw.get(column):
            self.note(Problem.CELL_MISSING, column=str(column))
            return ""
        return self.read(column, lambda cell: read_text(cell, limit), Problem.TEXT_MALFORMED) or ""

    def party(self) -> tuple[str, str]:
        """Give (party, name); the party is derived from the name when the list has none."""
        party, name = self.text(Column.PARTY, MAX_PARTY), self.text(Column.NAME, MAX_PARTY)
        if not self.raw.get(Column.PARTY) and not self.raw.get(Column.NAME):
            self.note(Problem.CELL_MISSING, column=str(Column.PARTY))
        if not party and name:
            party = self.read(Column.NAME, party_of_name, Problem.TEXT_MALFORMED) or ""
        return party, name


class PdfFolder:
    """Finds the files of a list in one folder, whatever the Unicode form of their names."""

    def __init__(self, folder: Path, *, needed: bool = True) -> None:
        """Take the folder in which relative names are looked up, and whether a file must be there."""
        self.folder = folder
        self.needed = needed
        self._resolved = folder.resolve()
        self._by_name: dict[Path, Mapping[str, Path]] = {}
        self._inside: dict[Path, bool] = {}

    def find(self, name: str) -> Path | Problem:
        """Give the path of a name; refuses names that lead outside the folder, and those that no disk looks up."""
        relative = Path(name.replace("\\", "/"))
        if relative.is_absolute() or ".." in relative.parts or "\x00" in name:
            return Problem.FILE_OUTSIDE
        path = self.folder / relative
        try:
            found = path if path.is_file() else self._same_but_for_form(path)
        except OSError:
            # Longer than a name can be, or in a folder that is closed to us.
            return Problem.FILE_UNREADABLE
        if found is None:
            return Problem.FILE_MISSING
        return found if self._is_inside(found) else Problem.FILE_OUTSIDE

    def _is_inside(self, path: Path) -> bool:
        """Say whether a file lies in the folder once every link is followed; each folder is followed once."""
        if path.is_symlink():
            return path.resolve().is_relative_to(self._resolved)
        parent = path.parent
        known = self._inside.get(parent)
        if known is None:
            known = self._inside[parent] = parent.resolve().is_relative_to(self._resolved)
        return known

    def _same_but_for_form(self, path: Path) -> Path | None:
        # A Mac writes names in NFD, a list made in Excel has them in NFC: the same name to a person.
        parent = path.parent
        if parent not in self._by_name:
            found = parent.iterdir() if parent.is_dir() else iter(())
            self._by_name[parent] = {unicodedata.normalize("NFC", p.name): p for p in found if p.is_file()}
        return self._by_name[parent].get(unicodedata.normalize("NFC", path.name))


def _check_row(raw: RawRow, folder: PdfFolder, types: Iterable[str]) -> tuple[Row | None, list[Finding]]:
    cells = _Cells(raw)
    reference = cells.text(Column.REFERENCE, MAX_REFERENCE, required=True)
    party, name = cells.party()
    title = cells.text(Column.TITLE, MAX_TITLE, required=True)
    kind = cells.text(Column.TYPE, 40, required=True)
    if kind and kind not in types:
        cells.note(Problem.TYPE_UNKNOWN, type=kind[:40], known=", ".join(sorted(types)))
    path, size = _find_file(cells, folder)
    row = Row(
        line=raw.line,
        reference=reference,
        party=party,
        name=name,
        address=cells.read(Column.ADDRESS, lambda cell: read_lines(cell, MAX_ADDRESS), Problem.TEXT_MALFORMED) or "",
        slot=cells.read(Column.SLOT, read_slot, Problem.SLOT_MALFORMED) or 0,
        path=str(path),
        file_name=raw.get(Column.FILE),
        size=size,
        title=title,
        type=kind,
        language=cells.read(Column.LANGUAGE, read_language, Problem.LANGUAGE_UNKNOWN) or "fr",
        due=cells.read(Column.DUE, read_date, Problem.DATE_MALFORMED),
        amount=cells.read(Column.AMOUNT, read_cents, Problem.AMOUNT_MALFORMED),
        instalments=cells.read(Column.INSTALMENTS, read_instalments, Problem.INSTALMENTS_MALFORMED) or (),
        payment_reference=cells.text(Column.PAYMENT_REFERENCE, MAX_PAYMENT_REFERENCE) or None,
        reply_by=cells.read(Column.REPLY_BY, read_date, Problem.DATE_MALFORMED),
        document_key=cells.text(Column.DOCUMENT_KEY, MAX_KEY) or None,
    )
    return (None if cells.findings else row), cells.findings


def _find_file(cells: _Cells, folder: PdfFolder) -> tuple[Path, int]:
    """Give the row's file and its size in bytes; what is wrong with it is noted."""
    name = cells.raw.get(Column.FILE)
    if not name:
        cells.note(Problem.CELL_MISSING, column=str(Column.FILE))
        return folder.folder, 0
    found = folder.find(name)
    if found is Problem.FILE_MISSING and not folder.needed:
        return folder.folder / name, 0
    if isinstance(found, Problem):
        cells.note(found, file=name[:200])
        return folder.folder, 0
    checked = check_pdf(found)
    if isinstance(checked, Problem):
        cells.note(checked, file=name[:200])
        return found, 0
    return found, checked


def dedupe_parts(row: Row, run: str) -> tuple[str, str]:
    """Give what names a document to its issuer: party and document key, else run and file name (docs/spec/claim.md)."""
    if row.document_key is not None:
        return (row.party, row.document_key)
    return (run, unicodedata.normalize("NFC", row.file_name))


def check_table(
    table: Table | TableReader,
    folder: PdfFolder,
    types: Iterable[str],
    run: str,
    *,
    into: Stored[Row] | None = None,
    processes: int | None = 1,
    progress: Callable[[int], None] = lambda _done: None,
) -> Checked:
    """Check every row of a list; nothing is sent and nothing is changed.

    `types` are the document types that the trust root gives to this issuer; good rows go `into` a store, else they are held in
    memory; `processes` is how many check, None: one a core; `progress` is told the rows done.
    """
    known_types = frozenset(types)
    findings: list[Finding] = []
    rows: Stored[Row] | list[Row] = [] if into is None else into
    seen: dict[bytes, int] = {}
    done = 0

    def check(share: bytes) -> "_Share":
        return _check_share(share, folder, known_types, run)

    for good, wrong, count in stream_on_all_cores(check, _shares(table.rows), processes):
        findings.extend(wrong)
        for line, digest, raw in good:
            first = seen.setdefault(digest, line)
            if first != line:
                findings.append(Finding(line, Problem.DOCUMENT_TWICE, {"first": first}))
            elif isinstance(rows, Stored):
                rows.append_raw(raw)
            else:
                rows.append(_unpack_row(raw))
        done += count
        progress(done)
    # Those of the list as a whole are known once its last row is read.
    findings = sorted([*table.findings, *findings], key=lambda finding: finding.line)
    return Checked(tuple(rows) if into is None else into, tuple(findings))


_Share = tuple[list[tuple[int, bytes, bytes]], list[Finding], int]
"""Of each good row its line, what stands for its document, and its bytes; what is wrong with the others; how many there were."""


_COLUMNS: Final = tuple(Column)
"""The cells of a row in an order: a tuple of texts goes from one process to another in a fifth of the time of a dict."""


def _shares(rows: Iterable[RawRow]) -> Iterator[bytes]:
    walk = iter(rows)
    while share := list(islice(walk, SHARE)):
        yield pack_values(tuple((raw.line, *map(raw.get, _COLUMNS)) for raw in share))


def _check_share(share: bytes, folder: PdfFolder, types: frozenset[str], run: str) -> _Share:
    good: list[tuple[int, bytes, bytes]] = []
    findings: list[Finding] = []
    rows = unpack_values(share)
    for line, *cells in rows:
        row, wrong = _check_row(RawRow(line, dict(zip(_COLUMNS, cells, strict=True))), folder, types)
        findings.extend(wrong)
        if row is not None:
            good.append((row.line, _digest(dedupe_parts(row, run)), _pack_row(row)))
    return good, findings, len(rows)


def _digest(parts: tuple[str, str]) -> bytes:
    """Stand for what names a document: in a list of a million rows the names themselves would be most of the memory."""
    text = f"{len(parts[0])} {parts[0]}{parts[1]}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest()
