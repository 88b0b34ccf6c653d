"""The day on which a way in was last used or tried: told to its holder alone, and noted by the proof of a sign-in."""

import base64
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.api.test_api_keyring_replace import with_second_passkey
from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department, b64
from voute.seal.unlock import kit_sign_in

SECOND = 1_000_000


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
    assert claimed.client.get("/api/session").status_code == 200


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
    assert [one["kind"] for one in check(claimed.client.get("/api/session")).json()["methods"] if one["id"] == tried] == [
        "passkey"
    ]
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
    assert claimed.client.get("/api/session").status_code == 200


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
