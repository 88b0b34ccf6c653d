"""`verifier.html`, downloaded once, then opened from a disk with the city gone and no connection."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.support.served_city import Recipient, ServedCity
from tests.browser.support.visitor import Visitor, new_visitor
from tools.support_codes import support_code

NewVisitor = Callable[..., Visitor]


@pytest.fixture
def on_disk(new: NewVisitor, city: ServedCity, folder: Path) -> tuple[Recipient, dict[str, Path]]:
    """The verifier, a document and its receipt, the proof of a choice, saved from the pages; then the city stops."""
    letter, visitor = city.fresh(), new()
    visitor.claim(letter.link)
    files = {"pdf": visitor.save(visitor.button(re.compile("Télécharger")), folder)}
    visitor.tap(visitor.link("Voir la preuve"))
    files["receipt"] = visitor.save(visitor.button("Télécharger le reçu"), folder)
    with visitor.context.expect_page() as opened:
        visitor.tap(visitor.link("Ouvrir le vérificateur"))
    visitor.tap(visitor.page.get_by_role("navigation").get_by_role("link", name="Papier"))
    visitor.tap(visitor.button("Me passer du papier").first)
    visitor.tap(visitor.button("Je choisis le coffre seulement"))
    files["proof"] = visitor.save(visitor.button("Garder la preuve").first, folder)
    # The city stops while this page stands open and may be about to keep its index.
    visitor.traffic.foresee_offline(offline=True)
    with opened.value.expect_download() as waiting:
        opened.value.get_by_role("link", name="Télécharger verifier.html").click()
    files["verifier"] = folder / "verifier.html"
    waiting.value.save_as(files["verifier"])
    return letter, files


@pytest.mark.journey("verifier-file")
def test_browser_verifier_file_judges_without_city_and_without_connection(
    browser: Browser, city: ServedCity, on_disk: tuple[Recipient, dict[str, Path]]
) -> None:
    letter, files = on_disk
    city.stop()
    try:
        visitor = new_visitor(browser, "file://")
        visitor.context.set_offline(True)
        visitor.go(files["verifier"].as_uri())
        visitor.sees("Vérifier un document")
        expect(visitor.page.locator("main")).to_contain_text(city.demo.fingerprint)
        visitor.page.locator("input[type=file]").set_input_files([files["pdf"], files["receipt"]])
        visitor.sees("Authentique")
        expect(visitor.page.locator("main")).to_contain_text(letter.row["titre"])
        expect(visitor.page.locator("main")).to_contain_text("Ville de Val-des-Cèdres, Finances")

        altered = files["pdf"].with_name("altered.pdf")
        altered.write_bytes(files["pdf"].read_bytes() + b" ")
        visitor.button("Vérifier un autre document").click()
        visitor.page.locator("input[type=file]").set_input_files([altered, files["receipt"]])
        expect(visitor.page.get_by_text(support_code("document-differs"))).to_be_visible()

        # What the person signed, by its one file.
        visitor.button("Vérifier un autre document").click()
        visitor.page.locator("input[type=file]").set_input_files([files["proof"]])
        visitor.sees("Signé par la personne")
        expect(visitor.page.locator("main")).to_contain_text("a renoncé au papier")
        assert {one.url for one in visitor.traffic.sent} == {files["verifier"].as_uri()}
        visitor.context.close()
        visitor.judge()
    finally:
        city.start()
