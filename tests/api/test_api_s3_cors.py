"""The bucket's rule for pages of the city: asked as a browser asks, given beside the rules that are there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.s3.ceph import CephServer, ceph
from tests.support.s3.simulator import S3Simulator, simulator
from tests.support.s3.stores import documented_rules
from voute.core.ports_store import StoreRefusedError, StoreUnreachableError
from voute.store.s3_cors import allows, give_rule

SERVERS = ("s3", pytest.param("ceph", marks=pytest.mark.long))
CITY = "https://coffre.ville.example"
OTHER = "https://ailleurs.example"


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Simulator | CephServer]:
    start = ceph if request.param == "ceph" else simulator
    with start(tmp_path_factory.mktemp("server")) as one:
        yield one


def is_allowed(server: S3Simulator | CephServer, origin: str) -> bool:
    place = server.place("city")
    return allows(place, place.address, "packs", origin)


def test_api_s3_cors_rule_is_given_beside_others_and_seen(server: S3Simulator | CephServer) -> None:
    server.allow([])
    assert not is_allowed(server, CITY)
    give_rule(server.place("city"), CITY)
    assert is_allowed(server, CITY)
    assert not is_allowed(server, OTHER)
    # Somebody else's rule stays.
    give_rule(server.place("city"), OTHER)
    assert is_allowed(server, CITY)
    assert is_allowed(server, OTHER)


def test_api_s3_cors_the_rule_is_the_documented_one(server: S3Simulator | CephServer) -> None:
    if isinstance(server, CephServer):
        server.allow(documented_rules(CITY))
        assert is_allowed(server, CITY)
        return
    server.allow([])
    give_rule(server.place("city"), CITY)
    assert server.say("rules") == documented_rules(CITY)
    for name, other in (("AllowedMethods", ["PUT"]), ("AllowedHeaders", list[str]()), ("AllowedOrigins", [OTHER])):
        server.allow([documented_rules(CITY)[0] | {name: other}])
        assert not is_allowed(server, CITY), name


def test_api_s3_cors_keys_that_may_not_and_servers_that_are_silent_are_told(
    server: S3Simulator | CephServer, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.write_text("[default]\naws_access_key_id = nobody\naws_secret_access_key = nothing\n")
    with pytest.raises(StoreRefusedError):
        give_rule(replace(server.place("city"), credentials=keys), CITY)
    nobody = replace(server.place("city", seconds=1), endpoint=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(StoreUnreachableError):
        allows(nobody, nobody.address, "packs", CITY)
    with pytest.raises(StoreUnreachableError):
        give_rule(nobody, CITY)
