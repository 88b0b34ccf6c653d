"""A passkey's reply made for another site, in another site's frame, for another host, without the person, or again."""

import base64
import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.authenticator import BE, BS, UP, UV, Passkey, b64url
from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department
from tests.support.mutants import mutated

Change = Callable[[Passkey], None]


def says(**members: Any) -> Change:  # noqa: ANN401 -- JSON is any
    """The browser writes other members."""
    return lambda passkey: passkey.said.update(members)


def flags(turned: int) -> Change:
    """The authenticator sets other flags."""

    def change(passkey: Passkey) -> None:
        passkey.extra_flags = turned

    return change


def host(name: str) -> Change:
    """The authenticator was asked by another host."""

    def change(passkey: Passkey) -> None:
        passkey.rp_id = name

    return change


LIES: dict[str, Change] = {
    "another challenge": says(challenge=b64url(b"another challenge of 32 bytes!!!")),
    "an empty challenge": says(challenge=""),
    "no challenge": says(challenge=None),
    "a challenge as a number": says(challenge=1),
    "another origin": says(origin="https://evil.test"),
    "a sub-domain": says(origin="https://evil.coffre.ville.test"),
    "a longer domain": says(origin="https://coffre.ville.test.evil.test"),
    "the town's domain": says(origin="https://ville.test"),
    "without TLS": says(origin="http://coffre.ville.test"),
    "another port": says(origin="https://coffre.ville.test:8443"),
    "a slash more": says(origin="https://coffre.ville.test/"),
    "upper case": says(origin="https://COFFRE.ville.test"),
    "an application": says(origin="android:apk-key-hash:7d1043473d55bfa90e8530d35801d4e381bc69f0"),
    "no origin": says(origin=None),
    "a list of origins": says(origin=["https://coffre.ville.test"]),
    "another site's frame": says(crossOrigin=True),
    "another site's frame, named": says(crossOrigin=True, topOrigin="https://evil.test"),
    "a frame that is denied and named": says(crossOrigin=False, topOrigin="https://evil.test"),
    "a frame of our own, named": says(topOrigin="https://coffre.ville.test"),
    "a frame as a text": says(crossOrigin="false"),
    "a frame as a number": says(crossOrigin=0),
    "another ceremony": says(type="webauthn.other"),
    "a payment": says(type="payment.get"),
    "no ceremony": says(type=None),
    "the person was not verified": flags(UV),
    "the person was not there": flags(UP),
    "neither": flags(UP | UV),
    "backed up without being able to": flags(BE),
    "another host": host("evil.test"),
    "the town's host": host("ville.test"),
    "a host below ours": host("evil.coffre.ville.test"),
    "no host": host(""),
}


def sign_in(claimed: Resident, change: Change) -> tuple[int, str]:
    """Sign in with a passkey that was changed; everything is signed with its true key."""
    assert claimed.passkey is not None
    passkey = copy.copy(claimed.passkey)
    passkey.said = {}
    change(passkey)
    asked = claimed.challenge()
    body = {"challenge": asked, "credential": passkey.get(base64.b64decode(asked))}
    reply = claimed.client.post("/api/sessions", json=body)
    return reply.status_code, reply.json().get("code", "")


@pytest.mark.control("E2")
def test_api_passkey_control_signs_in(claimed: Resident) -> None:
    for change in (says(), says(crossOrigin=None), says(extra="browsers may add members"), flags(BS)):
        assert sign_in(claimed, change)[0] == 200


@pytest.mark.attack("E2")
@pytest.mark.parametrize("lie", LIES)
def test_api_passkey_reply_made_otherwise_signs_nobody_in(claimed: Resident, lie: str) -> None:
    claimed.client.cookies.clear()
    assert sign_in(claimed, LIES[lie]) == (401, "sign-in-failed")
    assert claimed.client.get("/api/session").status_code == 401


@pytest.mark.attack("E2")
@pytest.mark.parametrize("lie", LIES)
def test_api_passkey_registration_made_otherwise_opens_no_vault(
    demo: DemoCity, issuer: Department, resident: Resident, lie: str
) -> None:
    code, keys, _ = issuer.code("roll-9")
    with demo.client() as client:
        issuer.deliver(client, [issuer.bill_for_code(keys, "bill-9")])
    demo.settle()
    body = resident.claim_body(code, with_kit=True)
    passkey = resident.passkey
    assert passkey is not None
    LIES[lie](passkey)
    lied = body | {"credential": passkey.create(base64.b64decode(body["challenge"]))}
    refused = resident.client.post("/api/claims", json=lied)
    assert refused.status_code == 422
    assert refused.json()["code"] == "credential-refused"
    with demo.city.catalogue.read() as tx:
        assert tx.credentials.get(passkey.credential_id) is None


@pytest.mark.control("E2")
def test_api_passkey_registration_control_opens_a_vault(demo: DemoCity, issuer: Department, resident: Resident) -> None:
    code, keys, _ = issuer.code("roll-9")
    with demo.client() as client:
        issuer.deliver(client, [issuer.bill_for_code(keys, "bill-9")])
    demo.settle()
    check(resident.client.post("/api/claims", json=resident.claim_body(code, with_kit=True)), 201)


@pytest.mark.attack("E2")
def test_api_passkey_reply_is_bound_to_every_byte(claimed: Resident) -> None:
    """A bit of the client data, of the authenticator's data or of the signature; the reply of a creation; another's handle."""
    assert claimed.passkey is not None
    asked = claimed.challenge()
    good = claimed.passkey.get(base64.b64decode(asked))
    for name in ("clientDataJSON", "authenticatorData", "signature"):
        raw = base64.urlsafe_b64decode(good["response"][name] + "==")
        for at in range(0, len(raw), 7):
            changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
            fresh = claimed.challenge()
            reply = claimed.passkey.get(base64.b64decode(fresh))
            reply["response"][name] = b64url(changed)
            assert claimed.client.post("/api/sessions", json={"challenge": fresh, "credential": reply}).status_code == 401


@pytest.mark.mutant("E2")
@pytest.mark.parametrize("lie", ["another site's frame", "another site's frame, named", "a frame that is denied and named"])
def test_api_passkey_mutant_city_that_does_not_ask_for_the_frame_signs_in(claimed: Resident, lie: str) -> None:
    with mutated("lets itself be framed"):
        assert sign_in(claimed, LIES[lie])[0] == 200


@pytest.mark.mutant("E2")
def test_api_passkey_mutant_city_that_does_not_verify_signs_anyone_in(claimed: Resident) -> None:
    for lie in ("the person was not verified", "another origin", "another host", "another challenge"):
        with mutated("verifies no reply"):
            assert sign_in(claimed, LIES[lie])[0] == 200
