"""Opens a demonstration again: a letter that nobody used yet and a second delivery that was not sent, to try all to its end."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import ClassVar, Final

from voute.cli.demo_city import ISSUER, LETTER, Demo, put_letter
from voute.cli.status import DEMO
from voute.client.codes import CodeDesk
from voute.client.columns import Column
from voute.client.disk import DISK
from voute.client.home import IssuerHome
from voute.client.table import read_table
from voute.core.errors import StateError
from voute.format.claim_code import group_code, write_code
from voute.format.registry import Entry, EntryState
from voute.paper import demo_awkward, demo_people
from voute.paper.demo_city import SEED, write_permits

_SERIALS: Final = 400
"""Permits of the first list have numbers a little above; those of list N begin N tens above."""
_HOLDERS: Final = 4
"""Permits in a list: the newest letter's, and of the vaults that were opened before."""


class LettersUsedError(StateError):
    """Every letter of the demonstration was used."""

    code: ClassVar[str] = "demo-letters-used"


def refreshed(city: Demo) -> Demo:
    """Give the demonstration, being served, with another letter if its own was used, and a list of permits that was not sent.

    Raises:
        LettersUsedError: no letter is left.
    """
    home = IssuerHome(city.home, ISSUER)
    desk = CodeDesk(home)
    looked = desk.look()
    entries = {entry.reference: entry for entry in looked.entries}
    unused = {key for key, one in entries.items() if one.state is EntryState.ISSUED and one.key not in looked.doubts}
    used = [key for key, one in entries.items() if one.state is EntryState.BOUND or one.key in looked.doubts]
    now = city
    if city.reference not in unused:
        now = _with_letter(city, home, desk, _next(city, entries, unused))
    if now is not city or home.run_path(Path(city.permits).stem).exists():
        now = _with_permits(now, [now.reference, *used])
    if now is not city:
        DISK.replace(Path(city.folder) / DEMO, json.dumps(asdict(now), indent=1).encode(), mode=0o600)
    return now


def _references(city: Demo) -> Sequence[str]:
    """Return whose bills there are, in the order of the list, the plain ones first."""
    found = [row.get(Column.REFERENCE) for row in read_table(city.bills.read_bytes()).rows]
    odd = 1 + len(demo_awkward.KINDS)
    return [*found[:1], *found[odd:], *found[1:odd]]


def _next(city: Demo, entries: dict[str, Entry], unused: set[str]) -> Entry:
    for reference in _references(city):
        if reference in unused:
            return entries[reference]
    raise LettersUsedError("no letter is left", origin=city.origin)


def _with_letter(city: Demo, home: IssuerHome, desk: CodeDesk, entry: Entry) -> Demo:
    letter = Path(city.folder) / LETTER
    put_letter(home, entry, city.bills, city.pages, letter)
    code = write_code(desk.code(entry))
    rows = read_table(city.bills.read_bytes()).rows
    bill = next(row.get(Column.FILE) for row in rows if row.get(Column.REFERENCE) == entry.reference)
    return replace(city, code=group_code(code), link=desk.link(code), reference=entry.reference, bill=bill)


def _with_permits(city: Demo, references: Sequence[str]) -> Demo:
    documents = city.bills.parent
    number = next(one for one in count(2) if not (documents / f"permis-{one}.csv").exists())
    people = {one.bill.roll_number: one for one in demo_people.taxpayers(SEED, len(_references(city)))}
    holders = [people[one] for one in dict.fromkeys(references) if one in people][:_HOLDERS]
    table = documents / f"permis-{number}.csv"
    first = _SERIALS + 10 * number
    write_permits(table, holders, range(first, first + len(holders)), datetime.now(UTC).astimezone().date())
    return replace(city, permits=os.fspath(table))
