"""List and body on the other stores: PostgreSQL, and PostgreSQL with S3, beside SQLite and files; the short way and the long one.

Three cities with the same vault, served at the same time with as many workers, asked in turn, round by round: what counts is
processor time, of our servers and of the database, which a busy neighbour disturbs least. The long way (ADR 0048) is asked for
by a header that the short one leaves to the routes: an empty body, announced.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import httpx

from bench.city import HOST, Founded, found_city, served
from bench.load import request
from bench.memory import family_of
from bench.report import spread
from bench.serving import DOCUMENTS, ROUNDS, SECONDS, WORKERS, Served, Target, fill_vault, measure_target
from bench.usage import process_seconds, reaped_seconds, say
from bench.workplace import WORK
from tests.support.postgres import Postgres, postgres
from tests.support.s3.ceph import CephMissingError, ceph

ONE_MACHINE: Final = "SQLite, files"
DATABASE: Final = "PostgreSQL, files"
OBJECTS: Final = "PostgreSQL, S3"
_S3_SECONDS: Final = 120
"""What a call to S3 may take: a cluster of one machine is slow when the machine is busy."""
_LONG: Final = {"content_length": "0"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One load on one city, and what an answer took of the database besides, in microseconds."""

    served: Served
    database_us: float


@dataclass(frozen=True, slots=True)
class Place:
    """A served city: its targets, and the database server that it asks, if it is one of its own."""

    name: str
    targets: Sequence[Target]
    database: int | None


def measure_stores(rounds: int = ROUNDS, seconds: float = SECONDS) -> dict[str, Any]:
    """Measure all stores of which this machine has the programs; returns the figures that are kept."""
    folder = WORK / "stores"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    runs: dict[tuple[str, str], list[Asked]] = {}
    with ExitStack() as stack:
        database = stack.enter_context(postgres())
        places = [_place(ONE_MACHINE, folder / "files", {}, None, stack)]
        places.append(_place(DATABASE, folder / "database", {"catalogue": database.database()}, database, stack))
        try:
            stores = stack.enter_context(_objects(folder / "ceph"))
        except CephMissingError as error:
            say(f"{OBJECTS}: left out ({error})")
        else:
            given = {**stores, "catalogue": database.database(), "blobs": "s3://city/measured"}
            places.append(_place(OBJECTS, folder / "objects", given, database, stack))
        for number in range(rounds):
            for place in places:
                say(f"round {number}: {place.name}")
                for target in place.targets:
                    runs.setdefault((place.name, target.name), []).append(_ask(place, target, seconds))
    return _figures(runs, rounds)


@contextmanager
def _objects(folder: Path) -> Iterator[dict[str, Any]]:
    folder.mkdir()
    with ceph(folder) as server:
        yield {"s3_endpoint": server.endpoint, "s3_credentials": server.credentials, "s3_seconds": _S3_SECONDS}


def _place(name: str, folder: Path, stores: Mapping[str, Any], database: Postgres | None, stack: ExitStack) -> Place:
    """Found, fill and serve a city."""
    folder.mkdir()
    city = found_city(folder, **stores)
    with served(city, folder / "first.log"):
        cookie = fill_vault(city, folder)
    many = replace(city, settings=replace(city.settings, workers=WORKERS))
    process = stack.enter_context(served(many, folder / "server.log"))
    return Place(name, _targets(many, process, cookie), None if database is None else database.process)


def _targets(city: Founded, process: int, cookie: str) -> list[Target]:
    headers = {"cookie": cookie, "x-voute": "1"}
    listed = httpx.get(f"{city.origin}/api/documents", headers=headers).raise_for_status()
    document = json.loads(listed.content)["documents"][-1]["document_id"]
    port, own = city.settings.port, {"cookie": cookie, "x_voute": "1"}
    paths = {"list": "/api/documents", "body": f"/api/documents/{document}/body"}
    return [
        Target(f"{name}{way}", port, request(path, f"{HOST}:{port}", **own, **more), process)
        for name, path in paths.items()
        for way, more in (("", {}), (", long way", _LONG))
    ]


def _ask(place: Place, target: Target, seconds: float) -> Asked:
    def used() -> float:
        if place.database is None:
            return 0.0
        return sum(_seconds_of(one) for one in family_of(place.database)) + reaped_seconds(place.database)

    before = used()
    served_so = measure_target(target, seconds)
    return Asked(served_so, (used() - before) / len(served_so.load.times) * 1e6)


def _seconds_of(process: int) -> float:
    """Return what a process of the database has used; one that just ended, with its connection, is the server's to tell of."""
    try:
        return process_seconds(process)
    except ProcessLookupError:
        return 0.0


def _figures(runs: Mapping[tuple[str, str], Sequence[Asked]], rounds: int) -> dict[str, Any]:
    rows = [
        {
            "stores": stores,
            "asked": name,
            "server_cpu_us": spread([one.served.cpu_us for one in asked]),
            "database_cpu_us": spread([one.database_us for one in asked]),
            "per_second": spread([one.served.load.per_second for one in asked]),
        }
        for (stores, name), asked in runs.items()
    ]
    return {"documents": DOCUMENTS, "rounds": rounds, "workers": WORKERS, "rows": rows}
