"""Postal addresses as lists have them: lines for an envelope, and the postal code by which letters are posted.

Source: Canada Post, addressing guidelines: the municipality, the province and the postal code stand on the last line, two
spaces before the code; letters are sorted by code, the forward sortation area (G1R) first, the delivery unit (4S9) within it.
"""

import re
from typing import Final

_CODE: Final = re.compile(
    r"(?<![A-Z0-9])([ABCEGHJ-NPRSTVXY])(\d)([ABCEGHJ-NPRSTV-Z])[ \u00a0\u202f-]?(\d)([ABCEGHJ-NPRSTV-Z])(\d)(?![A-Z0-9])",
    re.IGNORECASE,
)
"""A Canadian postal code; D, F, I, O, Q and U are in none, W and Z begin none."""
_PROVINCE: Final = re.compile(
    r",?\s*(?:\([^()]+\)|\b(?:QC|QUÉ\.?|QUE\.?|ON|NB|NS|PE|NL|MB|SK|AB|BC|YT|NT|NU))\s*,?\s*$", re.IGNORECASE
)
"""How a last line names its province; `Québec` in full may be the city, so it is left alone."""
_BEFORE_CODE: Final = "\u00a0\u00a0"
"""Two spaces that neither break nor shrink."""


def find_postal_code(lines: tuple[str, ...]) -> str | None:
    """Give the Canadian postal code of an address as `G1R 4S9`, or None: no address here has it above its last two lines."""
    for line in reversed(lines[-2:]):
        found = _CODE.findall(line)
        if found:
            symbols = "".join(found[-1]).upper()
            return f"{symbols[:3]} {symbols[3:]}"
    return None


def address_lines(cell: str) -> tuple[str, ...]:
    """Give the lines of an address: those that it has, else one for the street and one for the municipality."""
    lines = tuple(" ".join(line.split()).strip(" ,") for line in cell.split("\n"))
    lines = tuple(line for line in lines if line)
    if len(lines) == 1:
        lines = _two_lines(lines[0])
    return tuple(_with_code_apart(line) for line in lines)


def posting_order(code: str | None) -> tuple[bool, str]:
    """Give what letters are sorted by: Canadian codes in their order, then the addresses without one."""
    return (code is None, code or "")


def _two_lines(line: str) -> tuple[str, ...]:
    """Cut before the municipality: after the last comma that stands before municipality, province and code."""
    found = list(_CODE.finditer(line))
    end = found[-1].start() if found else len(line)
    place = _PROVINCE.sub("", line[:end].rstrip(" ,"))
    cut = place.rfind(",")
    # Without a comma nobody can tell the street from the municipality.
    return (line,) if cut < 0 else (line[:cut].strip(" ,"), line[cut:].strip(" ,"))


def _with_code_apart(line: str) -> str:
    """Write a line that ends with a postal code as Canada Post wants it."""
    found = list(_CODE.finditer(line))
    if not found or line[found[-1].end() :].strip(" ,"):
        return line
    symbols = "".join(found[-1].groups()).upper()
    before = line[: found[-1].start()].rstrip(" ,")
    code = f"{symbols[:3]}\u00a0{symbols[3:]}"
    return f"{before}{_BEFORE_CODE}{code}" if before else code
