"""The main path: from the link on the letter to the proof in hand, with what the city delivers afterwards."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.support.served_city import Recipient, ServedCity
from tests.browser.support.visitor import Visitor, new_visitor
from tests.support.journeys import FLOORS
from tools.support_codes import support_code

Figure = Callable[[str, object], None]


@pytest.fixture(scope="module")
def resident(city: ServedCity) -> Recipient:
    return city.resident()


@pytest.fixture(scope="module")
def holder(browser: Browser, city: ServedCity, resident: Recipient) -> Iterator[Visitor]:
    """The demonstration's resident, who has claimed: one browser, one authenticator, for all tests of this file."""
    visitor = new_visitor(browser, city.origin)
    visitor.traffic.secrets.update(code=resident.code.encode(), grouped=resident.grouped.encode())
    visitor.claim(resident.link)
    yield visitor
    visitor.context.close()


@pytest.fixture(autouse=True)
def judged(holder: Visitor) -> Iterator[None]:
    yield
    holder.judge()


@pytest.fixture
def at_home(holder: Visitor) -> Visitor:
    """The resident with the list before them."""
    if holder.page.get_by_role("navigation").count() == 0:
        holder.go("/")
        holder.sign_in()
    holder.open_list()
    return holder


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.journey("claim-passkey", "document")
def test_browser_claim_takes_one_tap_and_one_prompt(browser: Browser, city: ServedCity, figure: Figure) -> None:
    figure("Chromium", browser.version)
    assert int(browser.version.split(".")[0]) >= FLOORS["Chromium"]
    letter = city.fresh()
    visitor = new_visitor(browser, city.origin)
    visitor.traffic.secrets.update(code=letter.code.encode(), grouped=letter.grouped.encode())
    seconds = visitor.claim(letter.link)
    assert (visitor.taps, visitor.prompts) == (1, ["create"])
    figure("from the letter's link to the open document", f"{visitor.taps} tap, {len(visitor.prompts)} prompt, {seconds:.2f} s")
    visitor.sees(letter.row["titre"])
    assert "#" not in visitor.page.url
    visitor.context.close()
    visitor.judge()


def test_browser_claim_leaves_a_vault_a_bound_code_and_a_signed_opening(
    at_home: Visitor, city: ServedCity, resident: Recipient
) -> None:
    identity = at_home.open_document(resident.row["titre"])
    rows = city.query(
        "SELECT l.state, length(v.vault_id), d.opened_at FROM documents d JOIN lookups l ON l.lookup_id = d.box_id "
        "JOIN vaults v ON v.vault_id = l.vault_id WHERE d.document_id = ?",
        bytes.fromhex(identity),
    )
    assert [(state, size) for state, size, _ in rows] == [("bound", 32)]
    assert rows[0][2] is not None
    acts = city.query("SELECT count(*) FROM events WHERE type = 'opened' AND act IS NOT NULL")
    assert acts[0][0] >= 1


def test_browser_letter_says_who_wrote_and_what_waits_before_it_asks(browser: Browser, city: ServedCity) -> None:
    letter = city.fresh()
    before = city.counts()
    visitor = new_visitor(browser, city.origin)
    visitor.go(letter.link)
    visitor.sees("Vous avez reçu un document")
    shown = visitor.page.get_by_role("article").inner_text()
    amount = letter.row["montant"].replace(",", "")
    assert "Ville de Val-des-Cèdres" in shown
    assert "Finances" in shown
    assert letter.row["titre"] in shown
    assert amount in re.sub(r"\D", "", shown)
    assert visitor.prompts == []
    assert city.counts() == before
    visitor.context.close()
    visitor.judge()


@pytest.mark.journey("sign-in-passkey")
def test_browser_holder_signs_out_and_in_again_and_reads(at_home: Visitor, city: ServedCity, resident: Recipient) -> None:
    sessions = "SELECT count(*) FROM sessions WHERE kind = 'holder'"
    open_sessions = city.query(sessions)[0][0]
    with at_home.page.expect_response("**/api/session"):
        at_home.sign_out()
    assert city.query(sessions)[0][0] == open_sessions - 1
    assert resident.row["titre"] not in at_home.page.content()
    prompts = len(at_home.prompts)
    at_home.sign_in()
    at_home.sees("Mes documents")
    assert at_home.prompts[prompts:] == ["get"]
    at_home.open_document(resident.row["titre"])


