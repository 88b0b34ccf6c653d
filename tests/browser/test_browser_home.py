"""Documents at home: what is to be done, found, marked, put in the calendar, read, searched, deleted; and the next visit."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import Visitor, new_visitor, viewer
from tests.support.waiting import wait_for
from voute.format.subject import Delete
from voute.verify.act import verify_act_proof
from voute.verify.trust import accept_first

LINE = re.compile(r"[A-Z-]+(?:;[A-Z]+=[A-Z-]+)*:[^\x00-\x1f\x7f]*")


class Home:
    """One resident with some documents, and what the pages asked the city for."""

    def __init__(self, visitor: Visitor, city: ServedCity, title: str) -> None:
        self.visitor, self.city, self.title = visitor, city, title
        self.asked: list[str] = []
        visitor.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        path = request.url.split("/api/", 1)
        if len(path) == 2:
            self.asked.append(f"{request.method} /{path[1].split('?')[0]}")


TAPPED = """() => {
  performance.clearResourceTimings();
  addEventListener('click', () => { globalThis.testTapped = performance.now(); }, { capture: true, once: true });
}"""
NAMES = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six")
"""Words, for digits stand in amounts and references too, which the search finds as well."""


@pytest.fixture(scope="module")
def home(browser: Browser, city: ServedCity) -> Iterator[Home]:
    letter = city.fresh()
    visitor = new_visitor(browser, city.origin)
    visitor.claim(letter.link)
    day = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 -- the browser's day, within one
    to_all = {name: letter.row[name] for name in letter.row}
    more = [
        {
            **to_all,
            "titre": f"Avis d’été {NAMES[n]}",
            "clé": f"HOME-{letter.row['clé']}-{n}",
            "échéance": day if n == 0 else "",
            "versements": "",
        }
        for n in range(7)
    ]
    city.deliver(more, city.founded.documents.bills_dir)
    visitor.open_list()
    yield Home(visitor, city, letter.row["titre"])
    visitor.context.close()


@pytest.fixture(autouse=True)
def judged(home: Home) -> Iterator[None]:
    yield
    home.visitor.judge()


def test_browser_home_search_and_filters_find_what_was_meant(home: Home) -> None:
    visitor = home.visitor
    visitor.open_list()
    expect(visitor.page.locator("section[aria-labelledby^=year] .title")).to_have_count(8)
    field = visitor.page.get_by_label("Chercher dans mes documents")
    field.fill("AVIS ete TROIS")
    expect(visitor.page.locator("section[aria-labelledby^=year] .title")).to_have_count(1)
    assert visitor.titles() == ["Avis d’été trois"]
    field.fill("rien de tel")
    expect(visitor.page.get_by_text("Rien ne correspond à ce que vous cherchez.")).to_be_visible()
    visitor.tap(visitor.button("Tout afficher"))
    visitor.tap(visitor.page.get_by_text("Filtrer", exact=True))
    visitor.page.get_by_label("Non lus seulement").check()
    expect(visitor.page.locator("section[aria-labelledby^=year] .title")).to_have_count(7)
    visitor.page.get_by_label("Non lus seulement").uncheck()


def read_calendar(raw: bytes) -> list[dict[str, str]]:
    """Read a calendar strictly (RFC 5545, 3.1 and 3.4): CR LF, at most 75 bytes a line, what is begun is ended; gives events."""
    assert raw.endswith(b"\r\n")
    lines = raw.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    unfolded = raw.removesuffix(b"\r\n").replace(b"\r\n ", b"").decode("utf-8").split("\r\n")
    within: list[str] = []
    events: list[dict[str, str]] = []
    for line in unfolded:
        assert LINE.fullmatch(line), line
        name, value = line.split(":", 1)
        if name == "BEGIN":
            within.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert within.pop() == value
        elif events:
            events[-1].setdefault("/".join([*within[1:], name]), value)
    assert within == []
    assert unfolded[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    return events


def test_browser_home_date_goes_into_the_calendar_and_says_nothing_of_the_document(home: Home, tmp_path: Path) -> None:
    visitor = home.visitor
    visitor.open_list()
    todo = visitor.page.locator("section[aria-labelledby=to-do]")
    expect(todo.get_by_role("heading", name="Dans plus de sept jours")).to_be_visible()
    visitor.open_document("Avis d’été zéro")
    path = visitor.save(visitor.button("Ajouter à l’agenda"), tmp_path)
    assert path.name == "echeance.ics"
    raw = path.read_bytes()
    events = read_calendar(raw)
    assert events
    for event in events:
        assert re.fullmatch(r"\d{8}", event["VEVENT/DTSTART;VALUE=DATE"])
        assert event["VEVENT/VALARM/TRIGGER"] == "-P1DT15H"
        assert event["VEVENT/URL"].startswith(home.city.origin)
    for word in ("Avis", "$", "Finances"):
        assert word.encode() not in raw


def test_browser_home_viewer_searches_zooms_and_saves(home: Home, tmp_path: Path) -> None:
    visitor, page = home.visitor, home.visitor.page
    visitor.open_list()
    visitor.open_document("Avis d’été un")
    page.keyboard.press("Control+f")
    field = page.get_by_label("Mot ou phrase à chercher dans le document")
    expect(field).to_be_focused()
    field.fill("TAXES")
    expect(page.get_by_text(re.compile(r"^Résultat\s1\ssur\s\d+$")).first).to_be_visible()
    found = int(page.get_by_text(re.compile(r"^Résultat\s1\ssur\s\d+$")).first.inner_text().split()[-1])
    assert found > 1
    field.press("Enter")
    expect(page.get_by_text(f"Résultat\u00a02\u00a0sur\u00a0{found}", exact=True).first).to_be_visible()
    field.fill("zzqzz")
    expect(page.get_by_text("Aucun résultat", exact=True).first).to_be_visible()
    field.press("Escape")
    expect(field).to_have_count(0)
    width = "one => one.offsetWidth"
    before = viewer(page).locator(".page").first.evaluate(width)
    page.locator(".viewer .pages").focus()
    page.keyboard.press("+")
    # How large is said on a phone, and shown where there is room for it.
    expect(page.get_by_text("125 %", exact=True)).to_be_attached()
    wait_for(lambda: bool(viewer(page).locator(".page").first.evaluate(width) > before))
    page.keyboard.press("0")
    # The page says so at once; its frame hears of it a moment later.
    wait_for(lambda: bool(viewer(page).locator(".page").first.evaluate(width) == before))
    path = visitor.save(visitor.button(re.compile("Télécharger")), tmp_path)
    assert path.read_bytes()[:4] == b"%PDF"


def test_browser_home_handled_is_kept_for_the_next_visit_which_opens_no_header(home: Home) -> None:
    visitor = home.visitor
    visitor.open_list()
    visitor.open_document("Avis d’été deux")
    visitor.page.evaluate(TAPPED)
    visitor.tap(visitor.button("Marquer comme traité"))
    expect(visitor.button("Remettre à faire")).to_be_visible()
    # A mark is written a second and a half after it was made; what is written before does not hold it.
    visitor.page.wait_for_function(
        """() => performance.getEntriesByType('resource').some((one) => one.responseStatus === 204
          && one.name.includes('/api/vault/index?') && one.startTime - globalThis.testTapped >= 1500)"""
    )
    visitor.sign_out()
    home.asked.clear()
    visitor.go("/documents")
    visitor.sign_in()
    visitor.sees("Mes documents")
    row = visitor.page.locator("section[aria-labelledby^=year] li").filter(has_text="Avis d’été deux")
    expect(row.get_by_text("Traité")).to_be_visible()
    visitor.sees_whole_list()
    assert len(visitor.titles()) == 8
    assert "GET /vault/places" in home.asked
    assert "GET /documents" not in home.asked


def test_browser_home_deleted_document_is_gone_and_its_receipt_is_there(home: Home, tmp_path: Path) -> None:
    visitor = home.visitor
    visitor.open_list()
    identity = visitor.open_document("Avis d’été six")
    visitor.tap(visitor.button("Supprimer ce document"))
    expect(visitor.page.get_by_role("heading", name="Supprimer ce document pour toujours?")).to_be_focused()
    visitor.tap(visitor.button("Garder le document"))
    expect(visitor.button("Supprimer ce document")).to_be_focused()
    visitor.tap(visitor.button("Supprimer ce document"))
    # On a busy machine the log may take longer than the page waits before it asks.
    visitor.traffic.foresee(425, f"/api/documents/{identity}/deletion")
    visitor.tap(visitor.button("Supprimer pour toujours"))
    visitor.sees("Le document est supprimé")
    # What is kept proves by itself what its holder signed and since when the log has it.
    kept = visitor.save(visitor.button("Télécharger la preuve"), tmp_path).read_bytes()
    root = accept_first(visitor.context.request.get(f"{home.city.origin}/api/trust-root").body()).root
    proven = verify_act_proof(kept, root)
    assert isinstance(proven.subject, Delete)
    assert proven.subject.document_id.hex() == identity
    visitor.open_list()
    assert "Avis d’été six" not in visitor.titles()
    rows = home.city.query("SELECT deleted_at FROM documents WHERE document_id = ?", bytes.fromhex(identity))
    assert rows[0][0] is not None


def test_browser_home_offline_what_is_open_stays_and_the_rest_says_so(home: Home) -> None:
    visitor = home.visitor
    visitor.open_list()
    # The rows come in pieces: those that are still on their way would be asked for in vain.
    wait_for(lambda: len(visitor.titles()) >= 7)
    visitor.traffic.foresee_offline(offline=True)
    visitor.context.set_offline(True)
    try:
        expect(visitor.page.get_by_text("Pas de connexion.", exact=False).first).to_be_visible()
        assert len(visitor.titles()) >= 7
        visitor.tap(visitor.page.locator("section[aria-labelledby^=year] li a").filter(has_text="Avis d’été quatre").first)
        visitor.sees("Pas de connexion")
        expect(visitor.button("Réessayer")).to_be_visible()
    finally:
        visitor.context.set_offline(False)
        visitor.traffic.foresee_offline(offline=False)
    visitor.tap(visitor.button("Réessayer"))
    visitor.sees("Avis d’été quatre")
