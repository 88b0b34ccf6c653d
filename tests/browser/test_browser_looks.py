"""What the eye finds on a screen: nothing twice, one main act, rows that are to come, values that a narrow screen holds."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.support.gallery import Gallery, states
from tests.browser.support.lone_page import lone_page
from tests.browser.support.visitor import PHONE
from tests.browser.test_browser_lines import LINES

NARROW = (320, 640)
TWICE = """() => {
  const words = (one) => one.innerText.trim();
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  // A button that leads to a heading has its words.
  const acts = new Set(seen('button:not(nav *), a.ds-button').map(words));
  return {
    heads: seen('main :is(h2, h3)').map(words).filter((one) => acts.has(one)),
    links: ['/confidentialite', '/conditions'].filter((to) => seen(`a[href="${to}"]`).length !== 1),
  };
}"""
"""Headings below the first that say what a button says, and pages of plain words that not exactly one link leads to."""
CONTRAST = """(selector) => {
  const pencil = new OffscreenCanvas(1, 1).getContext('2d');
  const light = (colour) => {
    pencil.fillStyle = colour;
    pencil.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pencil.getImageData(0, 0, 1, 1).data].map((one) => one / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paint = (one) => getComputedStyle(one).backgroundColor;
  return [...document.querySelectorAll(selector)].map((one) => {
    let ground = one.parentElement;
    while (paint(ground) === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
    const [dark, bright] = [light(paint(one)), light(paint(ground))].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  });
}"""
"""How far what a selector names is from its ground, as WCAG counts contrast."""
CRAMPED = """() => [...document.querySelectorAll('main details')].flatMap((fold) => {
  fold.open = true;
  const frame = fold.getBoundingClientRect();
  const found = [];
  const texts = document.createTreeWalker(fold, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const line = document.createRange();
    line.selectNodeContents(texts.currentNode);
    for (const { left, right, width } of line.getClientRects()) {
      if (width > 1 && (left - frame.left < 8 || frame.right - right < 8)) found.push(texts.currentNode.data.trim());
    }
  }
  return found.filter((one) => one !== '');
})"""
"""Words of what is unfolded that stand nearer than 8 pixels to its frame."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with lone_page(browser) as made:
        yield made


def opened(page: Page, gallery: Gallery, state: str) -> None:
    gallery.show(page, state, "fr")
    page.evaluate("document.fonts.ready")


def test_browser_looks_no_heading_says_what_a_button_says_and_no_link_of_the_foot_is_there_twice(
    page: Page, gallery: Gallery
) -> None:
    found = {}
    for state in states():
        opened(page, gallery, state)
        twice = page.evaluate(TWICE)
        if twice != {"heads": [], "links": []}:
            found[state] = twice
    assert found == {}


def test_browser_looks_who_has_a_kit_is_not_led_to_make_another(page: Page, gallery: Gallery) -> None:
    make = page.locator("section[aria-labelledby=add-kit] button")
    opened(page, gallery, "ways-in-one")
    assert make.get_attribute("data-variant") is None
    opened(page, gallery, "ways-in")
    assert make.get_attribute("data-variant") == "secondary"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["documents-loading", "document-loading"])
def test_browser_looks_what_is_to_come_is_seen_on_its_ground(page: Page, gallery: Gallery, state: str, scheme: str) -> None:
    page.goto(gallery.address(state, "fr", scheme))
    page.locator("h1").wait_for()
    contrasts: list[float] = page.evaluate(CONTRAST, ".ds-skeleton")
    assert contrasts
    assert [one for one in contrasts if not 1.3 <= one <= 1.7] == []


def test_browser_looks_documents_that_were_refused_have_codes_that_a_narrow_screen_holds(page: Page, gallery: Gallery) -> None:
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    opened(page, gallery, "documents-refused")
    lines: list[str] = page.evaluate(LINES, ".refused li")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert re.fullmatch(r"Code \d{4}", lines[0])
    values = [word for line in lines[1:] for word in line.removeprefix("Document").split()]
    # A number is parted between its groups alone.
    assert {len(one) for one in values} == {8}
    assert len(values) == 4


def test_browser_looks_what_is_unfolded_stands_clear_of_its_frame(page: Page, gallery: Gallery) -> None:
    found = {}
    for state in (
        "evidence",
        "verify-proven",
        "verify-act",
        "ways-in-notices",
        "ways-in-elsewhere",
        "privacy",
        "terms",
        "documents",
    ):
        opened(page, gallery, state)
        assert page.locator("main details").count()
        if cramped := page.evaluate(CRAMPED):
            found[state] = cramped
    assert found == {}


def test_browser_looks_a_whole_code_stands_in_its_field_on_a_narrow_screen(page: Page, gallery: Gallery) -> None:
    opened(page, gallery, "open-typing-length")
    field = page.locator("#code")
    # The widest symbols there are; of one width in the letters that the page brings, not in those of a machine.
    field.fill("MMMM-WWWW-GGGG-QQQQ-8888-0000")
    page.evaluate("document.fonts.ready")
    for width in (NARROW[0], 336, 353, *PHONE[:1], 390):
        page.set_viewport_size({"width": width, "height": PHONE[1]})
        assert field.evaluate("(one) => one.scrollWidth - one.clientWidth") == 0, width
        assert field.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)") >= 16
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


def test_browser_looks_what_is_to_be_paid_stands_at_one_edge_and_within_its_frame(page: Page, gallery: Gallery) -> None:
    opened(page, gallery, "document")
    page.locator(".asks .v-mono").evaluate("(one) => { one.textContent = '42189305712000000098'; }")
    page.locator(".asks dd").nth(1).evaluate("(one) => { one.textContent = '17\u00a0septembre\u00a02026'; }")
    page.locator(".asks button").press("Enter")
    page.locator(".asks .v-small").wait_for()
    edges = """() => ['.asks .v-mono', '.asks button', '.asks .v-small'].map((name) => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector(name));
      return Math.round(range.getBoundingClientRect().left);
    })"""
    beyond = """() => {
      const edge = document.querySelector('.asks').getBoundingClientRect().right;
      const parts = [...document.querySelectorAll('.asks dd, .asks dd *')];
      return parts.filter((one) => one.getBoundingClientRect().right > edge).length;
    }"""
    for width in (NARROW[0], 336, *PHONE[:1]):
        page.set_viewport_size({"width": width, "height": PHONE[1]})
        digits, button, said = page.evaluate(edges)
        below = page.evaluate(
            "document.querySelector('.asks button').getBoundingClientRect().top >= "
            "document.querySelector('.asks .v-mono').getBoundingClientRect().bottom"
        )
        assert digits == said, width
        assert not below or abs(button - digits) <= 1, width
        assert page.evaluate(beyond) == 0, width
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
