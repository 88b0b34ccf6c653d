"""One recorded demonstration, and one city with a rewriting proxy, for the whole suite."""

from collections.abc import Iterator

import pytest

from tests.sim.demonstration import Demonstration, found_and_serve, perform, plant
from tests.support.command import Voute


@pytest.fixture(scope="session")
def voute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Voute]:
    voute = Voute(tmp_path_factory.mktemp("voute"))
    yield voute
    voute.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, voute: Voute) -> Iterator[Demonstration]:
    """A demonstration that was performed, planted with the control, and searched from end to end."""
    demo = found_and_serve(tmp_path_factory.mktemp("demo"))
    try:
        perform(demo, voute)
        plant(demo)
        for places in (demo.exchanges, demo.files, demo.tables, demo.memory):
            demo.search(places())
        yield demo
    finally:
        demo.resident.client.close()
        demo.server.stop()
        demo.proxy.__exit__()
