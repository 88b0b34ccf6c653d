"""What a lying city would have the authenticator asked, and for whom: the page asks its own question, for its own host."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.support.visitor import OPEN_BUTTON, new_visitor
from tests.sim.page.evil_page import LAST, EvilPage, Json, Lie, b64, both, lie_about
from tools.support_codes import support_code
from voute.seal.unlock import PRF_INPUT

CHALLENGE = "/api/sessions/challenge"
SALT = bytes(range(32))
OPTIONS: dict[str, Any] = {
    "salt": b64(SALT),
    "user_verification": "discouraged",
    "userVerification": "discouraged",
    "attestation": "direct",
    "allowCredentials": [{"type": "public-key", "id": b64(bytes(16))}],
    "extensions": {
        "prf": {"eval": {"first": b64(SALT)}, "evalByCredential": {b64(bytes(16)): {"first": b64(SALT)}}},
        "largeBlob": {"read": True},
        "appid": "https://ailleurs.example",
    },
}
OURS = {
    "name": "get",
    "host": "localhost",
    "verification": "required",
    "allowed": 0,
    "attestation": "none",
    "extensions": ["prf"],
    "salt": PRF_INPUT.hex(),
    "others": ["eval"],
}


def with_options(host: str) -> Lie:
    return lie_about(CHALLENGE, lambda said: said | OPTIONS | {"rp_id": host}, "POST")


def with_challenge(challenge: Json) -> Lie:
    return lie_about(CHALLENGE, lambda said: said | {"challenge": challenge}, "POST")


@pytest.mark.attack("A9", "E2")
@pytest.mark.parametrize("host", ["example.org", "localhost.example", ""])
def test_sim_evil_page_authenticator_is_asked_what_the_page_asks(evil: EvilPage, host: str) -> None:
    """Salt, host, verification and extensions are the page's; no extension result is in any request (`lying` judges)."""
    mark = len(evil.asked)
    with evil.lying(with_options(host)) as exchanged:
        assert evil.sign_in() == ""
    assert evil.asked[mark:] == [OURS]
    (sent,) = [one for one in exchanged if one.route == "POST /api/sessions"]
    assert sorted(sent.request.json["credential"]) == ["id", "response", "type"]
    assert set(sent.request.json["credential"]["response"]) <= {
        "clientDataJSON",
        "authenticatorData",
        "signature",
        "userHandle",
    }


@pytest.mark.control("A9", "E2")
def test_sim_evil_page_control_true_challenge_is_asked_alike(evil: EvilPage) -> None:
    mark = len(evil.asked)
    assert evil.sign_in() == ""
    assert evil.asked[mark:] == [OURS]


@pytest.mark.mutant("A9", "E2")
def test_sim_evil_page_mutant_that_takes_the_citys_options_asks_for_the_attackers_secret(evil: EvilPage) -> None:
    mark, sent = len(evil.asked), len(evil.victim.traffic.sent)
    with evil.lying(with_options("localhost"), "server-options"):
        assert evil.sign_in() != ""
    (asked,) = evil.asked[mark:]
    assert (asked["salt"], asked["verification"]) == (SALT.hex(), "discouraged")
    assert any(b"clientExtensionResults" in one.body for one in evil.victim.traffic.sent[sent:])


@pytest.mark.attack("E2")
def test_sim_evil_page_challenge_of_another_shape_is_refused_before_any_prompt(evil: EvilPage) -> None:
    mark = len(evil.asked)
    for number, challenge in enumerate(["", "?", None, 7, b64(bytes(31)), b64(bytes(64))]):
        with evil.lying(with_challenge(challenge)) as exchanged:
            assert evil.sign_in(again=number > 0) == "server"
        assert [one for one in exchanged if one.route == "POST /api/sessions"] == []
    assert evil.asked[mark:] == []


# -- hosts


ASK = """
async (host) => {
  try {
    const publicKey = { challenge: new Uint8Array(32), rpId: host, userVerification: 'required', timeout: 3000,
                        extensions: { prf: { eval: { first: new Uint8Array(32) } } } };
    const found = await navigator.credentials.get({ publicKey });
    return found.type;
  } catch (error) { return error.name; }
}
"""


@pytest.mark.attack("A9")
@pytest.mark.control("A9")
def test_sim_evil_page_page_of_another_host_cannot_use_the_vaults_passkey(evil: EvilPage) -> None:
    """The browser itself refuses: a passkey is for one exact host, and pages of others may not name it."""
    page = evil.victim.page
    port = evil.proxy.port
    answers = {}
    for host in ("autre.localhost", "127.0.0.1", "localhost"):
        page.goto(f"http://{host}:{port}/connexion")
        answers[host] = page.evaluate(ASK, "localhost")
    assert answers == {"autre.localhost": "SecurityError", "127.0.0.1": "SecurityError", "localhost": "public-key"}


