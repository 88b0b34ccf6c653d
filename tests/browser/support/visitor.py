"""A person at a browser: one context, one page, one authenticator that lives as long as they do."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, CDPSession, Download, Frame, FrameLocator, Locator, Page, expect

from tests.browser.support.traffic import Traffic

PHONE = (360, 740)
DESKTOP = (1280, 800)
WHOLE_LIST = re.compile(r"^\s*(Aucun|\d[\d\s]*) documents?\s*$")
OPEN_BUTTON = re.compile("^(Ouvrir mon coffre|Open my vault)$")

# PRF results are copied where the page reads them, for the search of all traffic; print dialogs are counted, not opened;
# violations of the page's policy are said aloud.
WATCH = """
(() => {
  const results = globalThis.PublicKeyCredential?.prototype.getClientExtensionResults;
  // A page that is not loaded yet, and the frame of the viewer, have no passkeys.
  if (results) {
    PublicKeyCredential.prototype.getClientExtensionResults = function () {
      const found = results.call(this);
      const first = found.prf?.results?.first;
      if (first) window.testSawPrf([...new Uint8Array(first)]);
      return found;
    };
  }
  window.print = () => { window.testPrinted(document.documentElement.innerText.length); };
  addEventListener('securitypolicyviolation', (event) => {
    console.error('policy', event.violatedDirective, event.blockedURI, event.sample);
  });
})();
"""

# A transition is there from the frame after the one that shows what began it.
UNFOLDED = """() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
  .then(() => Promise.all(document.getAnimations()
    .filter((one) => one instanceof CSSTransition)
    .map((one) => one.finished.catch(() => undefined))))"""

Prf = Literal["create", "get", "none"]

# Some authenticators answer `create` with `enabled` alone and give the output at the next `get`.
PRF_AT_GET_ONLY = """
(() => {
  const create = navigator.credentials.create.bind(navigator.credentials);
  navigator.credentials.create = async (options) => {
    const credential = await create(options);
    Object.defineProperty(credential, 'getClientExtensionResults', { value: () => ({ prf: { enabled: true } }) });
    return credential;
  };
})();
"""


@dataclass
class Look:
    """How the person's device shows pages."""

    size: tuple[int, int] = PHONE
    scheme: Literal["light", "dark"] = "light"
    locale: str = "fr-CA"


