"""A person at Firefox: the same acts as of `Visitor`, by Firefox's own remote control."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.browser.support.axe import SOURCE, Finding, findings_of, options
from tests.support.firefox import Firefox
from tests.support.marionette import MarionetteError
from tests.support.waiting import wait_for

ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"
"""WebDriver's key of a reference to an element."""
SCHEMES: Final = {"dark": 0, "light": 1}
QUIET_S: Final = 0.3
"""Seconds without a new request after which a page is taken to have all that it fetches early."""
FORESEEN: Final = (
    "Content-Security-Policy: Couldn’t process unknown directive ‘require-trusted-types-for’",
    "Content-Security-Policy: Couldn’t process unknown directive ‘trusted-types’",
    "Layout was forced before the page was fully loaded",
    "Failed to execute ‘postMessage’ on ‘DOMWindow’: The target origin provided",
    "Script terminated by timeout",
)
"""What Firefox 140 says of a policy's words that it does not know, of being asked early what is on the page, of axe, which
greets the frame by the page's origin, not its own, and of a page that is left while its script is busy; nothing else may be
said."""

# Everything that pages of ours say, throw or violate, as Firefox keeps it, and where their requests go.
LISTEN: Final = """
  window.voute = { asked: [] };
  window.voute.observer = (subject) => {
    const channel = subject.QueryInterface(Ci.nsIChannel);
    const from = channel.loadInfo.triggeringPrincipal;
    if (from.isContentPrincipal || from.isNullPrincipal) window.voute.asked.push(channel.URI.spec);
  };
  Services.obs.addObserver(window.voute.observer, 'http-on-modify-request');
"""
SAID: Final = """
  const said = [];
  const ours = /^(blob:)?https?:|^about:srcdoc/;
  for (const one of Services.console.getMessageArray()) {
    if (one instanceof Ci.nsIScriptError && ours.test(one.sourceName)) said.push(`${one.category}: ${one.errorMessage}`);
  }
  const kept = Cc['@mozilla.org/consoleAPI-storage;1'].getService(Ci.nsIConsoleAPIStorage).getEvents();
  for (const one of kept) {
    if (ours.test(one.filename) && ['error', 'warn', 'assert'].includes(one.level)) {
      said.push(`console ${one.level}: ${one.arguments.map(String).join(' ')}`);
    }
  }
  return said;
"""
FORGET: Final = """
  const done = arguments[arguments.length - 1];
  Services.console.reset();
  window.voute.asked = [];
  Services.clearData.deleteData(Ci.nsIClearDataService.CLEAR_ALL, () => done(null));
"""
# Text as a person sees it: of what is shown, spaces of all kinds made one.
FIND: Final = """
  const [selector, text, rest] = arguments;
  const plain = (one) => one.textContent.replace(/\\s+/g, ' ').trim();
  return [...document.querySelectorAll(selector)].find(
    (one) => one.checkVisibility() && (text === null || (rest ? plain(one).startsWith(text) : plain(one) === text)),
  ) ?? null;
"""
INK: Final = """
  return [...document.querySelectorAll('.page[data-drawn] canvas')].some((canvas) => {
    if (canvas.width < 10 || canvas.height < 10) return false;
    const probe = new OffscreenCanvas(48, 48).getContext('2d');
    probe.drawImage(canvas, 0, 0, 48, 48);
    const { data } = probe.getImageData(0, 0, 48, 48);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4) seen.add(data[i] >> 4);
    return seen.size > 1;
  });
"""
DROP: Final = """
  const picker = document.querySelector('input[type=file]');
  const carried = new DataTransfer();
  for (const [name, text] of arguments[0]) {
    carried.items.add(new File([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))], name));
  }
  const place = document.querySelector('.drop');
  for (const type of ['dragover', 'drop']) {
    place.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: carried }));
  }
"""


