"""Whether a page on the screen looks like what another PDF reader (Poppler) draws."""

import io
import subprocess
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser.support.visitor import viewer_frame

GRID = (64, 64)
"""Small enough that fonts' edges do not matter, large enough that a missing block of text does."""


def as_others_draw_it(pdf: Path, page: int) -> Image.Image:
    """Draw a page with Poppler."""
    command = ["pdftoppm", "-png", "-r", "60", "-f", str(page), "-l", str(page), "-cropbox", str(pdf)]
    drawn = subprocess.run(command, check=True, capture_output=True).stdout
    return Image.open(io.BytesIO(drawn)).convert("L")


def on_screen(page: Page, number: int) -> Image.Image:
    """Take the canvas of a page as it is."""
    data: str = viewer_frame(page).evaluate(
        """async (number) => {
          const canvas = document.querySelectorAll('.page canvas')[number - 1];
          const small = new OffscreenCanvas(510, Math.round(510 * canvas.height / canvas.width));
          small.getContext('2d').drawImage(canvas, 0, 0, small.width, small.height);
          const bytes = new Uint8Array(await (await small.convertToBlob()).arrayBuffer());
          return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        }""",
        number,
    )
    return Image.open(io.BytesIO(bytes.fromhex(data))).convert("L")


def difference(one: Image.Image, other: Image.Image) -> float:
    """Give how far two pictures are apart on average, from 0 (the same) to 255, and refuse other proportions."""
    shapes = [image.width / image.height for image in (one, other)]
    assert abs(shapes[0] - shapes[1]) < 0.02, shapes
    small = [image.resize(GRID, Image.Resampling.BOX).tobytes() for image in (one, other)]
    apart: int = sum(abs(a - b) for a, b in zip(*small, strict=True))
    return apart / len(small[0])
