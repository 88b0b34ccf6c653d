"""Takes the pictures of the pages and of the paper that the documents show, into docs/pictures."""

import io
import sys
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.support.gallery import Gallery, serve_gallery  # noqa: E402 found through the line above
from tests.browser.support.visitor import DESKTOP, PHONE, wait_for_ink  # noqa: E402 the same
from tests.unit.paper.letters import LETTER, SENDER  # noqa: E402 the same
from voute.paper import demo_people  # noqa: E402 the same
from voute.paper.bill import BillPress  # noqa: E402 the same
from voute.paper.demo_city import SEED  # noqa: E402 the same
from voute.paper.letter import as_data  # noqa: E402 the same
from voute.paper.typeset import Typesetter  # noqa: E402 the same

Scheme = Literal["light", "dark"]
PICTURES: tuple[tuple[str, str, tuple[int, int], Scheme, str], ...] = (
    ("document", "phone", PHONE, "light", "fr"),
    ("open-letter", "phone", PHONE, "light", "fr"),
    ("documents", "phone", PHONE, "dark", "fr"),
    ("evidence", "phone", PHONE, "light", "en"),
    ("welcome", "desktop", DESKTOP, "light", "fr"),
    ("documents", "desktop", DESKTOP, "light", "en"),
    ("document", "desktop", DESKTOP, "dark", "fr"),
    ("ways-in-kit", "desktop", DESKTOP, "light", "fr"),
    # The guides (docs/guide): the same five screens in each language, as a phone shows them.
    ("open-letter", "phone", PHONE, "light", "en"),
    ("document", "phone", PHONE, "light", "en"),
    ("documents", "phone", PHONE, "light", "fr"),
    ("documents", "phone", PHONE, "light", "en"),
    ("evidence", "phone", PHONE, "light", "fr"),
    ("paper", "phone", PHONE, "light", "fr"),
    ("paper", "phone", PHONE, "light", "en"),
    ("ways-in-kit", "desktop", DESKTOP, "light", "en"),
)
ZONE = "America/Toronto"
"""The demo city's: times in the pictures are its own, wherever they are taken."""
NOON = time(12)
PAPER = ("bill-letter", "bill-letter-overleaf", "bill-page-1", "bill-page-2")
LETTER_DPI = 96
COLOURS = 256
"""A palette keeps each picture below 120 kB; pages have few colours."""
ROUNDS = 4
"""Of improving the palette by what it misses: the little gold of the mark stays gold."""


def take(browser: Browser, gallery: Gallery) -> None:
    """Take every picture of the list."""
    for state, device, size, scheme, locale in PICTURES:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, timezone_id=ZONE)
        page.goto(gallery.address(state, locale))
        page.locator("h1").wait_for()
        if state == "document":
            wait_for_ink(page)
            # Pages are drawn when they come into sight; the picture is of the top.
            page.evaluate("scrollTo(0, 0)")
            page.wait_for_function("() => scrollY === 0")
        path = ROOT / "docs" / "pictures" / f"page-{state}-{device}-{scheme}-{locale}.png"
        page.screenshot(path=path)
        Image.open(path).convert("RGB").quantize(COLOURS, kmeans=ROUNDS).save(path, optimize=True)
        print(f"{path.name}: {path.stat().st_size // 1024} kB")
        page.close()


def take_paper() -> None:
    """Take both sides of the letter, and the bill behind it."""
    data = as_data(SENDER, [replace(LETTER, enclosed=True)])
    created = datetime.combine(SENDER.written_on, NOON, UTC)
    sides = Typesetter("letter.typ").pictures(data, created=created, dots_per_inch=LETTER_DPI)
    bill = BillPress().pictures(demo_people.taxpayers(SEED, 1)[0].bill, dots_per_inch=LETTER_DPI)
    for name, side in zip(PAPER, (*sides, *bill), strict=True):
        path = ROOT / "docs" / "pictures" / f"{name}.png"
        Image.open(io.BytesIO(side)).convert("RGB").quantize(COLOURS, kmeans=ROUNDS).save(path, optimize=True)
        print(f"{path.name}: {path.stat().st_size // 1024} kB")


def main() -> None:
    """Take what is on paper; build the gallery, serve it, take the pages."""
    take_paper()
    sample = BillPress().pdf(demo_people.taxpayers(SEED, 1)[0].bill)
    with serve_gallery({"sample": lambda: sample}) as gallery, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        take(browser, gallery)
        browser.close()


if __name__ == "__main__":
    main()
