import base64
import copy
import os
from typing import Any

import httpx
import pytest

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
