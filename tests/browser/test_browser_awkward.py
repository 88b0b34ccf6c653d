"""Every awkward file of the demonstration city, opened in the pages: it looks as another reader draws it, and does nothing."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.support.pixels import as_others_draw_it, difference, on_screen
from tests.browser.support.served_city import ServedCity, pdf_of, read_list
from tests.browser.support.visitor import Visitor, new_visitor, viewer
from tests.support.waiting import wait_for
from voute.paper.demo_awkward import KINDS

ANYTHING = re.compile(r".")
FAR = 6.0
"""Of 255: two readers' fonts and scaling differ by 1 to 3; a page without its picture by 30 and more."""


class Vault(NamedTuple):
    """One resident to whom a copy of every awkward file was delivered, and the files by kind."""

    visitor: Visitor
    files: dict[str, Path]


@pytest.fixture(scope="module")
def vault(browser: Browser, city: ServedCity) -> Iterator[Vault]:
    letter = city.fresh()
    visitor = new_visitor(browser, city.origin)
    visitor.claim(letter.link)
    documents = city.founded.documents
    listed = {row["fichier"]: row for row in read_list(documents.bills_csv)}
    to_all = {name: letter.row[name] for name in ("référence", "partie", "nom", "adresse", "langue")}
    rows = [{**listed[name], **to_all, "titre": f"Essai {kind}", "clé": f"AWKWARD-{kind}"} for kind, name in documents.awkward]
    outcome = city.deliver(rows, documents.bills_dir)
    assert outcome.to_vaults == len(KINDS)
    visitor.open_list()
    yield Vault(visitor, {kind: pdf_of(documents.bills_dir, name) for kind, name in documents.awkward})
    visitor.context.close()


@pytest.fixture(autouse=True)
def judged(vault: Vault) -> Iterator[None]:
    """No dialog, no print, no request that the page itself does not make, nothing on the console."""
    printed = vault.visitor.printed
    yield
    assert vault.visitor.printed == printed
    vault.visitor.judge()


@pytest.mark.parametrize("kind", [one.kind for one in KINDS])
def test_browser_awkward_document_shows_as_another_reader_draws_it(vault: Vault, kind: str) -> None:
    visitor, file = vault.visitor, vault.files[kind]
    visitor.open_list()
    visitor.open_document(f"Essai {kind}")
    with pikepdf.open(file) as pdf:
        pages = len(pdf.pages)
    expect(viewer(visitor.page).locator(".page")).to_have_count(pages)
    first = viewer(visitor.page).get_by_role("group", name=f"Page 1 de {pages}", exact=True)
    expect(first).to_have_attribute("data-drawn", ANYTHING)
    apart = difference(on_screen(visitor.page, 1), as_others_draw_it(file, 1))
    assert apart < FAR


def test_browser_awkward_document_of_thirty_pages_draws_the_last_when_it_comes_near(vault: Vault) -> None:
    visitor = vault.visitor
    visitor.open_list()
    visitor.open_document("Essai thirty-pages")
    last = viewer(visitor.page).get_by_role("group", name="Page 30 de 30")
    size = "canvas => [canvas.width, canvas.height]"
    assert last.locator("canvas").evaluate(size) == [300, 150]
    # A frame out of sight has no animation frames, for which Playwright's own scrolling waits.
    last.evaluate("page => page.scrollIntoView()")
    expect(last).to_have_attribute("data-drawn", ANYTHING)
    expect(last.locator(".text span").first).to_be_attached()
    assert difference(on_screen(visitor.page, 30), as_others_draw_it(vault.files["thirty-pages"], 30)) < FAR


def test_browser_awkward_text_can_be_found_and_read_aloud(vault: Vault) -> None:
    visitor = vault.visitor
    visitor.open_list()
    visitor.open_document("Essai old")
    text = viewer(visitor.page).get_by_role("group", name=re.compile("^Page 1 de")).locator(".text")
    expect(text).to_contain_text("Compte de taxes")


def test_browser_awkward_zoom_draws_larger_and_fits_again(vault: Vault) -> None:
    visitor = vault.visitor
    visitor.open_list()
    visitor.open_document("Essai landscape")
    frame = viewer(visitor.page).locator(".page").first
    width = "one => one.getBoundingClientRect().width"
    before = frame.evaluate(width)
    visitor.tap(visitor.button("Agrandir"))
    expect(visitor.page.locator("output")).to_have_text("125 %")
    # The page says so at once; its frame hears of it a moment later.
    wait_for(lambda: bool(frame.evaluate(width) != before))
    assert frame.evaluate(width) == pytest.approx(before * 1.25, abs=2)
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.tap(visitor.button("Ajuster à la largeur"))
    expect(visitor.page.locator("output")).to_have_text("100 %")
