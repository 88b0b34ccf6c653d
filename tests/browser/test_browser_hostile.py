"""Files made to run, to call somewhere or to exhaust: nothing of them runs, nothing is asked, and the page goes on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Frame, Page, Request, expect

from tests.browser.support import hostile
from tests.browser.support.gallery import Gallery
from tests.browser.support.hostile import EITHER, REFUSED_ONES, SHOWN_ONES, THIRD
from tests.browser.support.pixels import as_others_draw_it, difference, on_screen
from tests.browser.support.visitor import viewer, viewer_frame, wait_for_ink
from tools.support_codes import support_code

FAR = 6.0
"""As in test_browser_awkward.py."""
SETTLED = ".viewer iframe[data-ready], .viewer .panel"
OWN_SPREAD_MS = 250
"""What a file would ask for, it asks for while it is opened and drawn."""
PIECE = re.compile(r"\.\d+\.bin$")


@dataclass
class Watcher:
    """A page that looks at files, and all that happened on it."""

    page: Page
    gallery: Gallery
    asked: list[str] = field(default_factory=list)
    happened: list[str] = field(default_factory=list)

    def listen(self) -> None:
        context = self.page.context
        context.on("request", self._on_request)
        context.on("page", lambda _: self.happened.append("a window opened"))
        self.page.on("dialog", self._on_dialog)
        self.page.on("crash", lambda _: self.happened.append("the page crashed"))
        self.page.on("download", lambda one: self.happened.append(f"downloads {one.suggested_filename}"))

    def _on_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        # The address of a worker is made anew each time; the file itself has its own name. All pieces of a part come, in time.
        self.asked.append(url.scheme if url.scheme == "blob" else PIECE.sub("", url.path))

    def _on_dialog(self, dialog: Dialog) -> None:
        self.happened.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def open(self, name: str) -> set[str]:
        """Open a file; gives what was asked for, the file itself left out."""
        self.asked.clear()
        self.happened.clear()
        self.page.goto(self.gallery.address("document", "fr", sample=name))
        self.page.wait_for_selector(SETTLED, state="attached", timeout=40_000)
        self.page.wait_for_timeout(OWN_SPREAD_MS)
        return set(self.asked) - {f"/{name}.pdf"}

    def open_drawn(self) -> set[str]:
        """Open the ordinary file until it is drawn; gives all that was asked for until then."""
        self.open("sample")
        wait_for_ink(self.page)
        self.page.wait_for_timeout(OWN_SPREAD_MS)
        # Of a worker's own address the browser tells at times alone; that the worker runs shows in the ink.
        return set(self.asked) - {"/sample.pdf"} | {"blob"}

    def is_well(self) -> None:
        """Nothing happened, nothing ran, and the page answers: its words change when they are asked to."""
        assert self.happened == []
        assert self.page.evaluate("'ran' in document.documentElement.dataset") is False
        self.page.get_by_role("button", name="English").click()
        expect(self.page.get_by_role("button", name="Français")).to_be_visible()

    def refusal(self) -> str:
        panel = self.page.locator(".viewer .panel")
        return panel.inner_text() if panel.count() else ""


@pytest.fixture(scope="module")
def watcher(browser: Browser, gallery: Gallery) -> Iterator[Watcher]:
    context = browser.new_context(locale="fr-CA", reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.add_init_script("globalThis.print = () => { document.documentElement.dataset.ran = 'print'; };")
    made = Watcher(page, gallery)
    made.listen()
    yield made
    context.close()


@pytest.fixture(scope="module")
def usual(watcher: Watcher) -> set[str]:
    """What the page asks for whatever file it shows."""
    asked = watcher.open_drawn()
    assert any("/assets/frame-" in one for one in asked)
    return asked


@pytest.mark.attack("F2")
@pytest.mark.parametrize("name", SHOWN_ONES)
def test_browser_hostile_file_is_shown_and_does_nothing(watcher: Watcher, usual: set[str], name: str) -> None:
    assert watcher.open(name) <= usual
    assert watcher.refusal() == ""
    frame = viewer_frame(watcher.page)
    assert frame.evaluate("'ran' in document.documentElement.dataset") is False
    assert frame.evaluate("origin") == "null"
    assert frame.url == "about:srcdoc"
    pixels = frame.evaluate("Math.max(...[...document.querySelectorAll('canvas')].map((one) => one.width * one.height))")
    assert 0 < pixels <= 16_000_000
    watcher.is_well()


@pytest.mark.attack("F2")
@pytest.mark.parametrize("name", REFUSED_ONES)
def test_browser_hostile_file_is_refused_in_words(watcher: Watcher, usual: set[str], name: str) -> None:
    assert watcher.open(name) <= usual
    panel = watcher.page.locator(".viewer .panel")
    expect(panel).to_contain_text(support_code(REFUSED_ONES[name][1]))
    expect(panel).to_contain_text("télécharger")
    watcher.is_well()


@pytest.mark.attack("F2")
@pytest.mark.parametrize("name", EITHER)
def test_browser_hostile_file_that_exhausts_leaves_the_page_alive(watcher: Watcher, usual: set[str], name: str) -> None:
    assert watcher.open(name) <= usual
    watcher.is_well()
    # The next document opens as ever.
    watcher.open("sample")
    wait_for_ink(watcher.page)


@pytest.mark.control("F2")
def test_browser_ordinary_file_is_drawn_by_the_same_viewer(watcher: Watcher, usual: set[str]) -> None:
    assert watcher.open_drawn() == usual
    watcher.is_well()


# A page whose frame is of the page's own origin, as an ordinary viewer is.
NO_SANDBOX = """
const srcdoc = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'srcdoc');
Object.defineProperty(HTMLIFrameElement.prototype, 'srcdoc', {
  set(html) { this.setAttribute('sandbox', 'allow-scripts allow-same-origin'); srcdoc.set.call(this, html); },
});
"""


@pytest.mark.mutant("F2")
def test_browser_viewer_without_an_origin_of_its_own_reaches_the_page(browser: Browser, gallery: Gallery) -> None:
    context = browser.new_context(locale="fr-CA")
    page = context.new_page()
    page.add_init_script(NO_SANDBOX)
    made = Watcher(page, gallery)
    made.open("sample")
    reached = attempts_of(
        viewer_frame(page), {name: FRAME_ATTEMPTS[name] for name in ("cookie", "storage", "the page's document")}
    )
    assert "SecurityError" not in reached.values()
    assert reached["the page's document"].endswith("– Voûte")
    context.close()


@pytest.mark.parametrize("kind", ["jpx", "jbig2"])
def test_browser_scanner_picture_is_drawn_by_the_decoders_inside(watcher: Watcher, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "file.pdf"
    file.write_bytes(SHOWN_ONES[kind]())
    watcher.open(kind)
    wait_for_ink(watcher.page)
    assert difference(on_screen(watcher.page, 1), as_others_draw_it(file, 1)) < FAR


def test_browser_file_of_very_many_pages_shows_the_first_and_says_so(watcher: Watcher) -> None:
    watcher.open("many-pages")
    expect(viewer(watcher.page).locator(".page")).to_have_count(hostile.SHOWN)
    expect(watcher.page.get_by_text(f"Seules les {hostile.SHOWN} premières pages")).to_be_visible()


def test_browser_links_of_a_file_lead_nowhere(watcher: Watcher) -> None:
    """They are drawn; a vault is not left by a link that a file chose."""
    watcher.open("calls")
    wait_for_ink(watcher.page)
    address, asked = watcher.page.url, len(watcher.asked)
    viewer(watcher.page).locator(".page").click(position={"x": 150, "y": 100})
    watcher.page.wait_for_timeout(200)
    assert (watcher.page.url, watcher.asked[asked:], watcher.happened) == (address, [], [])


# -- the frame itself: what a file could do that had taken over its script

FRAME_ATTEMPTS = {
    "cookie": "document.cookie",
    "storage": "localStorage.length",
    "database": "indexedDB.open('x')",
    "the page's document": "parent.document.title",
    "the page's address": "parent.location.href",
    "top": "top.location.href = 'https://third.test/'",
}
FRAME_CALLS = {
    "fetch": "fetch(THIRD + '/x').catch(() => {})",
    "fetch at home": "fetch(HOME + '/x').catch(() => {})",
    "socket": "new WebSocket('wss://third.test/x')",
    "beacon": "navigator.sendBeacon(HOME + '/x', 'y')",
    "picture": "new Image().src = HOME + '/x.png'",
    "script": "document.body.append(Object.assign(document.createElement('script'), { textContent: 'globalThis.ran = 1' }))",
    "import": "import(HOME + '/assets/x.js').catch(() => {})",
    "style": "document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: HOME + '/x.css' }))",
    "frame": "document.body.append(Object.assign(document.createElement('iframe'), { src: THIRD }))",
    "form": (
        "const f = Object.assign(document.createElement('form'), { action: HOME + '/x', method: 'post' });"
        "document.body.append(f); f.submit()"
    ),
    "window": "open(THIRD)",
    "worker": "new Worker(URL.createObjectURL(new Blob(['fetch(\"' + HOME + '\")'])))",
    # Last: the frame loses its document with it.
    "going home": "location.href = HOME + '/?all'",
}


def attempts_of(frame: Frame, attempts: Mapping[str, str]) -> dict[str, str]:
    """Try each in the frame; gives what it got, or the name of what refused it."""
    run = "() => {{ try {{ return String({}); }} catch (error) {{ return error.name; }} }}"
    return {name: frame.evaluate(run.format(code)) for name, code in attempts.items()}


@pytest.mark.attack("F2")
def test_browser_script_in_the_frame_reaches_nothing_of_the_page_and_nobody(watcher: Watcher) -> None:
    watcher.open("sample")
    page, frame = watcher.page, viewer_frame(watcher.page)
    assert attempts_of(frame, FRAME_ATTEMPTS) == dict.fromkeys(FRAME_ATTEMPTS, "SecurityError")

    answered: list[str] = []
    page.on("response", lambda reply: answered.append(reply.url))
    page.on("requestfailed", lambda request: answered.append(request.url) if "ERR_NAME" in str(request.failure) else None)
    for name, code in FRAME_CALLS.items():
        body = code.replace("THIRD", f"'{THIRD}'").replace("HOME", f"'{watcher.gallery.origin}'")
        viewer_frame(page).evaluate(f"() => {{ setTimeout(() => {{ try {{ {body} }} catch {{ /* refused */ }} }}); }}")
        page.wait_for_timeout(150)
        assert answered == [], name
        assert len(page.context.pages) == 1, name
        # It may have lost its document; it has got no other.
        assert {one.url for one in page.frames} <= {page.url, "about:srcdoc", "chrome-error://chromewebdata/", ""}, name
    watcher.is_well()
    watcher.open("sample")
    viewer_frame(page).evaluate(f"() => {{ setTimeout(() => {{ location.href = '{THIRD}/?all'; }}); }}")
    page.wait_for_timeout(150)
    assert [url for url in answered if url.startswith(THIRD)] == []
