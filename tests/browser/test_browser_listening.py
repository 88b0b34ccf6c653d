"""The pages as they are read out and gone through by keyboard: what is said, in which order, and where the focus goes."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.axe import Axe
from tests.browser.support.gallery import Gallery
from tests.browser.support.journey import Journey, Letters, look_of, walked_by
from tests.browser.support.listening import LISTEN, SCREENS, golden, said, said_until, stops, tree
from tests.browser.support.lone_page import lone_page
from tests.browser.support.visitor import DESKTOP, Visitor
from tests.browser.support.words import Words

NewVisitor = Callable[..., Visitor]
SAY = Words("fr")


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with lone_page(browser) as made:
        yield made


@pytest.mark.parametrize("state", SCREENS)
def test_browser_listening_screen_is_read_out_as_kept_and_gone_through_in_its_order(
    page: Page, gallery: Gallery, state: str
) -> None:
    page.goto(gallery.address(state, "fr"))
    assert tree(page, state) == golden(state)
    met = stops(page)
    assert met[0].name == SAY("frame-skip")
    nameless = [one for one in met if not one.name and one.tag not in {"iframe", "input", "textarea"}]
    assert [one for one in met if one.tabindex > 0 or one.width * one.height == 0] + nameless == []
    # Order of the document is the order of the focus, and what comes later stands lower, or further along the line.
    assert [one.name for one in met[1:] if not one.follows] == []
    assert [one for one in met[1:] if not (one.apart or one.further)] == []


@pytest.mark.parametrize("state", ["documents", "document-own", "ways-in-notices-confirmed", "paper", "open-letter"])
def test_browser_listening_focus_whose_button_goes_away_stays_near(page: Page, gallery: Gallery, state: str) -> None:
    page.goto(gallery.address(state, "fr"))
    page.locator("h1").wait_for()
    buttons = page.locator("main button:visible")
    for at in range(buttons.count() - 1, -1, -1):
        buttons.nth(at).evaluate("(one) => { one.focus(); one.remove(); }")
        page.wait_for_function("() => /^H[1-3]$/.test(document.activeElement?.tagName ?? '')")


def test_browser_listening_own_words_are_a_form_that_gives_the_focus_back(page: Page, gallery: Gallery) -> None:
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.goto(gallery.address("document-own", "fr"))
    opener = page.get_by_role("button", name=SAY("own-open"))
    opener.click()
    expect(page.get_by_role("heading", name=SAY("own-heading"))).to_be_focused()
    expect(page.get_by_label(SAY("own-title"), exact=True)).to_have_value("Taxes de la maison")
    assert Axe(page, page.context.new_cdp_session(page)).run() == []
    page.get_by_role("button", name=SAY("own-cancel")).click()
    expect(opener).to_be_focused()
    opener.click()
    page.get_by_role("button", name=SAY("own-save")).click()
    expect(opener).to_be_focused()


@pytest.mark.journey("screen reader")
@walked_by(1)
def test_browser_listening_a_visit_says_each_thing_once_and_never_loses_the_focus(
    new: NewVisitor, letters: Letters, language: str, device: str
) -> None:
    """By keyboard alone: letter, document, own words, a deletion given up, evidence, list, ways in, kit, a drill that fails."""
    visitor, say = new(scripts=(LISTEN,), look=look_of(language, device)), Words(language)
    page, letter = visitor.page, letters.next()

    def press(name: str, role: str = "button") -> None:
        page.get_by_role(role, name=name, exact=True).first.press("Enter")  # type: ignore[arg-type]

    def focus_is_on(text: str) -> None:
        page.wait_for_function("(text) => document.activeElement?.innerText?.startsWith(text)", arg=text)

    Journey(visitor, say, device).open_letter(letter)
    focus_is_on(visitor.heading().inner_text())
    heard = said_until(page, say("viewer-ready", pages=2))
    for key in ("open-prompt", "open-making", "document-loading"):
        assert heard.count(say(key)) <= 1, heard
    assert [one for one in heard if one == say("viewer-ready", pages=2)] == [say("viewer-ready", pages=2)]

    press(say("own-open"))
    focus_is_on(say("own-heading"))
    page.get_by_label(say("own-folder"), exact=True).fill("Maison")
    press(say("own-save"))
    focus_is_on(say("own-open"))
    page.get_by_text("Maison", exact=True).wait_for()
    assert said_until(page, say("own-saved")).count(say("own-saved")) == 1
    press(say("document-delete"))
    focus_is_on(say("document-delete-title"))
    press(say("document-delete-cancel"))
    focus_is_on(say("document-delete"))
    press(say("offer-decline"))
    focus_is_on(say("offer-declined").partition(".")[0])

    press(say("proof-more"), "link")
    focus_is_on(visitor.heading().inner_text())
    press(say("nav-documents"), "link")
    focus_is_on(say("documents-title"))
    press(say("nav-ways-in"), "link")
    focus_is_on(say("ways-title"))
    said(page)
    press(say("ways-kit-button"))
    focus_is_on(say("ways-kit-made-title"))
    assert said_until(page, say("ways-busy-kit")).count(say("ways-busy-kit")) == 1
    press(say("ways-kit-done"))
    assert said_until(page, say("kit-kept-missing")) == [say("kit-kept-missing")]
    page.get_by_label(say("kit-kept")).check()
    press(say("ways-kit-done"))
    focus_is_on(say("ways-drill-title"))
    page.get_by_label(say("kit-form-label")).fill("# voute-kit: 1")
    press(say("ways-drill-button"))
    page.get_by_role("alert").wait_for()
    focus_is_on(say("ways-drill-title"))
    assert len([one for one in said(page) if one.startswith(say("error-kit-invalid.title"))]) == 1
    press(say("ways-drill-later"))
    focus_is_on(say("ways-title"))
