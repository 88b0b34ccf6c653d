"""Writes the demonstration city's two deliveries: lists and PDFs, as a city's own system would hand them over.

The same seed, count and day give the same bytes. Amounts, dates and headings are written as people in Québec export them: UTF-8
with a byte order mark, semicolons, decimal commas.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any, Final

from voute.core.errors import LimitError
from voute.paper import bill, demo_awkward, demo_people, figures
from voute.paper.demo_dates import SAMPLE_DAY, a_year_later, permit_day
from voute.paper.demo_people import Taxpayer
from voute.paper.typeset import Typesetter

SEED: Final = 2026
COUNT: Final = 200
BILL_TYPE: Final = "tax-bill"
PERMIT_TYPE: Final = "permit"
"""Document types: the demonstration's trust root must give them to the issuer."""
PERMITS: Final = "permis"
"""Folder of the permits' PDFs."""
_HEADINGS: Final = (
    "référence", "partie", "nom", "adresse", "langue", "fichier", "titre", "type",
    "montant", "échéance", "versements", "référence de paiement", "clé",
)  # fmt: skip
_FIRST_AWKWARD: Final = 1
"""Row of the first awkward file: the resident's own bill, before it, is a plain one."""
LEAST: Final = _FIRST_AWKWARD + len(demo_awkward.KINDS) + 2
"""As few bills as there can be: the awkward ones, the resident's, and two more."""
_LETTER: Final = (216, 279)
_WORKERS: Final = 2
"""Presses at work: setting is half single-threaded, so two of them use two cores; more would only take memory."""


@dataclass(frozen=True, slots=True)
class DemoResident:
    """The person that the demonstration plays: both deliveries have a document for them."""

    reference: str
    party: str
    name: str
    address: str
    bill_title: str
    bill_file: str
    permit_title: str
    permit_file: str


@dataclass(frozen=True, slots=True)
class DemoCity:
    """What was written: two lists with their folders of PDFs, how many documents each has, and the resident.

    `awkward` maps the kind of each awkward file to its name in `pdf_dir`.
    """

    name: str
    year: int
    bills_csv: Path
    bills_dir: Path
    bills: int
    permits_csv: Path
    permits_dir: Path
    permits: int
    resident: DemoResident
    awkward: tuple[tuple[str, str], ...]

    @property
    def run(self) -> str:
        """What the delivery of the bills is called."""
        return f"taxes-{self.year}"


def build_demo_city(folder: Path, *, seed: int = SEED, count: int = COUNT, today: date = SAMPLE_DAY) -> DemoCity:
    """Write `factures.csv`, `pdf/`, `permis.csv`, `permis/` and `permis-fautes.csv` into `folder`, which is made if needed.

    `count` bills, 20 of them awkward, the first payment due soon after `today`; raise `LimitError` if `count` leaves no plain
    bill for the resident and two more.
    Files of the same names are overwritten; nothing is promised about durability.
    """
    if count < LEAST:
        raise LimitError("too few bills for the awkward ones", count=count, least=LEAST)
    people = demo_people.taxpayers(seed, count, today)
    bills_dir, permits_dir = folder / "pdf", folder / PERMITS
    for each in (bills_dir, permits_dir):
        each.mkdir(parents=True, exist_ok=True)
    named = _write_bills(bills_dir, people, seed)
    rows = [_bill_row(one, file, title) for one, (file, title) in zip(people, named, strict=True)]
    _write_list(folder / "factures.csv", rows)
    first = people[0]
    numbers = _sheets_words()["permit"]["numbers"]
    permits = write_permits(folder / "permis.csv", (first, *people[-(len(numbers) - 1) :]), numbers, today)
    _write_list(folder / "permis-fautes.csv", _with_faults(permits, today))
    return DemoCity(
        name=first.bill.city,
        year=first.bill.year,
        bills_csv=folder / "factures.csv",
        bills_dir=bills_dir,
        bills=len(people),
        permits_csv=folder / "permis.csv",
        permits_dir=permits_dir,
        permits=len(permits),
        resident=DemoResident(
            reference=first.bill.roll_number,
            party=first.party,
            name=first.name,
            address=first.address,
            bill_title=named[0][1],
            bill_file=named[0][0],
            permit_title=permits[0]["titre"],
            permit_file=permits[0]["fichier"],
        ),
        awkward=tuple((one.kind, file) for one, (file, _) in zip(demo_awkward.KINDS, named[_FIRST_AWKWARD:], strict=False)),
    )


def _sheets_words() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("voute.paper").joinpath("sheets.fr.json").read_bytes())
    return loaded


def _file_name(taxpayer: Taxpayer) -> str:
    made = taxpayer.bill
    return f"{bill.words(made.year)['file_name']}-{made.year}-{made.roll_number.replace('-', '')}.pdf"


