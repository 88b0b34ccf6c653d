import base64
import copy
import os
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.api.test_api_keyring_replace import with_second_passkey
from tests.support.authenticator import Passkey
from tests.support.breaking import NoRoom
from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department, b64
from voute.app.session import HOLDER_IDLE, HOLDER_LIFE
from voute.seal.unlock import kit_sign_in
from voute.server.jobs.housekeeping import KEEP_COUNTERS, sweep

SECOND = 1_000_000


def signed_in(resident: Resident) -> bool:
    return resident.client.get("/api/session").status_code == 200


def test_api_session_read_tells_who_and_which_ways_in(claimed: Resident) -> None:
    reply = check(claimed.client.get("/api/session")).json()
    assert reply["vault_id"] == claimed.open_vault.vault_id.hex()
    assert {(one["kind"], one["credential_id"] is None, one["sign_in_key"] is None) for one in reply["methods"]} == {
        ("passkey", False, True),
        ("kit", True, False),
    }


def test_api_session_of_who_only_reads_goes_on_while_there_is_no_room(
    demo: DemoCity, claimed: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = claimed.client.get("/api/documents", params={"limit": 1})
    monkeypatch.setattr(demo.assembled.stores.catalogue, "_watch", NoRoom())
    demo.clock.advance(120)
    again = check(claimed.client.get("/api/documents", params={"limit": 1}))
    assert again.content == check(read).content
    check(claimed.client.get("/api/about"))
    assert check(claimed.client.get("/health"), 503).json()["checks"]["catalogue"] is False
    # Who acts is told, and nothing of it is kept.
    assert check(claimed.client.post("/api/sessions/challenge", json={}), 503).json()["code"] == "store-full"


def _used(resident: Resident) -> dict[str, str]:
    reply = check(resident.client.get("/api/session")).json()
    return {one["id"]: one["on"] for one in reply["used"]}


def test_api_session_read_tells_the_day_a_way_in_was_last_used_to_its_holder_alone(
    demo: DemoCity, other_issuer: Department, claimed: Resident
) -> None:
    assert _used(claimed) == {}
    check(claimed.sign_in())
    reply = check(claimed.client.get("/api/session")).json()
    [passkey] = [one["id"] for one in reply["methods"] if one["kind"] == "passkey"]
    # Half past eleven in the evening of Montréal is the next day in Greenwich.
    evening = int(datetime(2026, 2, 3, 23, 30, tzinfo=ZoneInfo("America/Toronto")).timestamp()) * SECOND
    assert claimed.passkey is not None
    with demo.city.catalogue.write() as tx:
        tx.credentials.used(claimed.passkey.credential_id, 9, evening)
    assert _used(claimed) == {passkey: "2026-02-03"}
    with demo.client() as browser:
        code, keys, _ = other_issuer.code("permit-1")
        other_issuer.sign_in(browser)
        other_issuer.deliver(browser, [other_issuer.bill_for_code(keys, "permit-1")])
        demo.settle()
        neighbour = Resident(browser, demo.root)
        neighbour.claim(code)
        assert _used(neighbour) == {}


def _kit_proof(resident: Resident) -> dict[str, str]:
    assert resident.kit is not None
    asked = base64.b64decode(resident.challenge())
    return {
        "challenge": b64(asked),
        "vault_id": resident.kit.vault_id.hex(),
        "method_id": resident.kit.method_id.hex(),
        "signature": b64(kit_sign_in(resident.kit, resident.root.origin, asked)),
    }


def test_api_session_read_tells_the_day_a_kit_opened_the_vault_or_was_tried(demo: DemoCity, claimed: Resident) -> None:
    assert claimed.kit is not None
    kit = claimed.kit.method_id.hex()
    check(claimed.sign_in_with_kit())
    [opened] = _used(claimed).items()
    assert opened[0] == kit
    demo.clock.advance(20 * 60)
    check(claimed.sign_in())
    with demo.city.catalogue.read() as tx:
        sessions = tx.sessions.of("holder", claimed.kit.vault_id)
    demo.clock.advance(25 * 60)
    with demo.city.catalogue.read() as tx:
        before = tx.vaults.method(claimed.kit.vault_id, claimed.kit.method_id)
    check(claimed.client.post("/api/session/kit", json=_kit_proof(claimed)), 204)
    with demo.city.catalogue.read() as tx:
        after = tx.vaults.method(claimed.kit.vault_id, claimed.kit.method_id)
        assert len(tx.sessions.of("holder", claimed.kit.vault_id)) == len(sessions), "no session begins or ends"
    assert before is not None
    assert after is not None
    assert (before.last_used_at or 0) + 45 * 60 * SECOND <= (after.last_used_at or 0)
    # Another way in that comes or goes changes nothing about this one.
    body, _, _ = with_second_passkey(claimed)
    check(claimed.client.put("/api/vault/keyring", json=body))
    with demo.city.catalogue.read() as tx:
        assert tx.vaults.method(claimed.kit.vault_id, claimed.kit.method_id) == after


@pytest.mark.parametrize("part", ["challenge", "vault_id", "method_id", "signature"])
def test_api_session_kit_that_does_not_prove_itself_was_not_tried(claimed: Resident, part: str) -> None:
    wrong = {"challenge": b64(bytes(32)), "vault_id": "00" * 32, "method_id": "00" * 16, "signature": b64(bytes(64))}
    body = {**_kit_proof(claimed), part: wrong[part]}
    assert check(claimed.client.post("/api/session/kit", json=body), 401).json()["code"] == "sign-in-failed"
    assert _used(claimed) == {}
    assert signed_in(claimed)


def test_api_session_kit_of_another_vault_is_not_noted_and_a_proof_counts_once(
    demo: DemoCity, other_issuer: Department, claimed: Resident
) -> None:
    with demo.client() as browser:
        code, keys, _ = other_issuer.code("permit-1")
        other_issuer.sign_in(browser)
        other_issuer.deliver(browser, [other_issuer.bill_for_code(keys, "permit-1")])
        demo.settle()
        neighbour = Resident(browser, demo.root)
        neighbour.claim(code)
        body = _kit_proof(claimed)
        check(neighbour.client.post("/api/session/kit", json=body), 401)
        assert (_used(neighbour), _used(claimed)) == ({}, {})
    check(claimed.client.post("/api/session/kit", json=body), 401)
    body = _kit_proof(claimed)
    check(claimed.client.post("/api/session/kit", json=body), 204)
    check(claimed.client.post("/api/session/kit", json=body), 401)


def _passkey_proof(resident: Resident) -> dict[str, Any]:
    assert resident.passkey is not None
    asked = base64.b64decode(resident.challenge())
    return {"challenge": b64(asked), "credential": resident.passkey.get(asked)}


def test_api_session_read_tells_the_day_a_passkey_was_tried(demo: DemoCity, claimed: Resident) -> None:
    assert claimed.passkey is not None
    vault = claimed.open_vault.vault_id
    with demo.city.catalogue.read() as tx:
        sessions = tx.sessions.of("holder", vault)
    assert _used(claimed) == {}
    claimed.passkey.sign_count = 5
    check(claimed.client.post("/api/session/passkey", json=_passkey_proof(claimed)), 204)
    [(tried, _)] = _used(claimed).items()
    assert [one["kind"] for one in check(claimed.client.get("/api/session")).json()["methods"] if one["id"] == tried] == ["passkey"]
    with demo.city.catalogue.read() as tx:
        assert len(tx.sessions.of("holder", vault)) == len(sessions), "no session begins or ends"
        row = tx.credentials.get(claimed.passkey.credential_id)
    assert row is not None
    # The counter of a trial counts: a copy of the authenticator shows as at a sign-in.
    assert row.sign_count == 5
    check(claimed.sign_in(), 401)
    claimed.passkey.sign_count = 6
    check(claimed.sign_in())


@pytest.mark.parametrize("part", ["challenge", "id", "signature", "userHandle"])
def test_api_session_passkey_that_does_not_prove_itself_was_not_tried(claimed: Resident, part: str) -> None:
    body = _passkey_proof(claimed)
    if part == "challenge":
        body["challenge"] = b64(bytes(32))
    elif part == "id":
        body["credential"]["id"] = "AAAA"
    else:
        body["credential"]["response"][part] = base64.urlsafe_b64encode(bytes(32)).rstrip(b"=").decode()
    assert check(claimed.client.post("/api/session/passkey", json=body), 401).json()["code"] == "sign-in-failed"
    assert _used(claimed) == {}
    assert signed_in(claimed)


def test_api_session_passkey_of_another_vault_is_not_noted_and_a_proof_counts_once(
    demo: DemoCity, other_issuer: Department, claimed: Resident
) -> None:
    with demo.client() as browser:
        code, keys, _ = other_issuer.code("permit-1")
        other_issuer.sign_in(browser)
        other_issuer.deliver(browser, [other_issuer.bill_for_code(keys, "permit-1")])
        demo.settle()
        neighbour = Resident(browser, demo.root)
        neighbour.claim(code)
        body = _passkey_proof(claimed)
        check(neighbour.client.post("/api/session/passkey", json=body), 401)
        assert (_used(neighbour), _used(claimed)) == ({}, {})
    check(claimed.client.post("/api/session/passkey", json=body), 401)
    body = _passkey_proof(claimed)
    check(claimed.client.post("/api/session/passkey", json=body), 204)
    check(claimed.client.post("/api/session/passkey", json=body), 401)


def test_api_session_read_without_a_session_is_refused(demo: DemoCity) -> None:
    with demo.client() as stranger:
        assert check(stranger.get("/api/session"), 401).json()["code"] == "not-signed-in"
        for cookie in ("", "zz", "00" * 32, "0" * 63, "é" * 64):
            header = {b"cookie": f"__Host-voute={cookie}".encode()}
            assert check(stranger.get("/api/session", headers=header), 401).json()["code"] == "not-signed-in"


def test_api_sessions_passkey_signs_in(demo: DemoCity, claimed: Resident) -> None:
    claimed.client.cookies.clear()
    assert not signed_in(claimed)
    reply = check(claimed.sign_in()).json()
    assert reply == {"vault_id": claimed.open_vault.vault_id.hex()}
    assert signed_in(claimed)
    assert claimed.unlock_again().vault_id == claimed.open_vault.vault_id
    assert claimed.passkey is not None
    with demo.city.catalogue.read() as tx:
        row = tx.credentials.get(claimed.passkey.credential_id)
    assert row is not None
    assert row.last_used_at is not None


def test_api_sessions_kit_signs_in(claimed: Resident) -> None:
    claimed.client.cookies.clear()
    check(claimed.sign_in_with_kit())
    assert signed_in(claimed)


def _stranger(body: dict[str, Any], claimed: Resident) -> None:
    stranger = Passkey(claimed.root.rp_id, claimed.root.origin, claimed.open_vault.vault_id)
    body["credential"] = stranger.get(base64.b64decode(body["challenge"]))


def _known_id_foreign_key(body: dict[str, Any], claimed: Resident) -> None:
    assert claimed.passkey is not None
    thief = Passkey(
        claimed.root.rp_id, claimed.root.origin, claimed.open_vault.vault_id, credential_id=claimed.passkey.credential_id
    )
    body["credential"] = thief.get(base64.b64decode(body["challenge"]))


def _other_challenge(body: dict[str, Any], _claimed: Resident) -> None:
    body["challenge"] = b64(os.urandom(32))


def _no_user_verification(body: dict[str, Any], claimed: Resident) -> None:
    assert claimed.passkey is not None
    claimed.passkey.verifies_user = False
    body["credential"] = claimed.passkey.get(base64.b64decode(body["challenge"]))


def _other_origin(body: dict[str, Any], claimed: Resident) -> None:
    assert claimed.passkey is not None
    claimed.passkey.origin = "https://coffre.ville.test.evil.test"
    body["credential"] = claimed.passkey.get(base64.b64decode(body["challenge"]))


def _other_user_handle(body: dict[str, Any], _claimed: Resident) -> None:
    body["credential"]["response"]["userHandle"] = "AAAA"


def _damaged_signature(body: dict[str, Any], _claimed: Resident) -> None:
    body["credential"]["response"]["signature"] = "AAAA"


def _damaged_client_data(body: dict[str, Any], _claimed: Resident) -> None:
    body["credential"]["response"]["clientDataJSON"] = "e30"


def _damaged_authenticator_data(body: dict[str, Any], _claimed: Resident) -> None:
    body["credential"]["response"]["authenticatorData"] = "AAAA"


@pytest.mark.parametrize(
    "lie",
    [
        _stranger,
        _known_id_foreign_key,
        _other_challenge,
        _no_user_verification,
        _other_origin,
        _other_user_handle,
        _damaged_signature,
        _damaged_client_data,
        _damaged_authenticator_data,
    ],
)
def test_api_sessions_passkey_failures_all_look_the_same(claimed: Resident, lie: Any) -> None:  # noqa: ANN401
    claimed.client.cookies.clear()
    assert claimed.passkey is not None
    asked = claimed.challenge()
    body = {"challenge": asked, "credential": claimed.passkey.get(base64.b64decode(asked))}
    honest = copy.deepcopy(body)
    lie(body, claimed)
    reply = check(claimed.client.post("/api/sessions", json=body), 401).json()
    assert (reply["code"], reply["facts"]) == ("sign-in-failed", {})
    assert not signed_in(claimed)
    claimed.passkey.verifies_user = True
    used_up = body["challenge"] == asked
    again = claimed.client.post("/api/sessions", json=honest)
    assert again.status_code == (401 if used_up else 200)


def test_api_sessions_challenge_is_good_once(claimed: Resident) -> None:
    assert claimed.passkey is not None
    asked = claimed.challenge()
    body = {"challenge": asked, "credential": claimed.passkey.get(base64.b64decode(asked))}
    check(claimed.client.post("/api/sessions", json=body))
    check(claimed.client.post("/api/sessions", json=body), 401)


def test_api_sessions_challenge_ends_after_five_minutes(demo: DemoCity, claimed: Resident) -> None:
    assert claimed.passkey is not None
    asked = claimed.challenge()
    body = {"challenge": asked, "credential": claimed.passkey.get(base64.b64decode(asked))}
    demo.clock.advance(301)
    check(claimed.client.post("/api/sessions", json=body), 401)


def test_api_sessions_extension_results_are_refused(claimed: Resident) -> None:
    assert claimed.passkey is not None
    asked = claimed.challenge()
    credential = claimed.passkey.get(base64.b64decode(asked))
    credential["clientExtensionResults"] = {}
    body = {"challenge": asked, "credential": credential}
    assert check(claimed.client.post("/api/sessions", json=body), 400).json()["code"] == "request-invalid"


@pytest.mark.parametrize("part", ["challenge", "vault_id", "method_id", "signature"])
def test_api_sessions_kit_failures_all_look_the_same(claimed: Resident, part: str) -> None:
    claimed.client.cookies.clear()
    assert claimed.kit is not None
    asked = base64.b64decode(claimed.challenge())
    body = {
        "challenge": b64(asked),
        "vault_id": claimed.kit.vault_id.hex(),
        "method_id": claimed.kit.method_id.hex(),
        "signature": b64(kit_sign_in(claimed.kit, claimed.root.origin, asked)),
    }
    wrong = {"challenge": b64(bytes(32)), "vault_id": "00" * 32, "method_id": "00" * 16, "signature": b64(bytes(64))}
    reply = check(claimed.client.post("/api/sessions/kit", json={**body, part: wrong[part]}), 401).json()
    assert (reply["code"], reply["facts"]) == ("sign-in-failed", {})


def test_api_sessions_kit_signature_for_another_origin_is_refused(claimed: Resident) -> None:
    assert claimed.kit is not None
    asked = base64.b64decode(claimed.challenge())
    body = {
        "challenge": b64(asked),
        "vault_id": claimed.kit.vault_id.hex(),
        "method_id": claimed.kit.method_id.hex(),
        "signature": b64(kit_sign_in(claimed.kit, "https://evil.test", asked)),
    }
    check(claimed.client.post("/api/sessions/kit", json=body), 401)


def test_api_session_ends_when_idle_for_half_an_hour(demo: DemoCity, claimed: Resident) -> None:
    check(claimed.sign_in())
    for _ in range(3):
        demo.clock.advance(HOLDER_IDLE // SECOND - 5)
        assert signed_in(claimed)
    demo.clock.advance(HOLDER_IDLE // SECOND + 5)
    assert not signed_in(claimed)


def test_api_session_ends_after_twelve_hours_however_busy(demo: DemoCity, claimed: Resident) -> None:
    check(claimed.sign_in())
    for _ in range(HOLDER_LIFE // HOLDER_IDLE):
        assert signed_in(claimed)
        demo.clock.advance(HOLDER_IDLE // SECOND - 5)
    demo.clock.advance(300)
    assert not signed_in(claimed)


def test_api_session_of_a_clock_that_was_set_back_ends(demo: DemoCity, claimed: Resident) -> None:
    """Else a page that was left open would stay open until that moment comes again."""
    day = 24 * 3600
    demo.clock.advance(day)
    check(claimed.sign_in())
    demo.clock.advance(-60)
    assert signed_in(claimed), "no more than two machines may differ by"
    demo.clock.advance(60 - day)
    assert not signed_in(claimed)
    token = claimed.client.cookies["__Host-voute"]
    assert sweep(demo.city) >= 1
    check(claimed.sign_in())
    assert signed_in(claimed)
    demo.clock.advance(day)
    with demo.client() as thief:
        check(thief.get("/api/session", headers={"cookie": f"__Host-voute={token}"}), 401)


def test_api_session_of_an_issuer_ends_when_the_clock_is_set_back(
    demo: DemoCity, client: httpx.Client, issuer: Department
) -> None:
    path = f"/api/deliveries/{os.urandom(16).hex()}"
    check(client.get(path, headers=issuer.headers), 404)
    demo.clock.advance(-3600)
    check(client.get(path, headers=issuer.headers), 401)


def test_api_session_delete_ends_it(demo: DemoCity, claimed: Resident) -> None:
    cookie = claimed.client.cookies["__Host-voute"]
    reply = check(claimed.client.delete("/api/session"), 204)
    assert "Max-Age=0" in reply.headers["set-cookie"]
    with demo.client() as thief:
        check(thief.get("/api/session", headers={"cookie": f"__Host-voute={cookie}"}), 401)


def test_api_session_of_an_issuer_opens_no_vault(demo: DemoCity, issuer: Any) -> None:  # noqa: ANN401
    token = base64.b64decode(issuer.token).hex()
    with demo.client() as browser:
        check(browser.get("/api/session", headers={"cookie": f"__Host-voute={token}"}), 401)


def test_api_session_rows_that_ended_are_swept(demo: DemoCity, claimed: Resident) -> None:
    claimed.challenge()
    assert HOLDER_LIFE < KEEP_COUNTERS
    demo.clock.advance(KEEP_COUNTERS // SECOND + 3_700)
    assert sweep(demo.city) > 3
    assert sweep(demo.city) == 0
