"""What a print house is given: letters, each before its document, page by page in one file, ready for both sides of the paper.

A print file is for a printer alone: it carries no tags, since the structure of hundreds of foreign documents can't be joined
without guessing (docs/adr/0029). The letter by itself, `voute.paper.letter`, is tagged PDF/UA.
"""

import io
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, Self

import pikepdf

from voute.core.errors import VouteError

PAGES_A_SHEET: Final = 2
_LETTER_PAGE: Final = pikepdf.Rectangle(0, 0, 612, 792)
"""US Letter in points: what lies in the printer's tray."""
_NEAR: Final = 2
"""Points by which a page may differ from the tray's paper and still be printed as it is."""
_UNTAGGED: Final = ("/StructParents", "/Tabs", "/AA", "/Thumb", "/B", "/PieceInfo")
"""Entries of a page that mean nothing, or something else, in another file."""


class UnprintableError(VouteError):
    """A document's pages can't be put into a print file: it is encrypted, damaged, or has none."""

    code = "unprintable"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one envelope's pages are: its first page in the file (from 1), how many there are, blank ones included."""

    first_page: int
    pages: int

    @property
    def sheets(self) -> int:
        """Sheets of paper, printed on both sides."""
        return self.pages // PAGES_A_SHEET


def sheets_for(document_pages: int) -> int:
    """Say how many sheets an envelope holds: the letter's own, and the document's pages on both sides."""
    return 1 + -(-document_pages // PAGES_A_SHEET)


def count_pages(document: bytes) -> int:
    """Count a document's pages; raises `UnprintableError`."""
    with _opened(document) as pdf:
        return len(pdf.pages)


class PrintFile:
    """A print file in the making; envelopes come in the order in which they are posted.

    What was added is kept as bytes without anything that is not printed: hundreds of open documents would take much memory.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._pages = 0

    def add(self, letters: bytes, documents: Sequence[bytes | None]) -> list[Placed]:
        """Add envelopes: sheets of `letters` in order, each followed by its document, or by none.

        Raises `UnprintableError`, and has added nothing then.
        """
        with _Part(letters, len(documents)) as part:
            placed = [part.add(number, document) for number, document in enumerate(documents)]
            self._parts.append(part.save())
        first = self._pages
        self._pages += sum(one.pages for one in placed)
        return [Placed(first + one.first_page, one.pages) for one in placed]

    def save(self, title: str) -> bytes:
        """Give the file's bytes; the same envelopes give the same bytes."""
        with ExitStack() as stack:
            made = stack.enter_context(pikepdf.new())
            for part in self._parts:
                made.pages.extend(stack.enter_context(pikepdf.open(io.BytesIO(part))).pages)
            made.docinfo["/Title"] = title
            return _written(made, pikepdf.ObjectStreamMode.generate)


class _Part:
    """Some envelopes of a print file, as a context; pages are copied when it is saved, so what they come from stays open."""

    def __init__(self, letters: bytes, count: int) -> None:
        self._open = ExitStack()
        self._made = self._keep(pikepdf.new())
        self._letters = self._keep(_opened(letters))
        if len(self._letters.pages) != PAGES_A_SHEET * count:
            raise UnprintableError("not one sheet a letter")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, number: int, document: bytes | None) -> Placed:
        """Add one envelope; its first page is counted from 1 within the part."""
        first = len(self._made.pages) + 1
        start = number * PAGES_A_SHEET
        self._take(self._letters.pages[start : start + PAGES_A_SHEET])
        if document is not None:
            self._take(self._printable(document))
        if (len(self._made.pages) + 1 - first) % PAGES_A_SHEET:
            # The next envelope begins on a sheet of its own.
            self._made.add_blank_page(page_size=(_LETTER_PAGE.urx, _LETTER_PAGE.ury))
        return Placed(first, len(self._made.pages) + 1 - first)

    def save(self) -> bytes:
        """Give the part's bytes."""
        try:
            return _written(self._made, pikepdf.ObjectStreamMode.disable)
        except pikepdf.PdfError as error:
            raise UnprintableError("a document's pages can't be read") from error

    def _keep(self, pdf: pikepdf.Pdf) -> pikepdf.Pdf:
        return self._open.enter_context(pdf)

    def _take(self, pages: Sequence[pikepdf.Page]) -> None:
        for page in pages:
            for entry in _UNTAGGED:
                if entry in page.obj:
                    del page.obj[entry]
        self._made.pages.extend(pages)

    def _printable(self, document: bytes) -> Sequence[pikepdf.Page]:
        pdf = self._keep(_opened(document))
        try:
            if any("/Annots" in page.obj for page in pdf.pages):
                # What people filled in or noted belongs to the page, a link does not.
                pdf.generate_appearance_streams()
                pdf.flatten_annotations("print")
            if all(_fits(page) for page in pdf.pages):
                return list(pdf.pages)
            return self._on_tray_paper(pdf)
        except pikepdf.PdfError as error:
            raise UnprintableError("a document's pages can't be read") from error

    def _on_tray_paper(self, pdf: pikepdf.Pdf) -> list[pikepdf.Page]:
        """Put pages of another size on the tray's paper: turned if they are wide, made smaller if large, never larger."""
        whole = self._keep(pikepdf.new())
        for page in pdf.pages:
            if _fits(page):
                whole.pages.append(page)
            else:
                whole.add_blank_page(page_size=(_LETTER_PAGE.urx, _LETTER_PAGE.ury))
                if _is_wide(page):
                    page.rotate(-90, relative=True)
                whole.pages[-1].add_overlay(page, _place_of(page))
        return list(whole.pages)


def _written(pdf: pikepdf.Pdf, objects: pikepdf.ObjectStreamMode) -> bytes:
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, object_stream_mode=objects)
    return out.getvalue()


def _opened(document: bytes) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(io.BytesIO(document))
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise UnprintableError("not a document that can be read") from error
    if pdf.is_encrypted or not len(pdf.pages):
        pdf.close()
        raise UnprintableError("encrypted, or without pages")
    return pdf


def _shown_size(page: pikepdf.Page) -> tuple[float, float]:
    box = pikepdf.Rectangle(page.cropbox)
    turned = int(page.obj.get("/Rotate", 0)) % 180 != 0
    return (float(box.height), float(box.width)) if turned else (float(box.width), float(box.height))


def _fits(page: pikepdf.Page) -> bool:
    width, height = _shown_size(page)
    upright = int(page.obj.get("/Rotate", 0)) % 360 == 0 and "/UserUnit" not in page.obj
    return upright and abs(width - _LETTER_PAGE.urx) <= _NEAR and abs(height - _LETTER_PAGE.ury) <= _NEAR


def _place_of(page: pikepdf.Page) -> pikepdf.Rectangle:
    """Say where on the tray's paper a page goes: in its middle, as large as it is, or as large as the paper."""
    width, height = _shown_size(page)
    scale = min(1.0, _LETTER_PAGE.urx / width, _LETTER_PAGE.ury / height)
    left, low = (_LETTER_PAGE.urx - width * scale) / 2, (_LETTER_PAGE.ury - height * scale) / 2
    return pikepdf.Rectangle(left, low, left + width * scale, low + height * scale)


def _is_wide(page: pikepdf.Page) -> bool:
    width, height = _shown_size(page)
    return width > height and width > _LETTER_PAGE.urx
