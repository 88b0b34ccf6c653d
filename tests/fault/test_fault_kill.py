"""Client, server, a sealing process: killed at random instants of a delivery of 2,000; then each document once."""

import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from threading import Event, Thread

import pytest

from tests.support.large_office import LargeOffice, sealers, working
from tests.support.postgres import Postgres, postgres
from tests.support.proxy import Exchange
from tests.support.served_city import serve_city


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LargeOffice]:
    city = serve_city(tmp_path_factory.mktemp("city"), ["finances"])
    with working(city, tmp_path_factory) as made:
        yield made


class Instant:
    """A random instant of a run: a while after the exchange of this number, however fast the machine is."""

    def __init__(self, chance: random.Random, exchanges: int) -> None:
        self.left = chance.randrange(exchanges)
        self.pause = chance.uniform(0, 0.15)
        self.come = Event()

    def __call__(self, _exchange: Exchange) -> None:
        self.left -= 1
        if self.left == -1:
            self.come.set()


def meet(
    office: LargeOffice, run: str, instant: Instant, victim: str, databases: Sequence[Postgres] = (), *, several: bool
) -> None:
    """Start a delivery, kill one side at the instant, and go on."""
    table = office.bills(run)
    with office.city.proxy.hooks(before=instant):
        pid = office.start(run, table, several=several)

        def kill() -> None:
            if not instant.come.wait(120):
                return
            time.sleep(instant.pause)
            if victim == "server":
                office.city.server.kill()
            elif victim == "database":
                databases[0].kill()
            elif victim == "client":
                os.kill(pid, signal.SIGKILL)
            else:
                for sealer in sealers(pid)[:1]:
                    os.kill(sealer, signal.SIGKILL)

        killer = Thread(target=kill)
        killer.start()
        ran = office.forks.wait()
        killer.join()
    for database in databases:
        database.ensure()
    office.city.server.ensure()
    print(f"{run}: killed {victim} {instant.pause:.3f} s after an exchange, ended with {ran.code}")  # noqa: T201
    if ran.code:
        office.go_on(run)


def rounds(office: LargeOffice, kinds: Sequence[tuple[str, bool]], databases: Sequence[Postgres] = ()) -> None:
    seed = int(os.environ.get("VOUTE_TEST_SEED") or random.SystemRandom().randrange(2**32))
    chance = random.Random(seed)
    for number, (victim, several) in enumerate(kinds):
        print(f"VOUTE_TEST_SEED={seed}, round {number}")  # noqa: T201 -- shown when a test fails
        meet(office, f"{victim}-{seed}-{number}", Instant(chance, 24), victim, databases, several=several)
    office.check()


def test_fault_kill_client_and_server_in_a_delivery_of_2000_then_each_document_once(office: LargeOffice) -> None:
    rounds(office, [("client", True), ("server", False)])


@pytest.mark.long
def test_fault_kill_client_and_server_many_times(office: LargeOffice) -> None:
    kinds = [(victim, several) for victim in ("client", "server") for several in (True, False)] * 3
    rounds(office, [*kinds, *[("sealer", True)] * 2])


@pytest.mark.long
def test_fault_kill_database_server_and_client_in_deliveries_on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> None:
    with postgres() as database:
        city = serve_city(tmp_path_factory.mktemp("city"), ["finances"], catalogue=database.database(empty=True))
        with working(city, tmp_path_factory) as office:
            rounds(office, [("database", True), ("server", True), ("database", False), ("client", False)], [database])
