"""A page of another site, open in the browser of a signed-in resident: it can neither act, read, frame nor borrow the passkey."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Request
from typing_extensions import override

from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import Visitor

# Each attempt gives what a script of another site gets to see: a word of ours or the browser's name of the error.
ATTEMPTS = """
async ([origin, document_id]) => {
  const opened = `${origin}/api/documents/${document_id}/opened`;
  const attempt = async (act) => {
    try { return await act(); } catch (error) { return error.name; }
  };
  const seen = (reply) => `${reply.type} ${reply.status}`;
  const plain = { method: 'POST', credentials: 'include', mode: 'no-cors', body: '{}' };
  const loaded = (node) => new Promise((resolve) => {
    node.onload = () => resolve('loaded');
    node.onerror = () => resolve('refused');
    document.body.append(node);
  });
  const form = () => new Promise((resolve) => {
    const frame = Object.assign(document.createElement('iframe'), { name: 'answer' });
    const sent = Object.assign(document.createElement('form'), { action: opened, method: 'post', target: 'answer' });
    sent.enctype = 'text/plain';
    document.body.append(frame, sent);
    frame.onload = () => resolve('answered');
    sent.submit();
  });
  const passkey = () => navigator.credentials.get({
    publicKey: { challenge: new Uint8Array(32), rpId: 'localhost', userVerification: 'required' },
  });
  const popup = async () => {
    const other = open(`${origin}/documents`);
    // Cut off when its page comes, which takes its time.
    for (const end = Date.now() + 20_000; !other?.closed && other !== null && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 20));
    return other === null || other.closed ? 'severed' : 'held';
  };
  return {
    read: await attempt(async () => seen(await fetch(`${origin}/api/vault`, { credentials: 'include' }))),
    signOut: await attempt(async () => seen(await fetch(`${origin}/api/session`, {
      method: 'DELETE', credentials: 'include', headers: { 'x-voute': '1' },
    }))),
    simplePost: await attempt(async () => seen(await fetch(opened, plain))),
    withHeader: await attempt(async () => seen(await fetch(opened, {
      ...plain, mode: 'cors', headers: { 'x-voute': '1' },
    }))),
    form: await attempt(form),
    script: await attempt(() => loaded(Object.assign(document.createElement('script'), { src: `${origin}/api/documents` }))),
    image: await attempt(() => loaded(Object.assign(document.createElement('img'), { src: `${origin}/api/vault/archive` }))),
    passkey: await attempt(passkey),
    popup: await attempt(popup),
  };
}
"""
SEEN = {
    "read": "TypeError",
    "signOut": "TypeError",
    "simplePost": "TypeError",
    "withHeader": "TypeError",
    "form": "answered",
    "script": "refused",
    "image": "refused",
    "passkey": "SecurityError",
    "popup": "severed",
}


class Empty(BaseHTTPRequestHandler):
    """Any site."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>x</title><body>")

    @override
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def other_site() -> Iterator[str]:
    """A page at 127.0.0.1, which is another site than localhost."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def signed_in(browser: Browser, city: ServedCity, visitor: Visitor) -> Iterator[BrowserContext]:
    """The resident's browser again, with the session's cookie, where nothing watches for requests to elsewhere."""
    recipient = city.fresh()
    # The page writes its index before the test ends its session.
    written = visitor.page.expect_response(
        lambda one: one.request.method == "PUT" and "/api/vault/index" in one.url, timeout=60_000
    )
    with written:
        visitor.claim(recipient.link)
    context = browser.new_context()
    context.add_cookies(visitor.context.cookies())  # type: ignore[arg-type] # what one context gives another takes
    yield context
    context.close()


def test_browser_other_site_can_do_nothing_in_the_residents_name(
    city: ServedCity, visitor: Visitor, signed_in: BrowserContext, other_site: str
) -> None:
    document = visitor.document_id()
    visitor.page.wait_for_function("() => performance.getEntriesByType('resource').some((one) => one.name.endsWith('/opened'))")
    counts, opened = city.counts(), city.opened_at(document)
    page = signed_in.new_page()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.url.startswith(city.origin) else None)
    page.goto(other_site)
    assert page.evaluate(ATTEMPTS, [city.origin, document]) == SEEN
    # A link is followed, as on any site; what scripts, forms and pictures of another site ask for carries no session.
    assert len(asked) >= len(SEEN) - 3
    assert [one.url for one in asked if "cookie" in one.all_headers()] == []
    with page.expect_event("framenavigated", lambda one: one.parent_frame is not None and one.url != "about:blank"):
        page.set_content(f'<iframe src="{city.origin}/documents"></iframe>')
    (framed,) = page.main_frame.child_frames
    assert framed.url == "chrome-error://chromewebdata/"
    assert city.counts() == counts
    assert city.opened_at(document) == opened
    # Control: the same request from the vault's own page has its effect.
    gone = "fetch('/api/session', { method: 'DELETE', headers: { 'x-voute': '1' } }).then((reply) => reply.status)"
    assert visitor.page.evaluate(gone) == 204
    assert city.counts()["sessions"] == counts["sessions"] - 1
