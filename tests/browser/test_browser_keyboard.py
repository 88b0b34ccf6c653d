"""At a computer, by keys alone: what is typed is kept, Escape leads back to where one was, and no filter hides the focus."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.gallery import Gallery
from tests.browser.support.visitor import DESKTOP
from tests.browser.support.words import Words

SAY = Words("fr")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        locale="fr-CA",
        timezone_id="America/Toronto",
        viewport={"width": DESKTOP[0], "height": DESKTOP[1]},
    )
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def read(page: Page, gallery: Gallery, state: str) -> None:
    """Look at a screen with a document until its pages are drawn."""
    page.goto(gallery.address(state, "fr"))
    page.locator(".viewer iframe[data-ready]").wait_for()


def test_browser_keyboard_a_note_takes_the_signs_that_enlarge_the_pages(page: Page, gallery: Gallery) -> None:
    read(page, gallery, "document-own")
    page.get_by_role("button", name=SAY("own-open")).press("Enter")
    note = page.get_by_label(SAY("own-note"), exact=True)
    note.fill("")
    note.focus()
    page.keyboard.type("Payé le 2026-10-01, +5 = 0")
    expect(note).to_have_value("Payé le 2026-10-01, +5 = 0")
    expect(page.locator(".zoom output")).to_have_text("100 %")
    page.get_by_role("heading", level=1).focus()
    page.keyboard.press("+")
    expect(page.locator(".zoom output")).to_have_text("125 %")


def test_browser_keyboard_escape_leaves_the_search_of_a_document_where_it_was_opened(page: Page, gallery: Gallery) -> None:
    read(page, gallery, "document")
    opener = page.get_by_role("button", name=SAY("viewer-find"), exact=True)
    for key in ("Enter", "Space"):
        opener.press(key)
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("searchbox")).to_have_count(0)
        expect(opener).to_be_focused()
    opener.press("Control+f")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_browser_keyboard_the_last_filter_taken_back_hides_neither_itself_nor_the_others(page: Page, gallery: Gallery) -> None:
    page.goto(gallery.address("documents", "fr"))
    filters = page.locator("search details")
    filters.locator("summary").press("Enter")
    unread = page.get_by_label(SAY("filter-unread"), exact=True)
    # It unfolds within a moment: a key before that would fall on what still has the focus.
    expect(unread).to_be_visible()
    for is_on in (True, False):
        unread.press("Space")
        expect(unread).to_be_checked(checked=is_on)
    expect(unread).to_be_focused()
    expect(filters).to_have_attribute("open", "")
    filters.locator("summary").press("Enter")
    expect(unread).to_be_hidden()
