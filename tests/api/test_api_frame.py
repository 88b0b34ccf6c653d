"""What every route shares: headers, origin, limits, problems, what the log says and does not say."""

import json
from dataclasses import replace

import httpx
import pytest
import structlog

from tests.support.city import DemoCity, check, open_demo_city
from tests.support.holder import Resident
from tests.support.issuer import Department

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}


@pytest.mark.parametrize("path", ["/health", "/api/session", "/nothing", "/api/documents/zz"])
def test_api_frame_every_reply_has_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert len(headers["x-request-id"]) == 16
    assert "server" not in headers


@pytest.mark.parametrize(
    "headers",
    [
        {"x-voute": ""},
        {"x-voute": "2"},
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": "http://coffre.ville.test"},
    ],
)
def test_api_frame_changes_from_elsewhere_are_refused(client: httpx.Client, headers: dict[str, str]) -> None:
    for call in ("/api/sessions/challenge", "/api/claims/lookup", "/api/claims", "/api/sessions", "/api/sessions/kit"):
        assert check(client.post(call, json={}, headers=headers), 403).json()["code"] == "wrong-origin"


def test_api_frame_changes_of_a_holder_from_elsewhere_are_refused(claimed: Resident) -> None:
    headers = {"origin": "https://evil.test"}
    for method, path in (("DELETE", "/api/session"), ("PUT", "/api/vault/keyring"), ("POST", "/api/documents/x/opened")):
        reply = claimed.client.request(method, path, headers=headers)
        assert check(reply, 403).json()["code"] == "wrong-origin"
    check(claimed.client.get("/api/session"))


def test_api_frame_own_origin_may_be_said(client: httpx.Client, demo: DemoCity) -> None:
    check(client.post("/api/sessions/challenge", json={}, headers={"origin": demo.root.origin}))


def test_api_frame_problem_carries_code_and_request_id(client: httpx.Client) -> None:
    reply = check(client.get("/api/session"), 401)
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json() == {
        "type": "urn:voute:problem:not-signed-in",
        "code": "not-signed-in",
        "title": "not signed in",
        "status": 401,
        "instance": reply.headers["x-request-id"],
        "facts": {},
    }


def test_api_frame_no_two_requests_have_one_id(client: httpx.Client) -> None:
    ids = [client.get("/health").headers["x-request-id"] for _ in range(300)]
    assert len(set(ids)) == len(ids)
    assert {len(bytes.fromhex(one)) for one in ids} == {8}


def test_api_frame_wrong_method_says_which_are_right(client: httpx.Client) -> None:
    reply = check(client.put("/api/session"), 405)
    assert reply.json()["code"] == "method-not-allowed"
    assert set(reply.headers["allow"].replace(" ", "").split(",")) >= {"GET", "DELETE"}


def test_api_frame_options_are_not_answered(client: httpx.Client) -> None:
    for path in ("/health", "/api/session", "/api/claims"):
        assert check(client.options(path), 405).json()["code"] == "method-not-allowed"


def test_api_frame_too_large_bodies_are_refused_by_route(client: httpx.Client) -> None:
    reply = client.post("/api/claims/lookup", content=b" " * 65_537, headers={"content-type": "application/json"})
    assert check(reply, 413).json()["code"] == "limit"


@pytest.fixture
def strict(demo: DemoCity) -> DemoCity:
    """The same city with its real limits."""
    demo.clock.freeze()
    return open_demo_city(replace(demo.settings, limit_factor=1), demo.root, demo.clock, demo.loop)


def test_api_limits_hold_for_one_address_and_end_with_the_window(strict: DemoCity) -> None:
    with strict.client("198.51.100.1") as busy, strict.client("198.51.100.2") as calm:
        replies = [busy.post("/api/claims/lookup", json={}) for _ in range(61)]
        assert [reply.status_code for reply in replies] == [400] * 60 + [429]
        assert 1 <= int(replies[-1].headers["retry-after"]) <= 60
        assert replies[-1].json()["facts"]["seconds"] == int(replies[-1].headers["retry-after"])
        check(calm.post("/api/claims/lookup", json={}), 400)
        check(busy.post("/api/sessions/challenge", json={}))
        strict.clock.advance(61)
        check(busy.post("/api/claims/lookup", json={}), 400)


def test_api_limits_are_shared_by_processes(strict: DemoCity) -> None:
    other = open_demo_city(strict.settings, strict.root, strict.clock, strict.loop)
    with strict.client("198.51.100.3") as here, other.client("198.51.100.3") as there:
        statuses = [client.post("/api/claims", json={}).status_code for _ in range(16) for client in (here, there)]
    assert statuses.count(429) == 2
    other.close()


def test_api_log_lines_say_nothing_about_people(
    demo: DemoCity, client: httpx.Client, issuer: Department, resident: Resident, capsys: pytest.CaptureFixture[str]
) -> None:
    code, keys, _ = issuer.code("roll-1")
    bill = issuer.bill_for_code(keys, "bill-1")
    delivery = issuer.deliver(client, [bill])
    demo.settle()
    with structlog.testing.capture_logs() as lines:
        resident.claim(code)
        document = bill.sealed.document_id.hex()
        check(resident.client.get(f"/api/documents/{document}/body"))
        check(resident.client.get("/api/documents/00000000000000000000000000000000"), 404)
        check(client.get(f"/api/deliveries/{delivery.hex()}", headers=issuer.headers))
        resident.client.get("/nothing/at/all?code=ABCD")
    text = json.dumps(lines)
    assert {line["event"] for line in lines} == {"request"}
    assert all(set(line) == {"event", "log_level", "id", "method", "route", "status", "ms"} for line in lines)
    assert "/api/documents/{document}/body" in text
    secrets = [document, delivery.hex(), keys.lookup_id.hex(), resident.open_vault.vault_id.hex(), "192.0.2.7", "ABCD"]
    assert [secret for secret in secrets if secret in text] == []
    capsys.readouterr()


def test_api_errors_of_ours_are_logged_without_their_values(demo: DemoCity, client: httpx.Client, issuer: Department) -> None:
    _, keys, _ = issuer.code("roll-1")
    demo.assembled.stores.catalogue.close()
    (demo.settings.data / "catalogue.sqlite").write_bytes(b"no database" * 500)
    with structlog.testing.capture_logs() as lines:
        reply = client.post("/api/claims/lookup", json={"lookup_id": keys.lookup_id.hex(), "token": "AAAA"})
    assert reply.status_code == 503
    assert reply.json()["code"] == "store"
    assert reply.json()["facts"] == {}
    assert keys.lookup_id.hex() not in json.dumps(lines)
    assert any(line["event"] == "failed" and line["at"] for line in lines)
