"""At a computer, by keys alone: what is typed is kept, Escape and Back lead to where one was, and the focus stays in sight."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.gallery import Gallery
from tests.browser.support.journey import Letters
from tests.browser.support.listening import LISTEN, said_until
from tests.browser.support.lone_page import lone_page
from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import DESKTOP, Look, Visitor
from tests.browser.support.words import Words

NewVisitor = Callable[..., Visitor]
SAY = Words("fr")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with lone_page(browser, DESKTOP, motion="no-preference") as made:
        yield made


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


def test_browser_keyboard_signs_enlarge_the_pages_while_the_focus_is_in_them(page: Page, gallery: Gallery) -> None:
    read(page, gallery, "document")
    size = page.locator(".zoom output")
    page.get_by_role("heading", level=1).focus()
    for key in ("+", "-", "0"):
        page.keyboard.press(key)
    expect(size).to_have_text("100 %")
    page.get_by_role("region", name=SAY("viewer-region")).focus()
    page.keyboard.press("+")
    expect(size).to_have_text("125 %")
    page.get_by_role("button", name=SAY("viewer-fit")).press("Enter")
    expect(size).to_have_text("100 %")
    expect(page.locator("[aria-live=polite]", has_text=SAY("viewer-zoom", percent=100))).to_have_count(1)


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


def test_browser_keyboard_a_search_that_is_given_up_is_no_search_without_result(page: Page, gallery: Gallery) -> None:
    page.add_init_script(LISTEN)
    read(page, gallery, "document")
    page.get_by_role("button", name=SAY("viewer-find"), exact=True).press("Enter")
    page.keyboard.type("Beaulieu")
    expect(page.locator(".find .state")).not_to_be_empty()
    page.keyboard.press("Escape")
    # What is said next comes after what the end of the search would have said.
    page.get_by_role("button", name=SAY("viewer-larger")).press("Enter")
    assert SAY("viewer-find-none") not in said_until(page, SAY("viewer-zoom", percent=125).replace("\u00a0", " "))


def test_browser_keyboard_everything_again_leads_to_the_next_search(page: Page, gallery: Gallery) -> None:
    page.goto(gallery.address("documents", "fr"))
    page.get_by_label(SAY("filter-text")).focus()
    page.keyboard.type("zzz")
    page.get_by_role("button", name=SAY("documents-show-all")).press("Enter")
    expect(page.get_by_label(SAY("filter-text"))).to_be_focused()
    expect(page.get_by_label(SAY("filter-text"))).to_have_value("")


def test_browser_keyboard_what_comes_late_pushes_the_focus_out_of_no_sight(page: Page, gallery: Gallery) -> None:
    read(page, gallery, "document")
    link = page.get_by_role("link", name=SAY("disown-link"))
    link.focus()
    expect(link).to_be_in_viewport()
    page.evaluate("""() => {
      document.documentElement.style.overflowAnchor = 'none';
      document.querySelector('.viewer').style.paddingBlockEnd = '3000px';
    }""")
    expect(link).to_be_in_viewport()
    # Who scrolled away from it is not called back.
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    page.evaluate("document.querySelector('.viewer').style.paddingBlockEnd = '4000px'")
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("state", ["documents", "ways-in", "evidence"])
def test_browser_keyboard_what_unfolds_shows_its_focus(page: Page, gallery: Gallery, state: str) -> None:
    page.goto(gallery.address(state, "fr"))
    summary = page.locator("main details > summary").first
    page.locator("h1").wait_for()
    while not summary.evaluate("(one) => one === document.activeElement"):
        page.keyboard.press("Tab")
    # Its fold cuts off what is outside of it.
    assert summary.evaluate("(one) => parseFloat(getComputedStyle(one).outlineOffset)") < 0
    assert summary.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"


def test_browser_keyboard_escape_gives_a_deletion_up(page: Page, gallery: Gallery) -> None:
    read(page, gallery, "document")
    opener = page.get_by_role("button", name=SAY("document-delete"), exact=True)
    for steps in (0, 2):
        opener.press("Enter")
        expect(page.get_by_role("heading", name=SAY("document-delete-title"))).to_be_focused()
        for _ in range(steps):
            page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        expect(page.get_by_role("heading", name=SAY("document-delete-title"))).to_have_count(0)
        expect(opener).to_be_focused()


def test_browser_keyboard_escape_keeps_the_paper_and_back_leads_to_the_link_that_was_followed(
    new: NewVisitor, city: ServedCity, letters: Letters
) -> None:
    """Of the vault's own pages: a question of paper, the list and its rows, evidence, terms."""
    letter, visitor = letters.next(), new(look=Look(DESKTOP))
    page, press = visitor.page, visitor.page.keyboard.press
    visitor.claim(letter.link)
    visitor.link(SAY("nav-paper")).press("Enter")
    visitor.sees(SAY("paper-title"))
    ask = visitor.button(SAY("paper-ask")).first
    for key in ("Escape", "Tab Tab Enter"):
        ask.press("Enter")
        expect(page.locator("blockquote")).to_be_focused()
        for one in key.split():
            press(one)
        expect(page.locator("blockquote")).to_have_count(0)
        expect(ask).to_be_focused()
    assert [one for one in visitor.traffic.sent if (one.method, one.path) == ("POST", "/api/consents")] == []

    row = {name: letter.row[name] for name in ("référence", "partie", "nom", "adresse", "langue")}
    permits = city.founded.documents
    row |= {"fichier": permits.resident.permit_file, "type": "permit"}
    city.deliver([{**row, "titre": f"Permis {n}", "clé": f"key-{n}"} for n in range(7)], permits.permits_dir)
    visitor.link(SAY("nav-documents")).press("Enter")
    visitor.sees(SAY("documents-title"))
    visitor.sees_whole_list()
    expect(visitor.heading()).to_be_focused()
    field = page.get_by_label(SAY("filter-text"))
    field.focus()
    page.keyboard.type("Permis 3")
    found = page.locator("section[aria-labelledby^=year] .row > a")
    expect(found).to_have_count(1)
    for back in (page.go_back, lambda: visitor.link(SAY("document-back")).press("Enter")):
        found.press("Enter")
        visitor.sees("Permis 3")
        back()
        visitor.sees(SAY("documents-title"))
        expect(field).to_have_value("Permis 3")
        expect(found).to_be_focused()
        expect(found).to_be_in_viewport()
    # A bill stands among what is to be done, and in its year: each row is come back to for itself.
    field.fill("")
    bills = page.locator(".row > a", has_text=letter.row["titre"])
    for bill in (bills.first, bills.last):
        bill.press("Enter")
        visitor.sees(letter.row["titre"])
        page.go_back()
        expect(bill).to_be_focused()
        expect(bill).to_be_in_viewport()
    bills.last.press("Enter")
    visitor.sees_pages()
    visitor.link(SAY("proof-more")).press("Enter")
    visitor.sees(SAY("evidence-title"))
    for back in (page.go_back, lambda: visitor.link(SAY("evidence-back")).press("Enter")):
        back()
        visitor.sees(letter.row["titre"])
        expect(visitor.link(SAY("proof-more"))).to_be_focused()
        visitor.link(SAY("proof-more")).press("Enter")
        visitor.sees(SAY("evidence-title"))


def test_browser_keyboard_a_code_with_a_mistake_is_in_sight_on_the_smallest_screen(new: NewVisitor) -> None:
    """A desktop enlarged four times: 320 pixels wide, 200 high."""
    visitor = new(look=Look((320, 200)))
    visitor.go("/ouvrir")
    field = visitor.page.get_by_label(SAY("open-code-label"), exact=True)
    field.focus()
    visitor.page.keyboard.type("ABCD")
    visitor.page.keyboard.press("Enter")
    visitor.page.locator("#code-error").wait_for()
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
