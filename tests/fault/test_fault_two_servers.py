"""Two `voute serve` on one data folder, each at a port of its own: as safe as two processes of one, whichever is asked."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.support.crash_office import CrashOffice, office_of
from tests.support.ports import free_port
from tests.support.proxy import Cut, Exchange
from tests.support.served_city import ServerProcess
from voute.server.inspection import is_served

RUNS = 3


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashOffice]:
    with office_of(tmp_path_factory) as made:
        yield made


@pytest.fixture
def other(office: CrashOffice) -> Iterator[ServerProcess]:
    beside = ServerProcess(replace(office.city.server.settings, port=free_port()), office.folder / "other.log")
    beside.start()
    yield beside
    beside.stop()


def by_turns(office: CrashOffice, *ports: int) -> Callable[[Exchange], None]:
    """Send each request to the next of these servers, over a connection of its own."""
    asked = 0

    def turn(exchange: Exchange) -> None:
        nonlocal asked
        asked += 1
        office.city.proxy.upstream = ports[asked % len(ports)]
        assert exchange.reply is not None
        raise Cut(exchange.reply.raw.replace(b"\r\n", b"\r\nconnection: close\r\n", 1))

    return turn


def test_fault_two_servers_on_one_folder_deliver_by_turns_and_outlive_each_other(
    office: CrashOffice, other: ServerProcess
) -> None:
    first = office.city.server
    with office.city.proxy.hooks(after=by_turns(office, first.settings.port, other.settings.port)):
        for number in range(RUNS):
            office.runs.append(f"turn-{number}")
            office.deliver(office.bills(f"turn-{number}"), f"turn-{number}").ended(0)
            office.check_receipts(f"turn-{number}")
    # The one that wrote the log is gone without a word: the other writes it on, the first comes back beside it.
    first.kill()
    office.city.proxy.upstream = other.settings.port
    office.runs.append("left-alone")
    office.deliver(office.bills("left-alone"), "left-alone").ended(0)
    office.check_receipts("left-alone")
    first.start()
    office.city.proxy.upstream = first.settings.port
    office.runs.append("back")
    office.deliver(office.bills("back"), "back").ended(0)
    office.city.settle()
    office.check_receipts("back")
    office.check_all()
    assert is_served(first.settings)
    for log in (first.log, other.log):
        assert '"error"' not in log.read_text()
