"""What holds for every route, the ones of tomorrow too: the list is the application's own."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler

from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department, Pack, b64
from voute.server.http.access import Access
from voute.server.http.application import ROUTES

Route = tuple[str, str]
SAFE = frozenset({"GET", "HEAD"})


def routes(*accesses: Access) -> list[Route]:
    """Method and path of every route with such an access."""
    handlers = [one for one in ROUTES if isinstance(one, HTTPRouteHandler) and one.opt["access"] in accesses]
    return sorted((str(method), path) for one in handlers for path in one.paths for method in one.http_methods)


def filled(path: str, **values: str) -> str:
    """The path with its parameters: those given by name, hex for the rest."""
    return re.sub(r"\{(\w+):\w+\}", lambda match: values.get(match[1], "00" * 16), path)


def names(found: list[Route]) -> list[str]:
    return [" ".join(route) for route in found]


def rows(demo: DemoCity) -> dict[str, list[str]]:
    """Every row of the catalogue but the counters of the rate limits, and without the minute in which a session was last seen."""
    with closing(sqlite3.connect(f"file:{demo.settings.data / 'catalogue.sqlite'}?mode=ro", uri=True)) as db:
        tables = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
        columns = {"sessions": "token_hash, kind, subject, created_at, expires_at"}
        return {
            name: sorted(map(repr, db.execute(f"select {columns.get(name, '*')} from {name}")))  # noqa: S608
            for name in tables
            if name != "rate_limits"
        }


HOLDERS, ISSUERS, PUBLIC = routes(Access.HOLDER), routes(Access.ISSUER), routes(Access.PUBLIC)
# A mail program asks for it by its token alone (RFC 8058); no cookie is read.
FROM_MAILS = "/avis/stop"
FROM_PAGES = [
    route
    for route in routes(Access.HOLDER, Access.PUBLIC)
    if route[0] not in SAFE and route[1][:12] != "/api/issuer/" and route[1] != "/avis/stop"
]


def test_api_every_route_is_covered_here() -> None:
    assert len(HOLDERS) >= 11
    assert len(ISSUERS) >= 11
    assert len(HOLDERS) + len(ISSUERS) + len(PUBLIC) == len({*HOLDERS, *ISSUERS, *PUBLIC})


@pytest.fixture
def ended(demo: DemoCity, claimed: Resident) -> str:
    """A session that was signed out of."""
    cookie = claimed.client.cookies["__Host-voute"]
    check(claimed.client.delete("/api/session"), 204)
    claimed.client.cookies.clear()
    assert demo.root.number == 1
    return cookie


def test_api_every_holder_route_answers_no_stranger(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, ended: str
) -> None:
    foreign = [
        {},
        {"cookie": f"__Host-voute={ended}"},
        {"cookie": f"__Host-voute={ended.upper()}"},
        {"cookie": "__Host-voute=" + "00" * 32},
        {"cookie": f"voute={ended}"},
        {"authorization": f"Bearer {b64(bytes.fromhex(ended))}"},
        issuer.headers,
    ]
    before = rows(demo)
    for method, path in HOLDERS:
        for headers in foreign:
            reply = check(client.request(method, filled(path), headers=headers), 401)
            assert reply.json()["code"] == "not-signed-in", (method, path, headers)
    assert rows(demo) == before
    assert claimed.client.cookies.get("__Host-voute") is None


def test_api_every_issuer_route_answers_no_stranger(demo: DemoCity, client: httpx.Client, claimed: Resident) -> None:
    cookie = claimed.client.cookies["__Host-voute"]
    foreign = [
        {},
        {"authorization": "Bearer " + "A" * 43 + "="},
        {"authorization": f"Bearer {b64(bytes.fromhex(cookie))}"},
        {"authorization": f"Basic {b64(b'finances:finances')}"},
        {"cookie": f"__Host-voute={cookie}"},
    ]
    before = rows(demo)
    for method, path in ISSUERS:
        for headers in foreign:
            reply = check(client.request(method, filled(path), headers=headers), 401)
            assert reply.json()["code"] == "not-signed-in", (method, path, headers)
    assert rows(demo) == before


@pytest.mark.parametrize("route", FROM_PAGES, ids=names(FROM_PAGES))
def test_api_every_change_from_another_site_is_refused(demo: DemoCity, claimed: Resident, route: Route) -> None:
    """A form can't set a header, a script of another site may not (no preflight is answered), and an origin tells itself."""
    method, path = route
    client = claimed.client
    before = rows(demo)
    elsewhere = [
        {"x-voute": ""},
        {"x-voute": "1, 1"},
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": f"{demo.root.origin}.evil.test"},
        {"origin": demo.root.origin.replace("https", "http")},
        {"origin": f"{demo.root.origin}:8443"},
    ]
    for headers in elsewhere:
        for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            sent = client.request(method, filled(path), content=b"{}", headers={**headers, "content-type": kind})
            assert check(sent, 403).json()["code"] == "wrong-origin"
    check(client.options(filled(path), headers={"origin": "https://evil.test"}), 405)
    assert rows(demo) == before


