"""Every state of the pages, on phone and desktop, light and dark, in French and English: axe-core finds nothing."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
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
Size = Literal["phone", "desktop"]
NARROW = (320, 640)
"""A desktop at 400 % zoom (WCAG 1.4.10)."""
NewVisitor = Callable[..., Visitor]
SIZES: Mapping[Size, tuple[int, int]] = {"phone": PHONE, "desktop": DESKTOP}
ALL_LOOKS: tuple[tuple[Size, Scheme], ...] = tuple(product(get_args(Size), get_args(Scheme)))
HALF_THE_LOOKS: Mapping[str, tuple[tuple[Size, Scheme], ...]] = {
    "fr": (("phone", "light"), ("desktop", "dark")),
    "en": (("phone", "dark"), ("desktop", "light")),
}
"""Every pair of language, size and scheme once in four runs of axe; all eight are for the long run."""


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


SMALL = """() => [...document.querySelectorAll('button, a[href], summary, select, textarea, input:not([type=file])')]
  .filter((one) => one.checkVisibility() && !one.matches('.ds-skip-link, [type=checkbox], [type=radio]'))
  .filter((one) => getComputedStyle(one).display !== 'inline')
  .map((one) => [one.innerText || one.id, one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44)
  .map(([name, box]) => `${name}: ${box.width} × ${box.height}`)"""
"""What is pressed has 44 pixels each way (WCAG 2.5.5); links within a sentence, and boxes with their words, have their line."""


def judge(axe: Axe, looks: Sequence[tuple[Size, Scheme]]) -> dict[str, list[Finding]]:
    """Run axe on each look; give what is found by size and scheme, and what is too wide for a narrow screen."""
    found = {}
    for size, scheme in looks:
        resize(axe.page, SIZES[size])
        axe.page.emulate_media(color_scheme=scheme)
        if findings := axe.run():
            found[f"{size} {scheme}"] = findings
    resize(axe.page, NARROW)
    if pixels := overflow(axe.page):
        found["narrow"] = [Finding("reflow", "html", f"{pixels} pixels too wide")]
    if small := axe.page.evaluate(SMALL):
        found["small"] = [Finding("target-size", one, "below 44 pixels") for one in small]
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


def judge_state(
    looker: tuple[Axe, Traffic], gallery: Gallery, state: str, looks: Mapping[str, Sequence[tuple[Size, Scheme]]]
) -> None:
    axe, traffic = looker
    traffic.faults.clear()
    page = axe.page
    for locale in ("fr", "en"):
        resize(page, DESKTOP)
        gallery.show(page, state, locale)
        if state in {"document", "document-waiting", "document-proof-refused"}:
            viewer(page).locator(".page .text span").first.wait_for(state="attached")
        expect(page.locator("html")).to_have_attribute("lang", locale)
        expect(page).to_have_title(re.compile(" – Voûte$"))
        assert judge(axe, looks[locale]) == {}
        if state == "document":
            assert run_in(viewer_frame(page)) == []
    assert traffic.faults == []


@pytest.mark.parametrize("state", states())
def test_browser_state_is_accessible(looker: tuple[Axe, Traffic], gallery: Gallery, state: str) -> None:
    judge_state(looker, gallery, state, HALF_THE_LOOKS)


@pytest.mark.long
@pytest.mark.parametrize("state", states())
def test_browser_state_is_accessible_in_every_look(looker: tuple[Axe, Traffic], gallery: Gallery, state: str) -> None:
    judge_state(looker, gallery, state, dict.fromkeys(("fr", "en"), ALL_LOOKS))


BUILT = "() => [document.title, document.documentElement.lang, document.querySelector('#app').innerHTML]"
ONE_AFTER_ANOTHER = (
    ("documents-many", "en"),
    ("sign-in-shared", "fr"),
    ("open-typing-check", "en"),
    ("evidence", "fr"),
    ("ways-in-kit", "en"),
    ("idle", "fr"),
)


def test_browser_state_built_anew_is_as_it_is_loaded(looker: tuple[Axe, Traffic], gallery: Gallery) -> None:
    """States are judged in one document, each built after another: what stands there is what a page has that was loaded."""
    page = looker[0].page
    loaded = []
    for state, locale in ONE_AFTER_ANOTHER:
        page.goto(gallery.address(state, locale))
        page.locator("h1").wait_for()
        loaded.append(page.evaluate(BUILT))
    built = []
    for state, locale in ONE_AFTER_ANOTHER:
        gallery.show(page, state, locale)
        built.append(page.evaluate(BUILT))
    assert built == loaded
    assert len({str(one) for one in loaded}) == len(ONE_AFTER_ANOTHER)


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
    found["letter"] = judge(axe, ALL_LOOKS)
    visitor.claim(letter.link)
    found["document"] = judge(axe, ALL_LOOKS)
    document = visitor.save(visitor.button("Télécharger"), folder)
    visitor.tap(visitor.link("Voir la preuve"))
    visitor.sees("Ce document est authentique")
    visitor.page.locator("summary").click()
    found["evidence"] = judge(axe, ALL_LOOKS)
    receipt = visitor.save(visitor.button("Télécharger le reçu"), folder)
    visitor.open_list()
    found["list"] = judge(axe, ALL_LOOKS)
    visitor.tap(visitor.link("Ajouter un second moyen d’accès"))
    visitor.tap(visitor.button("Faire une trousse"))
    visitor.sees("Voici votre trousse de secours")
    found["kit"] = judge(axe, ALL_LOOKS)
    visitor.go("/verifier")
    visitor.sees("Vérifier un document")
    found["verifier"] = judge(axe, ALL_LOOKS)
    visitor.page.locator("input[type=file]").set_input_files(receipt)
    visitor.page.get_by_text("Il manque le document").wait_for()
    found["verifier, one file"] = judge(axe, ALL_LOOKS)
    visitor.page.locator("input[type=file]").set_input_files(document)
    visitor.sees("Authentique")
    found["verifier, proven"] = judge(axe, ALL_LOOKS)
    document.write_bytes(document.read_bytes() + b" ")
    visitor.button("Vérifier un autre document").click()
    visitor.page.locator("input[type=file]").set_input_files([document, receipt])
    visitor.sees("Ce document n’est pas prouvé")
    found["verifier, refused"] = judge(axe, ALL_LOOKS)
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