class FirefoxVisitor:
    """One person; what they had is forgotten when the next one comes."""

    def __init__(self, firefox: Firefox, origin: str) -> None:
        """Sit down at a running Firefox, before the pages of one city."""
        self.firefox = firefox
        self.origin = origin
        self._send = firefox.remote.send
        self._authenticator: str | None = None
        firefox.chrome("if (!window.voute) {" + LISTEN + "}")
        self._send("WebDriver:Navigate", url="about:blank")
        self._send("Marionette:SetContext", value="chrome")
        self._send("WebDriver:ExecuteAsyncScript", script=FORGET, args=[], sandbox="system")
        self._send("Marionette:SetContext", value="content")
        self.firefox.prefer("layout.css.prefers-color-scheme.content-override", SCHEMES["light"])

    # -- acts

    def go(self, address: str) -> None:
        self._send("WebDriver:Navigate", url=address if ":" in address else self.origin + address)

    def ask(self, script: str, *arguments: object) -> Any:  # noqa: ANN401 whatever the script returns
        """Run a script in the page, beside its own."""
        return self._send("WebDriver:ExecuteScript", script=script, args=list(arguments))

    def find(self, selector: str, text: str | None = None, *, rest: bool = False) -> dict[str, str]:
        """Wait for what is shown and has this text, or begins with it where a `rest` may follow; gives a reference to it."""
        found: list[dict[str, str]] = []

        def there() -> bool:
            try:
                one = self.ask(FIND, selector, text, rest)
            except MarionetteError as error:
                # The page is about to be another one.
                if error.kind not in {"javascript error", "no such window", "unknown error"}:
                    raise
                one = None
            found[:] = [one] if one else []
            return bool(found)

        try:
            wait_for(there)
        except AssertionError:
            shown = self.ask("return document.body.innerText")
            raise AssertionError(f"no {selector} with {text!r}; the page: {shown}; said: {self.said()}") from None
        return found[0]

    def tap(self, text: str, *, rest: bool = False) -> None:
        self._send("WebDriver:ElementClick", id=self.find("button, a", text, rest=rest)[ELEMENT])

    def sees(self, title: str) -> None:
        self.find("h1", title)

    def type(self, selector: str, text: str) -> None:
        self._send("WebDriver:ElementSendKeys", id=self.find(selector)[ELEMENT], text=text)

    def text(self, selector: str = "main") -> str:
        words: str = self.ask("return document.querySelector(arguments[0]).innerText", selector)
        return " ".join(words.split())

    def sees_pages(self) -> None:
        """Wait until a page of the document is drawn and its proof is settled."""
        self.find(".proof")
        with self.viewer():
            wait_for(lambda: bool(self.ask(INK)))

    @contextmanager
    def viewer(self) -> Iterator[None]:
        """Look into the frame in which documents are drawn."""
        frame = self.find(".viewer iframe[data-ready]")
        self._send("WebDriver:SwitchToFrame", element=frame[ELEMENT])
        try:
            yield
        finally:
            self._send("WebDriver:SwitchToFrame")

    def saved(self, text: str, *, rest: bool = False) -> Path:
        """Tap what saves a file; gives the file when it is whole."""
        folder = self.firefox.downloads
        before = set(folder.iterdir())
        self.tap(text, rest=rest)

        def new() -> list[Path]:
            files = set(folder.iterdir()) - before
            return [] if any(one.suffix == ".part" for one in files) else [one for one in files if one.stat().st_size > 0]

        wait_for(lambda: len(new()) == 1)
        return new()[0]

    def choose(self, files: Sequence[Path]) -> None:
        """Give files to the field of the page that takes them, as its own button does."""
        picker = self.ask("return document.querySelector('input[type=file]')")
        self._send("WebDriver:ElementSendKeys", id=picker[ELEMENT], text="\n".join(map(str, files)))

    def drop(self, files: Sequence[tuple[str, str]]) -> None:
        """Let files (name and base64) fall on the place for them."""
        self.ask(DROP, list(files))

    # -- the device

    def take_authenticator(self, *, consents: bool = True) -> None:
        """Take up an authenticator of Firefox's own software; one that does not consent is a prompt that was closed."""
        self._authenticator = self._send(
            "WebAuthn:AddVirtualAuthenticator",
            protocol="ctap2_1",
            transport="internal",
            hasResidentKey=True,
            hasUserVerification=True,
            isUserConsenting=consents,
            isUserVerified=consents,
        )

    def axe(self) -> dict[str, list[Finding]]:
        """Run axe-core on the page in both schemes; gives what is found, by scheme."""
        found = {}
        for scheme, value in SCHEMES.items():
            self.firefox.prefer("layout.css.prefers-color-scheme.content-override", value)
            self._wait_for_scheme(scheme)
            script = f"const done = arguments[arguments.length - 1];\n{SOURCE.read_text('utf-8')};\n{_RUN}"
            result = self._send("WebDriver:ExecuteAsyncScript", script=script, args=[json.loads(options())])
            if findings := findings_of(result):
                found[scheme] = findings
        return found

    def _wait_for_scheme(self, scheme: str) -> None:
        asked = f"return matchMedia('(prefers-color-scheme: {scheme})').matches"
        wait_for(lambda: bool(self.ask(asked)))

    # -- what was said and sent

    def said(self) -> list[str]:
        said: list[str] = self.firefox.chrome(SAID)
        return [one for one in said if not any(known in one for known in FORESEEN)]

    def leave(self) -> None:
        """Take the authenticator away: Firefox would ask it for the next person too."""
        if self._authenticator is not None:
            self._send("WebAuthn:RemoveVirtualAuthenticator", authenticatorId=self._authenticator)
        # What is fetched early comes to its end first: Firefox calls a script that was cut off one of another hash.
        known = -1
        while (now := int(self.ask("return performance.getEntriesByType('resource').length"))) != known:
            known = now
            time.sleep(QUIET_S)
        self._send("WebDriver:Navigate", url="about:blank")

    def judge(self) -> None:
        """Fail on anything said, thrown, refused, or sent elsewhere."""
        said = self.said()
        assert said == [], said
        asked: list[str] = self.firefox.chrome("return window.voute.asked")
        assert [one for one in asked if not one.startswith(f"{self.origin}/")] == []
        assert asked, "no request was seen: the recorder does not record"


_RUN: Final = "axe.run(document, arguments[0]).then((found) => done(JSON.stringify(found)), (error) => done(String(error)));"
