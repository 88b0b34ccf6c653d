"""Keyrings, records and sign-ins that a lying city exchanges: the vault stays shut, nothing is uploaded."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.support.visitor import Visitor, new_visitor
from tests.sim.page.evil_page import EvilPage, Json, Lie, b64, both, lie_about, raw
from tests.support.holder import now
from tools.support_codes import support_code
from voute.core.ids import VaultId
from voute.format import dsse
from voute.format.dsse import SigningKey
from voute.format.kit import parse_kit
from voute.format.vault_record import VaultKind, parse_vault_record, verify_chain
from voute.seal.hybrid import HybridIdentity
from voute.seal.unlock import UnlockMethod, kit_method, new_kit, passkey_method
from voute.seal.vault import first_keyring, name_method, new_vault

VAULT = "/api/vault"
SESSIONS = "/api/sessions"
HARMLESS = {"POST /api/sessions/challenge", "POST /api/sessions", "POST /api/sessions/kit"}


@dataclass(frozen=True)
class Known:
    """What the attacker is given, more than any server has: the victim's own ways in."""

    before: Json
    """The vault before the kit was added."""
    now: Json
    vault_id: VaultId
    passkey: UnlockMethod
    kit: UnlockMethod
    kit_text: str
    prf: bytes
    credential_id: bytes


@pytest.fixture(scope="module")
def known(evil: EvilPage) -> Known:
    assert evil.sign_in() == ""
    before = evil.replies(VAULT)
    page = evil.victim.page
    page.get_by_role("navigation").get_by_role("link", name="Moyens d’accès").click()
    evil.victim.button("Faire une trousse").click()
    text = page.get_by_role("region", name="Texte de la trousse").inner_text().strip() + "\n"
    evil.victim.traffic.secrets["kit"] = text.strip().splitlines()[-1].encode()
    assert evil.sign_in() == ""
    vault_id = VaultId(bytes.fromhex(before["vault_id"]))
    outputs = [secret for name, secret in evil.victim.traffic.secrets.items() if name.startswith("PRF")]
    sent = [one for one in evil.proxy.exchanges if one.route == "POST /api/sessions" and one.status == 200]
    credential = json.loads(sent[-1].request.body)["credential"]["id"]
    credential_id = base64.urlsafe_b64decode(credential + "=" * (-len(credential) % 4))
    passkey = passkey_method(outputs[-1], vault_id, credential_id)
    kit = kit_method(parse_kit(text.encode()))
    return Known(before, evil.replies(VAULT), vault_id, passkey, kit, text, outputs[-1], credential_id)


def own_vault(known: Known, *methods: UnlockMethod, vault_id: bytes | None = None) -> Json:
    """A vault of the attacker's, its keyring sealed to the attacker and to the victim's own ways in."""
    city = parse_vault_record(dsse.parse(raw(known.now["records"][0])).payload).city
    fresh = new_vault(city, VaultKind.PERSON, known.now["v"])
    mine = kit_method(new_kit(city, fresh.vault_id, now()))
    named = [name_method(one, "x", now()) for one in (mine, *methods)]
    update = first_keyring(fresh, named, [], 1)
    return known.now | {
        "vault_id": (vault_id or fresh.vault_id).hex(),
        "records": [b64(fresh.genesis), b64(update.record)],
        "keyring": b64(update.keyring_age),
    }


def forged_record(known: Known, *, named: bool) -> str:
    """One more record that makes the attacker's key the newest; under the victim's key's name, or the attacker's."""
    chain = verify_chain([raw(one) for one in known.now["records"]])
    newest = chain.newest
    reading = replace(newest.reading, epoch=newest.reading.epoch + 1, recipient=HybridIdentity.generate().recipient.to_string())
    envelope = dsse.parse(
        replace(newest, number=newest.number + 1, previous=chain.head, reading=reading).sign(SigningKey(b"x" * 32))
    )
    root_key = dsse.keyid(newest.root_key)
    lines = [replace(one, keyid=root_key) for one in envelope.signatures] if named else envelope.signatures
    return b64(dsse.assemble(dsse.Kind.VAULT_RECORD, envelope.payload, lines))


