"""Firefox ESR, as Debian packages it: the letter, the document, the proof, both ways in and the verifier, as in Chromium."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.support.axe import Finding
from tests.browser.support.firefox_visitor import FirefoxVisitor
from tests.browser.support.served_city import ServedCity
from tests.support.firefox import Firefox, launched_firefox
from tests.support.journeys import FLOORS
from tests.support.waiting import wait_for
from tools.support_codes import support_code

Figure = Callable[[str, object], None]


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with launched_firefox(tmp_path_factory.mktemp("firefox")) as running:
        yield running


@pytest.fixture
def visitor(firefox: Firefox, city: ServedCity) -> Iterator[FirefoxVisitor]:
    """A person with nothing yet; what their pages said and asked for is judged at the end."""
    person = FirefoxVisitor(firefox, city.origin)
    yield person
    person.leave()
    person.judge()


def found_nowhere(found: dict[str, dict[str, list[Finding]]]) -> None:
    assert {name: one for name, one in found.items() if one} == {}


def test_browser_firefox_is_the_one_of_the_page(firefox: Firefox, figure: Figure) -> None:
    figure("Firefox", firefox.version)
    assert int(firefox.version.split(".")[0]) >= FLOORS["Firefox ESR"]


@pytest.mark.journey("claim-passkey", "document", "evidence", "download", "verifier-page", "axe")
def test_browser_firefox_passkey_from_the_letter_to_the_proof(visitor: FirefoxVisitor, city: ServedCity) -> None:
    """Firefox gives the PRF output at the second prompt only: the page says so, then asks once more."""
    letter, found = city.fresh(), {}
    title = letter.row["titre"]
    visitor.take_authenticator()
    visitor.go(letter.link)
    visitor.sees("Vous avez reçu un document")
    found["letter"] = visitor.axe()
    visitor.tap("Ouvrir mon coffre")
    visitor.sees("Encore une confirmation, la dernière")
    found["again"] = visitor.axe()
    visitor.tap("Confirmer de nouveau")
    visitor.sees_pages()
    visitor.sees(title)
    found["document"] = visitor.axe()
    with visitor.viewer():
        assert visitor.ask("return [self.origin, location.href]") == ["null", "about:srcdoc"]
    assert visitor.saved("Télécharger (PDF", rest=True).read_bytes() == letter.pdf.read_bytes()
    visitor.tap("Voir la preuve")
    visitor.sees("Ce document est authentique")
    found["evidence"] = visitor.axe()
    receipt = visitor.saved("Télécharger le reçu")
    assert city.voute("verify", letter.pdf, receipt, "--home", city.home)["verdict"] == "witnessed"

    visitor.tap("Quitter")
    visitor.sees("Votre coffre est fermé")
    visitor.tap("Ouvrir mon coffre")
    visitor.sees("Votre coffre est fermé")
    visitor.find("h2", "Nous ne vous reconnaissons pas")
    assert city.query("SELECT m.kind FROM methods m JOIN vaults v USING (vault_id) ORDER BY v.v DESC LIMIT 1") == [("passkey",)]

    visitor.go("/verifier")
    visitor.sees("Vérifier un document")
    visitor.choose([letter.pdf, receipt])
    visitor.sees("Authentique")
    assert title in visitor.text()
    found["proven"] = visitor.axe()
    visitor.tap("Vérifier un autre document")
    files = {"altered.pdf": letter.pdf.read_bytes() + b" ", "receipt.json": receipt.read_bytes()}
    visitor.drop([(name, base64.b64encode(data).decode()) for name, data in files.items()])
    visitor.sees("Ce document n’est pas prouvé")
    assert support_code("document-differs") in visitor.text()
    found["refused"] = visitor.axe()
    found_nowhere(found)


@pytest.mark.journey("claim-kit", "sign-in-kit", "document", "axe")
def test_browser_firefox_without_an_authenticator_opens_with_the_kit(
    visitor: FirefoxVisitor, city: ServedCity, folder: Path
) -> None:
    """In English: the prompt of a computer that has no authenticator is closed; the kit opens the vault then and later."""
    letter, found = city.fresh(), {}
    visitor.take_authenticator(consents=False)
    visitor.go(letter.link)
    visitor.tap("English")
    visitor.sees("A document is waiting for you")
    visitor.tap("Open my vault")
    visitor.find("[role=alert]")
    found["letter, prompt closed"] = visitor.axe()
    visitor.tap("Continue without a passkey")
    visitor.sees("First keep your recovery kit")
    found["kit"] = visitor.axe()
    kit = folder / "kit.txt"
    kit.write_bytes(visitor.saved("Save the text").read_bytes())
    visitor.ask("document.querySelector('input[type=checkbox]').click()")
    visitor.tap("Open my vault")
    visitor.sees_pages()
    visitor.sees(letter.row["titre"])
    found["document"] = visitor.axe()
    assert city.query("SELECT m.kind FROM methods m JOIN vaults v USING (vault_id) ORDER BY v.v DESC LIMIT 1") == [("kit",)]
    assert visitor.ask("return document.documentElement.lang") == "en"

    visitor.tap("Leave")
    visitor.sees("Your vault is closed")
    visitor.tap("Use my recovery kit")
    found["sign in"] = visitor.axe()
    visitor.choose([kit])
    visitor.tap("Open with the kit")
    visitor.sees("My documents")
    found["documents"] = visitor.axe()
    found_nowhere(found)


@pytest.mark.journey("policy")
def test_browser_firefox_holds_the_page_to_its_policy(visitor: FirefoxVisitor) -> None:
    """What Firefox does know of the policy it enforces, and the recorder of this file hears of it."""
    visitor.go("/")
    visitor.find("h1")
    assert visitor.ask("return typeof trustedTypes") == "undefined"
    visitor.ask(
        "const one = document.createElement('script'); one.textContent = 'window.ran = true'; document.body.append(one);"
        "const two = new Image(); two.src = 'http://localhost:9/pixel.png'; document.body.append(two);"
    )
    assert visitor.ask("return window.wrappedJSObject?.ran ?? window.ran ?? null") is None
    wait_for(lambda: len(visitor.said()) >= 2)
    said = json.dumps(visitor.said(), ensure_ascii=False)
    assert "script-src-elem" in said
    assert "img-src" in said
    visitor.firefox.chrome("Services.console.reset()")
