"""The yearly municipal tax bill of the demonstration city: rules of its figures, and its two pages.

A sample of what a city's own system prints: Voûte delivers such files, it does not compute taxes for anyone. Words are in
`bill.fr.json`, the page is `templates/bill.typ`. Amounts are integer cents, assessments whole dollars, rates integer
ten-thousandths of a dollar per 100 $ (`figures.RATE_UNITS`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from voute.core.errors import LimitError
from voute.paper import figures
from voute.paper.demo_dates import year_words
from voute.paper.typeset import Data, Typesetter

INSTALMENTS: Final = 4
_ROLL_GROUPS: Final = (4, 2, 4, 1, 3, 4)
"""Digits of a roll number: coordinates east and north of the lot, its check digit, the building, the unit.

Source: Manuel d'évaluation foncière du Québec, volume 2, identification of the units (matricule)."""
ROLL_DIGITS: Final = sum(_ROLL_GROUPS)
_DATED: Final = ("title", "year_covered", "assessment", "assessment_note", "taxes", "total_taxes")
"""Words that name a year."""
_MODULUS: Final = 97
"""Of the two check digits of a payment reference (ISO 7064, MOD 97-10)."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the bill: an assessment at a rate, or a number of units at a tariff.

    `name` is a key of `lines` in the words; `base` is dollars where `rate` is set, else a number of units; `cents` is the amount.
    """

    name: str
    base: int
    cents: int
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment: cents and the day by which it is due."""

    cents: int
    due: date


@dataclass(frozen=True, slots=True)
class Bill:
    """All that a bill says; `total` is the sum of its charges and of its instalments."""

    city: str
    account: str
    roll_number: str
    owners: tuple[str, ...]
    postal_address: tuple[str, ...]
    property_address: str
    use: str
    land: int
    building: int
    charges: tuple[Charge, ...]
    instalments: tuple[Instalment, ...]
    issued_on: date

    @property
    def total(self) -> int:
        """Cents to pay for the year."""
        return sum(one.cents for one in self.charges)

    @property
    def year(self) -> int:
        """The year that the taxes are for."""
        return self.issued_on.year

    @property
    def payment_reference(self) -> str:
        """Twenty digits: the roll number and two check digits, so that a bank can refuse a mistyped one."""
        digits = self.roll_number.replace("-", "")
        return f"{digits}{_MODULUS + 1 - int(digits + '00') % _MODULUS:02d}"


def roll_number(digits: str) -> str:
    """Write eighteen digits in Québec's form, `1234-56-7890-0-000-0000`; raise `LimitError` for another count."""
    if len(digits) != ROLL_DIGITS or not digits.isdecimal():
        raise LimitError("a roll number has eighteen digits")
    groups, start = [], 0
    for width in _ROLL_GROUPS:
        groups.append(digits[start : start + width])
        start += width
    return "-".join(groups)


def at_rate(name: str, assessed: int, rate: int) -> Charge:
    """Tax an assessment (dollars) at a rate (ten-thousandths per 100 $), to the nearest cent, halves up."""
    return Charge(name, assessed, (assessed * rate + figures.RATE_UNITS // 2) // figures.RATE_UNITS, rate)


def at_tariff(name: str, units: int, cents: int) -> Charge:
    """Charge a tariff (cents) for each unit."""
    return Charge(name, units, units * cents)


def in_instalments(cents: int, days: tuple[date, ...]) -> tuple[Instalment, ...]:
    """Part an amount equally over the days; the cents left over go to the first payment, so the sum is exact."""
    share, rest = divmod(cents, len(days))
    return tuple(Instalment(share + (rest if place == 0 else 0), when) for place, when in enumerate(days))


@lru_cache(maxsize=4)
def words(year: int) -> dict[str, Any]:
    """Give the words of a bill of this year (French, as in `bill.fr.json`)."""
    loaded: dict[str, Any] = json.loads(files("voute.paper").joinpath("bill.fr.json").read_bytes())
    facts = year_words(year)
    return loaded | {key: loaded[key].format(**facts) for key in _DATED}


def day(when: date) -> str:
    """Write a day in full, in the bill's language."""
    said = words(when.year)
    return figures.day(when, said["months"], said["first_of_month"])


def as_data(bill: Bill) -> dict[str, Data]:
    """Give what the template shows: words and formatted figures, nothing to compute."""
    said = words(bill.year)
    shown = dict(said)
    if len(bill.owners) > 1:
        shown["addressed_to"] = said["addressed_to_many"]
    return {
        "words": shown,
        "title": said["title"],
        "city": bill.city,
        "account": bill.account,
        "issued_on": day(bill.issued_on),
        "owners": bill.owners,
        "postal_address": bill.postal_address,
        "property_address": bill.property_address,
        "roll_number": bill.roll_number,
        "use": said["uses"][bill.use],
        "land": figures.dollars(bill.land),
        "building": figures.dollars(bill.building),
        "total_value": figures.dollars(bill.land + bill.building),
        "taxes": [_line(one, bill, said) for one in bill.charges],
        "total": figures.money(bill.total),
        "instalments": [
            {"name": name, "amount": figures.money(one.cents), "due": day(one.due)}
            for name, one in zip(said["instalment_names"], bill.instalments, strict=True)
        ],
        "payment_reference": figures.by_four(bill.payment_reference),
    }


def _line(charge: Charge, bill: Bill, said: dict[str, Any]) -> dict[str, Data]:
    if charge.rate is not None:
        base, rate = figures.dollars(charge.base), figures.rate(charge.rate)
    else:
        unit = "place" if bill.use == "business" else "one" if charge.base == 1 else "many"
        base, rate = f"{charge.base}{figures.NO_BREAK}{said['units'][unit]}", "–"
    return {"name": said["lines"][charge.name], "base": base, "rate": rate, "amount": figures.money(charge.cents)}


def created(bill: Bill) -> datetime:
    """Give the time that a bill's file carries: noon, UTC, of the day on which it was issued."""
    return datetime.combine(bill.issued_on, time(12), UTC)


class BillPress:
    """Sets bills one after the other; make one for each thread."""

    def __init__(self) -> None:
        self._typesetter = Typesetter("bill.typ")

    def pdf(self, bill: Bill, *, annex: Mapping[str, Data] | None = None) -> bytes:
        """Give the two pages, and those of `annex` (title, head, rows by page), as tagged PDF/UA-1.

        Raises `TypesettingError` if a word has a character that no font has.
        """
        data = as_data(bill) | ({} if annex is None else {"annex": annex})
        return self._typesetter.pdf(data, created=created(bill))

    def pictures(self, bill: Bill, *, dots_per_inch: int) -> tuple[bytes, ...]:
        """Give one PNG a page, as a scanner would see them."""
        return self._typesetter.pictures(as_data(bill), created=created(bill), dots_per_inch=dots_per_inch)
