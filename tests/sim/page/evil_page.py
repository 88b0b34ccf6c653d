"""A lying city for the page: Chromium, the proxy that rewrites, the city really served, a victim with an open vault."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser.support.traffic import Traffic
from tests.browser.support.visitor import OPEN_BUTTON, Visitor, new_visitor
from tests.support.command import bill_rows, small_pdf, write_list
from tests.support.holder import Resident
from tests.support.mutant_pages import MutantPages, build
from tests.support.proxy import Cut, Exchange, Message, Proxy
from tests.support.served_city import ServedCity, serve_city
from tools.support_codes import names, support_code
from voute.client.codes import CodeDesk
from voute.client.deliver import DeliverOrder, Delivery
from voute.format.claim_code import write_code
from voute.server.http.bodies import packs_address
from voute.server.settings import Settings

ISSUER = "finances"
VICTIM, STRANGER, LATER, LAST = "a-1", "b-1", "c-1", "d-1"
PEOPLE = (VICTIM, STRANGER, LATER, LAST)
CHUNK = 64 * 1024
REFUSED = 400
LONG_BODY = 4 * CHUNK + 1_000
"""A file of five chunks, the last one short."""
LONG = "Avis en cinq morceaux"
INDEX, PLACES, DOCUMENTS = "/api/vault/index", "/api/vault/places", "/api/documents"
TITLES = ("Avis de travaux", "Permis de clôture", "Constat de raccordement", LONG)
_WHOLE = re.compile(r"^\s*\d[\d\s]* documents?\s*$")
"""What the list says once it has come; before, it says how many are there already."""
NAMES = {support_code(name): name for name in names()}
"""What the numbers stand for that a page shows."""
_CODE = re.compile(r"téléphone\s:\s(\S+)")
_QUIET_S = 0.4
"""No request of a page begins so long after its last reply unless the person does something."""
_VISITS = 6
"""In which a vault's index is whole: the first writes it, the second shows it."""

Lie = Callable[[Exchange], Message | None]
Json = Any


def lie_about(path: str | re.Pattern[str], change: Callable[[Json], Json | None], method: str = "GET") -> Lie:
    """Change the JSON of a route's good replies in place, or return another."""

    def tell(exchange: Exchange) -> Message | None:
        matches = exchange.path == path if isinstance(path, str) else path.fullmatch(exchange.path) is not None
        if not matches or exchange.method != method or exchange.reply is None or exchange.status >= REFUSED:
            return None
        said = exchange.reply.json
        changed = change(said)
        return exchange.reply.with_json(said if changed is None else changed)

    return tell


def both(*lies: Lie) -> Lie:
    """Several lies: the first that has something to say about an exchange says it."""

    def tell(exchange: Exchange) -> Message | None:
        return next((said for lie in lies if (said := lie(exchange)) is not None), None)

    return tell


def unchanged(*paths: str) -> Lie:
    """The city calls unchanged whatever the page names."""

    def tell(exchange: Exchange) -> Message | None:
        if exchange.method != "GET" or exchange.path not in paths or exchange.reply is None:
            return None
        if exchange.request.header("if-none-match") is None:
            return None
        return exchange.reply.with_body(b"", "HTTP/1.1 304 Not Modified")

    return tell


def without_index(exchange: Exchange) -> Message | None:
    """The city says that the vault has no index: every document is opened from its header."""
    if exchange.route != f"GET {INDEX}" or exchange.reply is None:
        return None
    return exchange.reply.with_body(b"", "HTTP/1.1 204 No Content")


def answer(exchange: Exchange, body: bytes, media_type: str = "application/json") -> Message:
    """A good answer where the city had none."""
    assert exchange.reply is not None
    first = "HTTP/1.1 200 OK"
    head = f"{first}\r\ncontent-type: {media_type}\r\ncache-control: no-store\r\n\r\n".encode()
    return Message(first, head, b"", head).with_body(body)


