"""`voute admin cors` and what `voute status` says of it: a city whose pages read at an S3 server."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.city import demo_settings, found_city
from tests.support.command import Ran, Voute, environment
from tests.support.ports import free_port
from tests.support.s3.simulator import S3Simulator, simulator
from tests.support.s3.stores import on_s3
from voute.server.settings import SIGNED_URL, Settings, write_settings


@dataclass
class Desk:
    voute: Voute
    settings: Settings
    s3: S3Simulator

    def run(self, *args: str | Path, language: str = "fr_CA.UTF-8", **settings: str) -> Ran:
        env = environment(self.voute.folder, language, **write_settings(replace(self.settings, **settings)))  # type: ignore[arg-type]
        return self.voute(*args, env=env)

    def status(self, **settings: str) -> dict[str, str]:
        ran = self.run("status", "--json", **settings).ended(1)
        return {one["check"]: one["level"] for one in ran.json["checks"] if one["check"].startswith("cors")}


@pytest.fixture
def desk(voute: Voute, tmp_path: Path) -> Iterator[Desk]:
    with simulator(tmp_path) as s3:
        settings = replace(on_s3(demo_settings(tmp_path / "city"), s3, "city"), direct_reads=SIGNED_URL)
        found_city(settings)
        yield Desk(voute, settings, s3)


def test_cli_cors_is_asked_given_and_shown_by_status(desk: Desk, tmp_path: Path) -> None:
    assert desk.status() == {"cors": "soon"}
    refused = desk.run("admin", "cors", "--json").ended(1).json
    assert (refused["fits"], refused["address"]) == (False, desk.s3.endpoint)
    said = desk.run("status").ended(1).out
    assert "voute admin cors --set" in said
    wrong = tmp_path / "keys"
    wrong.write_text("[default]\naws_access_key_id = nobody\naws_secret_access_key = nothing\n")
    assert desk.run("admin", "cors", "--set", "--keys", wrong, "--json").ended(1).json["error"] == "store-refused"
    assert desk.run("admin", "cors", "--set", language="en_CA.UTF-8").ended(0).out.startswith("Pages of ")
    # Again changes nothing: there is one rule.
    given = desk.s3.say("rules")
    assert desk.run("admin", "cors", "--set", "--json").ended(0).json["fits"] is True
    assert desk.s3.say("rules") == given
    assert len(given) == 1
    assert desk.status() == {"cors": "well"}
    assert desk.status(s3_public_endpoint=f"http://127.0.0.1:{free_port()}") == {"cors-silent": "soon"}
    # Where pages never ask the bucket, it is not looked at.
    assert desk.status(direct_reads="") == {}


def test_cli_cors_of_a_city_without_a_bucket_says_so(desk: Desk) -> None:
    ran = desk.run("admin", "cors", "--json", blobs="", direct_reads="").ended(1)
    assert ran.json["error"] == "no-bucket"
