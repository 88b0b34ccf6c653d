"""Every state of the pages, on phone and desktop, light and dark, in French and English: axe-core finds nothing."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, get_args

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.axe import Axe, Finding, run_in
from tests.browser.support.gallery import Gallery, states
from tests.browser.support.served_city import ServedCity
from tests.browser.support.traffic import Traffic
from tests.browser.support.visitor import DESKTOP, PHONE, Visitor, new_visitor, viewer, viewer_frame

Scheme = Literal["light", "dark"]
NARROW = (320, 640)
"""A desktop at 400 % zoom (WCAG 1.4.10)."""
NewVisitor = Callable[..., Visitor]


@pytest.fixture(scope="module")
def looker(browser: Browser, gallery: Gallery) -> Iterator[tuple[Axe, Traffic]]:
    """One page for all states, without motion, and what it asks for and complains of."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(20_000)
    traffic = Traffic(gallery.origin)
    traffic.listen(context)
    page = context.new_page()
    yield Axe(page, context.new_cdp_session(page)), traffic
    context.close()


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def overflow(page: Page) -> int:
    """Give by how many pixels the page is wider than the screen."""
    pixels: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return pixels


def judge_all(axe: Axe) -> dict[str, list[Finding]]:
    """Run axe on both sizes and both schemes; give what is found by size and scheme."""
    found = {}
    for name, size in (("phone", PHONE), ("desktop", DESKTOP)):
        resize(axe.page, size)
        for scheme in get_args(Scheme):
            axe.page.emulate_media(color_scheme=scheme)
            if findings := axe.run():
                found[f"{name} {scheme}"] = findings
    resize(axe.page, NARROW)
    if pixels := overflow(axe.page):
        found["narrow"] = [Finding("reflow", "html", f"{pixels} pixels too wide")]
    return found


def test_browser_states_are_listed() -> None:
    """The table is read from its source: were its spelling to change, every state would silently be left out."""
    assert len(states()) >= 50
    assert {
        "welcome",
        "open-letter",
        "documents",
        "document",
        "evidence",
        "ways-in",
        "not-found",
        "offline",
        "verify",
        "privacy",
        "paper",
    } <= set(states())
    assert len(set(states())) == len(states())


@pytest.mark.parametrize("state", states())
def test_browser_state_is_accessible(looker: tuple[Axe, Traffic], gallery: Gallery, state: str) -> None:
    axe, traffic = looker
    traffic.faults.clear()
    page = axe.page
    for locale in ("fr", "en"):
        resize(page, DESKTOP)
        page.goto(gallery.address(state, locale))
        page.locator("h1").wait_for()
        if state in {"document", "document-waiting", "document-proof-refused"}:
            viewer(page).locator(".page .text span").first.wait_for(state="attached")
        expect(page.locator("html")).to_have_attribute("lang", locale)
        expect(page).to_have_title(re.compile(" – Voûte$"))
        assert judge_all(axe) == {}
        if state == "document":
            assert run_in(viewer_frame(page)) == []
    assert traffic.faults == []


def test_browser_axe_would_find_what_is_wrong(looker: tuple[Axe, Traffic], gallery: Gallery) -> None:
    axe, _ = looker
    axe.page.emulate_media(color_scheme="light")
    axe.page.goto(gallery.address("welcome", "fr"))
    axe.page.locator("h1").wait_for()
    axe.page.evaluate(
        """() => {
          const image = document.createElement('img');
          const pale = document.createElement('p');
          pale.textContent = 'pale words';
          pale.style.setProperty('color', '#bbb');
          document.querySelector('main').append(image, pale);
        }"""
    )
    assert {finding.rule for finding in axe.run()} >= {"image-alt", "color-contrast"}


@pytest.mark.journey("axe")
def test_browser_real_pages_are_accessible(new: NewVisitor, city: ServedCity, folder: Path) -> None:
    """Letter, document, evidence, list, ways in and kit as the city serves them, not from the gallery."""
    letter, visitor = city.fresh(), new()
    axe = Axe(visitor.page, visitor.cdp)
    visitor.page.emulate_media(reduced_motion="reduce")
    found = {}
    visitor.go(letter.link)
    visitor.sees("Vous avez reçu un document")
    found["letter"] = judge_all(axe)
    visitor.claim(letter.link)
    found["document"] = judge_all(axe)
    document = visitor.save(visitor.button("Télécharger"), folder)
    visitor.tap(visitor.link("Voir la preuve"))
    visitor.sees("Ce document est authentique")
    visitor.page.locator("summary").click()
    found["evidence"] = judge_all(axe)
    receipt = visitor.save(visitor.button("Télécharger le reçu"), folder)
    visitor.open_list()
    found["list"] = judge_all(axe)
    visitor.tap(visitor.link("Ajouter un second moyen d’accès"))
    visitor.tap(visitor.button("Faire une trousse"))
    visitor.sees("Voici votre trousse de secours")
    found["kit"] = judge_all(axe)
    visitor.go("/verifier")
    visitor.sees("Vérifier un document")
    found["verifier"] = judge_all(axe)
    visitor.page.locator("input[type=file]").set_input_files(receipt)
    visitor.page.get_by_text("Il manque le document").wait_for()
    found["verifier, one file"] = judge_all(axe)
    visitor.page.locator("input[type=file]").set_input_files(document)
    visitor.sees("Authentique")
    found["verifier, proven"] = judge_all(axe)
    document.write_bytes(document.read_bytes() + b" ")
    visitor.button("Vérifier un autre document").click()
    visitor.page.locator("input[type=file]").set_input_files([document, receipt])
    visitor.sees("Ce document n’est pas prouvé")
    found["verifier, refused"] = judge_all(axe)
    assert {name: one for name, one in found.items() if one} == {}


def test_browser_first_page_works_without_motion_and_with_forced_colours(browser: Browser, city: ServedCity) -> None:
    visitor = new_visitor(browser, city.origin)
    visitor.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    visitor.go("/")
    visitor.heading().wait_for()
    axe = Axe(visitor.page, visitor.cdp)
    assert axe.run() == []
    visitor.context.close()
    visitor.judge()
