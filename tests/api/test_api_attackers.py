"""Somebody without an account: records and replays, plants sessions, guesses, asks who exists, hides behind addresses."""

import base64
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

import httpx
import pytest

from tests.support.authenticator import Passkey
from tests.support.city import DemoCity, check, open_demo_city
from tests.support.holder import Resident
from tests.support.issuer import Department, b64
from voute.app import claim_lookup, sign_in
from voute.app.errors import ClaimUnknownError, SignInFailedError
from voute.app.ports import Assertion
from voute.app.session import HOLDER_IDLE
from voute.core.errors import VouteError
from voute.core.ids import LookupId, MethodId, VaultId
from voute.format.kit_sign_in import kit_message
from voute.seal.unlock import kit_sign_in
from voute.server.http.access import COOKIE
from voute.server.http.webauthn_wire import from_base64url


def token_of(client: httpx.Client) -> str:
    return client.cookies[COOKIE]


def is_good(demo: DemoCity, token: str) -> bool:
    with demo.client() as browser:
        return browser.get("/api/session", headers={"cookie": f"{COOKIE}={token}"}).status_code == 200


# -- sessions


def test_api_attackers_planted_session_is_not_taken_over(demo: DemoCity, claimed: Resident) -> None:
    """Fixation: the thief's cookie, or one of their choice, is in the browser when its owner signs in."""
    claimed.client.cookies.clear()
    planted = "ab" * 32
    claimed.client.cookies.set(COOKIE, planted, domain=demo.root.rp_id)
    reply = check(claimed.sign_in())
    given = [one for one in reply.headers.get_list("set-cookie") if one.startswith(COOKIE)]
    assert len(given) == 1
    assert planted not in given[0]
    assert all(word in given[0].lower() for word in ("; secure", "; httponly", "; samesite=strict", "; path=/"))
    assert "domain=" not in given[0].lower()
    assert not is_good(demo, planted)


@pytest.mark.parametrize("way", [Resident.sign_in, Resident.sign_in_with_kit], ids=["passkey", "kit"])
def test_api_attackers_signing_in_again_ends_the_session_that_the_browser_had(
    demo: DemoCity, claimed: Resident, way: Callable[[Resident], httpx.Response]
) -> None:
    first = token_of(claimed.client)
    claimed.client.headers["cookie"] = f"{COOKIE}={first}"
    claimed.client.cookies.clear()
    check(way(claimed))
    del claimed.client.headers["cookie"]
    assert token_of(claimed.client) != first
    assert (is_good(demo, first), is_good(demo, token_of(claimed.client))) == (False, True)


def test_api_attackers_failed_sign_in_ends_nobodys_session(demo: DemoCity, claimed: Resident) -> None:
    first = token_of(claimed.client)
    body = {"challenge": b64(os.urandom(32)), "credential": Passkey("x.test", demo.root.origin, b"nobody").get(bytes(32))}
    check(claimed.client.post("/api/sessions", json=body), 401)
    assert is_good(demo, first)