def _write_bills(folder: Path, people: Sequence[Taxpayer], seed: int) -> list[tuple[str, str]]:
    """Write every bill and give the file names and titles by which the list calls them, in order."""
    kinds: list[demo_awkward.Awkward | None] = [None] * len(people)
    kinds[_FIRST_AWKWARD : _FIRST_AWKWARD + len(demo_awkward.KINDS)] = demo_awkward.KINDS
    work = list(zip(range(len(people)), people, kinds, strict=True))

    def write_share(share: Iterable[tuple[int, Taxpayer, demo_awkward.Awkward | None]]) -> list[tuple[int, str, str]]:
        press, sheets, words = bill.BillPress(), Typesetter("sheet.typ"), _sheets_words()
        written = []
        for place, taxpayer, kind in share:
            name, pdf = _file_name(taxpayer), press.pdf(taxpayer.bill)
            year = taxpayer.bill.year
            on_disk, title = name, bill.words(year)["title"]
            if kind is not None:
                random = Random(f"{seed}/{kind.kind}")  # noqa: S311 grain of a scan, no secret
                pdf = kind.make(demo_awkward.Source(taxpayer, pdf, press, sheets, words, random))
                title = words[kind.kind]["title"].format(year=year) if kind.titled else title
                name = words["odd_names"][kind.odd_name].format(year=year) if kind.odd_name else name
                # A Mac keeps names decomposed while the spreadsheet's list has them composed.
                on_disk = unicodedata.normalize("NFD", name) if kind.decomposed else name
            (folder / on_disk).write_bytes(pdf)
            written.append((place, name, title))
        return written

    with ThreadPoolExecutor(_WORKERS) as pool:
        shares = pool.map(write_share, (work[start::_WORKERS] for start in range(_WORKERS)))
        return [(name, title) for _, name, title in sorted(one for share in shares for one in share)]


def _bill_row(taxpayer: Taxpayer, file: str, title: str) -> dict[str, str]:
    made = taxpayer.bill
    return _common_row(taxpayer, file, title) | {
        "type": BILL_TYPE,
        "montant": _cell(made.total),
        "échéance": made.instalments[0].due.isoformat(),
        "versements": " | ".join(f"{one.due.isoformat()}: {_cell(one.cents)}" for one in made.instalments),
        "référence de paiement": made.payment_reference,
        "clé": f"TX-{made.year}-{made.roll_number}",
    }


def _common_row(taxpayer: Taxpayer, file: str, title: str) -> dict[str, str]:
    return {
        "référence": taxpayer.bill.roll_number,
        "partie": taxpayer.party,
        "nom": taxpayer.name,
        "adresse": taxpayer.address,
        "langue": "fr",
        "fichier": file,
        "titre": title,
    }


def _cell(cents: int) -> str:
    """Write an amount as a spreadsheet exports it here: `3412,56`."""
    return f"{cents // 100},{cents % 100:02d}"


def _write_list(path: Path, rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, _HEADINGS, delimiter=";", restval="")
        writer.writeheader()
        writer.writerows(rows)


def _with_faults(rows: Sequence[dict[str, str]], today: date) -> list[dict[str, str]]:
    """Give three rows as somebody in a hurry leaves them, for who tries the department's guide."""
    first, second, third = rows[:3]
    return [
        # The last two digits change places.
        first | {"fichier": re.sub(r"(\d)(\d)(?=\.pdf$)", r"\2\1", first["fichier"])},
        second | {"type": PERMIT_TYPE[:-1]},
        third | {"titre": "", "échéance": f"{today.year}-13-01"},
    ]


def write_permits(table: Path, holders: Sequence[Taxpayer], serials: Sequence[int], today: date) -> list[dict[str, str]]:
    """Write a list of permits, one for each holder, and their PDFs into `permis/` beside it; gives the rows."""
    words = _sheets_words()
    said, press = words["permit"], Typesetter("sheet.typ")
    issued = permit_day(today)
    rows = []
    for holder, serial in zip(holders, serials, strict=True):
        number = f"{issued.year}-{serial:04d}"
        works = said["works"][holder.bill.use]
        title, file = said["title"].format(number=number), said["file"].format(number=number)
        values = (
            holder.name,
            holder.bill.property_address,
            holder.bill.roll_number,
            works["what"],
            figures.money(works["cost"]),
            bill.day(issued),
            bill.day(a_year_later(issued)),
        )
        data = {
            "title": title,
            "city": holder.bill.city,
            "office": words["office"],
            "paragraphs": said["paragraphs"],
            "parts": said["parts"],
            "rows": list(zip(said["labels"], values, strict=True)),
            "width_mm": _LETTER[0],
            "height_mm": _LETTER[1],
        }
        made = press.pdf(data, created=datetime.combine(issued, time(12), UTC))
        (table.parent / PERMITS / file).write_bytes(made)
        rows.append(_common_row(holder, file, title) | {"type": PERMIT_TYPE, "clé": f"PC-{number}"})
    _write_list(table, rows)
    return rows
