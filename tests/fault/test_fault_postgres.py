"""A city on PostgreSQL: delivered end to end by the command line while database, leader and connections are killed.

The database flushes here as it does in service. What is left in the end is counted by opening every document.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from tests.support.command import Voute, environment
from tests.support.crash_office import CrashOffice, office_of
from tests.support.ports import free_port
from tests.support.postgres import Postgres, postgres
from tests.support.proxy import Exchange
from tests.support.served_city import ServerProcess
from tests.support.waiting import wait_for
from voute.backup.folder import BackupFolder
from voute.cli.fsck import check_city
from voute.store.copy_tables import copy_catalogue
from voute.store.postgres import CityLock
from voute.store.sql_raw import SqlRawCatalogue

LEADER = text(
    "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)"
    " WHERE locktype = 'advisory' AND granted AND objid = :lock"
)
CUT = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE :name AND datname = :city")
STEPS = (
    "POST /api/directory/match",
    "PUT /api/deliveries/ID/packs/ID",
    "PUT /api/deliveries/ID/packs/ID/draft",
    "POST /api/deliveries/ID/commit",
    "GET /api/deliveries/ID/receipts",
)

KILLED = [pytest.param(route, marks=[pytest.mark.long] if n < 2 else []) for n, route in enumerate(STEPS)]
CUT_AT = [pytest.param(route, marks=[pytest.mark.long] if n != 2 else []) for n, route in enumerate(STEPS)]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as started:
        yield started


@pytest.fixture(scope="module")
def office(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashOffice]:
    with office_of(tmp_path_factory, server.database(empty=True)) as made:
        yield made


def database(office: CrashOffice) -> str:
    return office.city.server.settings.catalogue.rpartition("/")[2].partition("?")[0]


def leader(server: Postgres, office: CrashOffice) -> int | None:
    """The process that writes the log, as the database knows it."""
    with server.connected(database(office)) as connection:
        name = connection.execute(LEADER, {"lock": CityLock.ELECTED.value}).scalar()
    return None if name is None else int(str(name).rpartition(" ")[2])


def cut(server: Postgres, office: CrashOffice, name: str) -> None:
    """End connections at the server's side."""
    with server.connected() as connection:
        connection.execute(CUT, {"name": name, "city": database(office)})


def at(route: str, do: Callable[[], None]) -> Callable[[Exchange], None]:
    """A hook that does something once, before a request of this route goes on."""
    left = [do]

    def hook(exchange: Exchange) -> None:
        if exchange.route == route and left:
            left.pop()()

    return hook


@pytest.mark.parametrize("route", KILLED)
def test_fault_postgres_killed_in_the_middle_of_a_delivery(server: Postgres, office: CrashOffice, route: str) -> None:
    """The database ends as by a power failure; the same server process goes on once it is there again."""
    run = f"killed-{STEPS.index(route)}"
    office.runs.append(run)
    with office.city.proxy.hooks(before=at(route, server.kill)):
        office.deliver(office.bills(run), run)
    server.start()
    office.recover(run)
    office.city.settle()
    assert office.city.server.is_running


@pytest.mark.parametrize("route", CUT_AT)
def test_fault_postgres_connections_cut_in_the_middle_of_a_delivery(server: Postgres, office: CrashOffice, route: str) -> None:
    run = f"cut-{STEPS.index(route)}"
    office.runs.append(run)
    with office.city.proxy.hooks(before=at(route, lambda: cut(server, office, "voute%"))):
        office.deliver(office.bills(run), run)
    office.recover(run)


def test_fault_postgres_two_processes_one_writer(server: Postgres, office: CrashOffice, tmp_path: Path) -> None:
    """A second process on the same stores takes over when the first one's lock, then the first one itself, is gone."""
    other = ServerProcess(replace(office.city.server.settings, port=free_port()), tmp_path / "other.log")
    other.start()
    pids = {office.city.server.pid, other.pid}
    # Who signed in at one is signed in at the other.
    address = f"http://127.0.0.1:{other.settings.port}/api/documents"
    assert httpx.get(address, headers=office.holder.client.headers).is_success
    assert not httpx.get(address, headers={"x-voute": "1"}).is_success
    for number in range(2):
        run = f"unelected-{number}"
        office.runs.append(run)
        with office.city.proxy.hooks(before=at(STEPS[3], lambda: cut(server, office, "voute election%"))):
            office.deliver(office.bills(run), run)
        office.recover(run)
        wait_for(lambda: leader(server, office) in pids)
    # The one that the command line talks to is no leader afterwards, so that the other's end does not end a delivery.
    while leader(server, office) != other.pid:
        cut(server, office, f"voute election {office.city.server.pid}")
        wait_for(lambda: leader(server, office) in pids)
    office.runs.append("orphaned")
    with office.city.proxy.hooks(before=at(STEPS[3], other.kill)):
        office.deliver(office.bills("orphaned"), "orphaned")
    office.recover("orphaned")
    assert leader(server, office) == office.city.server.pid
    for log in (office.city.server.log, other.log):
        assert "log-damaged" not in log.read_text()


def test_fault_postgres_backup_of_a_city_that_works_comes_back(server: Postgres, office: CrashOffice, tmp_path: Path) -> None:
    """Saved in the middle of a delivery; restored as a city on SQLite, then copied into another database; both are sound."""
    settings = office.city.server.settings
    operator = Voute(tmp_path)
    env = {"VOUTE_DATA": str(settings.data), "VOUTE_CATALOGUE": settings.catalogue, "VOUTE_LOCKS": str(settings.locks_folder)}
    env = {**environment(tmp_path), **env}
    key, backups, restored = tmp_path / "operator.key", tmp_path / "backups", tmp_path / "restored"
    operator("backup", "key", str(key)).ended(0)
    recipient = key.read_text().splitlines()[0].removeprefix("# public key: ")
    save = ("backup", "save", str(backups), "--to", recipient, "--json")
    office.runs.append("saved")

    def back_up() -> None:
        operator(*save, env=env).ended(0)

    with office.city.proxy.hooks(before=at(STEPS[3], back_up)):
        office.deliver(office.bills("saved"), "saved").ended(0)
    office.city.settle()
    back_up()
    assert not list(settings.data.glob("frozen-*"))
    alone = replace(settings, data=restored, locks=tmp_path / "locks", catalogue="")
    shutil.copytree(settings.locks_folder, alone.locks)
    # The lock is of now, the first backup of then.
    for name, allowed in zip(BackupFolder(backups).names(), ({"lock-ahead"}, set[str]()), strict=True):
        shutil.rmtree(restored, ignore_errors=True)
        operator("restore", str(backups), str(restored), "--key", str(key), "--name", name).ended(0)
        assert {one.code for one in check_city(alone).findings} <= allowed
    operator.close()
    url = server.database()
    counts = copy_catalogue(SqlRawCatalogue(alone.catalogue_url), SqlRawCatalogue(url))
    assert counts["deliveries"] == len(office.runs)
    assert check_city(replace(alone, catalogue=url)).findings == []


def test_fault_postgres_all_of_it_is_there_once(office: CrashOffice) -> None:
    assert set(STEPS) <= {one.route for one in office.city.proxy.exchanges}
    office.check_all()
