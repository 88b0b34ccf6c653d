"""Every error has the help line beside it: the city's number, or where to find it when it has given none; and the focus stays."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support.acts import FAILING, Act
from tests.browser.support.gallery import Gallery, states, table
from tests.support.project import ROOT

PHONE_WORDS = {"fr": "Besoin d’aide? Appelez le", "en": "Need help? Call"}
LETTER_WORDS = {
    "fr": "Besoin d’aide? Appelez le numéro qui figure sur votre lettre.",
    "en": "Need help? Call the number printed on your letter.",
}
NUMBER = "514 555-0142"
PANEL = ".ds-alert[data-color=danger]:not(section), .ds-alert.panel:not([data-color=info])"
"""An error as a person meets it; a prompt that they closed themselves is none, nor is a question before an act."""


def error_states() -> list[str]:
    """List the states whose view holds a failure, as the table has them."""
    text = table()
    starts = [(found.start(), found.group(1)) for found in re.finditer(r"\bid: '([a-z0-9-]+)',\s*path: ", text)]
    ends = [at for at, _ in starts[1:]] + [len(text)]
    failing = [name for (at, name), end in zip(starts, ends, strict=True) if re.search(r"failure\('|bad-signature", text[at:end])]
    known = set(states())
    return [name for name in failing if name in known]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(20_000)
    return context.new_page()


def test_browser_every_error_has_the_help_line(page: Page, gallery: Gallery) -> None:
    without: list[str] = []
    panels = 0
    for state in error_states():
        for locale in ("fr", "en"):
            gallery.show(page, state, locale)
            # Help stands where it stands on every page, and beside the error besides (WCAG 3.2.6).
            if page.locator("footer .foot > :first-child:is(p.help):visible").filter(has_text=PHONE_WORDS[locale]).count() != 1:
                without.append(f"{state} {locale}: foot")
            for panel in page.locator(PANEL).all():
                panels += 1
                if panel.locator('a[href="tel:5145550142"]').count() != 1:
                    without.append(f"{state} {locale}: panel")
    assert without == []
    assert panels >= 2 * 15


@pytest.mark.parametrize("state", ["documents-missing", "documents-index-old", "documents-index-refused"])
def test_browser_what_the_list_warns_of_has_the_help_line(page: Page, gallery: Gallery, state: str) -> None:
    page.goto(gallery.address(state, "fr"))
    expect(page.locator("main .ds-alert").first.get_by_role("link", name=NUMBER)).to_have_count(1)


@pytest.mark.parametrize("act", FAILING, ids=lambda act: act.name)
def test_browser_focus_is_never_lost_after_an_error(page: Page, gallery: Gallery, act: Act) -> None:
    page.goto(gallery.address(act.begin, "fr"))
    page.locator("main details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    button = page.get_by_role("main").get_by_role("button", name=re.compile(f"^{act.button}")).first
    button.focus()
    expect(button).to_be_focused()
    for state in act.then:
        page.evaluate("(state) => { location.hash = state; }", state)
        # What had the focus stays, or something of the page takes it: a heading, a field.
        page.wait_for_function(
            "(state) => document.documentElement.dataset.shown === state && document.activeElement?.closest('main')", arg=state
        )
    assert page.evaluate("document.activeElement.getClientRects().length > 0 && !document.activeElement.disabled")


def test_browser_help_line_without_a_number_says_where_one_is(page: Page, gallery: Gallery) -> None:
    for locale in ("fr", "en"):
        page.goto(gallery.address("open-empty", locale) + "&phone=none")
        page.locator("h1").wait_for()
        assert page.locator(PANEL).get_by_text(LETTER_WORDS[locale]).count() == 1
        assert page.locator("footer").get_by_text(LETTER_WORDS[locale]).count() == 1
        assert page.locator('a[href^="tel:"]').count() == 0


def test_browser_words_of_the_help_line_are_the_pages_own() -> None:
    """The words above are those of the message files, so a change there is seen here."""
    for locale, words in LETTER_WORDS.items():
        text = (ROOT / "web" / "ui" / "messages" / locale / "common.ftl").read_text("utf-8")
        assert f"help-letter = {words}" in text
        assert f"help-call = {PHONE_WORDS[locale]}" in text


def test_browser_where_an_error_says_try_again_there_is_a_button_for_it(page: Page, gallery: Gallery) -> None:
    without: list[str] = []
    said = 0
    for state in error_states():
        gallery.show(page, state, "fr")
        if not page.locator(".ds-alert.panel .next").filter(has_text=re.compile("réessayez", re.IGNORECASE)).count():
            continue
        said += 1
        # Another code is not the same once more.
        buttons = page.locator("main").get_by_role("button", disabled=False).filter(has_not_text="Entrer un autre code")
        if buttons.count() == 0:
            without.append(state)
    assert without == []
    assert said >= 10


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("open-typing", "Entrez le code de votre lettre – Voûte"),
        ("open-typing-check", "Erreur\u00a0: Entrez le code de votre lettre – Voûte"),
        ("sign-in-kit-invalid", "Erreur\u00a0: Ouvrir avec la trousse de secours – Voûte"),
        ("ways-in-drill-wrong", "Erreur\u00a0: Moyens d’accès – Voûte"),
    ],
)
def test_browser_title_says_first_that_what_was_entered_has_a_mistake(
    page: Page, gallery: Gallery, state: str, title: str
) -> None:
    gallery.show(page, state, "fr")
    expect(page).to_have_title(title)
