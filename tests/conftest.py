"""What every suite shares: no sockets where none belong, and one profile of random tests a kind of run."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SUITES_WITHOUT_SOCKETS = frozenset({"unit", "property", "vectors", "contract", "structure"})
HERE = Path(__file__).resolve().parent

# The short profile draws the same cases every time, so that a failure belongs to the change under test; the long one
# explores.
hypothesis.settings.register_profile("short", max_examples=40, deadline=None, derandomize=True, database=None)
# Whoever mutates code wants to know that a test fails, not the smallest input that it fails for.
hypothesis.settings.register_profile(
    "mutate", hypothesis.settings.get_profile("short"), phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate]
)
hypothesis.settings.register_profile("long", max_examples=5_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if suite_of(item) in SUITES_WITHOUT_SOCKETS:
            item.add_marker(pytest.mark.disable_socket)
    if len({suite_of(item) for item in items}) > 1:
        put_in_order(items)


def suite_of(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0]


def put_in_order(items: list[pytest.Item]) -> None:
    """Let several suites live in one process: files that fork come first, those with a browser last.

    The library for S3 does not live through a fork, and a browser's event loop runs from its first test to the end.
    """
    with_browser = {item.path for item in items if "chromium" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: (suite_of(item) != "fault", item.path in with_browser))


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """The one browser of this process, whichever suites it runs."""
    from tests.support.chromium import launched  # noqa: PLC0415 (most suites need no browser, and need not load it)

    with launched() as browser:
        yield browser
