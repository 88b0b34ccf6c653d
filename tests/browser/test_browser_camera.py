"""The square of a letter or of a recovery kit held before a camera: read in the page, refused in words, done without."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.support.axe import Axe
from tests.browser.support.journey import Letters
from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import OPEN_BUTTON, Visitor, new_visitor
from tests.browser.support.words import Words
from tests.support.chromium import CHROMIUM, FLAGS
from tests.unit.paper.letters import LETTER, SENDER
from voute.paper.letter import as_data
from voute.paper.typeset import Typesetter

NewVisitor = Callable[..., Visitor]
SAY = Words("fr")
FRAME = (640, 480)
SQUARE = 400
TILT = 4
"""Degrees: nobody holds a sheet straight."""
PAPER = 235
LETTER_DPI = 120
LETTER_CORNER = (60, 560)
"""Where the part of a letter begins that is held before the camera, in pixels at this resolution."""


def film(sheet: Image.Image, path: Path) -> None:
    """Write a film of one frame (YUV4MPEG2) that shows this sheet."""
    tilted = sheet.rotate(TILT, Image.Resampling.BICUBIC, fillcolor=PAPER)
    grey = bytes((128,)) * (FRAME[0] * FRAME[1] // 2)
    path.write_bytes(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\nFRAME\n" % FRAME + tilted.tobytes() + grey)


def sheet_of(square: bytes) -> Image.Image:
    """Give a sheet with this square alone."""
    sheet = Image.new("L", FRAME, PAPER)
    shown = Image.open(io.BytesIO(square)).convert("L").resize((SQUARE, SQUARE), Image.Resampling.LANCZOS)
    sheet.paste(shown, ((FRAME[0] - SQUARE) // 2, (FRAME[1] - SQUARE) // 2))
    return sheet


def letter_of(origin: str, code: str) -> Image.Image:
    """Give the part of a letter as it is printed that has the square, with the words beside it."""
    data = as_data(replace(SENDER, origin=origin), [replace(LETTER, code=code)])
    created = datetime.combine(SENDER.written_on, time(12), UTC)
    side = Typesetter("letter.typ").pictures(data, created=created, dots_per_inch=LETTER_DPI)[0]
    left, top = LETTER_CORNER
    return Image.open(io.BytesIO(side)).convert("L").crop((left, top, left + FRAME[0], top + FRAME[1]))


@contextmanager
def filming(browser: Browser, path: Path) -> Iterator[Browser]:
    """Give a browser whose camera sees a film."""
    flags = (*FLAGS, "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}")
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    try:
        yield other
    finally:
        other.close()


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
    film(sheet_of(holder[0]), path)
    with filming(browser, path) as other:
        yield other


def at_the_code(browser: Browser, city: ServedCity, *, allowed: bool = True) -> Visitor:
    """Bring somebody to the page for a code, with the camera asked for by one tap."""
    visitor = new_visitor(browser, city.origin)
    if allowed:
        visitor.context.grant_permissions(["camera"], origin=city.origin)
    visitor.go("/ouvrir")
    visitor.tap(visitor.button(SAY("scan-open")))
    return visitor


def test_browser_camera_reads_the_letter_and_shows_what_waits(browser: Browser, city: ServedCity, tmp_path: Path) -> None:
    letter = city.fresh()
    film(letter_of(city.origin, letter.grouped), tmp_path / "letter.y4m")
    with filming(browser, tmp_path / "letter.y4m") as other:
        visitor = at_the_code(other, city)
        visitor.sees("Vous avez reçu un document")
        # One tap; the camera is off, the code neither in the address nor in the history.
        assert visitor.taps == 1
        expect(visitor.page.locator("video")).to_have_count(0)
        assert visitor.page.url == f"{city.origin}/ouvrir"
        visitor.tap(visitor.button(OPEN_BUTTON))
        visitor.sees_pages()
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text(letter.row["titre"])
        visitor.context.close()
        visitor.judge()


def test_browser_camera_follows_no_square_that_leads_elsewhere(browser: Browser, city: ServedCity, tmp_path: Path) -> None:
    """A code of this city behind another address, as somebody would stick it over ours: nothing is asked of anyone."""
    film(letter_of("https://coffre.val-des-cedres.example", city.fresh().grouped), tmp_path / "letter.y4m")
    with filming(browser, tmp_path / "letter.y4m") as other:
        visitor = at_the_code(other, city)
        expect(visitor.page.locator("main").get_by_text(SAY("scan-other-letter"), exact=True)).to_be_visible()
        assert Axe(visitor.page, visitor.cdp).run() == []
        visitor.tap(visitor.button(SAY("scan-close")))
        expect(visitor.button(SAY("scan-open"))).to_be_focused()
        expect(visitor.page.get_by_label(SAY("open-code-label"), exact=True)).to_have_value("")
        visitor.context.close()
        # Among the rest: every address that was asked for is the city's.
        visitor.judge()


def test_browser_camera_that_is_missing_leaves_the_code_to_be_typed(browser: Browser, city: ServedCity) -> None:
    """The tests' own browser has no camera at all."""
    visitor = at_the_code(browser, city)
    expect(visitor.page.get_by_role("alert")).to_contain_text(SAY("error-camera-missing.title"))
    expect(visitor.page.locator("main").get_by_text(SAY("scan-without-letter"), exact=True)).to_be_visible()
    visitor.tap(visitor.button(SAY("scan-leave")))
    expect(visitor.button(SAY("scan-open"))).to_be_focused()
    visitor.page.get_by_label(SAY("open-code-label"), exact=True).fill(city.fresh().grouped)
    visitor.tap(visitor.button(SAY("open-code-submit")))
    visitor.sees("Vous avez reçu un document")
    visitor.context.close()
    visitor.judge()


def test_browser_camera_that_is_refused_leaves_the_code_to_be_typed(filmed: Browser, city: ServedCity) -> None:
    visitor = at_the_code(filmed, city, allowed=False)
    expect(visitor.page.get_by_role("alert")).to_contain_text(SAY("error-camera-refused.title"))
    expect(visitor.page.locator("main").get_by_text(SAY("scan-without-letter"), exact=True)).to_be_visible()
    visitor.context.close()
    visitor.judge()


def test_browser_camera_reads_the_kit_and_opens_the_vault(filmed: Browser, city: ServedCity, holder: tuple[bytes, str]) -> None:
    visitor = new_visitor(filmed, city.origin)
    visitor.context.grant_permissions(["camera"], origin=city.origin)
    visitor.go("/connexion")
    visitor.tap(visitor.button(SAY("sign-in-with-kit")))
    visitor.tap(visitor.button(SAY("scan-open")))
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
    scan = visitor.button(SAY("scan-open"))
    visitor.tap(scan)
    expect(visitor.page.get_by_role("alert")).to_contain_text(SAY("error-camera-refused.title"))
    assert Axe(visitor.page, visitor.cdp).run() == []
    visitor.tap(visitor.button(SAY("scan-leave")))
    expect(scan).to_be_focused()
    expect(visitor.page.get_by_label(SAY("kit-form-label"))).to_be_editable()
    visitor.context.close()
    visitor.judge()
