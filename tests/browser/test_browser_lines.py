"""Where lines end: no separator at an end, no word parted at its hyphen; and parts that are folded until somebody wants them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.gallery import Gallery
from tests.browser.support.lone_page import lone_page
from tests.browser.support.visitor import PHONE

WIDTHS = range(320, 481, 8)
LINES = """(selector) => [...document.querySelectorAll(selector)].flatMap((block) => {
  const lines = [];
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    [...walker.currentNode.data].forEach((sign, at) => {
      const range = document.createRange();
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + 1);
      const box = range.getClientRects()[0];
      if (!box) return;
      const last = lines.at(-1);
      if (last && Math.abs(last.top - box.top) < 8) last.words += sign;
      else lines.push({ top: box.top, words: sign });
    });
  }
  return lines.map(({ words }) => words.replaceAll('\\u2060', '').trim());
})"""
"""What stands in each line of the blocks that a selector names."""
DOTS = """() => [...document.querySelectorAll('.v-parts')].flatMap((line) => {
  const start = line.getBoundingClientRect().left;
  return [...line.children].slice(1)
    .filter((one) => getComputedStyle(one, '::before').content.includes('·'))
    .map((one) => [one.getBoundingClientRect().left - start, getComputedStyle(one, '::before').width])
    .filter(([left, width]) => left > 0.5 && left < parseFloat(width));
})"""
"""Separators that are neither between two parts of a line nor clipped at its start."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with lone_page(browser) as made:
        yield made


def opened(page: Page, gallery: Gallery, state: str) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(gallery.address(state, "fr"))
    page.locator("h1").wait_for()
    page.evaluate("document.fonts.ready")


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("ways-in-kit", "enregistrez-la"),
        ("welcome", "lisez-les"),
        ("verify-no-root", "trust-root.json"),
        ("sign-in-kit", "voute-kit"),
    ],
)
def test_browser_words_with_a_hyphen_stand_in_one_line(page: Page, gallery: Gallery, state: str, word: str) -> None:
    opened(page, gallery, state)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": PHONE[1]})
        lines: list[str] = page.evaluate(LINES, "main p:not(.help p), main [data-field=description]")
        assert any(word in line for line in lines), width
        begin = word[: word.index("-") + 1]
        assert [line for line in lines if line.endswith(begin)] == [], width


@pytest.mark.parametrize("state", ["documents", "documents-own", "document", "ways-in-kit", "ways-in-removing"])
def test_browser_no_line_ends_or_begins_with_a_separator(page: Page, gallery: Gallery, state: str) -> None:
    opened(page, gallery, state)
    assert page.locator(".v-parts").count() > 0
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": PHONE[1]})
        lines: list[str] = page.evaluate(LINES, "main p, main li, main .v-parts")
        assert [line for line in lines if line.startswith("·") or line.endswith("·")] == [], width
        assert page.evaluate(DOTS) == [], width


def test_browser_settings_are_folded_say_how_they_stand_and_open_by_key(page: Page, gallery: Gallery) -> None:
    opened(page, gallery, "ways-in")
    lock = page.locator("section[aria-labelledby=lock-after]")
    expect(lock.locator("summary")).to_contain_text("10 minutes")
    expect(page.get_by_label("Verrouiller après")).to_be_hidden()
    assert "Verrouiller après" not in lock.aria_snapshot()
    lock.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Verrouiller après")).to_be_visible()
    assert "Verrouiller après" in lock.aria_snapshot()


@pytest.mark.parametrize(
    ("state", "part"),
    [
        ("ways-in-notices-unconfirmed", "notices"),
        ("ways-in-notices-unreachable", "notices"),
        ("ways-in-devices-stopped", "devices"),
        ("ways-in-elsewhere-failed", "elsewhere"),
    ],
)
def test_browser_setting_that_asks_for_an_act_is_open(page: Page, gallery: Gallery, state: str, part: str) -> None:
    opened(page, gallery, state)
    assert page.locator("main details[open]").count() == 1
    expect(page.locator(f"section[aria-labelledby={part}] details")).to_have_attribute("open", "")
