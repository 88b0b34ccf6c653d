"""Reads single cells as people write them; each function raises `CellError` and nothing else."""

import re
import unicodedata
from datetime import date

from voute.core.errors import FormatError

MAX_CENTS = 10**13
"""A hundred thousand million dollars: above every bill, below 2^53."""

MAX_INSTALMENTS = 12
"""The manifest's limit (docs/spec/document.md)."""

_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009'")
_PLAIN = re.compile(r"^\d{1,13}(?:[.,]\d{1,2})?$")
_GROUPED_COMMA = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?$")
_GROUPED_POINT = re.compile(r"^\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?$")
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}$")
# Control characters and lone surrogates (general categories Cc and Cs), and what turns the direction of writing.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_LANGUAGES = {
    "fr": "fr",
    "français": "fr",
    "francais": "fr",
    "french": "fr",
    "f": "fr",
    "en": "en",
    "anglais": "en",
    "english": "en",
    "a": "en",
}


class CellError(FormatError):
    """A cell is not what its column holds."""

    code = "cell-malformed"


def read_text(cell: str, limit: int) -> str:
    """Give the cell in NFC; refuses control and bidirectional characters and more than `limit` code points."""
    text = unicodedata.normalize("NFC", cell.strip())
    if not text or len(text) > limit:
        raise CellError
    if _UNWANTED.search(text) is not None:
        raise CellError
    return text


def read_lines(cell: str, limit: int) -> str:
    """Give lines of text with a line feed between them; a cell has them as such, or in one line with `|` between.

    Refuses what `read_text` refuses of a line, and more than `limit` code points in all.
    """
    lines = [line.strip() for line in re.split(r"[|\n]|\r\n?", cell) if line.strip()]
    text = "\n".join(read_text(line, limit) for line in lines)
    if len(text) > limit:
        raise CellError
    return text


def read_date(cell: str) -> str:
    """Give an ISO date (`2026-03-03`); other forms are refused since 03/04/2026 has two meanings."""
    if not _ISO.match(cell):
        raise CellError
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError as error:
        raise CellError from error


def read_cents(cell: str) -> int:
    """Give an amount in cents from `1 234,56 $`, `1234.56` or `1,234.56`; refuses what has two readings (`1,234`)."""
    bare = cell.translate(_SPACES).replace("CAD", "").replace("$", "")
    if _PLAIN.match(bare):
        number = bare.replace(",", ".")
    elif _GROUPED_COMMA.match(bare) and (bare.count(",") > 1 or "." in bare):
        number = bare.replace(",", "")
    elif _GROUPED_POINT.match(bare) and (bare.count(".") > 1 or "," in bare):
        number = bare.replace(".", "").replace(",", ".")
    else:
        raise CellError
    whole, _, part = number.partition(".")
    cents = int(whole) * 100 + int(part.ljust(2, "0") or "0")
    if cents > MAX_CENTS:
        raise CellError
    return cents


def read_instalments(cell: str) -> tuple[tuple[str, int], ...]:
    """Give (due date, cents) by rising date from `2026-03-03: 812,50 | 2026-06-02: 812,50` (`|` or `;` between)."""
    parts = [part.strip() for part in re.split(r"[|;\n]", cell) if part.strip()]
    if not 1 <= len(parts) <= MAX_INSTALMENTS:
        raise CellError
    found = []
    for part in parts:
        due, separator, amount = part.partition("=" if "=" in part else ":")
        if not separator:
            raise CellError
        found.append((read_date(due.strip()), read_cents(amount.strip())))
    dates = [due for due, _ in found]
    if dates != sorted(set(dates)):
        raise CellError
    return tuple(found)


def read_language(cell: str) -> str:
    """Give `fr` or `en`."""
    language = _LANGUAGES.get(cell.strip().casefold())
    if language is None:
        raise CellError
    return language


def read_slot(cell: str) -> int:
    """Give the co-owner's rank, 0 to 99."""
    if not re.fullmatch(r"\d{1,2}", cell):
        raise CellError
    return int(cell)
