"""Codes that do not open: what the page says, that nothing is sent or stored, and the way on; codes that come at odd moments."""

import re
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import OPEN_BUTTON, Visitor
from tools.support_codes import support_code
from voute.format.claim_code import group_code, write_code

NewVisitor = Callable[..., Visitor]
SUBMIT = "Voir ce qui m’attend"


def asked(visitor: Visitor) -> list[str]:
    return [one.path for one in visitor.traffic.sent if one.path.startswith("/api/claims")]


@pytest.fixture
def at_form(visitor: Visitor) -> Visitor:
    visitor.go("/ouvrir")
    visitor.sees("Entrez le code de votre lettre")
    return visitor


def enter(visitor: Visitor, code: str) -> None:
    visitor.page.get_by_label("Code", exact=True).fill(code)
    visitor.tap(visitor.button(SUBMIT))


def test_browser_code_with_a_wrong_symbol_is_pointed_at(at_form: Visitor, city: ServedCity) -> None:
    code = city.resident().grouped
    before = city.counts()
    enter(at_form, code[:7] + "U" + code[8:])
    field = at_form.page.get_by_label("Code", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(at_form.page.locator("#code-error")).to_contain_text("Le caractère n° 7")
    expect(at_form.page.locator("#code-error")).to_contain_text("dans le groupe 2")
    expect(at_form.page.locator("[data-wrong]")).to_have_text("U")
    expect(at_form.page.locator("[data-look]")).to_have_count(1)
    expect(field).to_be_focused()
    assert asked(at_form) == []
    assert city.counts() == before


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda code: code[1] + code[0] + code[2:] if code[0] != code[1] else "0" + code[1:], "le premier qui diffère"),
        (lambda code: code[:-2], "24 caractères"),
    ],
    ids=["neighbours", "short"],
)
def test_browser_code_with_a_typo_is_caught_before_anything_is_sent(
    at_form: Visitor, city: ServedCity, spoil: Callable[[str], str], words: str
) -> None:
    enter(at_form, spoil(city.resident().grouped))
    expect(at_form.page.locator("#code-error")).to_contain_text(words)
    assert asked(at_form) == []


def test_browser_code_that_nobody_made_is_unknown(at_form: Visitor, city: ServedCity) -> None:
    at_form.traffic.foresee(404, "/api/claims/lookup")
    before = city.counts()
    enter(at_form, group_code(write_code(b"\x5a" * 14 + b"\x40")))
    expect(at_form.page.get_by_role("alert")).to_contain_text("Ce code n’est pas connu")
    expect(at_form.page.get_by_role("alert")).to_contain_text(support_code("claim-unknown"))
    assert city.counts() == before


def test_browser_code_typed_by_hand_opens_like_the_link(at_form: Visitor, city: ServedCity) -> None:
    letter = city.fresh()
    # As people read a letter: lower case, spaces, the letter O for zero.
    enter(at_form, letter.grouped.lower().replace("-", " ").replace("0", "o"))
    at_form.sees("Vous avez reçu un document")
    at_form.tap(at_form.button(OPEN_BUTTON))
    at_form.sees_pages()
    at_form.sees(letter.row["titre"])


def test_browser_code_that_comes_while_the_page_starts_is_read(visitor: Visitor, city: ServedCity) -> None:
    code = city.fresh().link.partition("#")[2]
    page, words = visitor.page, re.compile(r"/assets/fr-[^/]+\.js$")
    held: list[Route] = []
    started = threading.Event()

    def hold(route: Route) -> None:
        if started.is_set():
            route.continue_()
        else:
            held.append(route)

    page.route(words, hold)
    with page.expect_request(words):
        page.goto("/ouvrir", wait_until="commit")
    page.evaluate("(code) => { location.hash = code; }", code)
    page.wait_for_function("() => location.href.endsWith('/ouvrir')")
    started.set()
    for one in held:
        one.continue_()
    visitor.sees("Vous avez reçu un document")


def test_browser_code_used_before_says_so_and_leads_on(new: NewVisitor, city: ServedCity) -> None:
    letter = city.fresh()
    first, second = new(), new()
    first.claim(letter.link)
    before = city.counts()
    second.traffic.foresee(409, "/api/claims/lookup")
    second.go(letter.link)
    second.sees("Ce code a déjà servi")
    assert second.prompts == []
    assert city.counts() == before
    expect(second.link("Ouvrir mon coffre")).to_be_visible()
    expect(second.page.get_by_role("contentinfo")).to_contain_text("819 555-0142")
    second.tap(second.button("Ce n’était pas moi"))
    second.sees("Bloquer ce code?")
    second.tap(second.button("Retour"))
    second.sees("Ce code a déjà servi")


def test_browser_code_revoked_by_the_department_opens_nothing(new: NewVisitor, city: ServedCity) -> None:
    letter = city.fresh()
    reply = city.voute("codes", "revoke", "--as", "finances", "--reference", letter.row["référence"], "--home", city.home)
    assert [one["state"] for one in reply["revoked"]] == ["revoked"]
    visitor = new()
    visitor.traffic.foresee(410, "/api/claims/lookup")
    before = city.counts()
    visitor.go(letter.link)
    visitor.sees("Ce code a été annulé")
    expect(visitor.page.locator("main")).to_contain_text("819 555-0142")
    assert city.counts() == before


def test_browser_code_used_by_another_while_the_letter_was_on_screen_stores_nothing(new: NewVisitor, city: ServedCity) -> None:
    letter = city.fresh()
    slow, quick = new(), new()
    slow.go(letter.link)
    slow.sees("Vous avez reçu un document")
    quick.claim(letter.link)
    before = city.counts()
    slow.traffic.foresee(409, "/api/claims")
    slow.tap(slow.button(OPEN_BUTTON))
    slow.sees("Ce code a déjà servi")
    assert city.counts() == before