# -- the list of ways in


def exchanged_methods(said: Json) -> Json:
    """The victim's passkey, under another credential's id."""
    changed = [one | {"credential_id": "AAAAAAAAAAAAAAAAAAAAAA"} if one["kind"] == "passkey" else one for one in said["methods"]]
    return said | {"methods": changed}


def ask_for_a_kit(evil: EvilPage) -> None:
    assert evil.sign_in() == ""
    evil.victim.page.get_by_role("navigation").get_by_role("link", name="Moyens d’accès").click()
    evil.victim.button("Faire une trousse").click()


@pytest.mark.attack("A9")
def test_sim_evil_page_exchanged_list_of_credentials_is_refused_and_not_sent(evil: EvilPage) -> None:
    for lie in (
        exchanged_methods,
        lambda said: said | {"methods": []},
        lambda said: said | {"methods": said["methods"][1:]},
    ):
        with evil.lying(lie_about("/api/session", lie)) as exchanged:
            ask_for_a_kit(evil)
            expect(evil.victim.page.locator(".panel")).to_contain_text(re.compile(rf"téléphone\s:\s{support_code('state')}"))
        assert [one for one in exchanged if one.method == "PUT"] == []


@pytest.mark.mutant("A9")
def test_sim_evil_page_mutant_that_believes_the_list_sends_it_on(evil: EvilPage) -> None:
    with evil.lying(both(lie_about("/api/session", exchanged_methods)), "any-methods") as exchanged:
        ask_for_a_kit(evil)
        evil.settle()
    (put,) = [one for one in exchanged if one.method == "PUT"]
    assert b"AAAAAAAAAAAAAAAAAAAAAA" in put.request.body


# -- a passkey beside the one that there is


WITHOUT_ANY = lie_about("/api/session", lambda said: said | {"vault_id": "ee" * 32, "methods": []})
MAKE_NONE = """
() => {
  navigator.credentials.create = async ({ publicKey: { excludeCredentials: excluded } }) => {
    await window.testAsked({ name: 'create', excluded: excluded.length });
    throw new DOMException('', 'NotAllowedError');
  };
}
"""
"""Would be made, and the victim's be gone: an authenticator keeps one for each host and user."""


def ask_for_a_passkey(evil: EvilPage) -> list[dict[str, Any]]:
    """Sign in and ask for another passkey on the same device; gives what the authenticator was asked to make."""
    assert evil.sign_in() == ""
    evil.victim.page.get_by_role("navigation").get_by_role("link", name="Moyens d’accès").click()
    evil.victim.page.evaluate(MAKE_NONE)
    mark = len(evil.asked)
    evil.victim.button("Ajouter une clé d’accès").click()
    expect(evil.victim.page.locator(".panel")).to_be_visible()
    return evil.asked[mark:]


@pytest.mark.attack("A10")
def test_sim_evil_page_no_passkey_is_made_in_the_place_of_the_one_that_opens(evil: EvilPage) -> None:
    """The browser leaves alone what the page excludes: a list that the city has emptied excludes nothing."""
    with evil.lying(WITHOUT_ANY):
        assert ask_for_a_passkey(evil) == []
        assert evil.refusal() == "state"


@pytest.mark.control("A10")
def test_sim_evil_page_control_passkey_is_asked_for_beside_the_one_that_opens(evil: EvilPage) -> None:
    with evil.lying(None):
        assert ask_for_a_passkey(evil) == [{"name": "create", "excluded": 1}]


@pytest.mark.mutant("A10")
def test_sim_evil_page_mutant_that_believes_the_city_has_one_made_in_its_place(evil: EvilPage) -> None:
    with evil.lying(WITHOUT_ANY, "any-place"):
        assert ask_for_a_passkey(evil) == [{"name": "create", "excluded": 0}]


# -- a letter


@pytest.mark.attack("A9")
def test_sim_evil_page_passkey_of_a_claim_is_made_for_the_trust_roots_host(evil: EvilPage) -> None:
    visitor = new_visitor(evil.browser, evil.city.origin)
    evil.listen(visitor)
    mark = len(evil.asked)
    try:
        with evil.lying(lie_about("/api/claims/lookup", lambda said: said | OPTIONS | {"rp_id": "example.org"}, "POST")):
            visitor.go(evil.letters[LAST])
            visitor.button(OPEN_BUTTON).click()
            expect(visitor.page.locator(".proof")).to_be_visible()
    finally:
        visitor.context.close()
    (asked,) = evil.asked[mark:]
    assert asked == OURS | {"name": "create"}
