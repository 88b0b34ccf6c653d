"""One recorded demonstration, and one city with a rewriting proxy, for the whole suite."""

from collections.abc import Callable, Iterator

import pytest

from tests.sim.demonstration import Demonstration, found_and_serve, perform, plant
from tests.sim.lies import Attacker, Bound, make_attacker
from tests.support.command import Voute, bill_rows, write_list
from tests.support.holder import Resident
from tests.support.mail_server import mail_server
from tests.support.served_city import ServedCity, serve_city
from voute.client.codes import CodeDesk

DEPARTMENTS = 60


@pytest.fixture(scope="session")
def voute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Voute]:
    voute = Voute(tmp_path_factory.mktemp("voute"))
    yield voute
    voute.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, voute: Voute) -> Iterator[Demonstration]:
    """A demonstration that was performed, planted with the control, and searched from end to end."""
    with mail_server() as post:
        yield from _performed(found_and_serve(tmp_path_factory.mktemp("demo"), post), voute)


def _performed(demo: Demonstration, voute: Voute) -> Iterator[Demonstration]:
    try:
        perform(demo, voute)
        plant(demo)
        for places in (demo.exchanges, demo.mails, demo.files, demo.tables, demo.memory):
            demo.search(places())
        yield demo
    finally:
        demo.resident.client.close()
        demo.server.stop()
        demo.proxy.__exit__()


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCity]:
    names = [f"office-{number}" for number in range(DEPARTMENTS)]
    city = serve_city(tmp_path_factory.mktemp("city"), names)
    yield city
    city.close()


@pytest.fixture(scope="session")
def attacker() -> Attacker:
    return make_attacker()


NewBound = Callable[[], Bound]


@pytest.fixture(scope="session")
def new_bound(city: ServedCity, attacker: Attacker, voute: Voute, tmp_path_factory: pytest.TempPathFactory) -> NewBound:
    numbers = iter(range(DEPARTMENTS))

    def make() -> Bound:
        name = f"office-{next(numbers)}"
        home, folder = city.home(name), tmp_path_factory.mktemp(name)
        resident = Resident(city.browser(), city.root)
        bound = Bound(city, home, voute, folder, resident, attacker, {})
        table = write_list(folder / "first.csv", bill_rows(folder / "pdf", ["a-1", "b-1"]))
        voute("deliver", table, "--as", name, "--home", home.home).ended(0)
        desk = CodeDesk(home)
        resident.claim(desk.code(desk.at("a-1")[0]), with_kit=True)
        Resident(city.browser(), city.root).claim(desk.code(desk.at("b-1")[0]))
        city.settle()
        # The next run pins both; what the city said of the other one is kept for the lies.
        mark = city.proxy.mark
        table = write_list(folder / "second.csv", bill_rows(folder / "pdf", ["a-1", "b-1"], type="permit"))
        rewrite = table.read_text().replace("key-", "second-")
        table.write_text(rewrite)
        voute("deliver", table, "--as", name, "--home", home.home).ended(0)
        (match,) = [one for one in city.proxy.since(mark) if one.path == "/api/directory/match"]
        assert match.reply is not None
        bound.stranger = match.reply.json["entries"][1]["binding"]
        return bound

    return make
