"""Promises of `RangeSigner` on real servers: a link gives its own range of its own object, for a minute, and nothing else."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx
import pytest

from tests.support.s3.ceph import CephServer, ceph
from tests.support.s3.simulator import S3Simulator, simulator
from tests.support.s3.stores import documented_rules
from voute.core.ids import Hash, hash_of
from voute.core.ports_direct import SignedRange
from voute.core.ports_store import StoreRefusedError
from voute.store.s3 import Bucket, S3Place, connect
from voute.store.s3_credentials import Credential
from voute.store.s3_signing import SIGNED_SECONDS, S3Signer, signed_link

SERVERS = ("s3", pytest.param("ceph", marks=pytest.mark.long))
SIZE = 100_000
MINE = slice(30_000, 50_000)


@dataclass(frozen=True)
class Shared:
    """One pack of several people's bytes, and another one."""

    signer: S3Signer
    data: bytes
    name: Hash
    other: Hash

    def link(self, age: int = 0) -> SignedRange:
        now = (int(time.time()) - age) * 1_000_000
        return self.signer.sign(self.name, MINE.start, MINE.stop - MINE.start, now)


_FOLDERS = count()


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Simulator | CephServer]:
    start = ceph if request.param == "ceph" else simulator
    with start(tmp_path_factory.mktemp("server")) as one:
        yield one


@pytest.fixture
def shared(server: S3Simulator | CephServer) -> Shared:
    place = server.place(f"t{next(_FOLDERS)}")
    bucket, data = Bucket(connect(place), "packs"), os.urandom(SIZE)
    names = hash_of(os.urandom(32)), hash_of(os.urandom(32))
    for name in names:
        bucket.put(f"{name.hex()}.pack", data)
    return Shared(S3Signer(place, "packs", place.address), data, *names)


def ask(url: str, method: str = "GET", **headers: str) -> httpx.Response:
    with httpx.Client(trust_env=False) as client:
        return client.request(method, url, headers=headers)


def test_api_signed_link_gives_its_range(shared: Shared) -> None:
    link = shared.link()
    reply = ask(link.url, range=link.range)
    assert (reply.status_code, reply.content) == (206, shared.data[MINE])
    assert link.expires_at - time.time() <= SIGNED_SECONDS


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"range": "bytes=0-"},
        {"range": "bytes=30000-50000"},
        {"range": "bytes=30000-49999,0-9"},
        {"range": "bytes=29999-49999"},
        {"Range": "bytes=-100"},
    ],
    ids=str,
)
def test_api_signed_link_gives_no_other_range(shared: Shared, headers: dict[str, str]) -> None:
    link = shared.link()
    reply = ask(link.url, **headers)
    assert reply.status_code == 403
    assert shared.data[:50] not in reply.content


def test_api_signed_link_with_the_range_twice_gives_nothing_more(shared: Shared) -> None:
    link = shared.link()
    for first, second in ((link.range, "bytes=0-99"), ("bytes=0-99", link.range)):
        with httpx.Client(trust_env=False) as client:
            reply = client.get(link.url, headers=[("range", first), ("range", second)])
        assert reply.status_code >= 400 or reply.content == shared.data[MINE]


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "POST"])
def test_api_signed_link_reads_and_does_nothing_else(shared: Shared, method: str) -> None:
    link = shared.link()
    assert ask(link.url, method, range=link.range).status_code in {403, 405}
    assert ask(link.url, range=link.range).content == shared.data[MINE]


@pytest.mark.parametrize(
    "change",
    [
        {"X-Amz-SignedHeaders": "host"},
        {"X-Amz-Expires": "600000"},
        {"X-Amz-Date": "20991126T000000Z"},
        {"response-content-type": "text/html"},
        {"versionId": "null"},
    ],
    ids=str,
)
def test_api_signed_link_that_was_changed_opens_nothing(shared: Shared, change: dict[str, str]) -> None:
    link = shared.link()
    parts = urlsplit(link.url)
    query = {**dict(parse_qsl(parts.query)), **change}
    for headers in ({"range": link.range}, {}):
        url = f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(query, quote_via=quote)}"
        assert ask(url, **headers).status_code in {400, 403}


def test_api_signed_link_is_for_its_own_pack(shared: Shared) -> None:
    link = shared.link()
    for other in (shared.other.hex(), "00" * 32):
        assert ask(link.url.replace(shared.name.hex(), other), range=link.range).status_code == 403


def test_api_signed_link_ends_after_a_minute(shared: Shared) -> None:
    link = shared.link(age=SIGNED_SECONDS + 30)
    assert ask(link.url, range=link.range).status_code == 403
    fresh = shared.link(age=SIGNED_SECONDS - 30)
    assert ask(fresh.url, range=fresh.range).status_code == 206


def test_api_signed_link_is_read_across_origins_where_the_documented_rule_says_so(
    server: S3Simulator | CephServer, shared: Shared
) -> None:
    """What a browser looks at: who may read, at the answer itself, and before it in those that ask for leave."""
    city, link = "https://coffre.ville.example", shared.link()
    leave = {"access-control-request-method": "GET", "access-control-request-headers": "range"}

    def allowed(origin: str) -> tuple[str | None, int, str | None]:
        read = ask(link.url, range=link.range, origin=origin)
        assert (read.status_code, read.content) == (206, shared.data[MINE])
        asked = ask(link.url, "OPTIONS", origin=origin, **leave)
        if asked.is_success:
            assert asked.headers["access-control-allow-headers"] == "range"
        name = "access-control-allow-origin"
        return read.headers.get(name), asked.status_code, asked.headers.get(name)

    server.allow(documented_rules(city))
    assert allowed(city) == (city, 200, city)
    assert allowed("https://ailleurs.example") == (None, 403, None)
    server.allow([])
    assert allowed(city) == (None, 403, None)


def test_api_signed_link_needs_keys_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(StoreRefusedError):
        S3Signer(S3Place("city"), "packs", "https://s3.ville.example")


def test_api_signed_link_is_what_the_scheme_says() -> None:
    """The arithmetic, from the steps of the scheme by hand, for a key that is lent."""
    lent = Credential("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a token/+=")
    moment = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    url = signed_link(lent, "ca-central-1", "https://s3.ville.example", "/b/packs/x.pack", "bytes=5-9", moment)
    query = dict(parse_qsl(urlsplit(url).query, strict_parsing=True))
    assert query["X-Amz-Security-Token"] == "a token/+="
    assert query["X-Amz-SignedHeaders"] == "host;range"
    assert query["X-Amz-Credential"] == "AKIDEXAMPLE/20261126/ca-central-1/s3/aws4_request"
    assert "wJalr" not in url
