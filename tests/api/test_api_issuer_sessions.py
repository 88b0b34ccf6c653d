import base64
import os
import time

import httpx
import pytest

from tests.support.city import FINANCES, PERMITS, DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department, b64
from voute.app.session import ISSUER_LIFE
from voute.core.ids import Slug
from voute.core.values import unix_time
from voute.format.dsse import SigningKey


def challenge(client: httpx.Client, name: str) -> bytes:
    return base64.b64decode(check(client.post("/api/issuer/challenge", json={"issuer": name})).json()["challenge"])


def test_api_issuer_challenge_is_alike_for_an_unknown_issuer(client: httpx.Client) -> None:
    known, unknown = (client.post("/api/issuer/challenge", json={"issuer": name}) for name in ("finances", "nobody"))
    assert known.status_code == unknown.status_code == 200
    assert known.json().keys() == unknown.json().keys() == {"challenge"}


def test_api_issuer_sessions_token_works_for_an_hour(demo: DemoCity, client: httpx.Client, issuer: Department) -> None:
    ask = {"lookup_ids": ["00" * 32]}
    check(client.post("/api/directory/match", json=ask, headers=issuer.headers))
    demo.clock.advance(ISSUER_LIFE // 1_000_000 + 1)
    assert check(client.post("/api/directory/match", json=ask, headers=issuer.headers), 401).json()["code"] == "not-signed-in"


@pytest.mark.parametrize(
    ("department", "at"),
    [
        (Department(Slug("finances"), PERMITS), 0),
        (Department(Slug("nobody"), FINANCES), 0),
        (Department(Slug("finances"), SigningKey(b"x" * 32)), 0),
        (Department(Slug("finances"), FINANCES, origin="https://evil.test"), 0),
        (Department(Slug("finances"), FINANCES), 3_600),
        (Department(Slug("finances"), FINANCES), -3_600),
    ],
    ids=["another's key", "unknown", "unknown key", "other origin", "from the future", "from the past"],
)
def test_api_issuer_sessions_failures_all_look_the_same(client: httpx.Client, department: Department, at: int) -> None:
    answer = department.answer(challenge(client, department.name), unix_time(int(time.time()) + at))
    reply = check(client.post("/api/issuer/sessions", json={"statement": b64(answer)}), 401).json()
    assert (reply["code"], reply["facts"]) == ("sign-in-failed", {})


def test_api_issuer_sessions_challenge_is_good_once(client: httpx.Client) -> None:
    department = Department(Slug("finances"), FINANCES)
    body = {"statement": b64(department.answer(challenge(client, "finances")))}
    check(client.post("/api/issuer/sessions", json=body))
    check(client.post("/api/issuer/sessions", json=body), 401)


def test_api_issuer_sessions_challenge_of_another_issuer_is_refused(client: httpx.Client) -> None:
    answer = Department(Slug("finances"), FINANCES).answer(challenge(client, "permits"))
    check(client.post("/api/issuer/sessions", json={"statement": b64(answer)}), 401)


@pytest.mark.parametrize("statement", [b"", b"{}", os.urandom(200)])
def test_api_issuer_sessions_rubbish_is_refused(client: httpx.Client, statement: bytes) -> None:
    check(client.post("/api/issuer/sessions", json={"statement": b64(statement)}), 401)


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Bearer AAAA", "Basic " + "A" * 44, "Bearer " + "A" * 5_000])
def test_api_issuer_routes_refuse_other_authorization(client: httpx.Client, value: str) -> None:
    reply = client.post("/api/directory/match", json={"lookup_ids": []}, headers={"authorization": value})
    assert check(reply, 401).json()["code"] == "not-signed-in"


def test_api_issuer_routes_refuse_a_holders_token(client: httpx.Client, claimed: Resident) -> None:
    token = b64(bytes.fromhex(claimed.client.cookies["__Host-voute"]))
    reply = client.post("/api/directory/match", json={"lookup_ids": []}, headers={"authorization": f"Bearer {token}"})
    check(reply, 401)
