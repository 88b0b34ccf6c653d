"""First visits, line by line, in French and English, on a phone and a desktop: each on the real city, with what it took."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.support.axe import Axe
from tests.browser.support.journey import HOURS, Journey, Letters, look_of
from tests.browser.support.served_city import Recipient, ServedCity
from tests.browser.support.visitor import Prf, Visitor, new_visitor
from tests.browser.support.words import Words

Walked = Callable[[str, Journey, float], None]
NewJourney = Callable[..., Journey]
COMBINATIONS = [(language, device) for language in ("fr", "en") for device in ("phone", "desktop")]


@pytest.fixture(params=COMBINATIONS, ids="-".join)
def go(request: pytest.FixtureRequest, browser: Browser, city: ServedCity) -> Iterator[NewJourney]:
    """Make people of one language at one device; at the end of the test their traffic is judged."""
    language, device = request.param
    made: list[Visitor] = []

    def make(*, prf: Prf = "create", scripts: tuple[str, ...] = ()) -> Journey:
        made.append(new_visitor(browser, city.origin, prf=prf, look=look_of(language, device), scripts=scripts))
        return Journey(made[-1], Words(language), device)

    yield make
    for one in made:
        one.context.close()
    for one in made:
        one.judge()


def frozen(city: ServedCity, letter: Recipient) -> list[tuple[str, int]]:
    """Give state and whether frozen of the letter's code."""
    lookup = city.lookup_of(letter)
    rows: list[tuple[str, int]] = city.query("SELECT state, frozen_at IS NOT NULL FROM lookups WHERE lookup_id = ?", lookup)
    return rows


def test_browser_journey_from_scan_to_document(go: NewJourney, letters: Letters, city: ServedCity, walked: Walked) -> None:
    one, letter = go(), letters.next()
    one.visitor.traffic.secrets.update(code=letter.code.encode())
    seconds = one.open_letter(letter)
    assert one.visitor.taps <= 2
    assert len(one.visitor.prompts) == 1
    one.visitor.sees(letter.row["titre"])
    expect(one.visitor.heading()).to_be_focused()
    walked("from the scan to the document", one, seconds)
    assert frozen(city, letter) == [("bound", 0)]


def test_browser_journey_code_typed_with_mistakes(go: NewJourney, letters: Letters, walked: Walked) -> None:
    """No camera: the code is typed, what is sure about a slip is said, no group that may be right is named; nothing is sent."""
    one, letter = go(), letters.next()
    visitor, code = one.visitor, letter.code
    begin = time.monotonic()
    visitor.go("/")
    one.tap("welcome-have-letter")
    one.sees("open-type-title")
    error, look = visitor.page.locator("#code-error"), visitor.page.locator("[data-look] .number")
    one.type_code(code[:9] + "U" + code[10:])
    expect(error).to_contain_text(one.say("open-code-group", group=3, symbol="U"))
    expect(look).to_have_text(["3"])
    one.type_code(code[:13])
    expect(error).to_contain_text(one.say("open-code-missing", missing=11))
    expect(look).to_have_count(0)
    one.type_code(code + "7")
    expect(error).to_contain_text(one.say("open-code-extra", extra=1))
    swap = next(i for i in range(20) if code[i] != code[i + 1])
    one.type_code(code[:swap] + code[swap + 1] + code[swap] + code[swap + 2 :])
    expect(error).to_contain_text(one.say("error-code-check.what"))
    expect(look).to_have_count(0)
    expect(visitor.page.get_by_label(one.say("open-code-label"), exact=True)).to_be_focused()
    assert [sent.path for sent in visitor.traffic.sent if sent.path.startswith("/api/claims")] == []
    one.type_code(letter.grouped.lower().replace("0", "o").replace("1", "l"))
    one.sees("open-letter-title", count=1)
    one.tap("open-letter-button")
    visitor.sees_pages()
    walked("code typed by hand, four mistakes pointed at", one, time.monotonic() - begin)


