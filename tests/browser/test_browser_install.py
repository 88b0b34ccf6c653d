"""The pages can be installed on a phone: Chromium finds nothing missing, and the manifest is the one of docs/spec/pages.md."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

import pytest
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page, Route, expect

from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import Visitor

ARMS = "**/city/arms.svg"
SCRIPTED = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>top.document.title = 'taken'</script></svg>"""
MOST_HIGH = 64
"""Pixels of the header, as a page is shown by default."""
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


@pytest.fixture
def stranger(browser: Browser, city: ServedCity) -> Iterator[Page]:
    """Somebody's page on a line that a test changes: what goes wrong on it is the test's own doing."""
    context = browser.new_context(base_url=city.origin, locale="fr-CA")
    yield context.new_page()
    context.close()


def header_has_our_mark(page: Page) -> None:
    """The name of the city is said by the words then, and the page goes on."""
    expect(page.locator("header .brand svg")).to_be_visible()
    expect(page.locator("header img")).to_have_count(0)
    expect(page.get_by_role("link", name="Voûte Ville de Val-des-Cèdres", exact=True)).to_be_visible()
    page.get_by_role("link", name="J’ai reçu une lettre avec un code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Entrez le code de votre lettre")


@pytest.mark.parametrize("body", [None, b"", b"<svg", b"GIF89a"])
def test_browser_arms_that_do_not_come_or_are_no_picture_leave_our_mark(stranger: Page, body: bytes | None) -> None:
    def answer(route: Route) -> None:
        if body is None:
            route.abort()
        else:
            route.fulfill(body=body, content_type="image/svg+xml")

    stranger.route(ARMS, answer)
    stranger.goto("/")
    header_has_our_mark(stranger)


def test_browser_arms_with_a_script_are_a_picture_that_does_nothing(stranger: Page) -> None:
    """What the server itself would never send, from whoever stands on the line or took the server over."""
    stranger.route(ARMS, lambda route: route.fulfill(body=SCRIPTED, content_type="image/svg+xml"))
    stranger.goto("/")
    expect(stranger.locator("header img")).to_have_js_property("complete", value=True)
    expect(stranger).to_have_title("Ouvrir mon coffre – Voûte")


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/arms.svg", "//elsewhere.example/city/arms.svg", "/city/arms.svg?a"]
)
def test_browser_arms_at_another_address_are_not_asked_for(stranger: Page, city: ServedCity, address: str) -> None:
    asked: list[str] = []
    stranger.on("request", lambda request: asked.append(request.url))

    def answer(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, json={**reply.json(), "arms": address})

    stranger.route("**/api/about", answer)
    stranger.goto("/")
    header_has_our_mark(stranger)
    assert [one for one in asked if "arms" in one or not one.startswith(city.origin)] == []


def test_browser_header_shows_arms_of_pixels(stranger: Page, city: ServedCity, tmp_path: Path) -> None:
    """A PNG, as most cities have theirs: larger than it is shown, and not square."""
    Image.new("RGBA", (400, 500), (20, 90, 70, 255)).save(tmp_path / "arms.png")
    city.stop()
    city.changed = {"arms": tmp_path / "arms.png"}
    city.start()
    try:
        stranger.goto("/")
        arms = stranger.locator("header img")
        expect(arms).to_have_attribute("src", "/city/arms.png")
        expect(arms).to_have_js_property("complete", value=True)
        assert arms.evaluate("one => [one.naturalWidth, one.naturalHeight]") == [400, 500]
        box = arms.bounding_box()
        assert box is not None
        assert box["width"] == pytest.approx(box["height"] * 400 / 500)
        assert box["height"] < MOST_HIGH
    finally:
        city.stop()
        city.changed = {}
        city.start()