def flipped(text: str, at: int) -> str:
    data = bytearray(raw(text))
    data[at % len(data)] ^= 1 << at % 8
    return b64(bytes(data))


def vault_lies(known: Known) -> dict[str, tuple[Json, str]]:
    """What the city may say of the vault: by name, the reply and the code that must refuse it."""
    true = known.now
    mine = own_vault(known, known.passkey)
    lies: dict[str, tuple[Json, str]] = {
        "the attacker's keyring, sealed to the victim's passkey": (true | {"keyring": mine["keyring"]}, "keyring-mismatch"),
        "the attacker's records and keyring": (mine | {"vault_id": true["vault_id"]}, "record-chain"),
        "the attacker's whole vault": (mine, "wrong-vault"),
        "the attacker's records": (true | {"records": mine["records"]}, "record-chain"),
        "a record by the attacker": (
            true | {"records": [*true["records"], forged_record(known, named=False)]},
            "unknown-key",
        ),
        "a record by the attacker in the victim's name": (
            true | {"records": [*true["records"], forged_record(known, named=True)]},
            "bad-signature",
        ),
        "the vault of yesterday": (known.before, "record-chain"),
        "the keyring of yesterday": (true | {"keyring": known.before["keyring"]}, "keyring-mismatch"),
        "the records of yesterday": (true | {"records": known.before["records"]}, "record-chain"),
        "no records": (true | {"records": []}, "record-chain"),
        "records in another order": (true | {"records": true["records"][::-1]}, "record-chain"),
        "no keyring": (true | {"keyring": ""}, "keyring-mismatch"),
    }
    size = len(raw(true["keyring"]))
    for at in (*range(30, size, size // 12), size - 1):
        lies[f"a bit of the keyring at {at}"] = (true | {"keyring": flipped(true["keyring"], at)}, "keyring-mismatch")
    return lies


def saying(reply: Json) -> Lie:
    return lie_about(VAULT, lambda _: reply)


@pytest.mark.attack("A2", "A3", "A7", "A9", "B6")
def test_sim_evil_page_exchanged_keyrings_open_nothing_and_cause_no_upload(evil: EvilPage, known: Known) -> None:
    codes, asked = {}, {}
    lies = vault_lies(known)
    for number, (name, (reply, _)) in enumerate(lies.items()):
        with evil.lying(saying(reply)) as exchanged:
            codes[name] = evil.sign_in(again=number > 0)
        asked[name] = [one.route for one in exchanged if "/api/" in one.path and one.route != "GET /api/about"]
    assert codes == {name: code for name, (_, code) in lies.items()}
    # Whatever the cause, the same requests: sign-in, vault, nothing afterwards.
    routes = {tuple(sorted(set(one) - {"GET /api/trust-root"})) for one in asked.values()}
    assert routes == {("GET /api/vault", "POST /api/sessions", "POST /api/sessions/challenge")}


@pytest.mark.attack("A2")
def test_sim_evil_page_exchanged_keyrings_do_not_open_with_the_kit_either(evil: EvilPage, known: Known) -> None:
    mine = own_vault(known, known.kit)
    stranger = new_visitor(evil.browser, evil.city.origin, prf="none")
    try:
        stranger.go("/connexion")
        stranger.button("Utiliser ma trousse de secours").click()
        for reply, code in (
            (known.now | {"keyring": mine["keyring"]}, "keyring-mismatch"),
            (mine | {"vault_id": known.now["vault_id"]}, "record-chain"),
            (known.now | {"keyring": known.before["keyring"]}, "keyring-mismatch"),
        ):
            with evil.lying(saying(reply)) as exchanged:
                open_with_kit(stranger, known.kit_text)
                expect(stranger.page.locator("main")).to_contain_text(support_code(code))
            assert {one.route for one in exchanged if one.method != "GET"} <= HARMLESS
        open_with_kit(stranger, known.kit_text)
        stranger.sees("Mes documents")
    finally:
        stranger.context.close()


def open_with_kit(visitor: Visitor, text: str) -> None:
    visitor.page.get_by_label("Texte de la trousse").fill(text)
    visitor.button("Ouvrir avec la trousse").click()


@pytest.mark.control("A2", "A9", "B6")
def test_sim_evil_page_control_true_vault_told_by_the_liar_opens(evil: EvilPage, known: Known) -> None:
    with evil.lying(saying(known.now)):
        assert evil.sign_in() == ""


def whole_session(reply: Json) -> Lie:
    """The sign-in, too, is to the attacker's vault."""
    return both(lie_about(SESSIONS, lambda _: {"vault_id": reply["vault_id"]}, "POST"), saying(reply))


@pytest.mark.attack("A9")
def test_sim_evil_page_sign_in_to_another_vault_is_refused(evil: EvilPage, known: Known) -> None:
    with evil.lying(whole_session(own_vault(known, known.passkey))) as exchanged:
        assert evil.sign_in() == "wrong-vault"
    assert "GET /api/vault" not in {one.route for one in exchanged}


FALLS: dict[str, Callable[[Known], Lie]] = {
    "any-keyring": lambda known: saying(known.now | {"keyring": own_vault(known, known.passkey)["keyring"]}),
    # One key for all vaults: the attacker, who knows it from a vault of theirs, seals theirs to it.
    "any-vault": lambda known: whole_session(
        own_vault(known, passkey_method(known.prf, VaultId(bytes(32)), known.credential_id))
    ),
    "no-pin": lambda known: saying(known.before),
}


@pytest.mark.mutant("A2", "A9", "B6")
@pytest.mark.parametrize("mutant", FALLS)
def test_sim_evil_page_mutant_without_the_check_opens_the_exchanged_vault(evil: EvilPage, known: Known, mutant: str) -> None:
    with evil.lying(FALLS[mutant](known), mutant):
        assert evil.sign_in() == ""
    if mutant != "no-pin":
        # The mutant has pinned a vault that is not there; the next visit begins anew.
        evil.victim.page.evaluate("localStorage.removeItem('voute.heads')")


# -- what a city may ask for


ORDERS: dict[str, Any] = {
    "rotate": True,
    "upgrade": "v2",
    "legacy": True,
    "policy": {"recovery": "city", "trustees": ["city"]},
    "iterations": 1,
    "logN": 1,
    "kdf": "scrypt",
}


def ordering(exchange: Any) -> Any:  # noqa: ANN401 -- an exchange and a message
    """Every JSON object that the city says has the orders in it."""
    reply = exchange.reply
    if not exchange.path.startswith("/api/") or reply is None or "json" not in (reply.header("content-type") or ""):
        return None
    said = reply.json
    return reply.with_json(said | ORDERS) if isinstance(said, dict) and exchange.path != "/api/trust-root" else None


def visit(evil: EvilPage) -> None:
    """A visit of the whole vault."""
    assert evil.sign_in() == ""
    evil.list_is_whole()
    assert evil.open("Compte de taxes") == ""
    evil.victim.page.get_by_role("navigation").get_by_role("link", name="Moyens d’accès").click()
    evil.victim.sees("Moyens d’accès")
    evil.settle()


def writes(exchanged: Any) -> list[str]:  # noqa: ANN401 -- a list of exchanges
    return sorted(one.route for one in exchanged if one.method != "GET")


@pytest.mark.attack("A5", "A6")
@pytest.mark.control("A5", "A6")
def test_sim_evil_page_orders_of_the_city_change_nothing_that_is_sent(evil: EvilPage, known: Known) -> None:
    assert known.now
    with evil.lying(None) as quiet:
        visit(evil)
    with evil.lying(ordering) as ordered:
        visit(evil)
    assert writes(ordered) == writes(quiet)
    assert [one for one in ordered if one.method == "PUT"] == []
    # The orders were given, in every answer.
    assert sum(b'"logN"' in one.reply.body for one in ordered if one.reply) >= 6


@pytest.mark.mutant("A5")
def test_sim_evil_page_mutant_that_obeys_seals_its_keyring_anew(evil: EvilPage, known: Known) -> None:
    assert known.now
    with evil.lying(ordering, "obeys-rotation") as exchanged:
        evil.sign_in()
        evil.settle()
    assert [one.route for one in exchanged if one.method == "PUT"] == ["PUT /api/vault/keyring"]
    evil.victim.page.evaluate("localStorage.removeItem('voute.heads')")