def test_browser_journey_without_prf_and_with_the_kit_alone(go: NewJourney, letters: Letters, walked: Walked) -> None:
    """The device signs in but cannot open: a kit is made first, and is the way in from then on."""
    one, letter = go(prf="none"), letters.next()
    begin = time.monotonic()
    one.read_letter(letter)
    one.tap("open-letter-button")
    one.sees("open-kit-title")
    one.reads("open-kit-no-prf")
    kit = one.keep_kit()
    one.tap("kit-print")
    assert one.visitor.printed == 1
    one.tap("open-kit-button")
    one.visitor.sees_pages()
    walked("no PRF: opened with a kit", one, time.monotonic() - begin)
    one.tap("frame-leave")
    one.sees("sign-in-title-signed-out")
    begin = time.monotonic()
    one.visitor.taps, one.visitor.prompts = 0, []
    one.tap("sign-in-with-kit")
    one.sees("sign-in-kit-title")
    one.type_kit(kit, "kit-form-submit")
    one.sees("documents-title")
    one.visitor.open_document(letter.row["titre"])
    assert one.visitor.prompts == []
    walked("kit alone: signed in and a document open", one, time.monotonic() - begin)


def test_browser_journey_letter_of_somebody_else(go: NewJourney, letters: Letters, city: ServedCity, walked: Walked) -> None:
    """Wrong household: the code is put aside, nothing is opened, the department will know."""
    one, letter = go(), letters.next()
    before = city.counts()
    begin = time.monotonic()
    one.read_letter(letter)
    one.tap("open-not-mine")
    one.sees("open-give-letter")
    one.tap("act-back")
    one.sees("open-letter-title", count=1)
    one.tap("open-not-mine")
    one.tap("open-give-letter.act")
    one.sees("open-given-letter")
    expect(one.visitor.heading()).to_be_focused()
    expect(one.visitor.page.get_by_role("contentinfo")).to_contain_text(HOURS)
    walked("wrong household: the code put aside", one, time.monotonic() - begin)
    assert one.visitor.prompts == []
    assert frozen(city, letter) == [("waiting", 1)]
    assert {**city.counts(), "events": 0} == {**before, "events": 0}
    one.visitor.traffic.foresee(410, "/api/claims/lookup")
    one.visitor.go(letter.link)
    one.sees("error-claim-frozen.title")


def test_browser_journey_code_that_another_used(go: NewJourney, letters: Letters, city: ServedCity, walked: Walked) -> None:
    """Used already: when it was, sign in if it was me, else block it; whoever opened it keeps what they had, and no more."""
    thief, owner, letter = go(), go(), letters.next()
    thief.open_letter(letter)
    owner.visitor.traffic.foresee(409, "/api/claims/lookup")
    begin = time.monotonic()
    owner.visitor.go(letter.link)
    owner.sees("error-claim-used.title")
    expect(owner.visitor.page.locator("main .v-lead")).to_contain_text(re.compile(r"20\d\d"))
    expect(owner.link("sign-in-button")).to_be_visible()
    expect(owner.visitor.page.get_by_role("contentinfo")).to_contain_text(HOURS)
    owner.tap("open-used-other.act")
    owner.sees("open-give-used")
    owner.tap("open-give-used.act")
    owner.sees("open-given-used")
    walked("code used by another: 'this wasn't me'", owner, time.monotonic() - begin)
    assert frozen(city, letter) == [("bound", 1)]
    thief.to_list()
    thief.visitor.open_document(letter.row["titre"])


def test_browser_journey_not_mine_any_more(go: NewJourney, letters: Letters, city: ServedCity, walked: Walked) -> None:
    one, letter = go(), letters.next()
    one.open_letter(letter)
    begin = time.monotonic()
    one.visitor.taps, one.visitor.prompts = 0, []
    one.tap("disown-link")
    one.sees("disown-title")
    one.tap("disown-button")
    one.sees("disown-done")
    walked("'not mine any more'", one, time.monotonic() - begin)
    assert one.visitor.prompts == []
    assert frozen(city, letter) == [("bound", 1)]
    signed = (
        "SELECT count(*) FROM events e JOIN lookups l ON l.frozen_event = e.event_id "
        "WHERE e.type = 'disown' AND e.act IS NOT NULL AND l.lookup_id = ?"
    )
    assert city.query(signed, city.lookup_of(letter)) == [(1,)]
    one.to_list()
    one.visitor.open_document(letter.row["titre"])


