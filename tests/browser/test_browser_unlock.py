"""Other ways to the same vault: PRF only at `get`, no PRF at all, the recovery kit, a second authenticator."""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import OPEN_BUTTON, Visitor, add_authenticator
from voute.format.kit import Kit, parse_kit
from voute.seal import unlock
from voute.seal.keyring import OpenVault, open_keyring

NewVisitor = Callable[..., Visitor]


def kit_shown(visitor: Visitor) -> str:
    text = visitor.page.get_by_role("region", name="Texte de la trousse").inner_text()
    visitor.traffic.secrets["kit"] = text.strip().splitlines()[-1].encode()
    return text.strip() + "\n"


def keep_kit(visitor: Visitor) -> str:
    """Read the kit on the screen and say that it was kept."""
    text = kit_shown(visitor)
    visitor.page.get_by_role("checkbox").check()
    return text


def vault_of(visitor: Visitor, kit: Kit) -> OpenVault:
    """Open what the city keeps of this vault with the kit, by the Python implementation and its own checks."""
    reply = visitor.context.request.get(f"{visitor.traffic.origin}/api/vault").json()
    method = unlock.kit_method(kit)
    records = [_raw(one) for one in reply["records"]]
    return open_keyring(kit.vault_id, records, _raw(reply["keyring"]), method)


def _raw(text: str) -> bytes:
    return base64.b64decode(text)


def test_browser_claim_with_prf_at_get_only_asks_once_more_and_explains_it(
    new: NewVisitor, city: ServedCity, figure: Callable[[str, object], None]
) -> None:
    visitor, letter = new(prf="get"), city.fresh()
    visitor.go(letter.link)
    visitor.tap(visitor.button(OPEN_BUTTON))
    visitor.sees("Encore une confirmation, la dernière")
    assert visitor.prompts == ["create"]
    expect(visitor.page.locator("main")).to_contain_text("un second geste")
    visitor.tap(visitor.button("Confirmer de nouveau"))
    visitor.sees_pages()
    assert (visitor.taps, visitor.prompts) == (2, ["create", "get"])
    figure("the same where PRF comes only at the second prompt", f"{visitor.taps} taps, {len(visitor.prompts)} prompts")
    visitor.sign_out()
    visitor.sign_in()
    visitor.sees("Mes documents")
    assert visitor.prompts == ["create", "get", "get"]


@pytest.mark.journey("claim-kit", "sign-in-kit")
def test_browser_claim_without_prf_opens_with_the_kit_then_and_later(new: NewVisitor, city: ServedCity) -> None:
    visitor, letter = new(prf="none"), city.fresh()
    before = city.counts()
    visitor.go(letter.link)
    visitor.tap(visitor.button(OPEN_BUTTON))
    visitor.sees("Gardez d’abord votre trousse de secours")
    assert city.counts()["vaults"] == before["vaults"]
    text = kit_shown(visitor)
    visitor.tap(visitor.button(OPEN_BUTTON))
    expect(visitor.page.get_by_role("alert")).to_contain_text("Imprimez ou enregistrez d’abord")
    keep_kit(visitor)
    visitor.tap(visitor.button(OPEN_BUTTON))
    visitor.sees_pages()
    assert city.query("SELECT m.kind FROM methods m JOIN vaults v USING (vault_id) ORDER BY v.v DESC LIMIT 1") == [("kit",)]

    visitor.sign_out()
    visitor.sign_in()
    visitor.sees("Ouvrir avec la trousse de secours")
    expect(visitor.page.locator("main")).to_contain_text("ne sait pas s’en servir")
    visitor.page.get_by_label("Texte de la trousse").fill(text)
    visitor.tap(visitor.button("Ouvrir avec la trousse"))
    visitor.sees("Mes documents")
    visitor.open_document(letter.row["titre"])


def test_browser_kit_made_in_the_page_opens_the_vault_everywhere(new: NewVisitor, city: ServedCity, folder: Path) -> None:
    visitor, letter = new(), city.fresh()
    visitor.claim(letter.link)
    visitor.open_list()
    visitor.tap(visitor.link("Ajouter un second moyen d’accès"))
    visitor.sees("Moyens d’accès")
    visitor.tap(visitor.button("Faire une trousse"))
    visitor.sees("Voici votre trousse de secours")

    text = keep_kit(visitor)
    saved = visitor.save(visitor.button("Enregistrer le texte"), folder)
    assert saved.read_text("utf-8") == text
    visitor.tap(visitor.button("Imprimer"))
    assert visitor.printed == 1
    visitor.page.emulate_media(media="print")
    expect(visitor.page.get_by_role("region", name="Texte de la trousse")).to_be_visible()
    expect(visitor.page.get_by_role("img", name=re.compile("Code QR"))).to_be_visible()
    expect(visitor.button("Terminer")).to_be_hidden()
    expect(visitor.page.get_by_role("navigation")).to_be_hidden()
    visitor.page.emulate_media(media="screen")

    kit = parse_kit(text.encode())
    vault = vault_of(visitor, kit)
    assert [method.kind for method in vault.keyring.methods].count("kit") == 1
    visitor.tap(visitor.button("Terminer"))
    visitor.sees("Essayez votre trousse")
    visitor.tap(visitor.button("Plus tard"))
    visitor.sees("Moyens d’accès")
    expect(visitor.page.locator(".methods li")).to_have_count(2)

    archive = folder / "archive.zip"
    archive.write_bytes(visitor.context.request.get(f"{city.origin}/api/vault/archive").body())
    report = city.voute("open", archive, "--kit", saved, "--output", folder / "out")
    assert report["title"] == letter.row["titre"]
    opened = [path.read_bytes() for path in (folder / "out").rglob("*.pdf")]
    assert opened == [letter.pdf.read_bytes()]

    stranger = new(prf="none")
    stranger.go("/")
    stranger.tap(stranger.button("Utiliser ma trousse de secours"))
    stranger.page.locator("input[type=file]").set_input_files(saved)
    stranger.tap(stranger.button("Ouvrir avec la trousse"))
    stranger.sees("Mes documents")
    stranger.open_document(letter.row["titre"])
    assert stranger.prompts == []


