"""A vault of more documents than one chunk of its index holds: the newest are there before the rest, on a slow line too."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import OPEN_BUTTON, new_visitor
from tests.browser.support.wire import Wire
from tests.support.waiting import wait_for

DOCUMENTS = 1_500
INDEX, PLACES, LISTED = "/api/vault/index", "/api/vault/places", "/api/documents"
# A row of the list, sealed, with what an index needs of it: 215 bytes of JSON without amounts and days; it was 870.
MOST_BYTES = 300
LEAST_BYTES = 100
ROWS = "section[aria-labelledby^=year] li"


def is_whole(request: Request) -> bool:
    return request.method == "PUT" and INDEX in request.url and len(request.post_data_buffer or b"") > DOCUMENTS * LEAST_BYTES


@pytest.mark.long
def test_browser_large_vault_lists_its_newest_documents_before_its_index_is_there(browser: Browser, city: ServedCity) -> None:
    letter = city.fresh()
    visitor = new_visitor(browser, city.origin)
    page, wire = visitor.page, Wire(visitor.cdp)
    page.set_default_timeout(300_000)
    visitor.claim(letter.link)
    day = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 -- the browser's day, within one
    more = [
        {
            **letter.row,
            "titre": f"Avis {n:04}",
            "clé": f"LARGE-{letter.row['clé']}-{n}",
            "échéance": day if n % 100 == 0 else "",
            "versements": "",
        }
        for n in range(DOCUMENTS - 1)
    ]
    city.deliver(more, city.founded.documents.bills_dir)
    whole = page.get_by_role("status").filter(has_text=re.compile(r"^1\s500 documents$"))
    # Not the index of what was there before the delivery: the one that has them all.
    with page.expect_response(lambda one: is_whole(one.request)) as written:
        visitor.tap(page.get_by_role("navigation").get_by_role("link", name="Documents"))
        expect(whole).to_be_visible(timeout=300_000)
    assert written.value.status == 204
    size = len(written.value.request.post_data_buffer or b"")
    assert size < DOCUMENTS * MOST_BYTES
    visitor.sign_out()

    wire.slow_down()
    visitor.go("/documents")
    visitor.button(OPEN_BUTTON).wait_for()
    mark = wire.mark
    visitor.sign_in()
    page.locator(ROWS).first.wait_for()
    # Rows of verified segments, while the rest is on its way.
    (index,) = [one for one in wire.since(mark) if one.path == INDEX]
    assert index.body < size
    expect(page.get_by_role("status").filter(has_text=re.compile("d’autres arrivent"))).to_be_visible()
    expect(whole).to_be_visible(timeout=120_000)
    asked = wire.since(mark)
    assert LISTED not in {one.path for one in asked}
    # The page, and now and then the browser too, is done with an answer on a slow line before its end is told: bytes are counted.
    wait_for(lambda: bool(page.evaluate("true")) and index.body == size)
    assert len([one for one in asked if one.path == PLACES]) == 3

    expect(page.locator(ROWS)).to_have_count(100)
    page.get_by_label("Chercher dans mes documents").fill("avis 0007")
    expect(page.locator(ROWS)).to_have_count(1)
    assert visitor.titles() == ["Avis 0007"]
    visitor.judge()
    visitor.context.close()
