"""What goes wrong around a visit: the server stops, the session ends, the connection breaks, a delivery is under way."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.support.served_city import Recipient, Row, ServedCity
from tests.browser.support.visitor import OPEN_BUTTON, Visitor, new_visitor, viewer

NewVisitor = Callable[..., Visitor]
ANYTHING = re.compile(r"\S")
PATIENCE_S = 300
"""What one waits for the other: a delivery for a visit, on a busy machine."""


def permit_for(letter: Recipient, city: ServedCity, key: str) -> Row:
    """A second document for somebody whose letter went out before."""
    permits = city.founded.documents
    common = {name: letter.row[name] for name in ("référence", "partie", "nom", "adresse", "langue")}
    return {**common, "fichier": permits.resident.permit_file, "titre": f"Permis {key}", "type": "permit", "clé": key}


@pytest.fixture(scope="module")
def letter(city: ServedCity) -> Recipient:
    return city.fresh()


@pytest.fixture(scope="module")
def shared(browser: Browser, city: ServedCity, letter: Recipient) -> Iterator[Visitor]:
    visitor = new_visitor(browser, city.origin)
    visitor.claim(letter.link)
    yield visitor
    visitor.context.close()
    visitor.judge()


@pytest.fixture
def holder(shared: Visitor) -> Visitor:
    """A holder with the list before them."""
    if shared.page.get_by_role("navigation").count() == 0:
        shared.go("/")
        shared.sign_in()
    shared.open_list()
    return shared


def test_browser_city_that_was_stopped_and_started_still_has_everything(
    holder: Visitor, city: ServedCity, letter: Recipient, folder: Path
) -> None:
    titles, counts = holder.titles(), city.counts()
    checkpoint = holder.context.request.get("/log/checkpoint").text()
    # The page may be about to keep its index.
    holder.traffic.foresee_offline(offline=True)
    city.stop()
    city.start()
    assert city.counts() == counts
    assert holder.context.request.get("/log/checkpoint").text().splitlines()[:3] == checkpoint.splitlines()[:3]
    holder.restart_page()
    holder.traffic.foresee_offline(offline=False)
    holder.sign_in()
    holder.sees("Mes documents")
    holder.open_list()
    assert holder.titles() == titles
    holder.open_document(letter.row["titre"])
    saved = holder.save(holder.button(re.compile("Télécharger")), folder)
    assert saved.read_bytes() == letter.pdf.read_bytes()


def test_browser_delivery_under_way_while_its_resident_claims_still_opens(new: NewVisitor, city: ServedCity) -> None:
    """The draft was sealed to the claim key before the claim; the commit comes after it."""
    letter, visitor = city.fresh(), new()
    sealed, claimed = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def wait_at_the_end(stage: str, done: int, total: int) -> None:
        if stage == "seal" and done == total:
            sealed.set()
            assert claimed.wait(PATIENCE_S)

    def deliver() -> None:
        try:
            city.deliver([permit_for(letter, city, "PENDING-1")], city.founded.documents.permits_dir, wait_at_the_end)
        except BaseException as error:  # noqa: BLE001 the test tells it
            failures.append(error)
            sealed.set()

    run = threading.Thread(target=deliver)
    run.start()
    try:
        assert sealed.wait(PATIENCE_S)
        assert city.query("SELECT count(*) FROM deliveries WHERE state = 'draft'") == [(1,)]
        visitor.claim(letter.link)
        visitor.open_list()
        assert visitor.titles() == [letter.row["titre"]]
    finally:
        claimed.set()
        run.join(PATIENCE_S)
    assert failures == []
    visitor.open_list()
    expect(visitor.page.locator("section[aria-labelledby^=year] .title", has_text="Permis PENDING-1")).to_be_visible()
    assert sorted(visitor.titles()) == sorted([letter.row["titre"], "Permis PENDING-1"])
    identity = visitor.open_document("Permis PENDING-1")
    assert city.query("SELECT box_kind FROM documents WHERE document_id = ?", bytes.fromhex(identity)) == [("claim",)]


def test_browser_session_that_ended_asks_again_and_returns_to_the_same_page(
    holder: Visitor, city: ServedCity, letter: Recipient
) -> None:
    holder.open_document(letter.row["titre"])
    address = holder.page.url
    city.change("DELETE FROM sessions WHERE kind = 'holder'")
    for path in ("/api/documents", "/api/vault/places", "/api/vault/index"):
        holder.traffic.foresee(401, path)
    holder.tap(holder.link("Mes documents").first)
    holder.sees("Votre visite a pris fin")
    assert letter.row["titre"] not in holder.page.content()
    holder.go(address)
    holder.sign_in()
    holder.sees(letter.row["titre"])
    assert holder.page.url == address


def test_browser_vault_left_alone_locks_itself(new: NewVisitor, city: ServedCity) -> None:
    letter, visitor = city.fresh(), new()
    # Ten minutes in a moment: the index may be sent a second time before the first was answered, and is then merged.
    visitor.traffic.foresee(409, "/api/vault/index")
    visitor.page.clock.install()
    visitor.claim(letter.link)
    visitor.page.clock.fast_forward("09:30")
    visitor.page.keyboard.press("Shift")
    visitor.page.clock.fast_forward("09:30")
    visitor.sees(letter.row["titre"])
    visitor.page.clock.fast_forward("00:45")
    visitor.sees("Votre coffre s’est refermé")
    assert letter.row["titre"] not in visitor.page.content()
    visitor.sign_in()
    visitor.sees(letter.row["titre"])


def test_browser_without_connection_what_is_open_stays_and_the_rest_says_so(
    holder: Visitor, city: ServedCity, letter: Recipient
) -> None:
    city.deliver([permit_for(letter, city, "OFFLINE-1")], city.founded.documents.permits_dir)
    holder.open_list()
    holder.open_document(letter.row["titre"])
    notice = holder.page.get_by_text("Pas de connexion. Ce qui est déjà ouvert reste lisible")
    expect(notice).to_be_hidden()
    holder.traffic.foresee_offline(offline=True)
    holder.context.set_offline(True)
    expect(notice).to_be_visible()
    expect(viewer(holder.page).locator(".page canvas").first).to_be_visible()
    holder.tap(holder.link("Mes documents").first)
    holder.sees("Mes documents")
    holder.tap(holder.page.locator("section[aria-labelledby^=year] li a").filter(has_text="Permis OFFLINE-1"))
    holder.sees("Pas de connexion")
    expect(holder.page.locator("main")).to_contain_text("819 555-0142")
    holder.context.set_offline(False)
    expect(notice).to_be_hidden()
    holder.tap(holder.button("Réessayer"))
    holder.sees("Permis OFFLINE-1")
    holder.sees_pages()
    holder.traffic.foresee_offline(offline=False)


def test_browser_back_and_forward_move_heading_title_and_focus(holder: Visitor, letter: Recipient) -> None:
    title = letter.row["titre"]
    holder.open_document(title)
    holder.tap(holder.link("Voir la preuve"))
    holder.sees("Ce document est authentique")
    evidence = holder.page.url
    asked = len([one for one in holder.traffic.sent if one.path.endswith("/receipt")])
    # Who comes back is where they left: at the link that they followed.
    proof = holder.link("Voir la preuve")
    row = holder.page.locator("section[aria-labelledby^=year] .row > a").filter(has_text=title)
    steps: list[tuple[Callable[[], object], str, str, Locator]] = [
        (holder.page.go_back, title, "Document – Voûte", proof),
        (holder.page.go_forward, "Ce document est authentique", "Preuve – Voûte", holder.heading()),
        (holder.page.go_back, title, "Document – Voûte", proof),
        (holder.page.go_back, "Mes documents", "Mes documents – Voûte", row),
        (holder.page.go_forward, title, "Document – Voûte", holder.heading()),
        (holder.page.go_forward, "Ce document est authentique", "Preuve – Voûte", holder.heading()),
    ]
    for place, (move, heading, tab, focus) in enumerate(steps):
        move()
        holder.sees(heading)
        expect(holder.page).to_have_title(tab)
        expect(focus).to_be_focused()
        if place <= 2:
            # Document and proof are two views of one thing: nothing is asked again.
            assert len([one for one in holder.traffic.sent if one.path.endswith("/receipt")]) == asked
    assert holder.page.url == evidence


def test_browser_address_of_nobody_says_so_and_leads_home(visitor: Visitor, city: ServedCity) -> None:
    visitor.traffic.foresee(404, "/nulle-part")
    reply = visitor.context.request.get("/nulle-part")
    assert reply.status == 404
    visitor.go("/documents/" + "0" * 32)
    visitor.sees("Ouvrir mon coffre")
    assert city.origin in visitor.page.url


# -- keyboard alone


def tab_to(visitor: Visitor, words: str, *, most: int = 40) -> None:
    """Press Tab until what has the focus says these words."""
    for _ in range(most):
        visitor.page.keyboard.press("Tab")
        if words in visitor.focused():
            expect(visitor.page.locator(":focus-visible")).to_have_count(1)
            return
    raise AssertionError(f"Tab never reaches {words!r}")


def test_browser_whole_journey_works_with_the_keyboard_alone(new: NewVisitor, city: ServedCity, folder: Path) -> None:
    letter, visitor = city.fresh(), new()
    press = visitor.page.keyboard.press
    visitor.go("/ouvrir")
    visitor.sees("Entrez le code de votre lettre")
    press("Tab")
    assert "Aller au contenu" in visitor.focused()
    press("Enter")
    expect(visitor.page.locator("#main")).to_be_focused()
    press("Tab")
    visitor.page.keyboard.type(letter.grouped)
    press("Enter")
    visitor.sees("Vous avez reçu un document")
    expect(visitor.heading()).to_be_focused()
    tab_to(visitor, "Ouvrir mon coffre")
    press("Enter")
    visitor.sees(letter.row["titre"])
    visitor.sees_pages()
    expect(visitor.heading()).to_be_focused()
    tab_to(visitor, "Voir la preuve")
    press("Enter")
    visitor.sees("Ce document est authentique")
    expect(visitor.heading()).to_be_focused()
    tab_to(visitor, "Télécharger le reçu")
    with visitor.page.expect_download() as waiting:
        press("Enter")
    waiting.value.save_as(folder / "receipt.json")
    assert (folder / "receipt.json").stat().st_size > 1_000
    tab_to(visitor, "Quitter", most=60)
    press("Enter")
    visitor.sees("Votre coffre est fermé")
    tab_to(visitor, "Ouvrir mon coffre")
    press("Enter")
    visitor.sees("Mes documents")
    assert visitor.taps == 0


def test_browser_buttons_of_the_first_screen_can_be_found_by_their_names(visitor: Visitor) -> None:
    visitor.go("/")
    visitor.sees(ANYTHING)
    expect(visitor.button(OPEN_BUTTON)).to_be_visible()
    expect(visitor.link("J’ai reçu une lettre avec un code")).to_be_visible()