# What the page asks of the authenticator, told to the test as it leaves.
ASKED = """
(() => {
  const two = (byte) => byte.toString(16).padStart(2, '0');
  const text = (source) => (source === undefined ? null : [...new Uint8Array(source.buffer ?? source)].map(two).join(''));
  for (const name of ['get', 'create']) {
    const run = navigator.credentials[name].bind(navigator.credentials);
    navigator.credentials[name] = async (options) => {
      const { publicKey: key } = options;
      await window.testAsked({
        name,
        host: key.rpId ?? key.rp.id,
        verification: key.userVerification ?? key.authenticatorSelection.userVerification,
        allowed: (key.allowCredentials ?? []).length,
        attestation: key.attestation ?? 'none',
        extensions: Object.keys(key.extensions),
        salt: text(key.extensions.prf?.eval?.first),
        others: Object.keys(key.extensions.prf ?? {}),
      });
      return run(options);
    };
  }
})();
"""


@dataclass
class EvilPage:
    """The city that lies, and the victim at their browser."""

    city: ServedCity
    pages: MutantPages
    browser: Browser
    victim: Visitor
    folder: Path
    codes: dict[str, bytes] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    lie: Lie | None = None
    mutant: str = ""
    _runs: int = 0
    _deceived: bool = False
    """Whether the page on the screen was lied to: it may write its index only after the lie is over."""
    _lost: list[Exchange] = field(default_factory=list)
    _lied: list[tuple[int, int]] = field(default_factory=list)
    """Marks between which the city lied: what came there may be a lie."""

    def __post_init__(self) -> None:
        self.proxy.before = self._lose
        self.proxy.after = self._rewrite

    @property
    def proxy(self) -> Proxy:
        return self.city.proxy

    def _lose(self, exchange: Exchange) -> Message | None:
        """What a page makes of a lie does not become what the vault knows in the tests after it: its index is lost.

        A city that lies about the places says all of them, whatever the page names.
        """
        if self._deceived and exchange.route == f"PUT {INDEX}":
            self._lost.append(exchange)
            raise Cut
        return None if self.lie is None or exchange.path != PLACES else exchange.request.without("if-none-match")

    def _rewrite(self, exchange: Exchange) -> Message | None:
        if self.mutant:
            page = self.pages.reply(exchange, self.mutant)
            if page is not None:
                return page
        return None if self.lie is None else self.lie(exchange)

    @contextmanager
    def lying(self, lie: Lie | None, mutant: str = "") -> Iterator[list[Exchange]]:
        """Lie, and serve a mutant of the pages if one is named; gives what was exchanged, once it is over.

        Without what was lost of an index: a browser tries that again at its own time, also in a page that nobody looks at.
        """
        mark, found = self.proxy.mark, list[Exchange]()
        sent, faults = len(self.victim.traffic.sent), len(self.victim.traffic.faults)
        self.lie, self.mutant = lie, mutant
        self._deceived |= lie is not None or mutant != ""
        try:
            yield found
        finally:
            self.lie, self.mutant = None, ""
            self._lied.append((mark, self.proxy.mark))
            found += [one for one in self.proxy.since(mark) if not any(one is lost for lost in self._lost)]
        if not mutant:
            self._honest(sent, faults)

    def _honest(self, mark: int, fault: int) -> None:
        """The shipped page sent no secret and left its origin for nothing."""
        traffic = self.victim.traffic
        assert Traffic(traffic.origin, sent=traffic.sent[mark:], secrets=traffic.secrets).leaks() == []
        faults = [
            one for one in traffic.faults[fault:] if one.startswith(("left the origin", "dialog", "uncaught", "the page crashed"))
        ]
        assert faults == []

    def listen(self, visitor: Visitor) -> None:
        """Be told what this visitor's pages ask of their authenticator."""
        visitor.context.expose_function("testAsked", self._note)
        visitor.context.add_init_script(ASKED)

    def _note(self, asked: dict[str, Any]) -> None:
        self.asked.append(asked)

    # -- the department

    def deliver(self, rows: list[dict[str, str]]) -> None:
        self._runs += 1
        table = write_list(self.folder / f"run-{self._runs}.csv", rows)
        Delivery(self.city.home(ISSUER), DeliverOrder(table, self.folder / "pdf", table.stem), lambda *_: None).run()
        self.city.settle()

    def rows(self, reference: str, titles: tuple[str, ...], **common: str) -> list[dict[str, str]]:
        rows = []
        for title in titles:
            (row,) = bill_rows(self.folder / "pdf", [reference], title=title, **common)
            name = f"{reference}-{title}.pdf"
            size = LONG_BODY if title == LONG else 0
            (self.folder / "pdf" / name).write_bytes(small_pdf(title.encode("ascii", "replace").decode(), size))
            rows.append(row | {"file": name, "document key": f"{reference} {title}"})
        return rows

    # -- the victim

    def sign_in(self, *, again: bool = False) -> str:
        """Open the vault; gives the name of the refusal whose number the page shows, or nothing when the list is there."""
        page = self.victim.page
        if not again:
            page.goto("/connexion")
            self._deceived = self.lie is not None or self.mutant != ""
        # A panel of the attempt before is not taken for this one's.
        page.evaluate("document.querySelectorAll('.panel').forEach((one) => one.classList.replace('panel', 'old'))")
        page.get_by_role("button", name=OPEN_BUTTON).click()
        page.wait_for_selector("section[aria-labelledby^=year] li, .panel, .ds-alert[data-color=danger] li, .empty")
        return self.refusal()

    def refusal(self) -> str:
        """The name of the number that the page shows for the help line, or nothing."""
        panel = self.victim.page.locator(".panel")
        if panel.count() == 0:
            return ""
        found = _CODE.search(panel.first.inner_text())
        return NAMES[found.group(1)] if found else panel.first.inner_text()

    def list_is_whole(self) -> None:
        expect(self.victim.page.get_by_role("status").filter(has_text=_WHOLE)).to_be_visible()

    def open(self, title: str) -> str:
        """Open a document of the list; gives the code of the refusal, or nothing when its pages are there."""
        self.victim.page.get_by_role("link", name=title).first.click()
        return self._opened()

    def retry(self) -> str:
        """Ask for the document again; gives the same."""
        page = self.victim.page
        page.evaluate("document.querySelectorAll('.panel').forEach((one) => one.classList.replace('panel', 'old'))")
        page.locator(".old button").first.click()
        return self._opened()

    def _opened(self) -> str:
        self.victim.page.wait_for_selector(".panel, .viewer iframe[data-ready]")
        return self.refusal()

    def titles(self) -> set[str]:
        """The titles in the list; those off the screen too, which have no inner text."""
        page = self.victim.page
        found: list[str] = page.locator("section[aria-labelledby^=year] .title").evaluate_all(
            "all => all.map((one) => one.lastChild.textContent)"
        )
        return {one.strip() for one in found}

    def refused_rows(self) -> dict[str, str]:
        """Documents that the list names as refused: id, code."""
        items = self.victim.page.locator(".refused li")
        ids = [one.replace("\u202f", "").replace(" ", "") for one in items.locator(".v-mono").all_inner_texts()]
        codes = [one.strip().split()[-1] for one in items.locator(".v-strong").all_inner_texts()]
        return {one: NAMES[code] for one, code in zip(ids, codes, strict=True)}

    def words(self) -> str:
        """Everything that the page holds, shown or not."""
        return self.victim.page.content()

    def settle(self) -> None:
        """Wait until the page has asked for nothing for a while."""
        mark, end = -1, time.monotonic() + 20
        while mark != self.proxy.mark and time.monotonic() < end:
            mark = self.proxy.mark
            self.victim.page.wait_for_timeout(_QUIET_S * 1000)

    def index_is_whole(self) -> None:
        """Open the vault until its index knows every document: then a visit without lies asks for no header and writes none.

        One write is not enough to go by: it may be that of the page before, under way when its visitor left.
        """
        for _ in range(_VISITS):
            mark = self.proxy.mark
            assert self.sign_in() == ""
            self.list_is_whole()
            if not any(one.path.startswith(DOCUMENTS) for one in self.proxy.since(mark)):
                return
            self._await_index(mark)
        raise AssertionError

    def _await_index(self, mark: int) -> None:
        end = time.monotonic() + 30
        while not any(one.route == f"PUT {INDEX}" and one.status == 204 for one in self.proxy.since(mark)):
            assert time.monotonic() < end
            self.victim.page.wait_for_timeout(100)

    def index(self) -> bytes:
        """The sealed index that the city has, as a page brought it or was given it truthfully; a page that has it is told so."""
        for place, one in reversed([*enumerate(self.proxy.exchanges)]):
            if one.route == f"PUT {INDEX}" and one.status == 204:
                return one.request.body
            lied = any(begin <= place < end for begin, end in self._lied)
            if one.route == f"GET {INDEX}" and one.status == 200 and one.reply is not None and not lied:
                return one.reply.body
        raise AssertionError

    def places(self) -> list[Json]:
        """Every place of the victim's vault, asked in their own session: what a page asks for may be a part, or known already."""
        said = self._asked(f"{PLACES}?limit=200")
        assert said["next"] is None
        found: list[Json] = said["places"]
        return found

    def documents(self) -> list[Json]:
        """Every document of the victim's vault as it is listed, asked likewise."""
        found: list[Json] = self._asked(DOCUMENTS)["documents"]
        assert {one["document_id"] for one in found} == {one["document_id"] for one in self.places()}
        return found

    def _asked(self, path: str) -> Json:
        assert self.lie is None
        return self.victim.page.evaluate("(path) => fetch(path).then((answer) => answer.json())", path)

    def replies(self, path: str) -> Json:
        """The JSON that the city last gave on a route, truthfully."""
        for place, one in reversed([*enumerate(self.proxy.exchanges)]):
            lied = any(begin <= place < end for begin, end in self._lied)
            if one.path == path and one.status == 200 and one.reply is not None and not lied:
                return one.reply.json
        raise AssertionError


