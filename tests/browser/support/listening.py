"""What who listens to a page, or goes through it by keyboard, meets: its tree as it is read out, its stops, its live regions."""

from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Page

from tests.support.project import ROOT
from tests.support.waiting import wait_for

GOLDEN: Final = ROOT / "tests" / "golden" / "aria"
"""One file a screen, as it is read out in French; `python -m tools.take_aria` writes them anew."""
SCREENS: Final = (
    *("open-letter", "open-letter-two", "open-typing-length", "open-used", "open-give-used", "open-given-letter", "open-kit"),
    *(
        "welcome",
        "sign-in",
        "sign-in-kit",
        "documents",
        "documents-own",
        "documents-empty",
        "documents-missing",
        "documents-failed",
    ),
    *("document", "document-own", "document-offer", "document-deleted", "document-refused", "evidence", "disown"),
    *("ways-in", "ways-in-drill", "ways-in-removing", "ways-in-kit", "ways-in-elsewhere"),
    *("ways-in-notices", "ways-in-notices-unconfirmed", "ways-in-notices-confirmed"),
    *("paper", "paper-asking", "paper-conflict", "idle", "privacy", "terms"),
)
"""For each line of the journeys: letter, first visit, list, document, evidence, freeze, ways in, kit, notices, choices."""
WHOLE: Final = frozenset({"welcome", "documents", "idle"})
"""Screens of which the frame is kept too: closed, open, about to lock."""
STOPS_AT_MOST: Final = 200

# What would be said aloud, in order: every text that a live region takes, each time that it takes another.
LISTEN: Final = """
(() => {
  const said = [];
  const heard = new WeakMap();
  const LIVE = '[aria-live], [role=status], [role=alert]';
  const hear = (region) => {
    const text = region.textContent.replace(/\\s+/g, ' ').trim();
    if (heard.get(region) === text) return;
    heard.set(region, text);
    if (text !== '') said.push(text);
  };
  new MutationObserver(() => document.querySelectorAll(LIVE).forEach(hear))
    .observe(document, { subtree: true, childList: true, characterData: true });
  globalThis.testSaid = () => said.splice(0);
})();
"""

# 8 pixels: by so much what stands in one line may differ in height.
_STOP: Final = """() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return null;
  globalThis.testStops ??= [];
  const before = globalThis.testStops.at(-1);
  globalThis.testStops.push(one);
  const box = one.getBoundingClientRect();
  const follows = before === undefined || (before.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const isApart = (it) => {
    for (let part = it; part !== null; part = part.parentElement) if (getComputedStyle(part).position === 'fixed') return true;
    return false;
  };
  const apart = isApart(one);
  const flow = globalThis.testStops.slice(1, -1).filter((it) => !isApart(it)).at(-1)?.getBoundingClientRect();
  const said = one.getAttribute('aria-label') ?? one.labels?.[0]?.innerText ?? one.innerText ?? '';
  return {
    apart, tag: one.tagName.toLowerCase(), name: said.trim().split('\\n')[0], follows,
    further: flow === undefined || box.bottom > flow.top + 8 || box.left > flow.left,
    width: box.width, height: box.height, tabindex: one.tabIndex,
    again: globalThis.testStops.indexOf(one) < globalThis.testStops.length - 1,
  };
}"""


def said(page: Page) -> list[str]:
    """Give all that was said since this was asked last."""
    return [str(one).strip() for one in page.evaluate("globalThis.testSaid()")]


def said_until(page: Page, text: str) -> list[str]:
    """Wait until this is said, for it comes after what is shown; gives all that was said until then."""
    heard: list[str] = []

    def is_said() -> bool:
        heard.extend(said(page))
        return text in heard

    wait_for(is_said)
    return heard


@dataclass(frozen=True)
class Stop:
    """What has the focus after one more Tab."""

    apart: bool
    """Laid over the page, wherever it stands in it."""
    tag: str
    name: str
    follows: bool
    further: bool
    """Lower than the stop before it in the page's flow, or further along the line, where both stand at this moment:
    what comes in pieces may grow, so places of two moments cannot be compared."""
    width: float
    height: float
    tabindex: int
    again: bool


DRAWN: Final = frozenset({"document", "document-own", "document-offer"})
"""Screens that show the pages of a document: what draws them comes in pieces after the screen itself."""


def golden(state: str) -> str:
    """Read the kept tree of a screen."""
    return (GOLDEN / f"{state}.yml").read_text("utf-8")


def tree(page: Page, state: str) -> str:
    """Give the screen as it is read out, with a line end: its main part, or all of the page where it stands for every frame."""
    page.locator("h1").wait_for()
    if state in DRAWN:
        page.locator(".viewer iframe[data-ready]").wait_for()
        page.locator(".viewer .busy").wait_for(state="detached")
    return page.locator("body" if state in WHOLE else "main").aria_snapshot() + "\n"


def stops(page: Page) -> list[Stop]:
    """Press Tab from the top of the page to its end; give everything that had the focus."""
    page.evaluate("() => { globalThis.testStops = []; document.querySelector('.ds-skip-link').focus(); }")
    found: list[Stop] = []
    while len(found) < STOPS_AT_MOST:
        stop: dict[str, Any] | None = page.evaluate(_STOP)
        if stop is None or stop["again"]:
            return found
        found.append(Stop(**stop))
        page.keyboard.press("Tab")
    raise AssertionError(found)