def test_browser_journey_through_a_connection_that_comes_and_goes(
    go: NewJourney, letters: Letters, city: ServedCity, walked: Walked
) -> None:
    """Offline before the letter, before the claim, before a document: words, nothing lost, and it goes on by itself, once."""
    one, letter = go(), letters.next()
    visitor = one.visitor
    vaults = city.counts()["vaults"]
    visitor.go("/ouvrir")
    one.sees("open-type-title")
    visitor.page.evaluate("performance.now()")
    begin = time.monotonic()
    visitor.traffic.foresee_offline(offline=True)
    visitor.context.set_offline(True)
    one.type_code(letter.code)
    one.sees("error-offline.title")
    expect(visitor.page.locator("main")).to_contain_text(HOURS)
    visitor.context.set_offline(False)
    one.sees("open-letter-title", count=1)
    visitor.context.set_offline(True)
    one.tap("open-letter-button")
    one.sees("error-offline.title")
    one.reads("open-unsent-kept")
    assert city.counts()["vaults"] == vaults
    visitor.context.set_offline(False)
    visitor.sees_pages()
    walked("offline twice on the way", one, time.monotonic() - begin)
    visitor.traffic.foresee_offline(offline=False)
    assert city.counts()["vaults"] == vaults + 1
    assert visitor.prompts == ["create"]


NO_STORAGE = """
(() => {
  const refuse = () => { throw new DOMException('denied', 'SecurityError'); };
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
    Object.defineProperty(window, name, { get: refuse });
  }
})();
"""


def test_browser_journey_in_a_private_window_that_keeps_nothing(go: NewJourney, letters: Letters, walked: Walked) -> None:
    one, letter = go(scripts=(NO_STORAGE,)), letters.next()
    seconds = one.open_letter(letter)
    walked("private window without any storage", one, seconds)
    one.tap("frame-leave")
    one.sees("sign-in-title-signed-out")
    one.sign_in()
    one.sees("documents-title")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_browser_journey_at_400_percent(
    browser: Browser, city: ServedCity, letters: Letters, language: str, walked: Walked
) -> None:
    """A desktop of 1280 × 1024 at 400 %: 320 × 256 to lay out in; nothing is cut, nothing scrolls sideways (WCAG 1.4.10)."""
    look = look_of(language, "desktop")
    look.size = (320, 256)
    one, letter = Journey(new_visitor(browser, city.origin, look=look), Words(language), "400 %"), letters.next()
    page = one.visitor.page

    def fits(step: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, (step, wide)
        cut = page.evaluate(
            """() => [...document.querySelectorAll('main :is(h1, h2, p, li, label, button, a, dd)')].filter((one) => {
              const style = getComputedStyle(one);
              const box = one.getBoundingClientRect();
              if (box.width < 2 || style.clipPath !== 'none') return false;
              const hidden = style.overflow === 'hidden' && one.scrollHeight > one.clientHeight + 1;
              return box.right > innerWidth + 1 || box.left < -1 || hidden;
            }).map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert cut == [], (step, cut)

    begin = time.monotonic()
    one.visitor.go("/ouvrir")
    one.sees("open-type-title")
    one.type_code(letter.code[:13])
    page.locator("#code-error").wait_for()
    fits("typing")
    one.type_code(letter.code)
    one.sees("open-letter-title", count=1)
    fits("letter")
    one.tap("open-letter-button")
    one.visitor.sees_pages()
    fits("document")
    one.to_list()
    fits("list")
    one.to_ways_in()
    fits("ways in")
    one.make_kit()
    fits("kit")
    walked("400 % zoom, every screen of a first visit", one, time.monotonic() - begin)
    assert Axe(page, one.visitor.cdp).run() == []
    one.visitor.context.close()
    one.visitor.judge()
