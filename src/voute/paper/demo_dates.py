"""Days of the demonstration: a bill is always a few weeks old, its first payment due in two or three, as seen from today."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

SAMPLE_DAY: Final = date(2026, 2, 16)
"""Today for samples that are the same every day (tests, pictures, measurements)."""
_AHEAD: Final = timedelta(days=14)
"""A first payment that is due sooner would hurry whoever opens the demonstration a week later."""
_THURSDAY: Final = 3
_ISSUED_BEFORE: Final = timedelta(days=31)
"""A Monday, and more than the thirty days that Québec's law on municipal taxation leaves before the first payment."""
_WEEKS: Final = (0, 13, 26, 35)
"""From the first payment to each: in an ordinary year March, June, September, November."""
_ROLL_YEARS: Final = 3
_A_ROLL: Final = 2025
"""Rolls are for three years; one began here, on the worth of things eighteen months before."""


@dataclass(frozen=True, slots=True)
class BillDays:
    """When a bill was issued, and when each payment is due."""

    issued_on: date
    due: tuple[date, ...]


def bill_days(today: date) -> BillDays:
    """Give the days of bills that somebody opens today: issued before, the first payment a Thursday 14 to 20 days from now."""
    soonest = today + _AHEAD
    first = soonest + timedelta(days=(_THURSDAY - soonest.weekday()) % 7)
    return BillDays(first - _ISSUED_BEFORE, tuple(first + timedelta(weeks=weeks) for weeks in _WEEKS))


def permit_day(today: date) -> date:
    """Give the day on which a permit that is delivered today was issued: today, or the Friday before."""
    return today - timedelta(days=max(0, today.weekday() - 4))


def a_year_later(when: date) -> date:
    """Give the same day of the next year; of 29 February, the 28th."""
    try:
        return when.replace(year=when.year + 1)
    except ValueError:
        return when.replace(year=when.year + 1, day=28)


def year_words(year: int) -> dict[str, str]:
    """Give what the words of a bill of this year leave open: the year, the three of its roll, the year of its market."""
    begun = year - (year - _A_ROLL) % _ROLL_YEARS
    return {
        "year": str(year),
        "roll": "-".join(str(begun + number) for number in range(_ROLL_YEARS)),
        "market": str(begun - 2),
    }
