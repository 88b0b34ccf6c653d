"""What the log's successor lacks of a department's receipts: as words for people and as JSON, after a delivery and by itself."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NoReturn

import typer

from voute.cli.console import Exit, Speaker, exit_of
from voute.cli.next_root import next_root_facts, show_next_root
from voute.client.api import CityApi, CityUnreachableError
from voute.client.home import IssuerHome
from voute.client.issuer_session import sign_in
from voute.client.lost_receipts import Look, Looked, LostDelivery, compare_receipts, count_deliveries, read_lost
from voute.client.next_root import NONE_WAITS, find_next_root
from voute.client.registry_file import one_writer
from voute.client.trust import pinned_trust
from voute.client.unfinished import now
from voute.core.ids import DeliveryId
from voute.format.dsse import SigningKey

_CHANGED: Final = re.compile(r".*-[0-9a-f]{8}")
"""A folder's name that may not be the run's own (`voute.client.home.file_name_of`)."""


def facts_of(looked: Looked) -> dict[str, Any]:
    """Give what was found as JSON holds it."""
    return {"receipts_compared": str(looked.look), "lost": [_facts(one) for one in looked.lost]}


def _facts(one: LostDelivery) -> dict[str, str | int | None]:
    found = one.found
    return {
        "run": one.run,
        "delivery_id": found.delivery_id.hex(),
        "documents": found.documents,
        "lost": found.lost,
        "again": found.again,
        "first": found.first,
        "last": found.last,
        "old": found.old,
        "log": found.log,
        "receipts": str(one.receipts),
        "entered": None if one.entered is None else str(one.entered),
    }


def show_looked(speaker: Speaker, issuer: str, looked: Looked) -> None:
    """Say what is lost, what was kept and what to do; nothing where nothing was ever lost."""
    for one in looked.lost:
        said = {**_facts(one), "path": str(one.receipts), "rest": one.found.lost - one.found.again, "issuer": issuer}
        if not one.found.is_open:
            speaker.say("lost-settled" if one.entered is None else "lost-settled-entered", said)
            continue
        speaker.say("lost-found", said, style="bold red")
        if one.found.again:
            speaker.say("lost-part", said)
        if one.entered is not None:
            speaker.say("lost-entered", said)
        speaker.say("lost-fix" if _CHANGED.fullmatch(one.run) else "lost-fix-named", said)
    if looked.look in {Look.WAITING, Look.UNWITNESSED}:
        speaker.say(f"lost-{looked.look}", style="bold yellow")


def _ask(api: CityApi, home: IssuerHome, delivery: DeliveryId) -> Iterator[bytes]:
    """Ask for the receipts of a delivery as its department, which only a loss makes necessary; raises what `CityApi` raises."""
    sign_in(api, home.settings(), SigningKey(home.secrets().signing_seed))
    yield from api.receipts(delivery)


def department_status(speaker: Speaker, home: IssuerHome) -> NoReturn:
    """Compare a department's receipts with the city's log as it is now, and say what is lost; ends the command."""
    missed: CityUnreachableError | None = None
    next_root = NONE_WAITS
    try:
        with CityApi(home.settings().server) as api, one_writer(home):
            trust = pinned_trust(home, api.trust_root(), api.earlier_root)
            next_root = find_next_root(api, trust, home.issuer, SigningKey(home.secrets().signing_seed).public)
            looked = compare_receipts(home, trust.root, api.log, now(), ask=partial(_ask, api, home))
    except CityUnreachableError as error:
        missed, looked = error, Looked(Look.NOTHING, read_lost(home))
    is_well = not looked.is_open and looked.look in {Look.NOTHING, Look.COMPARED}
    deliveries = count_deliveries(home)
    speaker.give(
        {
            "issuer": home.issuer,
            "well": is_well and missed is None,
            "fresh": missed is None,
            "deliveries": deliveries,
            **facts_of(looked),
            **next_root_facts(next_root),
        }
    )
    if not speaker.as_json:
        show_looked(speaker, home.issuer, looked)
        if is_well and not looked.lost:
            speaker.say("lost-none", {"count": deliveries}, style="bold green")
        show_next_root(speaker, home.issuer, next_root)
        if missed is not None:
            speaker.say("lost-not-fresh", {"why": speaker.words_of(missed)[0]}, style="bold yellow")
    if missed is not None:
        raise typer.Exit(exit_of(missed)) from missed
    raise typer.Exit(Exit.OK if is_well else Exit.REFUSED)
