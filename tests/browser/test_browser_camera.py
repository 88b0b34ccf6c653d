"""The square of a recovery kit held before a camera: read in the page, typed for the person, refused in words."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.support.axe import Axe
from tests.browser.support.journey import Letters
from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import Visitor, new_visitor
from tests.browser.support.words import Words
from tests.support.chromium import CHROMIUM, FLAGS

NewVisitor = Callable[..., Visitor]
SAY = Words("fr")
FRAME = (640, 480)
SQUARE = 400
TILT = 4
"""Degrees: nobody holds a sheet straight."""


def film(square: bytes, path: Path) -> None:
    """Write a film of one frame (YUV4MPEG2) that shows a sheet with this square."""
    sheet = Image.new("L", FRAME, 235)
    shown = Image.open(io.BytesIO(square)).convert("L").resize((SQUARE, SQUARE), Image.Resampling.LANCZOS)
    sheet.paste(shown, ((FRAME[0] - SQUARE) // 2, (FRAME[1] - SQUARE) // 2))
    sheet = sheet.rotate(TILT, Image.Resampling.BICUBIC, fillcolor=235)
    grey = bytes((128,)) * (FRAME[0] * FRAME[1] // 2)
    path.write_bytes(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\nFRAME\n" % FRAME + sheet.tobytes() + grey)


@pytest.fixture(scope="module")
def holder(browser: Browser, city: ServedCity, letters: Letters) -> Iterator[tuple[bytes, str]]:
    """A kit of an open vault: a picture of its square, and its text."""
    visitor = new_visitor(browser, city.origin)
    visitor.claim(letters.next().link)
    visitor.tap(visitor.page.get_by_role("link", name=SAY("nav-ways-in")))
    visitor.tap(visitor.button(SAY("ways-kit-button")))
    visitor.sees(SAY("ways-kit-made-title"))
    yield visitor.page.locator(".v-qr").screenshot(), visitor.page.locator("pre").inner_text()
    visitor.context.close()
    visitor.judge()


@pytest.fixture(scope="module")
def filmed(browser: Browser, holder: tuple[bytes, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera sees the sheet."""
    path = tmp_path_factory.mktemp("camera") / "sheet.y4m"
    film(holder[0], path)
    flags = (*FLAGS, "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}")
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    yield other
    other.close()


def test_browser_camera_reads_the_kit_and_opens_the_vault(filmed: Browser, city: ServedCity, holder: tuple[bytes, str]) -> None:
    visitor = new_visitor(filmed, city.origin)
    visitor.context.grant_permissions(["camera"], origin=city.origin)
    visitor.go("/connexion")
    visitor.tap(visitor.button(SAY("sign-in-with-kit")))
    visitor.tap(visitor.button(SAY("kit-scan-open")))
    expect(visitor.page.get_by_label(SAY("kit-form-label"))).to_have_value(holder[1])
    # The camera is off, its picture gone, and nothing was opened yet.
    expect(visitor.page.locator("video")).to_have_count(0)
    button = visitor.button(SAY("kit-form-submit"))
    expect(button).to_be_focused()
    visitor.tap(button)
    visitor.sees(SAY("documents-title"))
    visitor.context.close()
    visitor.judge()


def test_browser_camera_that_is_refused_says_why_and_the_text_can_be_typed(filmed: Browser, city: ServedCity) -> None:
    visitor = new_visitor(filmed, city.origin)
    visitor.context.clear_permissions()
    visitor.go("/connexion")
    visitor.tap(visitor.button(SAY("sign-in-with-kit")))
    scan = visitor.button(SAY("kit-scan-open"))
    visitor.tap(scan)
    expect(visitor.page.get_by_role("alert")).to_contain_text(SAY("error-camera-refused.title"))
    assert Axe(visitor.page, visitor.cdp).run() == []
    visitor.tap(visitor.button(SAY("kit-scan-close")))
    expect(scan).to_be_focused()
    expect(visitor.page.get_by_label(SAY("kit-form-label"))).to_be_editable()
    visitor.context.close()
    visitor.judge()
