"""Five hundred pages: drawn where they are read and given back behind, searched to the end, put on paper or given up."""

import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, Frame, Locator, expect

from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import DESKTOP, Look, Visitor, new_visitor, viewer, viewer_frame

PAGES = 500
LIVE = 12
"""Pages that hold a picture at most, wherever one reads: three screens of them and one screen more on each side."""
ALIVE = "() => [...document.querySelectorAll('.page canvas')].filter((one) => one.width * one.height > 300 * 150).length"
STEPS = (60, 180, 320, 499)


def long_document(path: Path) -> Path:
    """A page of text five hundred times, each with its number."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        for number in range(1, PAGES + 1):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            page.Contents = pdf.make_stream(b"BT /F1 24 Tf 72 700 Td (Article %d) Tj ET" % number)
        pdf.save(path)
    return path


@pytest.fixture(scope="module")
def reader(browser: Browser, city: ServedCity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Somebody at a computer to whom the long document was delivered, with it before them."""
    letter, visitor = city.fresh(), new_visitor(browser, city.origin, look=Look(size=DESKTOP))
    visitor.claim(letter.link)
    folder = tmp_path_factory.mktemp("long")
    row = {**letter.row, "titre": "Rôle d’évaluation", "clé": "LONG", "fichier": long_document(folder / "long.pdf").name}
    city.deliver([row], folder)
    visitor.open_list()
    visitor.open_document("Rôle d’évaluation")
    yield visitor
    visitor.context.close()
    visitor.judge()


def page_field(reader: Visitor) -> Locator:
    return reader.page.get_by_role("textbox", name="Page", exact=True)


def on_the_screen(reader: Visitor, number: int) -> bool:
    """Say whether a page begins in the upper half of the screen, below the tools; the last one ends on it."""
    tools = reader.page.locator(".viewer .tools").bounding_box()
    page = viewer(reader.page).get_by_role("group", name=f"Page {number} de {PAGES}", exact=True).bounding_box()
    screen = reader.page.viewport_size
    assert tools is not None
    assert page is not None
    assert screen is not None
    ends = number == PAGES and page["y"] + page["height"] <= screen["height"]
    return ends or tools["height"] - 1 <= page["y"] < screen["height"] / 2


def alive(frame: Frame) -> int:
    count: int = frame.evaluate(ALIVE)
    return count


def test_browser_long_document_holds_the_pages_that_are_read_and_no_others(reader: Visitor) -> None:
    frame = viewer_frame(reader.page)
    assert 0 < alive(frame) <= LIVE
    for number in STEPS:
        page = viewer(reader.page).get_by_role("group", name=f"Page {number + 1} de {PAGES}", exact=True)
        # A frame out of sight has no animation frames, for which Playwright's own scrolling waits.
        page.evaluate("page => page.scrollIntoView()")
        expect(page.locator(".text")).to_contain_text(f"Article {number + 1}")
        assert alive(frame) <= LIVE
    expect(page_field(reader)).to_have_value(re.compile("^(499|500)$"))


def test_browser_long_document_goes_to_the_page_that_is_asked_for(reader: Visitor) -> None:
    field = page_field(reader)
    expect(field).to_have_accessible_description(f"sur {PAGES}")
    # A number beyond the last leads to the last; what is no number leads nowhere, and the field says where one is.
    for typed, key, number in (
        ("320", "Enter", 320),
        ("320", "ArrowDown", 321),
        ("321", "ArrowUp", 320),
        ("999", "Enter", PAGES),
        ("0", "Enter", PAGES),
        ("x", "Enter", PAGES),
        ("12", "Escape", PAGES),
        ("61", "Enter", 61),
    ):
        field.fill(typed)
        field.press(key)
        expect(field).to_have_value(str(number))
        expect(field).to_be_focused()
        page = viewer(reader.page).get_by_role("group", name=f"Page {number} de {PAGES}", exact=True)
        expect(page.locator(".text")).to_contain_text(f"Article {number}")
        assert on_the_screen(reader, number)
    assert alive(viewer_frame(reader.page)) <= LIVE
    # Left with another number in it, as by the key that closes a telephone's keyboard of digits.
    field.fill("200")
    reader.button("Chercher dans le document").focus()
    expect(field).to_have_value("200")
    assert on_the_screen(reader, 200)


def test_browser_long_document_on_a_telephone_is_read_on_from_the_page_asked_for(reader: Visitor) -> None:
    """The keyboard goes with the focus, and who listens goes on in the pages."""
    reader.cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    reader.page.wait_for_function("() => matchMedia('(pointer: coarse)').matches")
    field = page_field(reader)
    field.fill("40")
    field.press("Enter")
    expect(reader.page.get_by_role("region", name="Pages du document")).to_be_focused()
    expect(field).to_have_value("40")
    assert on_the_screen(reader, 40)
    reader.cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_browser_long_document_is_searched_to_its_last_page(reader: Visitor) -> None:
    reader.tap(reader.button("Chercher dans le document"))
    reader.page.get_by_role("searchbox").fill(f"Article {PAGES}")
    expect(reader.page.locator(".find .state")).to_have_text(re.compile(r"^Résultat\s1\ssur\s1$"))
    page = viewer(reader.page).get_by_role("group", name=f"Page {PAGES} de {PAGES}", exact=True)
    expect(page.locator(".text")).to_contain_text(f"Article {PAGES}")
    assert alive(viewer_frame(reader.page)) <= LIVE
    reader.page.keyboard.press("Escape")


def test_browser_long_document_on_its_way_to_paper_says_how_far_and_can_be_given_up(reader: Visitor) -> None:
    printed = reader.printed
    reader.tap(reader.button("Imprimer"))
    expect(reader.page.get_by_text(re.compile(rf"Préparation de l’impression\s: page\s\d+\ssur\s{PAGES}"))).to_be_visible()
    reader.tap(reader.button("Ne pas imprimer"))
    expect(reader.page.locator("[aria-busy]")).to_have_count(0)
    expect(reader.page.locator(".v-print-area")).to_have_count(0)
    assert reader.printed == printed