@pytest.mark.parametrize("route", [*HOLDERS, *ISSUERS, *PUBLIC], ids=names([*HOLDERS, *ISSUERS, *PUBLIC]))
def test_api_every_reply_can_be_neither_framed_nor_sniffed_nor_shared(client: httpx.Client, route: Route) -> None:
    reply = client.request(route[0], filled(route[1]), headers={"origin": "https://evil.test"})
    assert reply.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert [name for name in reply.headers if name.startswith("access-control-")] == []


@pytest.fixture
def neighbour(demo: DemoCity, client: httpx.Client, other_issuer: Department) -> Iterator[Resident]:
    """Another resident, with a document of their own."""
    code, keys, _ = other_issuer.code("permit-1")
    other_issuer.deliver(client, [other_issuer.bill_for_code(keys, "permit-1")])
    demo.settle()
    with demo.client() as browser:
        resident = Resident(browser, demo.root)
        resident.claim(code)
        demo.settle()
        yield resident


OF_A_DOCUMENT = [route for route in HOLDERS if "{document" in route[1]]
OF_A_DELIVERY = [route for route in ISSUERS if "{delivery" in route[1]]


def own_act(resident: Resident, document: str) -> dict[str, str]:
    """An act about any document can be signed by the caller's own key."""
    return {"act": b64(resident.opened_act(document, resident.open_vault.chain.head))}


def test_api_every_document_route_knows_no_document_of_others(demo: DemoCity, claimed: Resident, neighbour: Resident) -> None:
    """Same answer for another's document and for one that never was, and nothing changes."""
    foreign = neighbour.client.get("/api/documents").json()["documents"][0]["document_id"]
    assert len(OF_A_DOCUMENT) >= 4
    before = rows(demo)
    for method, path in OF_A_DOCUMENT:
        answers = [
            claimed.client.request(method, filled(path, document=one), json=None if method in SAFE else own_act(claimed, one))
            for one in (foreign, "ab" * 16)
        ]
        assert {(one.status_code, one.json()["code"]) for one in answers} == {(404, "document-unknown")}, (method, path)
    assert rows(demo) == before


def test_api_every_delivery_route_knows_no_delivery_of_others(
    demo: DemoCity, client: httpx.Client, other_issuer: Department, drafted: tuple[bytes, Pack]
) -> None:
    delivery, pack = drafted
    before = rows(demo)
    bodies = {"PUT": {"content": pack.data}, "POST": {"json": {"documents": 3, "packs": [pack.name.hex()]}}}
    assert len(OF_A_DELIVERY) >= 6
    for method, path in OF_A_DELIVERY:
        sent = {"content": pack.draft} if path.endswith("/draft") else bodies.get(method, {})
        answers = [
            client.request(method, filled(path, delivery=one, pack=pack.name.hex()), headers=other_issuer.headers, **sent)  # type: ignore[arg-type]
            for one in (delivery.hex(), "ab" * 16)
        ]
        first, second = ((one.status_code, one.content and one.json()["code"]) for one in answers)
        assert first == second, (method, path)
        assert first[0] in {204, 404}, (method, path, first)
    assert rows(demo) == before


def test_api_every_guess_is_counted() -> None:
    """At this rate an address needs 10^25 years for the 115 bits of a code (docs/spec/claim.md)."""
    guessed = {"/api/claims/lookup": 60, "/api/claims": 30, "/api/sessions": 60, "/api/sessions/kit": 30}
    limits = {path: one.opt["limit"] for one in ROUTES if isinstance(one, HTTPRouteHandler) for path in one.paths}
    assert {path: (limits[path].calls, limits[path].seconds, limits[path].step) for path in guessed} == {
        path: (calls, 60, 1) for path, calls in guessed.items()
    }
