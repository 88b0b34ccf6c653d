"""After a lock nothing of a vault is left in the browser: not in its storage, not in the page, not in any live object."""

import base64
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.support.browser_memory import Memory, shown_of, stores_of
from tests.browser.support.served_city import Recipient, ServedCity
from tests.browser.support.visitor import Visitor, new_visitor, viewer
from tests.support.needles import Finder, Hit
from tests.support.waiting import wait_for
from voute.format.kit import parse_kit
from voute.seal import unlock
from voute.seal.keyring import open_keyring

NewVisitor = Callable[..., Visitor]
LOCK = re.compile("^Verrouiller$")
LARGEST = 16 * 1024
COPIES = 2
KEPT_LOCALLY = {"voute.trust-root", "voute.heads", "voute.locale", "voute.lock-after"}
"""Pins, the language, the minutes until the lock: nothing secret, and nothing else."""


def secrets_of(visitor: Visitor, letter: Recipient) -> dict[str, bytes | str]:
    """Make a kit, open the vault with it in Python, and give all that must be gone from the browser after a lock."""
    visitor.open_list()
    visitor.tap(visitor.link("Ajouter un second moyen d’accès"))
    visitor.tap(visitor.button("Faire une trousse"))
    visitor.sees("Voici votre trousse de secours")
    text = visitor.page.get_by_role("region", name="Texte de la trousse").inner_text().strip() + "\n"
    visitor.page.get_by_role("checkbox").check()
    visitor.tap(visitor.button("Terminer"))
    visitor.sees("Essayez votre trousse")
    visitor.tap(visitor.button("Plus tard"))
    visitor.sees("Moyens d’accès")
    kit = parse_kit(text.encode())
    reply = visitor.context.request.get(f"{visitor.traffic.origin}/api/vault").json()
    records = [base64.b64decode(one) for one in reply["records"]]
    vault = open_keyring(kit.vault_id, records, base64.b64decode(reply["keyring"]), unlock.kit_method(kit))
    assert vault.keyring.root_seed is not None
    pdf = letter.pdf.read_bytes()
    return {
        "kit": text.splitlines()[-1],
        "root seed": vault.keyring.root_seed,
        "reading key": vault.keyring.readings[-1],
        # Each owner stands on a line of their own in the bill.
        "name": letter.row["nom"].split(" et ")[0],
        "title": letter.row["titre"],
        "file": pdf[len(pdf) // 2 :][:64],
        "code": letter.code,
        **visitor.traffic.secrets,
    }


def hits_of(found: set[Hit], place: str = "") -> set[str]:
    return {one.secret for one in found if one.place.startswith(place)}


class Vault:
    """An open vault whose secrets are known, with a document before its holder."""

    def __init__(self, visitor: Visitor, letter: Recipient) -> None:
        self.visitor = visitor
        self.letter = letter
        visitor.claim(letter.link)
        self.secrets = secrets_of(visitor, letter)
        self.finder = Finder(self.secrets)
        self.memory = Memory(visitor.page, visitor.cdp)
        self.show()

    def show(self) -> None:
        self.visitor.open_list()
        self.visitor.open_document(self.letter.row["titre"])

    def found(self) -> set[Hit]:
        """Search everywhere that lives."""
        page = self.visitor.page
        places = [*shown_of(page), ("stores", repr(stores_of(page)).encode())]
        return self.finder.search_all(places) | self.finder.search_all(self.memory.live())


@pytest.fixture(scope="module")
def vault(browser: Browser, city: ServedCity) -> Iterator[Vault]:
    visitor = new_visitor(browser, city.origin)
    yield Vault(visitor, city.fresh())
    visitor.context.close()
    visitor.judge()


def workers_gone(page: Page) -> None:
    # Asking the page something lets the browser tell what ended meanwhile.
    wait_for(lambda: page.evaluate("1") == 1 and not page.workers)


@pytest.mark.attack("F3")
@pytest.mark.control("F3")
def test_browser_lock_leaves_nothing_in_storage_page_heap_or_buffers(vault: Vault, figure: Callable[[str, object], None]) -> None:
    visitor, page = vault.visitor, vault.visitor.page
    # The search finds what is there while the vault is open: the keys in their worker, the document in the page.
    before = vault.found()
    assert hits_of(before) >= {"root seed", "title", "name", "file"}
    assert "root seed" in hits_of(before, "heap of worker")
    assert "file" in hits_of(before, "buffer")
    assert vault.memory.page.largest >= len(vault.letter.pdf.read_bytes())
    assert not {one for one in before if one.secret == "root seed" and one.place.endswith("of page")}

    visitor.tap(visitor.button(LOCK))
    visitor.sees("Votre coffre est verrouillé")
    workers_gone(page)
    wait_for(lambda: page.evaluate("1") == 1 and [one.name for one in vault.memory.realms()] == ["page"])
    assert len(page.frames) == 1
    read = vault.finder.bytes
    assert vault.found() == set()
    # No file, whatever holds it: the largest live buffer of the page is smaller than any document.
    assert vault.memory.page.largest < LARGEST
    figure("bytes of live objects searched after the lock", vault.finder.bytes - read)
    stores = stores_of(page)
    assert set(stores.pop("local")) <= KEPT_LOCALLY
    databases = stores.pop("databases")
    assert stores == {"session": {}, "history": None, "name": "", "caches": []}
    # The index and the places, sealed, and nothing else of bytes; nothing of them is in clear.
    copies = [bytes(one) for one in databases.pop("voute/public")]
    assert databases == {}
    assert 1 <= len(copies) <= COPIES
    assert all(one[32:].startswith(b"age-encryption.org/v1\n") for one in copies)
    assert vault.finder.search_all([("copy", one) for one in copies]) == set()

    # What is planted in each place is found there.
    page.evaluate("(text) => { globalThis.planted = [text, new TextEncoder().encode(text)]; }", vault.secrets["kit"])
    page.evaluate("(text) => { localStorage.setItem('planted', text); }", vault.secrets["title"])
    planted = vault.found()
    assert {one.place.split(" ")[0] for one in planted if one.secret == "kit"} >= {"heap", "buffer"}
    assert "title" in hits_of(planted, "stores")
    page.evaluate("() => { delete globalThis.planted; localStorage.removeItem('planted'); }")

    # One touch, and the person is where they were.
    address, prompts = page.url, len(visitor.prompts)
    visitor.sign_in()
    visitor.sees(vault.letter.row["titre"])
    visitor.sees_pages()
    assert (page.url, visitor.prompts[prompts:]) == (address, ["get"])


SURVIVES = """
(() => {
  const say = Worker.prototype.postMessage;
  Worker.prototype.terminate = () => {};
  Worker.prototype.postMessage = function (message, ...rest) {
    if (message?.method === 'lock') return;
    say.call(this, message, ...rest);
  };
  const keep = [];
  const fill = Uint8Array.prototype.fill;
  Uint8Array.prototype.fill = function (...args) {
    if (this.length < 1000) return fill.apply(this, args);
    keep.push(this);
    return this;
  };
})();
"""


@pytest.mark.mutant("F3")
def test_browser_page_that_forgets_to_wipe_is_caught(browser: Browser, city: ServedCity) -> None:
    """A client whose lock only shows another screen: its key holder lives on, its document is not overwritten."""
    visitor = new_visitor(browser, city.origin, scripts=[SURVIVES])
    vault = Vault(visitor, city.fresh())
    visitor.tap(visitor.button(LOCK))
    visitor.sees("Votre coffre est verrouillé")
    visitor.page.wait_for_timeout(1_000)
    left = vault.found()
    assert hits_of(left) >= {"root seed", "file"}
    visitor.context.close()


# -- when it locks


@pytest.fixture
def open_vault(vault: Vault) -> Visitor:
    """The shared vault with its document open, whatever the test before did."""
    if vault.visitor.button(LOCK).count() == 0:
        vault.visitor.sign_in()
    vault.show()
    return vault.visitor


def test_browser_lock_in_one_tab_locks_the_others(open_vault: Visitor, vault: Vault) -> None:
    other = open_vault.context.new_page()
    other.goto("/")
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    # The authenticator belongs to the first tab; a second open vault is one that this tab opened before.
    other.evaluate("new BroadcastChannel('voute').postMessage({ say: 'locked' })")
    open_vault.sees("Votre coffre a été verrouillé")
    assert vault.letter.row["titre"] not in open_vault.page.content()
    workers_gone(open_vault.page)
    told = other.evaluate_handle(
        "() => { const told = []; new BroadcastChannel('voute').onmessage = ({ data }) => told.push(data.say); return told; }"
    )
    open_vault.sign_in()
    open_vault.sees(vault.letter.row["titre"])
    open_vault.tap(open_vault.button(LOCK))
    other.wait_for_function("(told) => told.at(-1) === 'locked'", arg=told)
    other.close()


def test_browser_page_that_went_away_and_came_back_is_locked(open_vault: Visitor, vault: Vault) -> None:
    page = open_vault.page
    page.goto("/verifier")
    page.go_back()
    expect(open_vault.heading()).to_have_text(re.compile("Ouvrir mon coffre|Votre coffre"))
    assert vault.letter.row["titre"] not in page.content()
    open_vault.sign_in()
    open_vault.sees(vault.letter.row["titre"])


def test_browser_hidden_page_ends_its_key_holder_at_once(open_vault: Visitor, vault: Vault) -> None:
    """Were the browser to keep the page for Back, it would keep it like this."""
    page = open_vault.page
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    open_vault.sees("Votre coffre s’est refermé")
    workers_gone(page)
    assert vault.found() == set()


def test_browser_pages_are_printed_as_pictures_that_are_gone_afterwards(open_vault: Visitor) -> None:
    page, printed = open_vault.page, open_vault.printed
    pages = viewer(page).locator(".page").count()
    open_vault.tap(open_vault.button("Imprimer"))
    pictures = page.locator(".v-print-area img")
    expect(pictures).to_have_count(pages)
    assert all(width > 1_000 for width in pictures.evaluate_all("all => all.map((one) => one.naturalWidth)"))
    page.wait_for_function("() => document.querySelector('[aria-busy]') === null")
    assert open_vault.printed == printed + 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(pictures).to_have_count(0)


# The first page is drawn for paper and the second is being drawn when the vault is locked.
LOCKS_AT_PAGE_TWO = """() => {
  globalThis.pictures = { made: 0, alive: new Set() };
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (blob) => {
    const address = createObjectURL.call(URL, blob);
    pictures.made += 1;
    pictures.alive.add(address);
    return address;
  };
  URL.revokeObjectURL = (address) => {
    pictures.alive.delete(address);
    revokeObjectURL.call(URL, address);
  };
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (order, ...rest) {
    post.call(this, order, ...rest);
    if (order?.do !== 'draw' || order.page !== 2) return;
    [...document.querySelectorAll('button')].find((one) => one.innerText.trim() === 'Verrouiller').click();
  };
}"""


@pytest.mark.attack("F3")
def test_browser_lock_while_pages_are_drawn_for_paper_prints_nothing_and_keeps_none(open_vault: Visitor) -> None:
    page, printed = open_vault.page, open_vault.printed
    page.evaluate(LOCKS_AT_PAGE_TWO)
    open_vault.tap(open_vault.button("Imprimer"))
    open_vault.sees("Votre coffre est verrouillé")
    page.wait_for_function("() => pictures.made > 0 && pictures.alive.size === 0")
    assert open_vault.printed == printed
    expect(page.locator(".v-print-area")).to_have_count(0)
    open_vault.restart_page()


def test_browser_lock_while_notices_are_saved_lets_nothing_be_said_on_the_next_screen(open_vault: Visitor) -> None:
    page, held = open_vault.page, list[Route]()

    def answer(route: Route) -> None:
        if route.request.method == "PUT":
            held.append(route)
        else:
            route.fulfill(json={"available": True, "notice": None})

    page.route("**/api/notices", answer)
    open_vault.tap(page.get_by_role("navigation").get_by_role("link", name="Moyens d’accès"))
    open_vault.unfold("Avis par courriel")
    page.get_by_label("Votre adresse de courriel").fill("moi@ville.example")
    with page.expect_request(lambda one: one.method == "PUT" and one.url.endswith("/api/notices")):
        open_vault.tap(open_vault.button("Recevoir des avis"))
    open_vault.tap(open_vault.button(LOCK))
    open_vault.sees("Votre coffre est verrouillé")
    # Saved after all: what the screen that is gone had to say about it is said no more.
    with page.expect_response(lambda one: one.request.method == "GET" and one.url.endswith("/api/notices")):
        held[0].fulfill(status=204)
    page.wait_for_function("() => new Promise((done) => setTimeout(() => done(true), 50))")
    assert "enregistré" not in "".join(page.locator("[aria-live=polite]").all_inner_texts())
    page.unroute("**/api/notices")


def test_browser_vault_left_alone_warns_without_taking_the_focus(new: NewVisitor, city: ServedCity) -> None:
    letter, visitor = city.fresh(), new()
    visitor.page.clock.install()
    # Nine minutes in one step cut off a writing that is under way, which the city then has and the page does not know of.
    written = visitor.page.expect_response(
        lambda one: one.request.method == "PUT" and "/api/vault/index" in one.url, timeout=60_000
    )
    with written:
        visitor.claim(letter.link)
    download = visitor.button(re.compile("Télécharger"))
    download.focus()
    visitor.page.clock.fast_forward("09:10")
    notice = visitor.page.get_by_role("region", name="Votre coffre va se verrouiller")
    expect(notice).to_be_visible()
    expect(download).to_be_focused()
    expect(visitor.page.locator("[aria-live=polite]").last).to_contain_text("Il reste une minute")
    visitor.page.keyboard.press("Shift")
    expect(notice).to_have_count(0)
    visitor.page.clock.fast_forward("09:10")
    visitor.tap(visitor.button("Le garder ouvert"))
    expect(notice).to_have_count(0)
    # Reading on in the viewer's frame is being here too.
    visitor.page.clock.fast_forward("09:10")
    expect(notice).to_be_visible()
    viewer(visitor.page).locator(".page").first.click(position={"x": 20, "y": 20})
    expect(notice).to_have_count(0)
    # A machine that slept for an hour: its first touch comes too late.
    visitor.page.clock.set_system_time(visitor.page.evaluate("Date.now() + 3600_000"))
    visitor.page.keyboard.press("Shift")
    visitor.sees("Votre coffre s’est refermé")
    assert letter.row["titre"] not in visitor.page.content()


def test_browser_minutes_until_the_lock_are_a_choice_that_is_kept(open_vault: Visitor) -> None:
    page = open_vault.page
    open_vault.tap(page.get_by_role("navigation").get_by_role("link", name="Moyens d’accès"))
    open_vault.unfold("Verrouillage automatique")
    choice = page.get_by_label("Verrouiller après")
    expect(choice).to_have_value("10")
    choice.select_option("2")
    assert stores_of(page)["local"]["voute.lock-after"] == "2"
    open_vault.restart_page()
    open_vault.sign_in()
    expect(page.get_by_label("Verrouiller après")).to_have_value("2")