def test_api_attackers_other_devices_can_be_signed_out(demo: DemoCity, claimed: Resident) -> None:
    with demo.client() as thief:
        stolen = Resident(thief, demo.root, claimed.vault, claimed.passkey, claimed.kit)
        check(stolen.sign_in())
        (seen,) = check(claimed.client.get("/api/session/others")).json()["sessions"]
        assert seen.keys() == {"opened_at", "seen_at"}
        check(claimed.client.delete("/api/session/others"), 204)
        check(thief.get("/api/session"), 401)
        assert check(claimed.client.get("/api/session/others")).json() == {"sessions": []}
        check(claimed.client.get("/api/session"))
        check(claimed.client.delete("/api/session/others"), 204)
        check(claimed.client.get("/api/session"))
        check(stolen.sign_in())
        check(thief.get("/api/session"))
        demo.clock.advance(HOLDER_IDLE // 1_000_000 - 60)
        check(claimed.sign_in())
        demo.clock.advance(120)
        assert check(claimed.client.get("/api/session/others")).json() == {"sessions": []}


def test_api_attackers_claim_ends_the_session_that_the_browser_had(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    """A household's second letter, opened in the same browser, makes a vault of its own and no mixture."""
    code, keys, _ = issuer.code("roll-2")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-2")], run="run-2")
    demo.settle()
    first, vault = token_of(claimed.client), claimed.open_vault.vault_id
    claimed.client.cookies.clear()
    claimed.client.headers["cookie"] = f"{COOKIE}={first}"
    second = Resident(claimed.client, demo.root)
    second.claim(code)
    del claimed.client.headers["cookie"]
    assert second.open_vault.vault_id != vault
    assert not is_good(demo, first)


# -- replay


def test_api_attackers_recorded_requests_give_a_stranger_nothing(
    demo: DemoCity, client: httpx.Client, issuer: Department, resident: Resident
) -> None:
    """All that a resident ever sent, sent again from elsewhere without their cookie."""
    code, keys, _ = issuer.code("roll-9")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-9")], run="run-9")
    demo.settle()
    sent: list[tuple[httpx.Request, bytes]] = []
    resident.client.event_hooks["request"] = [lambda request: sent.append((request, request.read()))]
    resident.claim(code, with_kit=True)
    demo.settle()
    document = resident.client.get("/api/documents").json()["documents"][0]["document_id"]
    manifest = resident.open_vault.chain.head
    check(resident.sign_in())
    check(resident.sign_in_with_kit())
    body, resident.vault = resident.keyring_body()
    check(resident.client.put("/api/vault/keyring", json=body))
    resident.client.post(f"/api/documents/{document}/opened", json={"act": b64(resident.opened_act(document, manifest))})
    check(resident.client.delete("/api/session"), 204)
    # The same claim is answered again for ten minutes, to who has its token and signatures: a page that lost its network.
    demo.clock.advance(601)
    seen = Counter[tuple[str, str, int]]()
    with demo.client("203.0.113.9") as stranger:
        for request, content in sent:
            headers = {name: value for name, value in request.headers.items() if name in {"x-voute", "content-type"}}
            again = stranger.request(request.method, request.url.path, content=content, headers=headers)
            seen[request.method, request.url.path.replace(document, "ID"), again.status_code] += 1
            assert "set-cookie" not in again.headers
        assert not stranger.cookies
    assert {status for method, path, status in seen if (method, path) != ("POST", "/api/sessions/challenge")} == {401, 409}
    assert seen["POST", "/api/claims", 409] == seen["POST", "/api/claims/lookup", 409] == 1
    assert seen["POST", "/api/sessions", 401] == seen["POST", "/api/sessions/kit", 401] == 1


# -- who exists


def work_of(call: Callable[[], Any], refused: type[VouteError]) -> Counter[str]:
    """Every Python function of a refused call, and how often it ran: what takes time, counted instead of timed."""
    done = Counter[str]()

    def count(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            done[f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}"] += 1

    with pytest.raises(refused):
        call()
    sys.setprofile(count)
    try:
        call()
    except refused:
        pass
    finally:
        sys.setprofile(None)
    return done


CHECKS = ("ed25519.py:verify", "webauthn.py:WebAuthnVerifier.signed_in", "verify_signature.py:verify_signature")


def same_work(known: Counter[str], unknown: Counter[str]) -> None:
    """The expensive steps are equal in number; what surrounds them differs by a few calls of the row's own."""
    expensive = {name: count for name, count in known.items() if name.endswith(CHECKS)}
    assert expensive
    assert {name: unknown[name] for name in expensive} == expensive
    assert abs(known.total() - unknown.total()) <= 0.1 * known.total()


def test_api_attackers_unknown_kit_costs_the_work_of_a_known_one(demo: DemoCity, claimed: Resident) -> None:
    assert claimed.kit is not None

    def attempt(vault: bytes, method: bytes) -> Counter[str]:
        reply = sign_in.KitReply(VaultId(vault), MethodId(method), os.urandom(64))
        return work_of(lambda: sign_in.with_kit(demo.city, sign_in.challenge(demo.city), reply, None), SignInFailedError)

    known = attempt(claimed.kit.vault_id, claimed.kit.method_id)
    same_work(known, attempt(os.urandom(32), os.urandom(16)))
    same_work(known, attempt(claimed.kit.vault_id, os.urandom(16)))


def test_api_attackers_unknown_credential_costs_the_work_of_a_known_one(demo: DemoCity, claimed: Resident) -> None:
    assert claimed.passkey is not None
    thief = Passkey(demo.root.rp_id, demo.root.origin, claimed.open_vault.vault_id)

    def attempt(credential: bytes) -> Counter[str]:
        def once() -> object:
            asked = sign_in.challenge(demo.city)
            said = thief.get(asked)["response"]
            data, proof, signature = (from_base64url(said[name]) for name in ("clientDataJSON", "authenticatorData", "signature"))
            reply = Assertion(credential, data, proof, signature, claimed.open_vault.vault_id)
            return sign_in.with_passkey(demo.city, asked, reply, None)

        return work_of(once, SignInFailedError)

    same_work(attempt(claimed.passkey.credential_id), attempt(os.urandom(32)))


def test_api_attackers_unknown_code_costs_the_work_of_a_known_one(demo: DemoCity, claimed: Resident, issuer: Department) -> None:
    _, keys, _ = issuer.code("roll-1")
    assert claimed.vault is not None

    def attempt(lookup: bytes) -> Counter[str]:
        return work_of(lambda: claim_lookup.look_up(demo.city, LookupId(lookup), os.urandom(32)), ClaimUnknownError)

    known, unknown = attempt(keys.lookup_id), attempt(os.urandom(32))
    assert abs(known.total() - unknown.total()) <= 0.1 * known.total()
    assert {name for name in known if "claim_lookup" in name} == {name for name in unknown if "claim_lookup" in name}


def test_api_attackers_forged_reply_of_nobodys_key_signs_nobody_in(demo: DemoCity, claimed: Resident) -> None:
    """What stands in for a missing key is public: a good signature by it is worth nothing."""
    assert claimed.kit is not None
    nobody = sign_in.NOBODY
    asked = sign_in.challenge(demo.city)
    kit = replace(claimed.kit, method_id=MethodId(os.urandom(16)))
    signature = nobody.sign(kit_message(demo.root.origin, kit.vault_id, kit.method_id, asked))
    with pytest.raises(SignInFailedError):
        sign_in.with_kit(demo.city, asked, sign_in.KitReply(kit.vault_id, kit.method_id, signature), None)


# -- guessing


@pytest.fixture
def strict(demo: DemoCity) -> DemoCity:
    """The same city with its real limits, at a moment that stands still."""
    demo.clock.freeze()
    return open_demo_city(replace(demo.settings, limit_factor=1), demo.root, demo.clock, demo.loop)


def guesses_let_through(client: httpx.Client, path: str, body: Callable[[], dict[str, Any]], most: int) -> int:
    for count in range(most):
        reply = client.post(path, json=body())
        if reply.status_code == 429:
            assert int(reply.headers["retry-after"]) >= 1
            return count
        assert reply.status_code in {401, 404}, reply.text
    return most


def code_guess() -> dict[str, Any]:
    return {"lookup_id": os.urandom(32).hex(), "token": b64(os.urandom(32))}


def kit_guess() -> dict[str, Any]:
    parts = {"vault_id": os.urandom(32).hex(), "method_id": os.urandom(16).hex(), "signature": b64(os.urandom(64))}
    return {"challenge": b64(os.urandom(32)), **parts}


@pytest.mark.parametrize(
    ("path", "guess", "calls"), [("/api/claims/lookup", code_guess, 60), ("/api/sessions/kit", kit_guess, 30)]
)
def test_api_attackers_guesses_are_counted_by_address_whatever_the_attacker_says_of_it(
    strict: DemoCity, path: str, guess: Callable[[], dict[str, Any]], calls: int
) -> None:
    """Behind the city's proxy: what the attacker writes before the proxy's own entry names nobody else."""
    with strict.client("198.51.100.77") as client:
        assert guesses_let_through(client, path, guess, calls + 5) == calls
        for n in range(20):
            client.headers["x-forwarded-for"] = f"10.0.0.{n}, 192.0.2.{n}, 198.51.100.77"
            assert client.post(path, json=guess()).status_code == 429
        client.headers["forwarded"] = "for=203.0.113.1"
        client.headers["x-real-ip"] = "203.0.113.2"
        assert client.post(path, json=guess()).status_code == 429
        # A whole /64 is one address; the next neighbour is not locked out with it.
        client.headers["x-forwarded-for"] = "2001:db8:1:2::1"
        assert guesses_let_through(client, path, guess, calls + 5) == calls
        client.headers["x-forwarded-for"] = "2001:db8:1:2:ffff::9"
        assert client.post(path, json=guess()).status_code == 429
        client.headers["x-forwarded-for"] = "2001:db8:1:3::1"
        assert client.post(path, json=guess()).status_code in {401, 404}
        strict.clock.advance(61)
        client.headers["x-forwarded-for"] = "198.51.100.77"
        assert client.post(path, json=guess()).status_code in {401, 404}


def test_api_attackers_wrong_token_locks_no_holder_out(strict: DemoCity, claimed: Resident) -> None:
    """Limits count addresses, not accounts: nobody can lock a neighbour out by guessing badly."""
    with strict.client("198.51.100.78") as client:
        assert claimed.kit is not None
        body = {**kit_guess(), "vault_id": claimed.kit.vault_id.hex(), "method_id": claimed.kit.method_id.hex()}
        assert guesses_let_through(client, "/api/sessions/kit", lambda: body, 40) == 30
    with strict.client("198.51.100.79") as owner:
        asked = base64.b64decode(check(owner.post("/api/sessions/challenge", json={})).json()["challenge"])
        signature = b64(kit_sign_in(claimed.kit, strict.root.origin, asked))
        check(owner.post("/api/sessions/kit", json={**body, "challenge": b64(asked), "signature": signature}))