def raw(text: str) -> bytes:
    return base64.b64decode(text)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def make(browser: Browser, folder: Path, place: Callable[[Settings], Settings] = lambda settings: settings) -> EvilPage:
    """Found and serve the city; the victim claims in the browser, a stranger in software; then more arrives for both.

    `place` says where its packs are and who hands them out, if not the city from its folder.
    """
    city = serve_city(folder / "city", [ISSUER], place=place)
    packs = packs_address(city.server.settings)
    victim = new_visitor(browser, city.origin)
    victim.traffic.elsewhere = (packs,) if packs else ()
    evil = EvilPage(city, MutantPages(build(), packs), browser, victim, folder)
    evil.listen(victim)
    evil.deliver([row for who in PEOPLE for row in evil.rows(who, ("Compte de taxes",))])
    desk = CodeDesk(city.home(ISSUER))
    evil.codes = codes = {who: desk.code(desk.at(who)[0]) for who in PEOPLE}
    evil.letters = {who: desk.link(write_code(code)) for who, code in codes.items()}
    victim.traffic.secrets["code"] = write_code(codes[VICTIM]).encode()
    victim.go(evil.letters[VICTIM])
    victim.button(OPEN_BUTTON).click()
    expect(victim.page.locator(".proof")).to_be_visible()
    Resident(city.browser(), city.root).claim(codes[STRANGER])
    city.settle()
    evil.deliver(evil.rows(VICTIM, TITLES, type="permit") + evil.rows(STRANGER, ("Avis d’une autre personne",)))
    evil.index_is_whole()
    return evil


def close(evil: EvilPage) -> None:
    evil.victim.context.close()
    evil.city.close()


def with_rows(rows: list[Json]) -> Lie:
    """Lie about which documents there are, and give the header and card of those that are not."""
    places = [{key: row[key] for key in ("document_id", "position", "opened")} for row in rows]
    return both(
        lie_about(PLACES, lambda said: said | {"places": [*said["places"], *places]}),
        lie_about(DOCUMENTS, lambda said: said | {"documents": [*said["documents"], *rows]}),
    )
