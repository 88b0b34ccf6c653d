import base64
from typing import Any

import pytest

from tests.support.authenticator import Passkey
from tests.support.city import DemoCity, check
from tests.support.holder import Resident, now, passkey_body
from tests.support.issuer import b64
from voute.seal import unlock
from voute.seal.keyring import OpenVault
from voute.seal.vault import change_keyring, name_method


def put(resident: Resident, body: dict[str, Any]) -> Any:  # noqa: ANN401 - a reply
    return resident.client.put("/api/vault/keyring", json=body)


def with_second_passkey(resident: Resident) -> tuple[dict[str, Any], OpenVault, Passkey]:
    vault = resident.open_vault
    second = Passkey(resident.root.rp_id, resident.root.origin, vault.vault_id)
    method = unlock.passkey_method(second.prf(unlock.PRF_INPUT), vault.vault_id, second.credential_id)
    update = change_keyring(vault, methods=[*vault.keyring.methods, name_method(method, "second", now())])
    body, _ = resident.keyring_body()
    asked = resident.challenge()
    body.update(
        record=b64(update.record),
        keyring=b64(update.keyring_age),
        methods=sorted([*body["methods"], passkey_body(second)], key=lambda one: one["id"]),
        challenge=asked,
        credential=second.create(base64.b64decode(asked)),
    )
    return body, update.vault, second


def test_api_keyring_replace_adds_a_passkey_that_signs_in(demo: DemoCity, claimed: Resident) -> None:
    body, vault, second = with_second_passkey(claimed)
    assert check(put(claimed, body)).json() == {"number": 2}
    with demo.city.catalogue.read() as tx:
        row = tx.vaults.get(vault.vault_id)
        assert row is not None
        assert (row.head_number, row.head_hash, row.keyring_number) == (2, vault.chain.head, 2)
        assert len(tx.vaults.methods(vault.vault_id)) == 3
        assert [event.type for event in tx.events.pending(10)] == ["keyring"]
    claimed.passkey = second
    claimed.client.cookies.clear()
    check(claimed.sign_in())
    claimed.unlock_again()


def test_api_keyring_replace_again_gives_the_same_answer(demo: DemoCity, claimed: Resident) -> None:
    body, _, _ = with_second_passkey(claimed)
    assert check(put(claimed, body)).json() == check(put(claimed, body)).json()
    with demo.city.catalogue.read() as tx:
        assert len(tx.events.pending(10)) == 1


def test_api_keyring_replace_same_record_with_another_keyring_is_a_conflict(claimed: Resident) -> None:
    body, _, _ = with_second_passkey(claimed)
    check(put(claimed, body))
    other, _, _ = with_second_passkey(claimed)
    assert check(put(claimed, {**body, "keyring": other["keyring"]}), 409).json()["code"] == "record-conflict"


def test_api_keyring_replace_of_two_devices_lets_the_second_try_again(demo: DemoCity, claimed: Resident) -> None:
    mine, _, _ = with_second_passkey(claimed)
    theirs, _, _ = with_second_passkey(claimed)
    check(put(claimed, mine))
    assert check(put(claimed, theirs), 409).json()["code"] == "record-conflict"
    with demo.city.catalogue.read() as tx:
        assert len(tx.vaults.methods(claimed.open_vault.vault_id)) == 3


def test_api_keyring_replace_dropping_the_passkey_ends_its_sign_in_and_other_sessions(demo: DemoCity, claimed: Resident) -> None:
    with demo.client() as browser:
        elsewhere = Resident(browser, demo.root, claimed.vault, claimed.passkey, claimed.kit)
        check(elsewhere.sign_in())
        body, _ = claimed.keyring_body(drop_passkey=True)
        check(put(claimed, body))
        check(browser.get("/api/session"), 401)
        check(elsewhere.sign_in(), 401)
        check(elsewhere.sign_in_with_kit())
    check(claimed.client.get("/api/session"))


@pytest.mark.parametrize("challenge", [None, b64(bytes(32))])
def test_api_keyring_replace_new_passkey_needs_a_fresh_challenge(
    demo: DemoCity, claimed: Resident, challenge: str | None
) -> None:
    body, _, _ = with_second_passkey(claimed)
    reply = check(put(claimed, {**body, "challenge": challenge}), 422)
    assert reply.json()["code"] == "credential-refused"
    demo.clock.advance(301)
    assert check(put(claimed, body), 409).json()["code"] == "challenge-expired"
    with demo.city.catalogue.read() as tx:
        assert len(tx.vaults.methods(claimed.open_vault.vault_id)) == 2


def test_api_keyring_replace_new_passkey_needs_its_registration(claimed: Resident) -> None:
    body, _, _ = with_second_passkey(claimed)
    reply = check(put(claimed, {**body, "challenge": None, "credential": None}), 422)
    assert reply.json()["code"] == "credential-refused"


def test_api_keyring_replace_other_methods_than_the_record_are_refused(claimed: Resident) -> None:
    body, _, _ = with_second_passkey(claimed)
    assert check(put(claimed, {**body, "methods": body["methods"][:2]}), 422).json()["code"] == "method-refused"


def test_api_keyring_replace_other_keyring_than_the_record_is_refused(claimed: Resident) -> None:
    body, _, _ = with_second_passkey(claimed)
    keyring = b64(base64.b64decode(body["keyring"])[:-1] + b"x")
    assert check(put(claimed, {**body, "keyring": keyring}), 409).json()["code"] == "record-conflict"


def test_api_keyring_replace_without_session_is_refused(demo: DemoCity, claimed: Resident) -> None:
    body, _, _ = with_second_passkey(claimed)
    with demo.client() as stranger:
        check(stranger.put("/api/vault/keyring", json=body), 401)
