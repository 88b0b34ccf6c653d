"""What the processes of `voute letters` do: look at documents, and make print files. Each has its own press.

A print file appears under its name whole, or not at all. Codes are made here, from the department's master, and go nowhere but
onto the page.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from voute.client.code_maker import CodeMaker
from voute.client.disk import DISK
from voute.client.findings import Finding, Problem
from voute.client.letter_plan import NO_DOCUMENT, Batch, Document, Planned, recipient_of
from voute.client.preflight import Row
from voute.core.errors import LimitError, StateError, VouteError
from voute.core.ids import Slug
from voute.format.claim_code import group_code, write_code
from voute.paper.address_block import fit_address
from voute.paper.glyphs import GlyphCheck
from voute.paper.letter import Letter, LetterKind, LetterPress, Sender
from voute.paper.mail import Placed, PrintFile, UnprintableError, count_pages

SET_TOGETHER: Final = 8
"""Letters of one compilation. Typst remembers its last ten compilations, at 1.3 MB a letter; more together is no faster."""


_SHOWN: Final = 200
"""Characters of a reason that are shown."""


@dataclass(frozen=True, slots=True, repr=False)
class PressKit:
    """What a process needs; goes to it whole. Holds the master secret: never logged."""

    master: bytes
    city: Slug
    issuer: Slug
    sender: Sender
    folder: Path
    with_documents: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """A print file on disk, and where each envelope is in it."""

    name: str
    sha256: str
    size: int
    placed: tuple[Placed, ...]


class LettersFaultyError(StateError):
    """Some letters of a batch can't be set; the batch was not written."""

    code: ClassVar[str] = "letters-faulty"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("letters that can't be set", count=len(findings))
        self.findings = tuple(findings)


class DocumentChangedError(StateError):
    """A document is no longer what it was when the letters were planned."""

    code: ClassVar[str] = "document-changed"


class Inspector:
    """Looks at rows and their documents before anything is planned; make one for each process."""

    def __init__(self, sender: Sender, *, with_documents: bool) -> None:
        """Take the sender, whose envelope every address must fit; documents are read only if they are printed too."""
        self._window = sender.envelope.always
        self._with_documents = with_documents
        self._glyphs = GlyphCheck()

    def look_at(self, rows: Sequence[Row]) -> list[Document | Finding]:
        """Check each row's words against fonts and window, and its document; one answer a row, in order."""
        return [self._look_at(row) for row in rows]

    def _look_at(self, row: Row) -> Document | Finding:
        recipient = recipient_of(row)
        try:
            fit_address(recipient, self._window)
        except LimitError:
            return Finding(row.line, Problem.ADDRESS_TOO_LONG, {"reference": row.reference})
        missing = self._glyphs.missing("".join((*recipient, row.title, row.reference)))
        if missing:
            return Finding(row.line, Problem.LETTER_NOT_SET, {"reference": row.reference, "why": missing[:_SHOWN]})
        if not self._with_documents:
            return NO_DOCUMENT
        try:
            data = Path(row.path).read_bytes()
            return Document(count_pages(data), len(data), hashlib.sha256(data).digest())
        except (OSError, UnprintableError):
            return Finding(row.line, Problem.FILE_UNPRINTABLE, {"file": row.file_name[:200]})


class Printer:
    """Makes print files and single letters."""

    def __init__(self, kit: PressKit) -> None:
        """Take the kit; the press is warm after its first letter."""
        self._kit = kit
        self._press = LetterPress(kit.sender)
        self._codes = CodeMaker(kit.master, kit.city, kit.issuer)

    def batch(self, batch: Batch) -> Printed:
        """Write a batch's print file; raises `LettersFaultyError` with every letter that can't be set."""
        file = PrintFile()
        placed: list[Placed] = []
        findings: list[Finding] = []
        for start in range(0, len(batch.letters), SET_TOGETHER):
            share = batch.letters[start : start + SET_TOGETHER]
            letters = [self._letter(one, f"{batch.number}-{start + place}") for place, one in enumerate(share, 1)]
            try:
                pages = self._press.pdf(letters)
            except VouteError:
                faults = list(self._faults(share, letters))
                if not faults:
                    raise
                findings += faults
                continue
            if not findings:
                placed += file.add(pages, [_read(one) for one in share])
        if findings:
            raise LettersFaultyError(findings)
        data = file.save(batch.name)
        DISK.replace(self._kit.folder / batch.name, data)
        return Printed(batch.name, hashlib.sha256(data).hexdigest(), len(data), tuple(placed))

    def single(self, planned: Planned) -> bytes:
        """Give one letter by itself, as tagged PDF/UA; raises `LettersFaultyError`."""
        letter = self._letter(planned, "")
        try:
            return self._press.pdf([letter])
        except VouteError as error:
            raise LettersFaultyError(list(self._faults([planned], [letter]))) from error

    def _faults(self, share: Sequence[Planned], letters: Sequence[Letter]) -> Iterator[Finding]:
        """Find which letters of a share can't be set, one by one."""
        for one, letter in zip(share, letters, strict=True):
            try:
                self._press.pdf([letter])
            except VouteError:
                yield Finding(one.row.line, Problem.LETTER_TOO_LONG, {"reference": one.row.reference})

    def _letter(self, planned: Planned, mark: str) -> Letter:
        row = planned.row
        code = group_code(write_code(self._codes.code(planned.entry))) if planned.kind is LetterKind.CODE else None
        return Letter(
            recipient=planned.recipient,
            document=row.title,
            reference=row.reference,
            kind=planned.kind,
            code=code,
            language=planned.language,
            enclosed=planned.document.pages > 0 and mark != "",
            choices=planned.choices,
            mark=mark,
        )


def _read(planned: Planned) -> bytes | None:
    if not planned.document.pages:
        return None
    data = Path(planned.row.path).read_bytes()
    if hashlib.sha256(data).digest() != planned.document.sha256:
        raise DocumentChangedError("changed since it was checked", file=planned.row.file_name[:200])
    return data