def test_browser_kit_with_a_slip_is_pointed_at_and_sends_nothing(new: NewVisitor, folder: Path) -> None:
    visitor = new()
    visitor.go("/connexion")
    visitor.tap(visitor.button("Utiliser ma trousse de secours"))
    field, fault = visitor.page.get_by_label("Texte de la trousse"), visitor.page.locator("[data-field=validation]")
    visitor.tap(visitor.button("Ouvrir avec la trousse"))
    expect(fault).to_have_text("Collez le texte de la trousse, ou choisissez son fichier.")
    picture, kit = folder / "photo.txt", folder / "trousse-voute.txt"
    picture.write_bytes(bytes(20_000))
    visitor.page.locator("input[type=file]").set_input_files(picture)
    expect(fault).to_contain_text("Ce fichier est trop gros pour être une trousse.")
    expect(field).to_have_value("")
    kit.write_text("# voute-kit: 1\nAGE-SECRET-KEY-PQ-1QQQQ")
    visitor.page.locator("input[type=file]").set_input_files(kit)
    expect(field).to_have_value(kit.read_text())
    # What was wrong is not said any more once it is right.
    expect(fault).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")
    visitor.tap(visitor.button("Ouvrir avec la trousse"))
    expect(visitor.page.locator("main")).to_contain_text("Ce n’est pas une trousse complète")
    assert [one.path for one in visitor.traffic.sent if one.path == "/api/sessions/kit"] == []


def test_browser_second_passkey_on_another_authenticator_opens_the_vault(new: NewVisitor, city: ServedCity) -> None:
    visitor, letter = new(), city.fresh()
    visitor.claim(letter.link)
    add_authenticator(visitor.cdp, transport="usb")
    visitor.tap(visitor.page.get_by_role("navigation").get_by_role("link", name="Moyens d’accès"))
    visitor.tap(visitor.button("Ajouter une clé d’accès"))
    expect(visitor.page.locator(".methods li")).to_have_count(2)
    vault = city.query("SELECT vault_id FROM vaults ORDER BY v DESC LIMIT 1")[0][0]
    assert city.query("SELECT count(*) FROM credentials WHERE vault_id = ?", vault) == [(2,)]

    visitor.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": visitor.authenticator})
    visitor.sign_out()
    visitor.sign_in()
    visitor.sees("Mes documents")
    visitor.open_document(letter.row["titre"])


def test_browser_closed_prompt_is_a_choice_that_changes_nothing(new: NewVisitor, city: ServedCity) -> None:
    visitor, letter = new(), city.fresh()
    before = city.counts()
    visitor.refuse_prompts()
    visitor.go(letter.link)
    visitor.tap(visitor.button(OPEN_BUTTON))
    expect(visitor.page.get_by_role("alert")).to_contain_text("La confirmation n’a pas eu lieu")
    assert city.counts() == before
    visitor.take_authenticator()
    visitor.tap(visitor.button(OPEN_BUTTON))
    visitor.sees_pages()
    assert city.counts()["vaults"] == before["vaults"] + 1


def test_browser_replies_of_the_authenticator_are_rebuilt_without_extension_results(new: NewVisitor, city: ServedCity) -> None:
    visitor, letter = new(), city.fresh()
    visitor.traffic.secrets.update(code=letter.code.encode(), grouped=letter.grouped.encode())
    visitor.claim(letter.link)
    visitor.sign_out()
    visitor.sign_in()
    visitor.sees("Mes documents")
    bodies = [json.loads(one.body) for one in visitor.traffic.sent if one.path in {"/api/claims", "/api/sessions"}]
    assert [sorted(body["credential"]) for body in bodies] == [["id", "response", "type"]] * 2
    outputs = [name for name in visitor.traffic.secrets if name.startswith("PRF")]
    assert len(outputs) == 2
    assert visitor.traffic.leaks() == []
    # The search itself must be able to find: what did travel is found.
    visitor.traffic.secrets["credential id"] = bodies[0]["credential"]["id"].encode()
    assert visitor.traffic.leaks() != []
    del visitor.traffic.secrets["credential id"]
