"""How figures stand on a French page of Québec: amounts, rates, dates, numbers in groups.

Integers only, never floats. Groups of three digits are parted by a narrow no-break space (U+202F), a figure and its unit by a
no-break space (U+00A0). Source: Office québécois de la langue française, Banque de dépannage linguistique.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

NARROW: Final = "\u202f"
NO_BREAK: Final = "\u00a0"
RATE_UNITS: Final = 10_000
"""A rate is an integer of ten-thousandths of a dollar per 100 $ of assessment: 0,6842 is 6842."""


def grouped(number: int) -> str:
    """Write a whole number in groups of three digits."""
    return f"{number:,}".replace(",", NARROW)


def money(cents: int) -> str:
    """Write an amount of cents as `3 412,56 $`."""
    whole, part = divmod(cents, 100)
    return f"{grouped(whole)},{part:02d}{NO_BREAK}$"


def dollars(whole: int) -> str:
    """Write an assessment, which has no cents, as `412 300 $`."""
    return f"{grouped(whole)}{NO_BREAK}$"


def rate(ten_thousandths: int) -> str:
    """Write a rate per 100 $ as `0,6842 $`."""
    whole, part = divmod(ten_thousandths, RATE_UNITS)
    return f"{whole},{part:04d}{NO_BREAK}$"


def day(when: date, months: Sequence[str], first: str) -> str:
    """Write a day as `5 mars 2026`; `first` is how the first of a month is said (`1er`)."""
    number = first if when.day == 1 else str(when.day)
    return f"{number}{NO_BREAK}{months[when.month - 1]}{NO_BREAK}{when.year}"


def by_four(digits: str) -> str:
    """Write a long reference in groups of four characters that do not break at the end of a line."""
    return NO_BREAK.join(digits[start : start + 4] for start in range(0, len(digits), 4))
