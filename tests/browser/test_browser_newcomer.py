"""What a newcomer stumbled over, once each: what is asked for now, the way on after a slip, and what is said aloud."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.support.journey import Journey, Letters
from tests.browser.support.listening import LISTEN, said, said_until
from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import PHONE, Look, Visitor
from tests.browser.support.words import Words

NewVisitor = Callable[..., Visitor]


@pytest.fixture(params=["fr", "en"])
def one(request: pytest.FixtureRequest, new: NewVisitor) -> Journey:
    language: str = request.param
    return Journey(new(look=Look(PHONE, locale=f"{language}-CA"), scripts=(LISTEN,)), Words(language), "phone")


def aloud(one: Journey, key: str, **facts: str | int) -> str:
    return " ".join(one.say(key, **facts).split())


def money_of(amount: str, one: Journey) -> str:
    shown: str = one.visitor.page.evaluate(
        "([value, locale]) => new Intl.NumberFormat(locale, { style: 'currency', currency: 'CAD' }).format(value)",
        [float(amount.replace(",", ".")), f"{one.say.language}-CA"],
    )
    return shown


def test_browser_newcomer_is_asked_for_the_first_part_and_never_for_the_whole_at_its_date(one: Journey, letters: Letters) -> None:
    letter = letters.next()
    one.read_letter(letter)
    whole = money_of(letter.row["montant"], one)
    asked = one.visitor.page.locator("article .amount .v-strong")
    expect(asked).to_have_count(1)
    first = asked.inner_text()
    assert first != whole
    of_four = one.say("document-part-of", number=1, of=4, total=whole)
    expect(one.visitor.page.locator("article .amount")).to_contain_text(of_four)
    one.tap("open-letter-button")
    one.visitor.sees_pages()
    facts = one.visitor.page.locator(".asks")
    expect(facts.locator("dt").first).to_have_text(one.say("document-part", number=1, of=4))
    expect(facts.locator("dd").first).to_have_text(first)
    expect(facts).to_contain_text(whole)
    one.to_list()
    row = one.visitor.page.locator(".row").first
    expect(row.locator(".side .v-strong")).to_have_text(first)
    expect(row).to_contain_text(of_four)


def test_browser_newcomer_on_a_machine_without_a_network_is_not_told_that_its_own_city_is_out_of_reach(new: NewVisitor) -> None:
    """A demonstration on a laptop in the air: the browser calls itself offline, and the city answers."""
    without = "Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false });"
    one = Journey(new(look=Look(PHONE, locale="fr-CA"), scripts=(without,)), Words("fr"), "phone")
    one.visitor.go("/ouvrir")
    one.sees("open-type-title")
    expect(one.visitor.page.get_by_text("Ville de").first).to_be_visible()
    expect(one.visitor.page.get_by_text(one.say("frame-offline"))).to_have_count(0)


def test_browser_newcomer_without_a_vault_is_shown_the_way_to_the_code(one: Journey) -> None:
    """The big button of the first page asks the device for a key that is not there; the device does not say so."""
    one.visitor.go("/")
    one.visitor.refuse_prompts()
    one.tap("sign-in-button")
    one.tap("welcome-no-vault")
    one.sees("open-type-title")


def test_browser_newcomer_who_typed_nothing_is_asked_for_the_code_and_nothing_is_looked_for(one: Journey) -> None:
    one.visitor.go("/ouvrir")
    one.sees("open-type-title")
    said(one.visitor.page)
    one.tap("open-code-submit")
    expect(one.visitor.page.locator("#code-error")).to_have_text(one.say("open-code-empty"))
    field = one.visitor.page.get_by_label(one.say("open-code-label"), exact=True)
    expect(field).to_be_focused()
    empty = aloud(one, "open-code-empty")
    assert said_until(one.visitor.page, empty) == [empty]
    field.press_sequentially("2")
    expect(one.visitor.page.locator("#code-error")).to_have_count(0)


def test_browser_newcomer_meets_each_step_of_the_letter_at_its_top(one: Journey, letters: Letters) -> None:
    letter = letters.next()
    one.visitor.go("/ouvrir")
    one.type_code(letter.code[:13])
    one.visitor.page.locator("#code-error").wait_for()
    one.visitor.page.evaluate("scrollTo(0, 200)")
    one.type_code(letter.code)
    one.sees("open-letter-title", count=1)
    expect(one.visitor.heading()).to_be_focused()
    assert one.visitor.page.evaluate("scrollY") == 0


def test_browser_newcomer_whose_page_was_loaded_anew_is_told_why_the_code_is_gone(one: Journey, letters: Letters) -> None:
    letter = letters.next()
    one.read_letter(letter)
    one.visitor.restart_page()
    one.sees("open-type-title")
    one.reads("open-type-lost")
    assert letter.code not in one.visitor.page.evaluate("JSON.stringify([location.href, history.state])")
    one.type_code(letter.code)
    one.sees("open-letter-title", count=1)
    one.visitor.go("/ouvrir")
    one.visitor.page.goto("about:blank")
    one.visitor.go("/ouvrir")
    one.sees("open-type-title")
    expect(one.visitor.page.get_by_text(one.say("open-type-lost"))).to_have_count(0)


def test_browser_newcomer_keeps_a_kit_without_scrolling_for_the_buttons(new: NewVisitor, letters: Letters) -> None:
    one = Journey(new(prf="none"), Words("fr"), "phone")
    one.read_letter(letters.next())
    one.tap("open-letter-button")
    one.sees("open-kit-title")
    for name in ("kit-print", "kit-save"):
        expect(one.button(name)).to_be_in_viewport()
    one.visitor.tap(one.button("open-kit-button"))
    one.reads("kit-kept-missing")
    assert one.visitor.page.evaluate("scrollY") < PHONE[1]


def test_browser_newcomer_goes_from_the_offer_to_the_words_it_is_about(one: Journey, letters: Letters, city: ServedCity) -> None:
    """Two taps from the offer to a signed choice; the first signs nothing."""
    one.open_letter(letters.next())
    signed = city.query("SELECT count(*) FROM events WHERE type = 'consent'")
    taps = one.visitor.taps
    one.tap("offer-look")
    one.sees("paper-title")
    one.reads("consent-paperless-1")
    assert city.query("SELECT count(*) FROM events WHERE type = 'consent'") == signed
    one.tap("paper-sign")
    one.reads("paper-off")
    assert one.visitor.taps - taps == 2
    one.reads("paper-back-signs")


def test_browser_newcomer_copies_the_reference_and_hears_what_is_done(one: Journey, letters: Letters) -> None:
    letter, page = letters.next(), one.visitor.page
    one.visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    one.open_letter(letter)
    said_until(page, aloud(one, "viewer-ready", pages=2))
    one.visitor.tap(one.visitor.page.get_by_role("button", name=one.say("document-reference-copy")))
    one.reads("document-reference-copied")
    copied = aloud(one, "document-reference-copied")
    assert said_until(page, copied) == [copied]
    kept: Any = one.visitor.page.evaluate("(field) => document.querySelector(field).innerText", ".asks .v-mono")
    assert kept == letter.row["référence de paiement"]
    one.tap("document-handle")
    expect(one.button("document-unhandle")).to_be_visible()
    one.tap("document-unhandle")
    expect(one.button("document-handle")).to_be_visible()
    title = letter.row["titre"]
    handled, unhandled = (aloud(one, f"document-{done}-said", title=title) for done in ("handled", "unhandled"))
    assert said_until(page, unhandled) == [handled, unhandled]
