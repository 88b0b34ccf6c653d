"""One run of letters: the list and the registry become print files for everyone who gets paper, or one letter for a counter.

No city is asked: the pinned trust root, the department's registry and its master secret are enough. What is wrong with a row is
found before a print file is made. The same call again makes nothing twice.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import ClassVar, Final

from voute.client.choice_words import choice_sentences
from voute.client.columns import Column
from voute.client.disk import DISK
from voute.client.findings import Finding, Problem
from voute.client.home import IssuerHome, file_name_of
from voute.client.letter_files import LetterFolder, totals
from voute.client.letter_plan import BATCH_LETTERS, NO_DOCUMENT, Document, LetterPlan, Planned, make_plan
from voute.client.letter_pool import LetterPool
from voute.client.letter_settings import read_letter_settings
from voute.client.letter_work import Inspector, LettersFaultyError, PressKit, Printed, Printer
from voute.client.order import PreflightFailedError
from voute.client.preflight import PdfFolder, Row, check_table
from voute.client.print_list import DeliveredLists
from voute.client.registry_file import read_book
from voute.client.run_name import run_name
from voute.client.table import Table, read_table
from voute.client.trust import read_pin
from voute.core.errors import StateError
from voute.format.dsse import SigningKey
from voute.format.registry import Entry
from voute.paper.letter import LetterKind, Sender

LETTERS: Final = "letters"
"""Folder of the print files inside the run's."""
REPRINTS: Final = "reprints"
"""Folder of single letters inside the run's."""

Progress = Callable[[str, int, int], None]
"""Told (stage, done, total); stages: check, look, print."""


class LetterUnknownError(StateError):
    """The list has no row of this reference."""

    code: ClassVar[str] = "letter-unknown"


@dataclass(frozen=True, slots=True)
class LettersOrder:
    """What the person asked for; `dated` None: today, or the day on which the same letters were begun."""

    table: Path
    pdf_folder: Path
    run: str
    folder: Path | None = None
    with_documents: bool = True
    leave_out: bool = False
    dated: date | None = None
    batch_letters: int = BATCH_LETTERS
    processes: int | None = None

    def __post_init__(self) -> None:
        """Refuse a name that no delivery has; raises `RunNameError`."""
        run_name(self.run)


@dataclass(frozen=True, slots=True)
class LettersOutcome:
    """What is there now: totals as in the manifest, letters of each kind, print files that were there before, letters avoided.

    `delivered` says whether a delivery of this run was found: without one nobody's choice is known, and everybody gets a letter.
    """

    folder: Path
    totals: Mapping[str, object]
    kinds: Mapping[LetterKind, int]
    already: int
    avoided: int
    delivered: bool
    left_out: tuple[Finding, ...]
    seconds: float


