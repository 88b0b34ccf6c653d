"""The page of browsers is made from the tests that stand here today, and claims no browser that none of them drives."""

import ast
import re

from tests.support.journeys import FLOORS, JOURNEYS
from tests.support.project import own_python
from tools.browsers_page import PAGE, browsers_page, runs

FUNCTION = re.compile(r"\(\w*\) => ")


def test_structure_browsers_page_is_the_tests() -> None:
    assert browsers_page() == PAGE.read_text("utf-8"), "make docs"


def test_structure_journeys_are_known_and_each_is_run_somewhere() -> None:
    named = set(runs())
    assert {journey for _, journey in named} == set(JOURNEYS)
    assert {browser for browser, _ in named} == set(FLOORS)


def test_structure_browser_waits_are_functions() -> None:
    """A page's policy refuses the second look of a bare expression, which Playwright has evaluated anew each time."""
    waits = [
        (f"{module.name}:{node.lineno}", node.args[0])
        for module in own_python()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "wait_for_function"
    ]
    assert waits
    bare = [place for place, given in waits if not isinstance(given, ast.Constant) or not FUNCTION.match(str(given.value))]
    assert bare == []
