"""Every visit, line by line: a slow line, a second way in at its moment, tried, removed; a computer that others use."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import journeys
from tests.browser.support.journey import HOURS, Journey, Letters, look_of, walked_by
from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import new_visitor, wait_for_ink
from tests.browser.support.wire import Asked, Wire
from tests.browser.support.words import Words
from tests.support.project import ROOT
from tests.support.waiting import wait_for

DIST = ROOT / "web" / "dist" / "assets"
Walked = Callable[[str, Journey, float], None]
# Sealed bodies apart, what may be on the line between the tap and the document: what is claimed and sent back, row and receipt.
REST = 40 * 1024
# What must have come before a document is drawn.
PIECES = {f"/assets/{path.name}" for start in ("frame", "pdf-worker") for path in DIST.glob(f"{start}-*.js.*.bin")}


def traveller(browser: Browser, city: ServedCity, language: str, device: str) -> Journey:
    return Journey(new_visitor(browser, city.origin, look=look_of(language, device)), Words(language), device)


@walked_by(1)
def test_browser_journey_on_a_slow_line(
    browser: Browser, city: ServedCity, letters: Letters, walked: Walked, language: str, device: str
) -> None:
    """What draws the document comes while the letter is read; the seconds are printed, what is on the line is bounded."""
    one, letter = traveller(browser, city, language, device), letters.next()
    page = one.visitor.page
    page.set_default_timeout(120_000)
    wire = Wire(one.visitor.cdp)
    wire.slow_down()
    begin = time.monotonic()
    one.visitor.go(letter.link)
    expect(one.visitor.heading()).to_have_text(one.say("open-letter-title", count=1), timeout=60_000)
    walked("slow line: from the scan to the letter", one, time.monotonic() - begin)
    wait_for(lambda: page.evaluate("1") == 1 and wire.ended() >= PIECES)
    walked("slow line: the viewer is there", one, time.monotonic() - begin)
    mark, begin = wire.mark, time.monotonic()
    one.tap("open-letter-button")
    # Looked for at every frame: an expectation looks once a second.
    page.wait_for_function("() => document.querySelector('.proof') && document.querySelector('.viewer iframe[data-ready]')")
    wait_for_ink(page)
    line = "slow line: from the tap to the document"
    walked(line, one, time.monotonic() - begin)
    assert re.fullmatch(r"1 taps, 1 prompts, \d+\.\d s", journeys[line][one.where])
    judge_line(wire.since(mark))
    one.visitor.context.close()
    one.visitor.judge()


@walked_by(1)
def test_browser_journey_on_a_slow_line_before_the_viewer_is_there(
    browser: Browser, city: ServedCity, letters: Letters, walked: Walked, folder: Path, language: str, device: str
) -> None:
    """Whoever taps at once has the document for their own reader; the viewer stands aside for it and comes afterwards."""
    one, letter = traveller(browser, city, language, device), letters.next()
    page = one.visitor.page
    page.set_default_timeout(120_000)
    wire = Wire(one.visitor.cdp)
    wire.slow_down()
    one.visitor.go(letter.link)
    one.button("open-letter-button").wait_for()
    wait_for(lambda: page.evaluate("1") == 1 and any(path in PIECES for path in wire.begun()))
    had, mark, begin = wire.ended(), wire.mark, time.monotonic()
    one.tap("open-letter-button")
    saver = one.button("viewer-coming-save")
    saver.wait_for()
    expect(page.locator("progress")).to_have_attribute("value", re.compile(r"^\d{1,2}$"))
    with page.expect_download() as saved:
        saver.click()
    walked("slow line: from a tap before the viewer is there to the document in hand", one, time.monotonic() - begin)
    path = folder / saved.value.suggested_filename
    saved.value.save_as(path)
    assert path.read_bytes() == letter.pdf.read_bytes()
    # Nothing of the viewer was begun while the document was on its way; pieces that had come are not asked for again.
    asked = wire.since(mark)
    first = next(number for number, one in enumerate(asked) if one.path.endswith("/receipt"))
    assert [one.path for one in asked[: first + 1] if one.path in PIECES] == []
    one.visitor.sees_pages()
    walked("slow line: from a tap before the viewer is there to the drawn page", one, time.monotonic() - begin)
    assert {path for path in wire.ended() if path in PIECES} == PIECES
    assert [one.path for one in wire.since(mark) if one.path in had & PIECES] == []
    one.visitor.context.close()
    one.visitor.judge()


@walked_by(1)
def test_browser_journey_whose_line_drops_while_the_viewer_comes(
    browser: Browser, city: ServedCity, letters: Letters, walked: Walked, language: str, device: str
) -> None:
    """Scripts cut off, then pieces: words and a button; each comes again, by a tap or by itself when the line is back."""
    one, letter = traveller(browser, city, language, device), letters.next()
    visitor, page = one.visitor, one.visitor.page
    visitor.traffic.foresee_offline(offline=True)
    scripts, pieces = re.compile(r"/assets/(PdfViewer|sandbox)-[^/]+\.js$"), re.compile(r"/assets/frame-[^/]+\.bin$")
    for cut in (scripts, pieces):
        page.route(cut, lambda route: route.abort("connectionreset"))
    begin = time.monotonic()
    one.read_letter(letter)
    one.tap("open-letter-button")
    visitor.sees(letter.row["titre"])
    failure = page.get_by_role("alert")
    expect(failure).to_contain_text(one.say("error-network.title"))
    expect(failure).to_contain_text(HOURS)
    page.unroute(scripts)
    one.tap("act-retry")
    page.locator(".viewer").get_by_role("alert").wait_for()
    page.unroute(pieces)
    visitor.context.set_offline(True)
    page.get_by_text(one.say("frame-offline")).wait_for()
    visitor.context.set_offline(False)
    visitor.sees_pages()
    expect(failure).to_have_count(0)
    walked("cut off twice while the viewer comes", one, time.monotonic() - begin)
    visitor.context.close()
    visitor.judge()


def judge_line(asked: list[Asked]) -> None:
    """One question to claim, then all at once what the document and its proof need; nothing else until they are there."""
    assert (asked[0].method, asked[0].path) == ("POST", "/api/claims")
    body = next(one for one in asked if one.path.endswith("/body"))
    document = body.path.removesuffix("/body")
    needed = asked[1:4]
    assert {one.path for one in needed} == {document, body.path, f"{document}/receipt"}
    # What begins when the page is drawn: of the program, pdf.js's data alone.
    later = [one.path for one in asked[4:] if one.path.startswith("/assets/")]
    assert all(one.startswith("/assets/pdfjs-data-") for one in later)
    assert sum(one.up + one.down for one in asked[:4]) - body.down <= REST


@walked_by(2)
def test_browser_journey_second_way_in_asked_tried_and_removed(
    browser: Browser, city: ServedCity, letters: Letters, walked: Walked, language: str, device: str
) -> None:
    one, letter = traveller(browser, city, language, device), letters.next()
    one.open_letter(letter)
    begin = time.monotonic()
    one.to_list()
    one.tap("documents-reminder.act")
    kit = one.make_kit()
    one.tap("ways-kit-done")
    one.sees("ways-drill-title")
    one.type_kit(kit, "ways-drill-button")
    one.sees("ways-title")
    said = one.say("ways-proven", way=one.say("ways-kind-kit"))
    expect(one.visitor.page.get_by_role("status").filter(has_text=said)).to_be_visible()
    # The passkey too: the day of its last use is that of the trial.
    passkey = one.visitor.page.locator(".methods li").filter(has_text=one.say("ways-kind-passkey"))
    expect(passkey).to_contain_text(one.say("ways-unused-passkey"))
    one.visitor.tap(passkey.get_by_role("button", name=one.say("ways-try")))
    expect(passkey).to_contain_text(one.say("ways-used-passkey", date="").strip())
    expect(one.visitor.page.get_by_role("status").filter(has_text=one.say("ways-kind-passkey"))).to_be_visible()
    one.tap("ways-remove.label", way=one.say("ways-kind-kit"))
    one.sees("ways-remove-title")
    one.tap("ways-remove-button")
    one.sees("ways-title")
    expect(one.visitor.page.locator(".methods li")).to_have_count(1)
    walked("second way in: kit made, tried, removed", one, time.monotonic() - begin)
    one.tap("frame-leave")
    one.tap("sign-in-with-kit")
    one.visitor.traffic.foresee(401, "/api/sessions/kit")
    one.type_kit(kit, "kit-form-submit")
    expect(one.visitor.page.locator("main")).to_contain_text(one.say("error-sign-in-failed.title"))
    one.visitor.context.close()
    one.visitor.judge()
