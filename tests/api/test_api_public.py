"""What anybody may read: health, about, trust root, log."""

import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.support.city import CITY_KEYS, DemoCity, check
from tests.support.issuer import Department
from voute.client.trust import pin
from voute.core.ids import Hash
from voute.core.values import unix_time
from voute.format import dsse
from voute.format.dsse import parse, statement_hash
from voute.format.trust_root import sign_trust_root
from voute.server.release import RELEASE
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.reader import TileTree
from voute.verify.trust import TrustRootChainError


def test_api_health_says_what_answers(demo: DemoCity, client: httpx.Client) -> None:
    demo.settle()
    reply = check(client.get("/health")).json()
    assert reply["status"] == "ok"
    assert reply["version"] == RELEASE
    assert reply["checks"]["catalogue"] is reply["checks"]["blobs"] is reply["checks"]["log"] is True
    assert reply["checks"]["checkpoint_age_s"] in range(10)


def test_api_health_fails_without_a_log(demo: DemoCity, client: httpx.Client) -> None:
    (demo.settings.data / "log" / "checkpoint").unlink()
    reply = check(client.get("/health"), 503).json()
    assert (reply["status"], reply["checks"]["log"]) == ("failing", False)


def test_api_health_fails_without_a_catalogue(demo: DemoCity, client: httpx.Client) -> None:
    check(client.get("/health"))
    demo.assembled.stores.catalogue.close()
    database = demo.settings.data / "catalogue.sqlite"
    for name in (database, database.with_name(database.name + "-wal"), database.with_name(database.name + "-shm")):
        name.unlink(missing_ok=True)
    reply = client.get("/health")
    assert reply.status_code == 503


def test_api_health_fails_when_events_wait_too_long(demo: DemoCity, client: httpx.Client, issuer: Department) -> None:
    _, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
    check(client.get("/health"))
    demo.clock.advance(61)
    assert check(client.get("/health"), 503).json()["checks"]["log"] is False
    demo.settle()
    check(client.get("/health"))


def test_api_about_gives_the_citys_name(client: httpx.Client) -> None:
    reply = check(client.get("/api/about"))
    assert reply.json() == {
        "city": "ville",
        "names": {"en": "City", "fr": "Ville"},
        "arms": None,
        "help_phone": None,
        "help_hours": None,
        "privacy_officer": None,
        "privacy_contact": None,
        "release": RELEASE,
    }
    assert reply.headers["cache-control"] == "public, max-age=60"


def test_api_trust_root_is_the_files_exact_bytes(demo: DemoCity, client: httpx.Client) -> None:
    reply = check(client.get("/api/trust-root"))
    assert reply.content == demo.settings.trust_root_file.read_bytes()
    assert reply.headers["content-type"] == "application/json"


def test_api_trust_root_is_followed_over_those_that_were_missed(demo: DemoCity, client: httpx.Client, tmp_path: Path) -> None:
    path, now = demo.settings.trust_root_file, demo.root.effective_at
    signed = [path.read_bytes()]
    for number in (2, 3, 4):
        previous = dsse.statement_hash(dsse.parse(signed[-1]).payload)
        signed.append(sign_trust_root(replace(demo.root, number=number, previous=previous, effective_at=now), CITY_KEYS))
        path.write_bytes(signed[-1])
        check(client.get("/api/trust-root"))
    for number, raw in enumerate(signed, 1):
        assert check(client.get("/api/trust-root", params={"number": number})).content == raw
    for asked, status in (("5", 404), ("-1", 400), ("x", 400), (str(2**60), 400)):
        check(client.get("/api/trust-root", params={"number": asked}), status)
    pinned = tmp_path / "pinned.json"
    pin(pinned, signed[0])
    with pytest.raises(TrustRootChainError):
        pin(pinned, signed[3])
    with pytest.raises(TrustRootChainError):
        pin(pinned, signed[3], between=lambda _: None)
    with pytest.raises(TrustRootChainError):
        pin(pinned, signed[3], between=lambda _: signed[2])
    # A trial follows them too, and leaves the pin as it is.
    assert pin(pinned, signed[3], between=lambda number: signed[number - 1], keep=False).root.number == 4
    assert pinned.read_bytes() == signed[0]
    missed: list[int] = []

    def between(number: int) -> bytes:
        missed.append(number)
        return check(client.get("/api/trust-root", params={"number": number})).content

    assert pin(pinned, signed[3], between=between).root.number == 4
    assert missed == [2, 3]
    assert pinned.read_bytes() == signed[3]


def test_api_log_serves_checkpoint_and_tiles_that_prove_each_other(
    demo: DemoCity, client: httpx.Client, issuer: Department
) -> None:
    _, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, f"bill-{n}") for n in range(5)])
    demo.settle()
    reply = check(client.get("/log/checkpoint"))
    assert reply.headers["cache-control"] == "no-store"
    head = SignedCheckpoint.parse(reply.content).head
    assert head.size == 5

    def get(path: str) -> bytes:
        tile = check(client.get(f"/log/{path}"))
        assert "immutable" in tile.headers["cache-control"]
        return tile.content

    tree = TileTree(head.size, head.root, get)
    assert len(list(tree.entries(0, 5))) == 5


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000",
        "tile/..%2f..%2fkeys%2flog.json",
        "tile/x/000",
        "tile/0/000.p/5/6",
        "tile//etc/passwd",
        "staging/1",
    ],
)
def test_api_log_serves_nothing_else(demo: DemoCity, client: httpx.Client, path: str) -> None:
    reply = client.get(f"/log/{path}")
    assert reply.status_code == 404
    assert reply.json()["code"] == "not-found"
    assert demo.root.number == 1


def test_api_trust_root_of_a_later_number_is_served_without_a_restart(demo: DemoCity, client: httpx.Client) -> None:
    second = replace(demo.root, number=2, previous=Hash(bytes(32)))
    good = sign_trust_root(second, CITY_KEYS)
    file = demo.settings.trust_root_file
    original = file.read_bytes()
    for bad in (b"rubbish", sign_trust_root(second, CITY_KEYS[:1])):
        file.write_bytes(bad)
        assert check(client.get("/api/trust-root")).content == original
    file.write_bytes(good)
    assert check(client.get("/api/trust-root")).content == good
    file.write_bytes(original)
    assert check(client.get("/api/trust-root")).content == good
    file.unlink()
    assert check(client.get("/api/trust-root")).content == good


def test_api_trust_root_that_waits_is_shown_and_not_in_force(demo: DemoCity, client: httpx.Client) -> None:
    file = demo.settings.trust_root_file
    original = file.read_bytes()
    waits = file.with_name("trust-root.next.json")
    assert check(client.get("/api/trust-root/next")).content == b"{}"
    later = unix_time(int(time.time()) + 3_600)
    following = replace(demo.root, number=2, previous=statement_hash(parse(original).payload), effective_at=later)
    strange = replace(following, previous=Hash(bytes(32)))
    for unfit in (b"rubbish", sign_trust_root(following, CITY_KEYS[:1]), sign_trust_root(strange, CITY_KEYS)):
        waits.write_bytes(unfit)
        assert check(client.get("/api/trust-root/next")).content == b"{}"
    good = sign_trust_root(following, CITY_KEYS)
    waits.write_bytes(good)
    assert check(client.get("/api/trust-root/next")).content == good
    assert check(client.get("/api/trust-root")).content == original
    waits.unlink()
    assert check(client.get("/api/trust-root/next")).content == b"{}"
