"""Fits an address into the window of an envelope: the largest type at which all of it shows, long lines broken at spaces.

Widths come from the font that the page is set in. Sizes are whole tenths of a point, lengths whole tenths of a millimetre.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import ImageFont

from voute.core.errors import LimitError
from voute.paper.envelope import Zone
from voute.paper.typeset import FONTS

SIZES: Final = (105, 100, 95, 90, 86, 83)
"""Type sizes tried, in tenths of a point; capitals of the smallest are 2 mm high, the least that Canada Post's machines read."""
PITCH: Final = 118
"""From baseline to baseline, in hundredths of the type size."""
_ENDS: Final = 92
"""Above the first baseline and below the last one: a capital's height and a descender, in hundredths of the type size."""
_FONT: Final = FONTS / "IBMPlexSans-Regular.ttf"
_MEASURED_AT: Final = 1000
"""Size at which text is measured: as many units as the font has to an em, so that nothing is rounded."""


@dataclass(frozen=True, slots=True)
class AddressBlock:
    """Lines as they are set, and the size of their type in tenths of a point."""

    size: int
    lines: tuple[str, ...]


def fit_address(lines: Sequence[str], zone: Zone) -> AddressBlock:
    """Fit lines into a zone; raises `LimitError` when they show whole at no size."""
    for size in SIZES:
        set_lines = tuple(part for line in lines for part in _broken(line, size, zone.width))
        height = ((len(set_lines) - 1) * PITCH + _ENDS) * _length(size) // 100
        if set_lines and height <= zone.height and all(_width(line, size) <= zone.width for line in set_lines):
            return AddressBlock(size, set_lines)
    raise LimitError("the address does not show whole in the window", lines=len(lines))


def _broken(line: str, size: int, width: int) -> list[str]:
    """Break a line where it is too long, at ordinary spaces."""
    made = [""]
    for word in line.split(" "):
        longer = f"{made[-1]} {word}".lstrip(" ")
        if made[-1] and _width(longer, size) > width:
            made.append(word)
        else:
            made[-1] = longer
    return made


def _length(tenths_of_points: int) -> int:
    """Give a length in tenths of a millimetre, upwards."""
    return -(-tenths_of_points * 254 // 720)


def _width(text: str, size: int) -> int:
    return -(-round(_font().getlength(text)) * size * 254 // (720 * _MEASURED_AT))


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT, _MEASURED_AT, layout_engine=ImageFont.Layout.BASIC)
