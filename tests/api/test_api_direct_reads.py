"""Bodies read from the S3 server by signed links: who gets one, for what, and what becomes of everybody else."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import structlog

from tests.support.asgi import Loop
from tests.support.city import FINANCES, Clock, DemoCity, check, demo_settings, found_city, open_demo_city
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department, b64
from tests.support.s3.simulator import S3Simulator, simulator
from tests.support.s3.stores import on_s3
from voute.app.destroy import work
from voute.core.ids import Slug
from voute.format.subject import Delete
from voute.server.http.bodies import SIGNED, packs_address
from voute.server.http.pages import WebFiles, policy_of
from voute.server.settings import SIGNED_URL, Settings

TAKES = {"accept": f"{SIGNED}, application/octet-stream"}


@dataclass(frozen=True)
class Direct:
    """A city that gives links, a resident who is signed in, and two documents in one pack, one of them theirs."""

    demo: DemoCity
    s3: S3Simulator
    resident: Resident
    mine: Bill
    other: Bill
    gone: Bill

    def ask(self, bill: Bill, **headers: str) -> httpx.Response:
        path = f"/api/documents/{bill.sealed.document_id.hex()}/body"
        return self.resident.client.get(path, headers={**TAKES, **headers})


def follow(url: str, **headers: str) -> httpx.Response:
    with httpx.Client(trust_env=False) as client:
        return client.get(url, headers=headers)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Simulator]:
    with simulator(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="module")
def settings(s3: S3Simulator, memory_folder: Path) -> Settings:
    return replace(on_s3(demo_settings(memory_folder / "direct"), s3, "city/direct"), direct_reads=SIGNED_URL)


@pytest.fixture(scope="module")
def direct(s3: S3Simulator, settings: Settings, loop: Loop) -> Iterator[Direct]:
    root = found_city(settings)
    demo = open_demo_city(settings, root, Clock(), loop)
    issuer = Department(Slug("finances"), FINANCES)
    with demo.client() as client:
        issuer.sign_in(client)
        code, keys, _ = issuer.code("roll-1")
        _, others, _ = issuer.code("roll-2")
        other, mine = issuer.bill_for_code(others, "other"), issuer.bill_for_code(keys, "mine", os.urandom(50_000))
        gone = issuer.bill_for_code(keys, "gone", os.urandom(5_000))
        issuer.deliver(client, [other, mine, gone])
        demo.settle()
        resident = Resident(client, root)
        resident.claim(code)
        demo.settle()
        yield Direct(demo, s3, resident, mine, other, gone)
    demo.close()
    shutil.rmtree(settings.data)


def test_api_direct_link_gives_the_holders_own_body(direct: Direct) -> None:
    reply = check(direct.ask(direct.mine))
    assert (reply.headers["content-type"], reply.headers["cache-control"]) == (SIGNED, "no-store")
    link = reply.json()
    assert set(link) == {"url", "range", "expires_at"}
    assert follow(link["url"], range=link["range"]).content == direct.mine.sealed.body
    assert follow(link["url"]).status_code == 403
    assert follow(link["url"], range="bytes=0-9").status_code == 403


@pytest.mark.parametrize(("wanted", "first", "last"), [("bytes=0-9", 0, 9), ("bytes=10-", 10, -1), ("bytes=-7", -7, -1)])
def test_api_direct_link_is_for_the_range_that_was_asked(direct: Direct, wanted: str, first: int, last: int) -> None:
    whole = direct.mine.sealed.body
    link = check(direct.ask(direct.mine, range=wanted)).json()
    reply = follow(link["url"], range=link["range"])
    assert reply.content == whole[first % len(whole) : last % len(whole) + 1]
    assert check(direct.ask(direct.mine, range="bytes=99999999-"), 416).json()["code"] == "range-refused"


def test_api_direct_link_is_the_same_by_the_long_way(direct: Direct) -> None:
    """An announced body, though empty, is nothing for the short way (docs/adr/0048)."""
    replies = [direct.ask(direct.mine, range="bytes=5-99", **more) for more in ({}, {"content-length": "0"})]
    links = [check(reply).json() for reply in replies]
    assert len({(link["range"], link["url"].partition("?")[0]) for link in links}) == 1
    assert {follow(link["url"], range=link["range"]).content for link in links} == {direct.mine.sealed.body[5:100]}
    heads = [{**reply.headers, "x-request-id": "", "content-length": ""} for reply in replies]
    assert heads[0] == heads[1]


@pytest.mark.parametrize("accept", ["*/*", "application/octet-stream", "application/*", SIGNED + "x", ""])
def test_api_direct_who_does_not_take_links_gets_the_bytes(direct: Direct, accept: str) -> None:
    reply = check(direct.ask(direct.mine, accept=accept))
    assert (reply.headers["content-type"], reply.content) == ("application/octet-stream", direct.mine.sealed.body)


def test_api_direct_no_link_to_anybody_elses(direct: Direct) -> None:
    assert check(direct.ask(direct.other), 404).json()["code"] == "document-unknown"
    with direct.demo.client() as nobody:
        path = f"/api/documents/{direct.mine.sealed.document_id.hex()}/body"
        assert check(nobody.get(path, headers=TAKES), 401).json()["code"] == "not-signed-in"


def test_api_direct_link_stands_in_no_log(direct: Direct) -> None:
    with structlog.testing.capture_logs() as logs:
        link = check(direct.ask(direct.mine)).json()
    text = json.dumps(logs, default=str)
    assert "/api/documents/{document}/body" in text
    assert not any(part in text for part in (link["url"], "X-Amz", "Signature", link["range"]))


def test_api_direct_deleted_document_has_no_link_and_an_old_one_reads_zeros(direct: Direct) -> None:
    gone = direct.gone.sealed
    old = check(direct.ask(direct.gone)).json()
    act = direct.resident.act(Delete(gone.document_id, gone.manifest_hash))
    check(direct.resident.client.request("DELETE", f"/api/documents/{gone.document_id.hex()}", json={"act": b64(act)}), 204)
    assert check(direct.ask(direct.gone), 410).json()["code"] == "document-deleted"
    for _ in range(2):
        direct.demo.settle()
        work(direct.demo.city)
    read = follow(old["url"], range=old["range"])
    assert (read.status_code, set(read.content)) == (206, {0})
    # Its neighbours are where they were.
    link = check(direct.ask(direct.mine)).json()
    assert follow(link["url"], range=link["range"]).content == direct.mine.sealed.body


def test_api_direct_without_the_setting_everybody_gets_bytes(direct: Direct, settings: Settings, loop: Loop) -> None:
    demo = open_demo_city(replace(settings, direct_reads=""), direct.demo.root, Clock(), loop)
    with demo.client() as client:
        client.cookies.update(direct.resident.client.cookies)
        reply = check(client.get(f"/api/documents/{direct.mine.sealed.document_id.hex()}/body", headers=TAKES))
        assert reply.content == direct.mine.sealed.body
    demo.close()


def test_api_direct_page_may_read_from_that_folder_alone(settings: Settings, tmp_path: Path) -> None:
    for name in ("index.html", "verify.html"):
        (tmp_path / name).write_text("<!doctype html>")
    public = replace(settings, s3_public_endpoint="https://s3.ville.example")
    assert packs_address(public) == "https://s3.ville.example/city/city/direct/packs/"
    assert packs_address(replace(public, direct_reads="")) == ""
    web = WebFiles(tmp_path, packs=packs_address(public))
    policy = web.get("index.html").policy or ""
    assert "connect-src 'self' https://s3.ville.example/city/city/direct/packs/;" in policy
    assert policy.replace(" https://s3.ville.example/city/city/direct/packs/", "") == policy_of(b"")
    assert web.get("verify.html").policy == policy_of(b"")
