"""A second visit: the sealed index that this browser kept is not moved again, not believed unseen, and gone after a sign-out."""

import re

from playwright.sync_api import Browser, Response, Route, expect

from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import Visitor, new_visitor

INDEX = "/api/vault/index"
KEPT = """
window.testKept = async (turn = false) => {
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await done(indexedDB.open('voute', 1));
  try {
    const table = database.transaction('public', 'readwrite').objectStore('public');
    const kept = await done(table.get('copy/index'));
    if (turn) {
      kept[kept.length - 40] ^= 1;
      await done(table.put(kept, 'copy/index'));
    }
    return kept !== undefined;
  } finally {
    database.close();
  }
};
"""
VISITS = 3


def visit_again(visitor: Visitor, title: str) -> list[Response]:
    """Come back to the list with a touch; gives what the city said about the index."""
    said: list[Response] = []
    page = visitor.page

    def note(one: Response) -> None:
        if one.request.method == "GET" and INDEX in one.url:
            said.append(one)

    page.on("response", note)
    visitor.go("/documents")
    visitor.sign_in()
    visitor.sees("Mes documents")
    expect(page.locator("section[aria-labelledby^=year] li").filter(has_text=title)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=re.compile(r"^1 document$"))).to_be_visible()
    expect(page.locator(".ds-alert[data-color=warning]", has_text="Ce que vous aviez noté")).to_have_count(0)
    page.remove_listener("response", note)
    return said


def test_browser_second_visit_moves_no_index_and_believes_no_spoiled_copy(browser: Browser, city: ServedCity) -> None:
    letter = city.fresh()
    title = letter.row["titre"]
    visitor = new_visitor(browser, city.origin)
    page = visitor.page
    visitor.context.add_init_script(KEPT)
    with page.expect_response(lambda one: one.request.method == "PUT" and INDEX in one.url and one.status == 204):
        visitor.claim(letter.link)
    # What the first visit was still writing when it was left comes once; a visit that changes nothing writes nothing.
    (said,) = visit_again(visitor, title)
    for _ in range(VISITS):
        if said.status != 304:
            (said,) = visit_again(visitor, title)
    assert (said.status, said.headers.get("content-length", "0")) == (304, "0")
    assert said.request.headers["if-none-match"] == said.headers["etag"]

    # A copy that was tampered with is another one for the city, which gives its own.
    page.evaluate("() => testKept(true)")
    (said,) = visit_again(visitor, title)
    assert said.status == 200
    # A city that says all the same that it is what it has is not believed either.
    page.evaluate("() => testKept(true)")

    def lie(route: Route) -> None:
        if "if-none-match" in route.request.headers:
            route.fulfill(status=304, headers={"x-voute-number": "1"})
        else:
            route.continue_()

    page.route(f"**{INDEX}", lie)
    assert [one.status for one in visit_again(visitor, title)] == [304, 200]
    page.unroute(f"**{INDEX}")
    (said,) = visit_again(visitor, title)
    assert said.status == 304

    visitor.sign_out()
    # Signed out on the screen first: the copy goes behind it.
    page.wait_for_function("() => testKept().then((kept) => !kept)")
    (said,) = visit_again(visitor, title)
    assert (said.status, "if-none-match" in said.request.headers) == (200, False)
    visitor.judge()
    visitor.context.close()