@pytest.mark.journey("download")
def test_browser_document_downloads_as_the_file_that_was_delivered(at_home: Visitor, resident: Recipient, folder: Path) -> None:
    at_home.open_document(resident.row["titre"])
    saved = at_home.save(at_home.button(re.compile("Télécharger")), folder)
    assert saved.suffix == ".pdf"
    assert sha256(saved.read_bytes()) == sha256(resident.pdf.read_bytes())


@pytest.fixture
def kept(at_home: Visitor, resident: Recipient, folder: Path) -> tuple[Path, Path]:
    """The PDF and its receipt, saved from the pages."""
    at_home.open_document(resident.row["titre"])
    document = at_home.save(at_home.button(re.compile("Télécharger")), folder)
    at_home.tap(at_home.link("Voir la preuve"))
    at_home.sees("Ce document est authentique")
    return document, at_home.save(at_home.button("Télécharger le reçu"), folder)


def test_browser_evidence_shows_the_values_that_the_receipt_holds(
    at_home: Visitor, kept: tuple[Path, Path], resident: Recipient
) -> None:
    document, receipt = kept
    at_home.page.locator("summary").click()
    expect(at_home.page.locator("details dd").first).to_be_visible()
    shown = re.sub(r"\s", "", at_home.page.locator("main").inner_text())
    assert sha256(document.read_bytes()) in shown
    assert receipt.name.endswith(".receipt.json")
    held = json.loads(receipt.read_bytes())
    assert held["version"] == 1
    assert resident.row["titre"].replace(" ", "") in shown


@pytest.mark.journey("evidence")
def test_browser_downloads_are_verified_by_the_command(city: ServedCity, kept: tuple[Path, Path], resident: Recipient) -> None:
    document, receipt = kept
    verdict = city.voute("verify", document, receipt, "--home", city.home)
    assert (verdict["verdict"], verdict["title"]) == ("witnessed", resident.row["titre"])
    altered = document.with_name("altered.pdf")
    altered.write_bytes(document.read_bytes() + b"\n")
    refusal = city.voute("verify", altered, receipt, "--home", city.home, status=1)
    assert refusal["error"] == "document-differs"


@pytest.mark.journey("verifier-page")
def test_browser_verifier_page_believes_the_file_and_no_other(
    browser: Browser, city: ServedCity, kept: tuple[Path, Path], resident: Recipient
) -> None:
    document, receipt = kept
    altered = document.with_name("altered.pdf")
    altered.write_bytes(document.read_bytes().replace(b"%%EOF", b"%%EOf"))
    visitor = new_visitor(browser, city.origin)
    visitor.go("/verifier")
    visitor.page.locator("input[type=file]").set_input_files([document, receipt])
    visitor.sees("Authentique")
    expect(visitor.page.locator("main")).to_contain_text(resident.row["titre"])
    visitor.button(re.compile("autre")).click()
    visitor.page.locator("input[type=file]").set_input_files([altered, receipt])
    expect(visitor.page.get_by_text(support_code("document-differs"))).to_be_visible()
    assert [one.method for one in visitor.traffic.sent if one.method != "GET"] == []
    visitor.context.close()
    visitor.judge()


def test_browser_second_delivery_lands_in_the_opened_vault(at_home: Visitor, city: ServedCity, figure: Figure) -> None:
    permits = city.founded.documents
    before = at_home.titles()
    begin = time.monotonic()
    report = city.voute("deliver", permits.permits_csv, "--pdf-dir", permits.permits_dir, "--as", "finances", "--home", city.home)
    figure("second delivery of three permits", f"{time.monotonic() - begin:.2f} s from command to receipts")
    assert (report["sent"], report["to_vaults"]) == (3, 1)
    at_home.open_list()
    # The rows that were there are shown at once, the new one when it has come.
    expect(at_home.page.locator(".title", has_text=permits.resident.permit_title)).not_to_have_count(0)
    assert sorted(at_home.titles()) == sorted([*before, permits.resident.permit_title])
    identity = at_home.open_document(permits.resident.permit_title)
    assert city.query("SELECT box_kind FROM documents WHERE document_id = ?", bytes.fromhex(identity)) == [("vault",)]