@dataclass
class Visitor:
    """What the person does, counted; what their pages did, recorded."""

    context: BrowserContext
    page: Page
    cdp: CDPSession
    authenticator: str
    traffic: Traffic
    taps: int = 0
    prompts: list[str] = field(default_factory=list)
    printed: int = 0

    # -- acts

    def tap(self, target: Locator) -> None:
        self.taps += 1
        target.click()

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    def link(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("link", name=name)

    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    def sees(self, title: str | re.Pattern[str]) -> None:
        """Wait for the screen with this heading."""
        expect(self.heading()).to_have_text(title)

    def go(self, url: str) -> None:
        self.page.goto(url)

    def claim(self, link: str) -> float:
        """From the link of a letter to the pages of the document; gives the seconds from the tap to the drawn page."""
        self.go(link)
        button = self.button(OPEN_BUTTON)
        button.wait_for()
        begin = time.monotonic()
        self.tap(button)
        self.sees_pages()
        return time.monotonic() - begin

    def sees_pages(self) -> None:
        """Wait until the first page of a PDF is drawn and its proof is settled."""
        expect(self.page.locator(".proof")).to_be_visible()
        wait_for_ink(self.page)

    def sign_out(self) -> None:
        self.tap(self.button("Quitter"))
        self.sees("Votre coffre est fermé")

    def sign_in(self) -> None:
        self.tap(self.button(OPEN_BUTTON))

    def open_list(self) -> None:
        self.tap(self.page.get_by_role("navigation").get_by_role("link", name="Documents"))
        self.sees("Mes documents")
        self.sees_whole_list()

    def sees_whole_list(self) -> None:
        """Wait until every document of the list is there: while they come, the page says how many are."""
        expect(self.page.get_by_role("status").filter(has_text=WHOLE_LIST)).to_be_visible()

    def titles(self) -> list[str]:
        """Give the titles of the list, year by year (the part *to do* repeats some and is left out)."""
        rows = self.page.locator("section[aria-labelledby^=year] .title")
        # Rows off the screen have no inner text.
        texts: list[str] = rows.evaluate_all("all => all.map((one) => one.lastChild.textContent)")
        return [text.strip() for text in texts]

    def open_document(self, title: str) -> str:
        """Open a document of the list by its title; gives its id."""
        row = self.page.locator("section[aria-labelledby^=year] li a").filter(has_text=title).first
        self.tap(row)
        self.sees(title)
        self.sees_pages()
        return self.document_id()

    def document_id(self) -> str:
        found = re.search(r"/documents/([0-9a-f]{32})", self.page.url)
        assert found is not None, self.page.url
        return found.group(1)

    def unfold(self, title: str) -> None:
        """Open a folded part of the page by its heading."""
        self.tap(self.page.locator("details:not([open]) > summary").filter(has_text=title))
        # What unfolds still moves: a press would go beside it.
        self.page.evaluate(UNFOLDED)

    def save(self, target: Locator, folder: Path) -> Path:
        """Tap what downloads a file; gives where it is, under the name that the page proposed."""
        # A press goes by what was drawn last: above pages that have just moved away it would end in their frame.
        target.scroll_into_view_if_needed()
        self.page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        with self.page.expect_download() as waiting:
            self.tap(target)
        download: Download = waiting.value
        path = folder / download.suggested_filename
        download.save_as(path)
        return path

    # -- the device

    def refuse_prompts(self) -> None:
        """From now on the authenticator does not recognise the person: for the page, a prompt that was closed."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.authenticator, "isUserVerified": False})

    def take_authenticator(self, *, transport: str = "internal", has_prf: bool = True) -> None:
        """Take up another authenticator; the one before is gone, with its keys."""
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.authenticator})
        self.authenticator = add_authenticator(self.cdp, transport=transport, has_prf=has_prf)

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})[
            "credentials"
        ]
        return found

    def focused(self) -> str:
        """Give the words of what has the focus; nothing while the page itself has it."""
        text: str = self.page.evaluate("document.activeElement === document.body ? '' : document.activeElement?.innerText ?? ''")
        return text

    def restart_page(self) -> None:
        """Load the page anew: whatever lived in memory is gone."""
        self.page.reload()

    def judge(self) -> None:
        """Fail on anything said, thrown, refused, or sent that should not have been."""
        assert self.traffic.faults == [], self.traffic.faults
        assert self.traffic.leaks() == []


def viewer(page: Page) -> FrameLocator:
    """Give the frame in which the pages of a document are drawn."""
    return page.frame_locator(".viewer iframe")


def viewer_frame(page: Page) -> Frame:
    """Give the same frame for what is asked of its own script world."""
    handle = page.locator(".viewer iframe[data-ready]").element_handle()
    assert handle is not None
    frame = handle.content_frame()
    assert frame is not None
    return frame


def wait_for_ink(page: Page) -> None:
    """Wait until some page on screen is drawn to its end: a canvas with more than one colour.

    Pages are drawn when they come into sight, which on a small screen asks for a little scrolling: to the first of them.
    """
    page.locator(".viewer iframe[data-ready]").evaluate("(frame) => frame.scrollIntoView({ block: 'start' })")
    viewer_frame(page).wait_for_function(
        """() => [...document.querySelectorAll('.page[data-drawn] canvas')].some((canvas) => {
          if (canvas.width < 10 || canvas.height < 10) return false;
          const probe = new OffscreenCanvas(48, 48).getContext('2d');
          probe.drawImage(canvas, 0, 0, 48, 48);
          const { data } = probe.getImageData(0, 0, 48, 48);
          const seen = new Set();
          for (let i = 0; i < data.length; i += 4) seen.add(data[i] >> 4);
          return seen.size > 1;
        })"""
    )


def new_visitor(
    browser: Browser, origin: str, *, prf: Prf = "create", look: Look | None = None, scripts: Sequence[str] = ()
) -> Visitor:
    """Give a person a fresh browser profile and an authenticator."""
    shown = look or Look()
    context = browser.new_context(
        base_url=origin,
        viewport={"width": shown.size[0], "height": shown.size[1]},
        locale=shown.locale,
        timezone_id="America/Toronto",
        color_scheme=shown.scheme,
        has_touch=shown.size == PHONE,
    )
    context.set_default_timeout(20_000)
    traffic = Traffic(origin)
    traffic.listen(context)
    page = context.new_page()
    traffic.watch(page)
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    visitor = Visitor(context, page, cdp, add_authenticator(cdp, has_prf=prf != "none"), traffic)
    cdp.on("WebAuthn.credentialAdded", lambda _: visitor.prompts.append("create"))
    cdp.on("WebAuthn.credentialAsserted", lambda _: visitor.prompts.append("get"))
    context.expose_function("testSawPrf", _keeper(traffic))
    context.expose_function("testPrinted", lambda _: setattr(visitor, "printed", visitor.printed + 1))
    for script in (WATCH, *((PRF_AT_GET_ONLY,) if prf == "get" else ()), *scripts):
        context.add_init_script(script)
    return visitor


def _keeper(traffic: Traffic) -> Callable[[list[int]], None]:
    def keep(values: list[int]) -> None:
        traffic.secrets[f"PRF output {len(traffic.secrets)}"] = bytes(values)

    return keep


def add_authenticator(cdp: CDPSession, *, transport: str = "internal", has_prf: bool = True) -> str:
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": transport,
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "hasPrf": has_prf,
        "automaticPresenceSimulation": True,
    }
    identity: str = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return identity
