"""The short way of lists and bodies answers as the routes do, byte for byte, and never from what was true a moment ago."""

import random
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
import structlog

from tests.api.test_api_document_delete import delete
from tests.api.test_api_documents import deliver_to_vault
from tests.support.asgi import AppTransport
from tests.support.city import ORIGIN, DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department, b64
from voute.app import kept_lists
from voute.app.kept_lists import KeptLists
from voute.app.limit import Limiter
from voute.app.session import HOLDER_IDLE, TOUCH_EVERY
from voute.core.rows import ListedDocument
from voute.server.http.access import COOKIE, COUNTED, HOLDER
from voute.server.http.application import create_inner, framed
from voute.server.http.frame import Frame
from voute.server.http.pages import WebFiles
from voute.server.http.short_way import write_page
from voute.server.settings import X_ACCEL_REDIRECT
from voute.store.posix_blobs import PosixBlobs

SECOND = 1_000_000
PEER = "192.0.2.7"


class Ways:
    """The same routes with and without the short way; `taken` counts what the framework was spared."""

    def __init__(self, demo: DemoCity, cookie: str) -> None:
        limiter = Limiter(demo.city, demo.settings.limit_factor)
        inner = create_inner(demo.city, demo.settings, WebFiles(demo.settings.web), limiter)
        self.asked = 0

        async def noting(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
            self.asked += 1
            await inner(scope, receive, send)

        short = framed(noting, demo.city, demo.settings, limiter)  # type: ignore[arg-type] # an application like any other
        long = Frame(inner, trusted=demo.settings.trusted_proxies, is_https=True)
        self.short, self.long = (
            httpx.Client(
                transport=AppTransport(app, demo.loop), base_url=ORIGIN, headers={"x-forwarded-for": PEER, "x-voute": "1"}
            )
            for app in (short, long)
        )
        self.cookie = cookie

    def headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"cookie": f"{COOKIE}={self.cookie}"} | more

    def both(self, path: str, method: str = "GET", **more: str) -> tuple[httpx.Response, bool]:
        """Ask both ways, compare, and tell whether the short one was taken."""
        before = self.asked
        with structlog.testing.capture_logs() as said:
            replies = [one.request(method, path, headers=self.headers(more)) for one in (self.short, self.long)]
        short, long = replies
        assert short.status_code == long.status_code
        assert seen(short) == seen(long)
        if short.headers["content-type"] != "application/problem+json":
            assert short.content == long.content
        lines = [
            {key: line[key] for key in ("event", "method", "route", "status")} for line in said if line["event"] == "request"
        ]
        assert len(lines) == 2
        assert lines[0] == lines[1]
        return short, self.asked == before


def seen(reply: httpx.Response) -> dict[str, str]:
    name = reply.headers["x-request-id"]
    return {key: value.replace(name, "its own id") for key, value in reply.headers.items()}


@pytest.fixture(autouse=True)
def seen_just_now(claimed: Resident) -> None:
    """Touch the session, which is as old as the city that all tests have copies of: one that is due goes the long way."""
    check(claimed.client.get("/api/session"))


@pytest.fixture
def ways(demo: DemoCity, claimed: Resident) -> Ways:
    return Ways(demo, claimed.client.cookies[COOKIE])


@pytest.fixture
def bills(demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident) -> list[Bill]:
    return deliver_to_vault(demo, client, issuer, claimed, 5)


LISTS = ("", "?after=0", "?after=2", "?after=2&limit=2", "?after=0&limit=200", "?after=900", "?after=999999999999999")
NOT_PLAIN_LISTS = (
    "?limit=2", "?after=007", "?after=-1", "?after=x", "?after=0&limit=0", "?after=0&limit=201", "?after=1&after=2", "?other=1",
    "?after=1&limit=02", "?after=9007199254740992", "?after=9007199254740993",
)  # fmt: skip
RANGES = (
    None, "bytes=0-9", "bytes=10-", "bytes=-7", "bytes=5-999999", "bytes=0-1,5-6", "lines=0-1", "bytes=9-2", "bytes=-",
    " bytes=1-2 ", "",
)  # fmt: skip


