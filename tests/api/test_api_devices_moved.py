"""A browser whose push service moved it says so without a session: whoever has the old secret is followed, nobody else is."""

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest

from tests.api.test_api_devices import listed, on, rows, send, turn_on
from tests.api.test_api_documents import deliver_to_vault
from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department, b64
from tests.support.project import ROOT
from tests.support.push_service import Browser, PushService, bytes64
from voute.app.push_moved import Move, proof_of

MOVED = "/api/devices/moved"


def moved(service: PushService, old: Browser, new: Browser, secret: bytes | None = None) -> dict[str, str]:
    """What the worker of a browser sends, by the words of docs/spec/push.md."""
    before, after = old.subscription(service)["endpoint"], new.subscription(service)
    said = b"voute/push-moved/v1\0" + b"".join(hashlib.sha256(one.encode()).digest() for one in (before, after["endpoint"]))
    said += bytes64(after["p256dh"]) + bytes64(after["auth"])
    return {"old": before, **after, "proof": b64(hmac.digest(old.auth if secret is None else secret, said, "sha256"))}


def test_api_devices_moved_is_followed_with_its_times_and_what_waits(
    told: DemoCity, service: PushService, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    old, new = on(told, claimed, service, language="en"), service.browser()
    (before,) = listed(claimed)
    deliver_to_vault(told, client, issuer, claimed, 1)
    with told.client() as nobody:
        check(nobody.post(MOVED, json=moved(service, old, new)), 204)
    (after,) = listed(claimed)
    place = hashlib.sha256(new.subscription(service)["endpoint"].encode()).hexdigest()
    assert after == {**before, "endpoint_hash": place}
    # No greeting: nothing changed for the person.
    assert send(told) == 1
    assert [(one.path, one_said["tag"]) for one, one_said in zip(service.came, service.shown(), strict=True)] == [
        (new.path, "documents")
    ]
    # The old secret is good for nothing any more, and the very same call changes nothing.
    with told.client() as nobody:
        check(nobody.post(MOVED, json=moved(service, old, service.browser())), 204)
        check(nobody.post(MOVED, json=moved(service, old, new)), 204)
    assert listed(claimed) == [after]


@pytest.mark.parametrize("how", ["another secret", "no secret", "another endpoint", "another key", "short", "unknown"])
def test_api_devices_moved_without_the_secret_is_answered_alike_and_moves_nobody(
    told: DemoCity, service: PushService, claimed: Resident, how: str
) -> None:
    old, thief = on(told, claimed, service), service.browser()
    before = listed(claimed)
    body = moved(service, old, thief, {"another secret": thief.auth, "no secret": bytes(16)}.get(how))
    if how in {"another endpoint", "another key"}:
        # A proof that was seen says one place and its keys alone.
        name = "endpoint" if how == "another endpoint" else "p256dh"
        body = moved(service, old, service.browser()) | {name: thief.subscription(service)[name]}
    elif how == "short":
        body["proof"] = b64(b"")
    elif how == "unknown":
        stranger = service.browser()
        body = moved(service, stranger, thief, bytes(16))
    with told.client() as nobody:
        assert check(nobody.post(MOVED, json=body), 204).content == b""
    assert listed(claimed) == before
    assert rows(told, "push_devices") == 1


def test_api_devices_moved_takes_no_endpoint_from_whoever_turned_it_on_since(
    told: DemoCity, service: PushService, claimed: Resident
) -> None:
    old, new = on(told, claimed, service), turn_on(claimed, service)
    before = listed(claimed)
    with told.client() as nobody:
        check(nobody.post(MOVED, json=moved(service, old, new)), 204)
    assert listed(claimed) == before


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"endpoint": "https://push.evil.test/a"}, 409),
        ({"endpoint": "http://127.0.0.1/a"}, 400),
        ({"auth": "AAAA"}, 400),
        ({"p256dh": "A" * 87}, 400),
        ({"more": 1}, 400),
    ],
)
def test_api_devices_moved_to_what_can_not_be_is_refused(
    told: DemoCity, service: PushService, claimed: Resident, changed: dict[str, Any], status: int
) -> None:
    old = on(told, claimed, service)
    before = listed(claimed)
    check(claimed.client.post(MOVED, json={**moved(service, old, service.browser()), **changed}), status)
    assert listed(claimed) == before


def test_api_devices_moved_where_none_is_told_is_said(demo: DemoCity, service: PushService, claimed: Resident) -> None:
    assert demo.city.push is None
    body = moved(service, service.browser(), service.browser())
    assert check(claimed.client.post(MOVED, json=body), 409).json()["code"] == "push-off"


def test_api_devices_moved_proof_is_that_of_the_vector() -> None:
    vector = json.loads((ROOT / "vectors" / "push-moved" / "proof.json").read_bytes())
    body = vector["body"]
    keys = (bytes64(body["p256dh"]), bytes64(body["auth"]))
    move = Move(body["old"], body["endpoint"], *keys, base64.b64decode(body["proof"]))
    assert proof_of(bytes64(vector["secret"]), move) == move.proof
