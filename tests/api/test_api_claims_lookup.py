import base64
import os

import httpx
import pytest

from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department, b64
from voute.format.subject import Revoked


def look_up(client: httpx.Client, lookup_id: bytes, token: bytes) -> httpx.Response:
    return client.post("/api/claims/lookup", json={"lookup_id": lookup_id.hex(), "token": b64(token)})


def without_instance(reply: httpx.Response) -> dict[str, object]:
    return {key: value for key, value in reply.json().items() if key != "instance"}


def test_api_claims_lookup_gives_what_waits(demo: DemoCity, client: httpx.Client, issuer: Department) -> None:
    _, keys, _ = issuer.code("roll-1")
    bills = [issuer.bill_for_code(keys, f"bill-{n}") for n in range(3)]
    issuer.deliver(client, bills)
    demo.settle()
    reply = check(look_up(client, keys.lookup_id, keys.token)).json()
    assert [one["document_id"] for one in reply["documents"]] == [bill.sealed.document_id.hex() for bill in bills]
    assert base64.b64decode(reply["documents"][0]["card"]) == bills[0].sealed.card
    assert base64.b64decode(reply["documents"][0]["header"]) == bills[0].sealed.header
    assert reply["v"] == 1
    assert reply["rp_id"] == demo.root.rp_id


def test_api_claims_lookup_again_gives_the_same_number_and_another_challenge(
    demo: DemoCity, client: httpx.Client, issuer: Department
) -> None:
    _, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
    demo.settle()
    first, second = (look_up(client, keys.lookup_id, keys.token).json() for _ in range(2))
    assert first["v"] == second["v"]
    assert first["challenge"] != second["challenge"]


def test_api_claims_lookup_unknown_id_and_wrong_token_are_alike(demo: DemoCity, client: httpx.Client, issuer: Department) -> None:
    _, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
    demo.settle()
    wrong_token = look_up(client, keys.lookup_id, os.urandom(32))
    unknown = look_up(client, os.urandom(32), keys.token)
    assert wrong_token.status_code == unknown.status_code == 404
    assert without_instance(wrong_token) == without_instance(unknown)
    assert wrong_token.json()["code"] == "claim-unknown"
    assert wrong_token.headers["content-type"] == "application/problem+json"


def test_api_claims_lookup_shows_nothing_before_the_delivery_is_visible(
    demo: DemoCity, client: httpx.Client, issuer: Department
) -> None:
    _, keys, _ = issuer.code("roll-1")
    delivery = os.urandom(16)
    pack = issuer.pack(delivery, [issuer.bill_for_code(keys, "bill-1")])
    check(issuer.open(client, delivery), 201)
    check(issuer.put_pack(client, delivery, pack), 201)
    check(issuer.put_draft(client, delivery, pack), 201)
    assert check(look_up(client, keys.lookup_id, keys.token), 409).json()["code"] == "claim-empty"
    check(issuer.commit(client, delivery, 1, [pack]))
    assert check(look_up(client, keys.lookup_id, keys.token), 409).json()["code"] == "claim-empty"
    demo.settle()
    check(look_up(client, keys.lookup_id, keys.token))


def test_api_claims_lookup_used_code_says_so_to_its_bearer_only(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    _, keys, _ = issuer.code("roll-1")
    assert check(look_up(client, keys.lookup_id, keys.token), 409).json()["code"] == "claim-used"
    assert check(look_up(client, keys.lookup_id, os.urandom(32)), 404).json()["code"] == "claim-unknown"
    assert claimed.vault is not None
    assert demo.root.number == 1


def test_api_claims_lookup_revoked_code_says_so(demo: DemoCity, client: httpx.Client, issuer: Department) -> None:
    _, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
    demo.settle()
    acts = {"acts": [b64(issuer.act(Revoked(keys.lookup_id)))]}
    check(client.post("/api/lookups/revoke", json=acts, headers=issuer.headers))
    assert check(look_up(client, keys.lookup_id, keys.token), 410).json()["code"] == "claim-revoked"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lookup_id": "00" * 32},
        {"lookup_id": "00" * 31, "token": "AA=="},
        {"lookup_id": "AA" * 32, "token": "AA=="},
        {"lookup_id": "00" * 32 + "\n", "token": "AA=="},
        {"lookup_id": "00" * 32, "token": "not base64"},
        {"lookup_id": "00" * 32, "token": "AA==", "extra": 1},
        [],
        None,
    ],
)
def test_api_claims_lookup_refuses_other_bodies(client: httpx.Client, body: object) -> None:
    assert check(client.post("/api/claims/lookup", json=body), 400).json()["code"] == "request-invalid"
