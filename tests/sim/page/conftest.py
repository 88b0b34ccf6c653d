"""One Chromium, one lying city and one victim for every test of the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, PATIENCE_MS
from tests.sim.page import evil_page


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def evil(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[evil_page.EvilPage]:
    made = evil_page.make(chromium, tmp_path_factory.mktemp("evil-page"))
    yield made
    evil_page.close(made)
