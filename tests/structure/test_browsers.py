"""The page of browsers is made from the tests that stand here today, and claims no browser that none of them drives."""

from tests.support.journeys import FLOORS, JOURNEYS
from tools.browsers_page import PAGE, browsers_page, runs


def test_structure_browsers_page_is_the_tests() -> None:
    assert browsers_page() == PAGE.read_text("utf-8"), "make docs"


def test_structure_journeys_are_known_and_each_is_run_somewhere() -> None:
    named = set(runs())
    assert {journey for _, journey in named} == set(JOURNEYS)
    assert {browser for browser, _ in named} == set(FLOORS)
