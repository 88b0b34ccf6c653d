"""Says whether a file is a PDF that the holder can open, reading only its ends unless something is odd."""

import re
from pathlib import Path

from voute.client.findings import Problem

MAX_FILE = 50 * 1024 * 1024
"""`MAX_BODY` of docs/spec/document.md: a pack of 64 MiB holds it with room for its index."""

_ENDS = 4096
"""Bytes read at the head, at the cross-reference and at the tail: dictionaries there are a few hundred bytes."""

_STARTXREF = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF\s*$")


def check_pdf(path: Path) -> Problem | int:
    """Give the file's size in bytes, or name what is wrong with it.

    A header `%PDF-`, a final `startxref` and no `/Encrypt` in the trailer or cross-reference dictionary is enough (ISO
    32000-2 §7.5); anything else is opened by pikepdf, which repairs what readers repair.
    """
    try:
        size = path.stat().st_size
        if size == 0:
            return Problem.FILE_EMPTY
        if size > MAX_FILE:
            return Problem.FILE_TOO_LARGE
        with path.open("rb") as file:
            head = file.read(1024)
            if b"%PDF-" not in head:
                return Problem.FILE_NOT_PDF
            file.seek(max(0, size - _ENDS))
            tail = file.read()
            found = _STARTXREF.search(tail)
            if found and int(found[1]) < size:
                file.seek(int(found[1]))
                if b"/Encrypt" not in tail + file.read(_ENDS):
                    return size
    except OSError:
        return Problem.FILE_UNREADABLE
    return _deep_check(path, size)


def _deep_check(path: Path, size: int) -> Problem | int:
    # Loading pikepdf takes a tenth of a second in every sealing process, and nearly no file needs it.
    import pikepdf  # noqa: PLC0415 -- as said above

    try:
        with pikepdf.open(path) as pdf:
            return Problem.FILE_ENCRYPTED if pdf.is_encrypted else size
    except pikepdf.PasswordError:
        return Problem.FILE_ENCRYPTED
    except (pikepdf.PdfError, OSError):
        return Problem.FILE_UNREADABLE
