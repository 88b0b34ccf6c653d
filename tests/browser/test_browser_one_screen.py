"""Privacy and terms are one phone screen each; what is folded opens by key, is read out, and is there on paper."""

import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.support.gallery import Gallery
from tests.browser.support.visitor import PHONE

PAGES = ("privacy", "privacy-unnamed", "terms")
LOCALES = ("fr", "en")
NORMAL = "20px"
"""The size of text on every page of a phone: none of these is made to fit by small print."""
FOLDED = "C-1.1"
"""A law that is named in what is folded only."""


def opened(page: Page, gallery: Gallery, state: str, locale: str) -> Page:
    page.goto(gallery.address(state, locale))
    page.locator("h1").wait_for()
    page.evaluate("document.fonts.ready")
    return page


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": PHONE[0], "height": PHONE[1]})
    yield page
    page.close()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("state", PAGES)
def test_browser_page_of_law_is_one_phone_screen(phone: Page, gallery: Gallery, state: str, locale: str) -> None:
    page = opened(phone, gallery, state, locale)
    assert page.evaluate("scrollY") == 0
    bottom = page.locator(".v-page").evaluate("element => element.getBoundingClientRect().bottom")
    assert 0 < bottom <= PHONE[1]
    sizes = page.locator(".v-page p:visible").evaluate_all("all => all.map(one => getComputedStyle(one).fontSize)")
    assert set(sizes) == {NORMAL}


@pytest.mark.parametrize("state", ["privacy", "terms"])
def test_browser_rest_of_the_law_opens_by_key_and_is_told(phone: Page, gallery: Gallery, state: str) -> None:
    page = opened(phone, gallery, state, "fr")
    title = page.locator("main summary")
    assert FOLDED not in page.locator("main").aria_snapshot()
    assert not page.get_by_text(FOLDED).is_visible()
    page.locator("main").focus()
    page.keyboard.press("Tab")
    assert title.evaluate("element => element === document.activeElement")
    page.keyboard.press("Enter")
    page.get_by_text(FOLDED).wait_for()
    assert FOLDED in page.locator("main").aria_snapshot()
    page.keyboard.press("Enter")
    page.get_by_text(FOLDED).wait_for(state="hidden")


@pytest.mark.parametrize("state", ["privacy", "terms"])
def test_browser_rest_of_the_law_is_on_paper(phone: Page, gallery: Gallery, state: str) -> None:
    page = opened(phone, gallery, state, "fr")
    paper = subprocess.run(["pdftotext", "-", "-"], input=page.pdf(), capture_output=True, check=True).stdout.decode()
    assert FOLDED in paper
    page.get_by_text(FOLDED).wait_for(state="hidden")
