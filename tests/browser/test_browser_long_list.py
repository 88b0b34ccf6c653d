"""A list of thousands: more is drawn under a finger or a wheel, keys keep a button and the foot, a year is one tap away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.gallery import Gallery
from tests.browser.support.visitor import PHONE

STATE = "documents-many"
ROWS = "section[aria-labelledby^=year] li > a"
MORE = "Afficher plus de documents"
NEWER = "Afficher des documents plus récents"


@pytest.fixture(params=[PHONE, (1_280, 800)], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, browser: Browser, gallery: Gallery) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="fr-CA", reduced_motion="reduce")
    page = context.new_page()
    page.goto(gallery.address(STATE, "fr"))
    expect(page.locator(ROWS)).to_have_count(100)
    yield page
    context.close()


def test_browser_long_list_grows_under_a_wheel_and_not_before_keys(page: Page) -> None:
    more = page.get_by_role("button", name=MORE)
    # Keys: the foot is reached, and stays where it is.
    page.keyboard.press("End")
    last = page.locator("footer a").last
    last.focus()
    expect(last).to_be_in_viewport()
    expect(page.locator(ROWS)).to_have_count(100)
    more.press("Enter")
    expect(page.locator(ROWS)).to_have_count(200)
    expect(page.locator(ROWS).nth(100)).to_be_focused()
    # A wheel: what is drawn is never all that there is to see.
    page.mouse.move(100, 300)
    page.mouse.wheel(0, 40)
    for drawn in (200, 300):
        more.evaluate("(one) => one.scrollIntoView()")
        expect(page.locator(ROWS).nth(drawn)).to_be_attached()


def test_browser_long_list_goes_to_a_year_without_the_rows_before_it(page: Page) -> None:
    years = page.get_by_role("navigation", name="Aller à une année")
    years.get_by_role("button", name="2010", exact=True).click()
    heading = page.get_by_role("heading", name="2010", exact=True)
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    first = page.locator("section[aria-labelledby=year-2010] li > a").first
    expect(first).to_be_visible()
    # 4,000 documents are newer: none of them is drawn until it is asked for.
    expect(page.locator(ROWS)).to_have_count(100)
    # What one sees stays where it is, and the focus is right above it.
    newer = page.get_by_role("button", name=NEWER)
    newer.press("Enter")
    expect(page.locator(ROWS)).to_have_count(200)
    expect(page.locator("section[aria-labelledby=year-2011] li > a").last).to_be_focused()
    expect(first).to_be_in_viewport()
    # The newest year is one tap away too.
    years.get_by_role("button", name="2026", exact=True).click()
    expect(page.get_by_role("heading", name="2026", exact=True)).to_be_focused()
    expect(page.locator(ROWS)).to_have_count(100)
    expect(newer).to_have_count(0)
