"""One city and one browser for all; a visitor for each journey, whose traffic is judged at its end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.support import hostile
from tests.browser.support.gallery import Gallery, serve_gallery
from tests.browser.support.journey import Journey, Letters
from tests.browser.support.served_city import ServedCity, served_city
from tests.browser.support.visitor import Visitor, new_visitor
from voute.paper import demo_people
from voute.paper.bill import BillPress
from voute.paper.demo_city import SEED

LETTERS = 60
"""More than the journeys open."""

NewVisitor = Callable[..., Visitor]
figures: dict[str, str] = {}
journeys: dict[str, dict[str, str]] = {}


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCity]:
    with served_city(tmp_path_factory.mktemp("served") / "city") as served:
        yield served


@pytest.fixture(scope="session")
def browser(chromium: Browser) -> Browser:
    return chromium


@pytest.fixture(scope="session")
def gallery() -> Iterator[Gallery]:
    """Every state of the pages, with a bill or a hostile file as its document."""
    bill = BillPress().pdf(demo_people.taxpayers(SEED, 1)[0].bill)
    refused = {name: make for name, (make, _) in hostile.REFUSED_ONES.items()}
    with serve_gallery({"sample": lambda: bill, **hostile.SHOWN_ONES, **refused, **hostile.EITHER}) as served:
        yield served


@pytest.fixture
def new(browser: Browser, city: ServedCity) -> Iterator[NewVisitor]:
    """Make visitors; at the end of the test each one's traffic is judged."""
    made: list[Visitor] = []

    def make(**options: Any) -> Visitor:  # noqa: ANN401 the options of new_visitor
        made.append(new_visitor(browser, city.origin, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
    for one in made:
        one.judge()


@pytest.fixture
def visitor(new: NewVisitor) -> Visitor:
    return new()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def figure() -> Callable[[str, object], None]:
    """Keep a figure for the table that is printed after the tests."""

    def keep(name: str, value: object) -> None:
        figures[name] = str(value)

    return keep


@pytest.fixture
def walked() -> Callable[[str, Journey, float], None]:
    """Keep what a journey took for the table that is printed after the tests."""

    def keep(line: str, journey: Journey, seconds: float) -> None:
        visitor = journey.visitor
        taken = f"{visitor.taps} taps, {len(visitor.prompts)} prompts, {seconds:.1f} s"
        journeys.setdefault(line, {})[journey.where] = taken

    return keep


@pytest.fixture(scope="session")
def letters(city: ServedCity) -> Letters:
    """Letters for the journeys, all written in one run."""
    made = Letters(city)
    made.write(LETTERS)
    return made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line, taken in journeys.items():
        terminalreporter.write_line(line)
        for where, words in sorted(taken.items()):
            terminalreporter.write_line(f"    {where:<12} {words}")
    for name, value in figures.items():
        terminalreporter.write_line(f"{name}: {value}")
