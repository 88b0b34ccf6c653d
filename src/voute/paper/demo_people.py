"""Taxpayers of the demonstration city: invented, varied as real ones are, the same for the same seed.

Every word and every rate comes from `demo_city.fr.json`; here are only the rules that put them together.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any, Final

from voute.paper import bill
from voute.paper.demo_dates import SAMPLE_DAY, BillDays, bill_days

_COUPLES: Final = 0.38
_RENTALS: Final = 0.06
_BUSINESSES: Final = 0.12
"""Shares of the taxpayers; about those of a small city of Québec."""
_FLATS: Final = 0.14
"""Share of homes that are a flat, whose roll number ends with a unit."""
_LARGEST_COMPANY: Final = 3
"""Properties of one company at most: the same party then has several references."""
_POSTAL_LETTERS: Final = "ABCEGHJKLMNPRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Taxpayer:
    """One bill to be sent: the party that the city knows, its name as one line, its address as one line, and the bill."""

    party: str
    name: str
    address: str
    bill: bill.Bill


@lru_cache(maxsize=1)
def city() -> dict[str, Any]:
    """Give names, streets and rates of the demonstration city."""
    loaded: dict[str, Any] = json.loads(files("voute.paper").joinpath("demo_city.fr.json").read_bytes())
    return loaded


def taxpayers(seed: int, count: int, today: date = SAMPLE_DAY) -> tuple[Taxpayer, ...]:
    """Give `count` taxpayers, the first being the demonstration's resident; no two share a reference; dates follow `today`."""
    endless = _endless(Random(seed), bill_days(today))  # noqa: S311 sample data
    return tuple(taxpayer for taxpayer, _ in zip(endless, range(count), strict=False))


def _endless(random: Random, days: BillDays) -> Iterator[Taxpayer]:
    known = city()
    seen = {known["resident"]["roll_digits"]}
    yield _resident(random, days)
    account = 104_300
    while True:
        account += random.randint(1, 40)
        drawn = random.random()
        use = "business" if drawn < _BUSINESSES else "rental" if drawn < _BUSINESSES + _RENTALS else "home"
        owners = _company(random) if use == "business" or drawn < _BUSINESSES + _RENTALS / 2 else _people(random)
        for _ in range(random.randint(1, _LARGEST_COMPANY) if use == "business" else 1):
            flat = use == "home" and random.random() < _FLATS
            digits = _roll_digits(random, flat=flat)
            if digits in seen:
                continue
            seen.add(digits)
            street = f"{random.randint(1, 4200)}, {random.choice(known['streets'])}"
            if flat:
                street += known["unit"].format(number=int(digits[-4:]))
            land, building, units = _assessment(random, use, flat=flat)
            yield _taxpayer(random, days, f"C-{account}", owners, (digits, street), use, (land, building, units))


def _resident(random: Random, days: BillDays) -> Taxpayer:
    one = city()["resident"]
    place = (one["roll_digits"], f"{one['civic_number']}, {one['street']}")
    return _taxpayer(random, days, one["account"], tuple(one["owners"]), place, "home", (one["land"], one["building"], 1))


def _taxpayer(
    random: Random,
    days: BillDays,
    account: str,
    owners: tuple[str, ...],
    place: tuple[str, str],
    use: str,
    worth: tuple[int, int, int],
) -> Taxpayer:
    known = city()
    digits, street = place
    land, building, units = worth
    letters = [random.choice(_POSTAL_LETTERS) for _ in range(1)]
    code = f"{random.randint(1, 9)}{letters[0]}{random.randint(0, 9)}"
    locality = known["locality"].format(code=code)
    charges = _charges(use, land + building, units)
    made = bill.Bill(
        city=known["city"],
        account=account,
        roll_number=bill.roll_number(digits),
        owners=owners,
        postal_address=(street, locality),
        property_address=street,
        use=use,
        land=land,
        building=building,
        charges=charges,
        instalments=bill.in_instalments(sum(one.cents for one in charges), days.due),
        issued_on=days.issued_on,
    )
    name = owners[0] if len(owners) == 1 else known["joined"].format(first=owners[0], second=owners[1])
    return Taxpayer(account, name, f"{street}, {' '.join(locality.split())}", made)


def _charges(use: str, assessed: int, units: int) -> tuple[bill.Charge, ...]:
    known = city()
    return (
        bill.at_rate(f"general-{use}", assessed, known["rates"][use]),
        bill.at_rate("debt", assessed, known["debt_rate"]),
        bill.at_rate("transit", assessed, known["transit_rate"]),
        *(bill.at_tariff(name, units, cents) for name, cents in known["tariffs"].items()),
    )


def _people(random: Random) -> tuple[str, ...]:
    known = city()

    def person() -> str:
        surname = random.choice(known["surnames"])
        if random.random() < _FLATS and "-" not in surname:
            surname += "-" + random.choice(known["surnames"])
        return f"{random.choice(known['given_names'])} {surname}"

    return (person(), person()) if random.random() < _COUPLES else (person(),)


def _company(random: Random) -> tuple[str, ...]:
    known = city()
    pattern: str = random.choice(known["company_names"])
    return (pattern.format(number=random.randint(1000, 9999), surname=random.choice(known["surnames"])),)


def _roll_digits(random: Random, *, flat: bool) -> str:
    lot = f"{random.randint(4100, 4299)}{random.randint(0, 99):02d}{random.randint(0, 9999):04d}{random.randint(0, 9)}"
    return f"{lot}000{random.randint(1, 48) if flat else 0:04d}"


def _assessment(random: Random, use: str, *, flat: bool) -> tuple[int, int, int]:
    """Draw land and building (whole hundreds of dollars) and the number of units."""
    if use == "home":
        land = random.randint(180, 420) if flat else random.randint(700, 2200)
        return land * 100, random.randint(1200, 6200) * 100, 1
    if use == "rental":
        units = random.randint(6, 24)
        return random.randint(2500, 5000) * 100, units * random.randint(900, 1300) * 100, units
    return random.randint(1500, 9000) * 100, random.randint(2000, 30_000) * 100, 1
