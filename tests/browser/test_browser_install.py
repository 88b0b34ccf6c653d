"""The pages can be installed on a phone: Chromium finds nothing missing, and the manifest is the one of docs/spec/pages.md."""

import io
import json
from typing import Literal, get_args

import pytest
from PIL import Image
from playwright.sync_api import Browser, CDPSession, expect

from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import Visitor

Scheme = Literal["light", "dark"]


def missing(cdp: CDPSession) -> list[str]:
    """Say what keeps a page from being installed; tests look at it in private windows, where nothing can be, ever."""
    errors = [error["errorId"] for error in cdp.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    errors.remove("in-incognito")
    return errors


@pytest.fixture
def first_page(visitor: Visitor) -> Visitor:
    visitor.go("/")
    visitor.page.locator("h1").wait_for()
    return visitor


def test_browser_pages_are_installable(first_page: Visitor) -> None:
    assert missing(first_page.cdp) == []
    found = first_page.cdp.send("Page.getAppManifest")
    assert found["errors"] == []
    manifest = json.loads(found["data"])
    assert {key: manifest[key] for key in ("id", "name", "short_name", "lang", "start_url", "scope", "display")} == {
        "id": "/documents",
        "name": "Voûte",
        "short_name": "Voûte",
        "lang": "fr",
        "start_url": "/documents",
        "scope": "/",
        "display": "standalone",
    }
    assert [(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]] == [
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    ]


def test_browser_icons_are_what_the_manifest_says(first_page: Visitor, city: ServedCity) -> None:
    address = first_page.page.locator('link[rel="manifest"]').get_attribute("href")
    touch = first_page.page.locator('link[rel="apple-touch-icon"]').get_attribute("href")
    request = first_page.context.request
    reply = request.get(f"{city.origin}{address}")
    assert reply.headers["content-type"].startswith("application/manifest+json")
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    icons = [(icon["src"], icon["sizes"]) for icon in reply.json()["icons"]]
    for path, sizes in [*icons, (touch, "180x180")]:
        icon = request.get(f"{city.origin}{path}")
        assert icon.headers["content-type"] == "image/png"
        width, height = Image.open(io.BytesIO(icon.body())).size
        assert f"{width}x{height}" == sizes


def test_browser_finds_what_cannot_be_installed(browser: Browser, city: ServedCity) -> None:
    """The verifier has no manifest: Chromium says so, so the empty list of the other page means something."""
    context = browser.new_context(base_url=city.origin)
    page = context.new_page()
    page.goto("/verifier")
    page.locator("h1").wait_for()
    assert missing(context.new_cdp_session(page)) == ["no-manifest"]
    context.close()


def test_browser_nothing_stands_between_page_and_network(first_page: Visitor) -> None:
    """Installing brings no service worker that answers requests: each page comes from the city, with its integrity."""
    assert first_page.page.evaluate("navigator.serviceWorker.controller") is None
    colours = first_page.page.locator('meta[name="theme-color"]')
    for index, scheme in enumerate(get_args(Scheme)):
        first_page.page.emulate_media(color_scheme=scheme)
        header = first_page.page.locator("header").evaluate("one => getComputedStyle(one).backgroundColor")
        content = colours.nth(index).get_attribute("content") or ""
        red, green, blue = (int(content[at : at + 2], 16) for at in (1, 3, 5))
        assert header == f"rgb({red}, {green}, {blue})"


def test_browser_header_shows_the_citys_arms_from_the_release(first_page: Visitor, city: ServedCity) -> None:
    """Drawn, named after the city for who does not see them, and one of the files that the manifest names."""
    arms = first_page.page.locator("header img")
    expect(arms).to_have_attribute("alt", "Ville de Val-des-Cèdres")
    expect(arms).to_have_js_property("complete", value=True)
    assert arms.evaluate("one => one.naturalWidth") > 0
    # Said once: the words beside them are for the eye.
    expect(first_page.page.get_by_role("link", name="Ville de Val-des-Cèdres Voûte", exact=True)).to_have_count(1)
    address = arms.get_attribute("src")
    assert address == "/city/arms.svg"
    manifest = first_page.context.request.get(f"{city.origin}/release-manifest.json").json()
    assert address.removeprefix("/") in manifest["files"]
