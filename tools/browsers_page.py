"""Writes docs/guide/browsers.md: which journeys are run in which browser, from the tests that run them (a test compares).

A test names its journeys with `@pytest.mark.journey("…")`; test_browser_firefox.py drives Firefox, every other file of
tests/browser Chromium.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    # Started as a script the root is not on the path; the tests import this module from there.
    sys.path.insert(0, str(ROOT))

from tests.support.journeys import FLOORS, JOURNEYS  # noqa: E402 -- after the path

PAGE = ROOT / "docs" / "guide" / "browsers.md"
FIREFOX_FILE = "test_browser_firefox.py"

_HEAD = """# Browsers: what was run, and what was not

This page claims what `make test` runs, and nothing else. It is generated from the tests: `make docs`. Each run prints the exact
version of each browser that it found, and fails on one older than the version named here.

Both browsers are Debian's packages, without a window, on Linux. Passkeys come from each browser's own virtual authenticator; no
finger, face or security key of hardware was tried.

"""

_TAIL = """
## Not run here
Safari, Edge, Chrome as Google ships it, any browser on iOS or Android, any screen reader: **not run here**. Nobody should read
a promise for them into this page.

## Notices on devices
Run in Chromium with a stand-in for its push service: no push service of a browser's maker can be reached here, so
`PushManager.subscribe` is answered by a script of the test, with keys that the test holds. The city's message goes over HTTPS to
a push service of the test, is opened there by another implementation of RFC 8291, and is handed to the page's real worker by the
browser's remote control, which also stands for the tap on the notice: that the window comes to the front is **not run here**.
A message through Google, Mozilla, Apple or Microsoft: **not run here**.

## What differs in Firefox
- **Two prompts at the first opening.** Firefox says when a passkey is made that it can open vaults (`prf`), and gives what opens
  them at the next prompt only. The page explains the second prompt first.
- **Signing in with a passkey is not run.** Firefox 140's virtual authenticator, asked for `prf`, signs authenticator data that
  carries extensions without the flag that announces them; the city refuses such data, as WebAuthn's format asks, and the test
  holds that it does. Security keys are another program: none was tried here. The kit opens the same vault.
- **No authenticator on the computer.** Firefox for Linux has none of its own: it waits for a security key. Whoever closes that
  prompt may go on without a passkey, with a recovery kit.
- **No Trusted Types.** Firefox 140 does not know `require-trusted-types-for` and says so in its console; the rest of the policy
  is enforced. Trusted Types are a second lock behind it.
- **Not searched in Firefox:** what its requests carry. That no secret travels is proved in Chromium, where the same scripts run;
  in Firefox it is proved that no request of a page leaves its origin.
- **Not tried in Firefox:** narrow screens (its window has a least width), printing, forced colours, hostile documents, the search
  of memory.
"""


def _journeys_of(path: Path) -> Iterator[tuple[str, str]]:
    """Give every (journey, test) that a file of tests names."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.journey":
                yield from ((ast.literal_eval(one), node.name) for one in mark.args)


def runs() -> dict[tuple[str, str], list[str]]:
    """Give the tests that run a journey, by browser and journey."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted((ROOT / "tests" / "browser").glob("test_*.py")):
        browser = "Firefox ESR" if path.name == FIREFOX_FILE else "Chromium"
        for journey, test in _journeys_of(path):
            found.setdefault((browser, journey), []).append(f"tests/browser/{path.name}::{test}")
    return found


def browsers_page() -> str:
    """Write the page."""
    found = runs()
    heads = [f"{browser} {floor} or later" for browser, floor in FLOORS.items()]
    table = [f"| journey | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for journey, words in JOURNEYS.items():
        cells = ["run" if (browser, journey) in found else "not run" for browser in FLOORS]
        table.append(f"| {words} | {' | '.join(cells)} |")
    tests = ["", "## The tests", ""]
    for browser in FLOORS:
        for journey, words in JOURNEYS.items():
            tests.extend(f"- {browser}, {words}: `{test}`" for test in found.get((browser, journey), []))
    return _HEAD + "\n".join([*table, *tests]) + "\n" + _TAIL


if __name__ == "__main__":
    PAGE.write_text(browsers_page(), "utf-8")
