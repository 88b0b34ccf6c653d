"""Where a window envelope lets an address be seen, on a sheet that is folded in three and slides inside it.

The sheet is smaller than the envelope, so the window moves over it. Two rectangles follow: what shows wherever the sheet
lies (the address goes there, whole), and what may show in some place (nothing else goes there). All lengths are whole
tenths of a millimetre; the sheet is US Letter, as everywhere in Canada.
"""

from dataclasses import dataclass
from typing import Final

from voute.core.errors import LimitError

SHEET_WIDTH: Final = 2159
SHEET_HEIGHT: Final = 2794
"""US Letter, 8.5 × 11 inches."""
PANEL_HEIGHT: Final = SHEET_HEIGHT // 3
"""The upper third, which a letter fold turns towards the window."""
MIN_WIDTH: Final = 700
MIN_HEIGHT: Final = 140
"""Smallest rectangle that always shows: four lines of an address, forty characters wide, at the 2 mm of Canada Post."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A rectangle on the sheet, measured from its upper left corner."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """From top to bottom."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Envelope:
    """A window envelope seen from the front: its size, and the window measured from its left and lower edges."""

    width: int
    height: int
    window_left: int
    window_bottom: int
    window_width: int
    window_height: int

    @property
    def window_top(self) -> int:
        """From the envelope's upper edge to the window's."""
        return self.height - self.window_bottom - self.window_height

    @property
    def always(self) -> Zone:
        """What shows wherever the folded sheet lies; raises `LimitError` when an address does not fit in it."""
        slack_x, slack_y = self._slack()
        zone = Zone(
            left=self.window_left,
            top=self.window_top,
            right=self.window_left + self.window_width - slack_x,
            bottom=self.window_top + self.window_height - slack_y,
        )
        if zone.width < MIN_WIDTH or zone.height < MIN_HEIGHT or zone.right > SHEET_WIDTH or zone.bottom > PANEL_HEIGHT:
            raise LimitError("this window shows no whole address of a sheet folded in three")
        return zone

    @property
    def sometimes(self) -> Zone:
        """What shows in one place of the sheet at least."""
        slack_x, slack_y = self._slack()
        return Zone(
            left=max(0, self.window_left - slack_x),
            top=max(0, self.window_top - slack_y),
            right=min(SHEET_WIDTH, self.window_left + self.window_width),
            bottom=min(PANEL_HEIGHT, self.window_top + self.window_height),
        )

    def _slack(self) -> tuple[int, int]:
        slack = (self.width - SHEET_WIDTH, self.height - PANEL_HEIGHT)
        if min(slack) < 0:
            raise LimitError("the folded sheet is larger than the envelope")
        return slack


NUMBER_10: Final = Envelope(width=2413, height=1048, window_left=222, window_bottom=127, window_width=1143, window_height=286)
"""The usual no. 10: 9 1/2 × 4 1/8 inches, window 4 1/2 × 1 1/8 inches, 7/8 inch from the left, 1/2 inch from below."""