def test_api_short_way_lists_are_the_same(ways: Ways, bills: list[Bill]) -> None:
    for query in LISTS * 2:
        reply, is_short = ways.both(f"/api/documents{query}")
        assert is_short
        assert reply.status_code == 200
    assert len(ways.both("/api/documents")[0].json()["documents"]) == len(bills) + 1
    for query in NOT_PLAIN_LISTS:
        assert not ways.both(f"/api/documents{query}")[1], query


def test_api_short_way_bodies_are_the_same(ways: Ways, bills: list[Bill]) -> None:
    path = f"/api/documents/{bills[2].sealed.document_id.hex()}/body"
    for wanted in RANGES:
        reply, is_short = ways.both(path, **({} if wanted is None else {"range": wanted}))
        assert is_short
        assert reply.status_code in {200, 206}
        assert reply.content in bills[2].sealed.body
    for wanted in ("bytes=99999-", "bytes=-0", "bytes=0-" + "1" * 100):
        assert not ways.both(path, range=wanted)[1]


def test_api_short_way_with_a_catalogue_far_away_is_the_same(
    demo: DemoCity, ways: Ways, bills: list[Bill], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where looks run in threads, as on PostgreSQL: a body is found and read in one of them, at hand or not."""
    far = Ways(replace(demo, settings=replace(demo.settings, catalogue="postgresql+psycopg://far.away/city")), ways.cookie)
    for has_some in (True, False):
        if not has_some:
            monkeypatch.setattr(PosixBlobs, "at_hand", lambda *_: None)
        path = f"/api/documents/{bills[2].sealed.document_id.hex()}/body"
        for wanted in ("bytes=0-9", "bytes=-7", "bytes=0-"):
            reply, is_short = far.both(path, range=wanted)
            assert is_short
            assert reply.content in bills[2].sealed.body
        assert not far.both(path, range="bytes=99999-")[1]
        assert not far.both(f"/api/documents/{'ab' * 16}/body")[1]
    assert far.both("/api/documents")[1]


@pytest.mark.parametrize("proxy", ["127.0.0.0/8", "198.51.100.0/24"])
def test_api_short_way_leads_the_proxy_to_a_body_as_the_routes_do(
    demo: DemoCity, ways: Ways, bills: list[Bill], proxy: str
) -> None:
    """The peer is the city's own proxy, or not: then it learns no name and gets the bytes."""
    settings = replace(demo.settings, direct_reads=X_ACCEL_REDIRECT, trusted_proxies=(ip_network(proxy),))
    led = Ways(replace(demo, settings=settings), ways.cookie)
    path = f"/api/documents/{bills[2].sealed.document_id.hex()}/body"
    for wanted in RANGES:
        reply, is_short = led.both(path, **({} if wanted is None else {"range": wanted}))
        assert is_short
        to = reply.headers.get("x-accel-redirect", "")
        assert to.endswith(f"&id={reply.headers['x-request-id']}") == (not reply.content) == proxy.startswith("127.")
    for wanted in ("bytes=99999-", "bytes=-0"):
        assert not led.both(path, range=wanted)[1]
    for other in (f"/api/documents/{'ab' * 16}/body", path.upper()):
        reply, is_short = led.both(other)
        assert (reply.status_code, is_short, "x-accel-redirect" in reply.headers) == (404, False, False)
    for more in ({"cookie": ""}, {"cookie": f"{COOKIE}={'0' * 64}"}):
        reply, is_short = led.both(path, **more)
        assert (reply.status_code, is_short, "x-accel-redirect" in reply.headers) == (401, False, False)


def test_api_short_way_takes_what_is_plain_alone(ways: Ways, bills: list[Bill]) -> None:
    body = f"/api/documents/{bills[0].sealed.document_id.hex()}/body"
    for path in ("/api/documents", body):
        for method in ("HEAD", "POST", "OPTIONS"):
            assert not ways.both(path, method)[1]
        for more in ({"cookie": ""}, {"cookie": f"{COOKIE}={'0' * 64}"}, {"cookie": f"a=b; {COOKIE}={ways.cookie}"}):
            assert not ways.both(path, **more)[1], more
        for more in ({"content-length": "0"}, {"transfer-encoding": "chunked"}):
            assert not ways.both(path, **more)[1], more
    for path in ("/api/documents/", body + "/", body.upper(), "/api/documents/zz/body"):
        assert not ways.both(path)[1], path


def test_api_short_way_large_bodies_are_streamed_by_the_routes(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, ways: Ways
) -> None:
    vault = claimed.open_vault
    large = issuer.bill_for_vault(
        vault.vault_id, vault.reading.recipient.to_string(), "large", random.Random(1).randbytes(1_200_000)
    )
    issuer.deliver(client, [large], run="run-large")
    demo.settle()
    path = f"/api/documents/{large.sealed.document_id.hex()}/body"
    assert not ways.both(path)[1]
    reply, is_short = ways.both(path, range="bytes=500000-600000")
    assert is_short
    assert reply.content == large.sealed.body[500_000:600_001]


def test_api_short_way_strangers_learn_nothing(ways: Ways, demo: DemoCity, bills: list[Bill]) -> None:
    unknown = f"/api/documents/{'ab' * 16}/body"
    reply, is_short = ways.both(unknown)
    assert (reply.status_code, reply.json()["code"], is_short) == (404, "document-unknown", False)
    del demo, bills


def test_api_short_way_session_ends_at_once(ways: Ways, claimed: Resident, bills: list[Bill], demo: DemoCity) -> None:
    paths = ("/api/documents", f"/api/documents/{bills[0].sealed.document_id.hex()}/body")
    assert all(ways.both(path)[1] for path in paths)
    check(claimed.client.delete("/api/session"), 204)
    for path in paths:
        reply, is_short = ways.both(path)
        assert (reply.status_code, reply.json()["code"], is_short) == (401, "not-signed-in", False)
    del demo


def test_api_short_way_leaves_touching_to_the_routes(ways: Ways, demo: DemoCity) -> None:
    ways.short.get("/api/documents", headers=ways.headers({}))
    demo.clock.advance(TOUCH_EVERY // SECOND)
    before = ways.asked
    check(ways.short.get("/api/documents", headers=ways.headers({})))
    assert ways.asked == before + 1
    assert ways.both("/api/documents")[1]
    demo.clock.advance(HOLDER_IDLE // SECOND)
    assert ways.both("/api/documents")[0].status_code == 401


def test_api_short_way_is_counted_as_every_route_is(ways: Ways, demo: DemoCity) -> None:
    demo.clock.freeze()
    allowed = HOLDER["limit"].calls * demo.settings.limit_factor
    step = HOLDER["limit"].step
    # Another process of the city spent all but one step.
    with demo.city.catalogue.write(durable=False) as tx:
        tx.limits.hit(HOLDER["limit"].name, PEER, demo.clock(), allowed - step)
    statuses = [ways.short.get("/api/documents", headers=ways.headers({})).status_code for _ in range(step)]
    assert statuses == [200] * step
    refused = ways.short.get("/api/documents", headers=ways.headers({}))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


def test_api_short_way_what_it_did_not_answer_is_counted_once(ways: Ways, demo: DemoCity) -> None:
    demo.clock.freeze()
    step = HOLDER["limit"].step
    for _ in range(step):
        ways.short.get(f"/api/documents/{'ab' * 16}/body", headers=ways.headers({}))
    with demo.city.catalogue.write(durable=False) as tx:
        assert tx.limits.hit(HOLDER["limit"].name, PEER, demo.clock(), 0) == step


def test_api_short_way_mark_of_counting_cannot_be_sent(ways: Ways) -> None:
    assert not ways.both("/api/documents", **{COUNTED: "1", "cookie": ""})[1]


def test_api_short_way_bytes_at_hand_are_those_of_the_store(
    ways: Ways, bills: list[Bill], monkeypatch: pytest.MonkeyPatch
) -> None:
    """File systems in memory have nothing at hand: here the range is read as from one that tells."""

    def at_hand(self: PosixBlobs, name: Any, offset: int, length: int) -> bytes:  # noqa: ANN401
        with self.path_of(name).open("rb") as file:
            file.seek(offset)
            return file.read(length)

    monkeypatch.setattr(PosixBlobs, "at_hand", at_hand)
    reply, is_short = ways.both(f"/api/documents/{bills[1].sealed.document_id.hex()}/body", range="bytes=3-40")
    assert is_short
    assert reply.content == bills[1].sealed.body[3:41]


def test_api_short_way_never_shows_what_was(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, ways: Ways, bills: list[Bill]
) -> None:
    """Whatever a holder or a department does, in any order: the list that was kept is the list that is."""
    turns = random.Random(48)
    left = {bill.sealed.document_id.hex(): bill for bill in bills}
    closed = list(left)

    def one_opened() -> None:
        document = closed.pop()
        act = claimed.opened_act(document, left[document].sealed.manifest_hash)
        check(claimed.client.post(f"/api/documents/{document}/opened", json={"act": b64(act)}), 204)

    def one_deleted() -> None:
        document = turns.choice(closed)
        closed.remove(document)
        check(delete(claimed, left[document]), 204)

    def some_delivered() -> None:
        run = f"run-{turns.random()}"
        for bill in deliver_to_vault(demo, client, issuer, claimed, 2, run):
            left[bill.sealed.document_id.hex()] = bill
            closed.append(bill.sealed.document_id.hex())

    pages = set()
    for act in [some_delivered, *turns.choices([one_opened, one_deleted, some_delivered, demo.settle], k=10)]:
        act()
        for query in ("", "?after=3", "?after=0&limit=4"):
            for _ in range(2):
                reply, is_short = ways.both(f"/api/documents{query}")
                assert is_short
                pages.add(reply.content)
    assert len(pages) > 10


class Writer:
    """Writes pages and counts them."""

    def __init__(self) -> None:
        self.written = 0

    def __call__(self, rows: Sequence[ListedDocument], limit: int) -> bytes:
        self.written += 1
        return write_page(rows, limit)


def test_api_short_way_lists_are_kept_for_a_while_and_no_longer(
    demo: DemoCity, claimed: Resident, bills: list[Bill], monkeypatch: pytest.MonkeyPatch
) -> None:
    del bills
    demo.clock.freeze()
    write = Writer()
    lists, token = KeptLists(demo.city, write), bytes.fromhex(claimed.client.cookies[COOKIE])
    first = lists.read(token, 0, 200)
    assert first is not None
    assert lists.read(token, 0, 200) == first
    assert write.written == 1
    assert lists.read(token, 2, 200) != first
    assert write.written == 2
    # A minute later it is the older generation, after another it is gone: what was deleted is in no memory for longer.
    check(claimed.client.get("/api/session"))
    for seconds, written in ((59, 2), (1, 2), (59, 2), (61, 3)):
        demo.clock.advance(seconds)
        check(claimed.client.get("/api/session"))
        assert lists.read(token, 0, 200) == first
        assert write.written == written, seconds
    demo.clock.advance(-300)
    assert lists.read(token, 0, 200) == first
    assert write.written == 4
    # Two generations of one list each: the third drives the first out.
    monkeypatch.setattr(kept_lists, "MAX_BYTES", len(first))
    small = KeptLists(demo.city, write)
    for after, written in ((0, 5), (1, 6), (2, 7), (2, 7), (0, 8)):
        assert small.read(token, after, 200) is not None
        assert write.written == written, after


def test_api_short_way_lists_too_long_for_their_sums_are_not_kept(
    demo: DemoCity, claimed: Resident, bills: list[Bill], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_lists, "MAX_PAGE", len(bills))
    write = Writer()
    lists, token = KeptLists(demo.city, write), bytes.fromhex(claimed.client.cookies[COOKIE])
    for after, written in ((0, 1), (0, 2), (1, 3), (1, 3)):
        assert lists.read(token, after, 200) is not None
        assert write.written == written