class Letters:
    """A run of letters in progress."""

    def __init__(self, home: IssuerHome, order: LettersOrder, progress: Progress) -> None:
        """Read the department's settings, secrets and pinned trust root."""
        self._home = home
        self._order = order
        self._progress = progress
        self._lists = DeliveredLists(home.run_path(order.run))
        self._settings = home.settings()
        self._secrets = home.secrets()
        self._speaks = read_letter_settings(home)
        self._trust = read_pin(home)
        known = self._trust.root.issuer(home.issuer)
        self._types = {str(kind.id): kind.names for kind in known.document_types} if known else {}

    def run(self) -> LettersOutcome:
        """Make every print file and the manifest; what is there of the same letters stays as it is.

        Raises `PreflightFailedError` with every finding (with `leave_out`: with those of the list as a whole, and of letters
        that can't be set), `LettersDifferError`, `LettersBusyError`, `PrinterDiedError`.
        """
        started = time.monotonic()
        folder = LetterFolder(self._order.folder or self._home.run_folder(self._order.run) / LETTERS)
        begun = folder.begun()
        dated = self._order.dated or (begun.dated if begun else datetime.now(UTC).astimezone().date())
        kit = self._kit(dated, folder.folder)
        listed, findings = self._rows(read_table(self._order.table.read_bytes()))
        rows = [one for one in listed if not self._lists.avoids(one[0])]
        with LetterPool(kit, len(rows), self._order.processes) as pool:
            letters = self._look(pool, rows, findings)
            if findings and not (self._order.leave_out and all(map(_of_a_row, findings))):
                raise PreflightFailedError(sorted(findings, key=_line))
            plan = make_plan(letters, self._common(kit.sender), self._order.batch_letters)
            with folder.hold():
                printed, already = self._print(pool, folder, plan, dated)
                folder.finish(plan, dated, printed, self._head())
        kinds = Counter(one.kind for one in plan.letters)
        return LettersOutcome(
            folder=folder.folder,
            totals=totals(plan, printed),
            kinds={kind: kinds[kind] for kind in LetterKind},
            already=already,
            avoided=len(listed) - len(rows),
            delivered=self._lists.are_there,
            left_out=tuple(sorted(findings, key=_line)),
            seconds=time.monotonic() - started,
        )

    def reprint(self, reference: str) -> list[Path]:
        """Write the stand-alone letter of a reference, one for each of its rows, and give the files.

        Raises `LetterUnknownError`, and `PreflightFailedError` with what is wrong with these rows.
        """
        table = read_table(self._order.table.read_bytes())
        mine = tuple(row for row in table.rows if row.get(Column.REFERENCE) == reference)
        if not mine and not table.findings:
            raise LetterUnknownError("no such reference in the list", reference=reference[:100])
        rows, findings = self._rows(replace(table, rows=mine), files=False)
        folder = self._order.folder or self._home.run_folder(self._order.run) / REPRINTS
        kit = self._kit(self._order.dated or datetime.now(UTC).astimezone().date(), folder)
        seen = Inspector(kit.sender, with_documents=False).look_at([row for row, _ in rows])
        findings += [one for one in seen if isinstance(one, Finding)]
        if findings:
            raise PreflightFailedError(sorted(findings, key=_line))
        printer = Printer(kit)
        paths = []
        for number, (row, entry) in enumerate(rows, 1):
            # Rows of one reference and rank may differ in party or document: each has a letter of its own.
            again = "" if len(rows) == 1 else f"-{number}"
            path = folder / f"{file_name_of(f'letter-{reference}', 'letter')}-{row.slot}{again}.pdf"
            DISK.replace(path, self._single(printer, row, entry))
            paths.append(path)
        return paths

    # -- the list

    def _rows(self, table: Table, *, files: bool = True) -> tuple[list[tuple[Row, Entry]], list[Finding]]:
        """Check the list as a delivery does, and find each row's name, address and code."""
        issuer = self._trust.root.issuer(self._home.issuer)
        types = [kind.id for kind in issuer.document_types] if issuer else []
        total = len(table.rows)
        checked = check_table(
            table,
            PdfFolder(self._order.pdf_folder, needed=files),
            types,
            self._order.run,
            progress=lambda done: self._progress("check", done, total),
        )
        signer = SigningKey(self._secrets.signing_seed)
        book = read_book(self._home, self._settings.city, (*self._trust.issuer_keys(self._home.issuer), signer.public))
        findings, found = list(checked.findings), []
        for row in checked.rows:
            entry = book.get(row.reference, row.party, row.slot)
            missing = [str(column) for column, cell in ((Column.NAME, row.name), (Column.ADDRESS, row.address)) if not cell]
            findings += [Finding(row.line, Problem.CELL_MISSING, {"column": column}) for column in missing]
            if entry is None:
                findings.append(Finding(row.line, Problem.CODE_UNKNOWN, {"reference": row.reference}))
            elif not missing:
                found.append((row, entry))
        return found, findings

    def _look(self, pool: LetterPool, rows: Sequence[tuple[Row, Entry]], findings: list[Finding]) -> list[Planned]:
        """Look at every row's words and document; gives the letters that can be made, and adds what is wrong."""
        letters = []
        seen = pool.look_at([row for row, _ in rows])
        for done, ((row, entry), (_, one)) in enumerate(zip(rows, seen, strict=True), 1):
            if isinstance(one, Finding):
                findings.append(one)
            else:
                letters.append(self._planned(row, entry, one))
            self._progress("look", done, len(rows))
        return letters

    def _planned(self, row: Row, entry: Entry, document: Document) -> Planned:
        language = row.language if self._speaks.front == "list" else self._speaks.front
        return Planned(row, entry, language, tuple(choice_sentences(self._lists, self._types, row)), document)

    # -- the letters

    def _kit(self, dated: date, folder: Path) -> PressKit:
        sender = self._speaks.sender(self._trust, self._home.issuer, dated)
        city, issuer = self._settings.city, self._settings.issuer
        return PressKit(self._secrets.master, city, issuer, sender, folder, self._order.with_documents)

    def _common(self, sender: Sender) -> str:
        """Say what all letters have in common but their date, for the plan's name."""
        arms = None if sender.arms is None else hashlib.sha256(sender.arms.data).hexdigest()
        return json.dumps([asdict(sender) | {"written_on": None, "arms": arms}, self._order.with_documents], sort_keys=True)

    def _head(self) -> dict[str, str]:
        return {"city": self._settings.city, "issuer": self._settings.issuer, "run": self._order.run}

    def _print(self, pool: LetterPool, folder: LetterFolder, plan: LetterPlan, dated: date) -> tuple[dict[str, Printed], int]:
        """Make the print files that are not there; gives all of them, and how many were there."""
        printed = dict(folder.begin(plan, dated))
        already, done = len(printed), sum(len(one.placed) for one in printed.values())
        total = sum(len(batch.letters) for batch in plan.batches)
        findings: list[Finding] = []
        for batch, made in pool.print([one for one in plan.batches if one.name not in printed]):
            if isinstance(made, Printed):
                folder.keep(made)
                printed[batch.name] = made
            else:
                findings.extend(made)
            done += len(batch.letters)
            self._progress("print", done, total)
        if findings:
            raise PreflightFailedError(sorted(findings, key=_line))
        return printed, already

    def _single(self, printer: Printer, row: Row, entry: Entry) -> bytes:
        try:
            return printer.single(self._planned(row, entry, NO_DOCUMENT))
        except LettersFaultyError as error:
            raise PreflightFailedError(error.findings) from error


def _line(finding: Finding) -> int:
    return finding.line


def _of_a_row(finding: Finding) -> bool:
    return finding.line > 1
