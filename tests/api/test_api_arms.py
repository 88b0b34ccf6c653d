"""The coat of arms as it is served: what was understood of the file, in the release manifest, under the strictest policy."""

import json
from dataclasses import replace
from hashlib import sha256

import httpx
import pytest

from tests.support.asgi import AppTransport, Loop
from tests.support.city import ORIGIN, DemoCity, check
from tests.support.project import ROOT
from voute.format.arms import ArmsRefusedError, clean
from voute.server.composition import arms_of
from voute.server.http.application import create_application
from voute.server.http.pages import WebFiles

FILE = ROOT / "src" / "voute" / "cli" / "demo_arms.svg"


def test_api_arms_are_served_written_anew_and_stand_in_the_manifest(demo: DemoCity, loop: Loop) -> None:
    demo.settings.web.mkdir(parents=True)
    (demo.settings.web / "index.html").write_text("<!doctype html>")
    settings = replace(demo.settings, arms=FILE)
    web = WebFiles(settings.web, "", arms_of(settings))
    manifest = web.seal()
    assert manifest is not None
    application = create_application(demo.city, settings, web)
    with httpx.Client(transport=AppTransport(application, loop), base_url=ORIGIN) as client:
        where = check(client.get("/api/about")).json()["arms"]
        assert where == "/city/arms.svg"
        reply = check(client.get(where))
        assert reply.content == clean(FILE.read_bytes()).data
        assert reply.headers["content-type"].startswith("image/svg+xml")
        assert reply.headers["content-security-policy"].startswith("default-src 'none'")
        assert reply.headers["x-content-type-options"] == "nosniff"
        listed = json.loads(check(client.get("/release-manifest.json")).content)["files"]
        assert listed["city/arms.svg"]["sha256"] == sha256(reply.content).hexdigest()
        assert sorted(listed) == ["city/arms.svg", "index.html"]
        check(client.get("/city/arms.png"), 404)
        check(client.get("/city/index.html"), 404)


def test_api_arms_of_a_city_without_are_none(demo: DemoCity, client: httpx.Client) -> None:
    assert arms_of(demo.settings) is None
    assert check(client.get("/api/about")).json()["arms"] is None
    check(client.get("/city/arms.svg"), 404)


@pytest.mark.parametrize("name", ["nowhere.svg", "README.md"])
def test_api_arms_that_can_not_be_shown_stop_the_start(demo: DemoCity, name: str) -> None:
    with pytest.raises(ArmsRefusedError):
        arms_of(replace(demo.settings, arms=ROOT / name))
