"""One lying city and one victim for every test of the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.sim.page import evil_page


@pytest.fixture(scope="session")
def evil(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[evil_page.EvilPage]:
    made = evil_page.make(chromium, tmp_path_factory.mktemp("evil-page"))
    yield made
    evil_page.close(made)
