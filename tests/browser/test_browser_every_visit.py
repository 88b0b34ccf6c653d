"""Every visit, line by line: a slow line, a second way in at its moment, tried, removed; a computer that others use."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.support.journey import Journey, Letters, look_of
from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import new_visitor
from tests.browser.support.words import Words

Walked = Callable[[str, Journey, float], None]
# 400 ms there and back, 400 kbit/s down and up.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}


def traveller(browser: Browser, city: ServedCity, language: str, device: str) -> Journey:
    return Journey(new_visitor(browser, city.origin, look=look_of(language, device)), Words(language), device)


def test_browser_journey_on_a_slow_line(browser: Browser, city: ServedCity, letters: Letters, walked: Walked) -> None:
    """What draws the document comes while the letter is read; the seconds are printed, not asserted."""
    one, letter = traveller(browser, city, "fr", "phone"), letters.next()
    page = one.visitor.page
    page.set_default_timeout(120_000)
    one.visitor.cdp.send("Network.enable")
    one.visitor.cdp.send("Network.emulateNetworkConditions", SLOW)
    begin = time.monotonic()
    with page.expect_response(lambda reply: "pdf-worker" in reply.url, timeout=120_000) as waiting:
        one.visitor.go(letter.link)
        expect(one.visitor.heading()).to_have_text(one.say("open-letter-title", count=1), timeout=60_000)
        walked("slow line: from the scan to the letter", one, time.monotonic() - begin)
    waiting.value.finished()
    walked("slow line: the viewer is there", one, time.monotonic() - begin)
    begin = time.monotonic()
    one.tap("open-letter-button")
    one.visitor.sees_pages()
    walked("slow line: from the tap to the document", one, time.monotonic() - begin)
    one.visitor.context.close()
    one.visitor.judge()


@pytest.mark.parametrize(("language", "device"), [("fr", "phone"), ("en", "desktop")])
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
