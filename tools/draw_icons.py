"""Draws the icons of the installed application from our mark, into web/ui/theme/icons."""

import base64
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
THEME = ROOT / "web" / "ui" / "theme"
GROUND = "#0F5C52"
"""The accent of our theme; the mark stands on it in the colour of paper."""
PAPER = "#FFFFFF"

# A maskable icon may lose everything outside a circle of 80 % of its width: the mark stays well inside.
ICONS: tuple[tuple[str, int, float, float], ...] = (
    ("icon-192.png", 192, 0.60, 0.22),
    ("icon-512.png", 512, 0.60, 0.22),
    ("icon-maskable-512.png", 512, 0.50, 0.0),
    ("apple-touch-icon.png", 180, 0.58, 0.0),
)
"""Name, size, the mark's part of it, the corner's radius as a part of it (0 where the system cuts the corners)."""


def page_of(size: int, part: float, corner: float) -> str:
    """Give the page that shows one icon."""
    mark = (THEME / "mark.svg").read_text("utf-8").replace(GROUND, PAPER)
    source = base64.b64encode(mark.encode()).decode()
    return (
        f'<body style="margin:0"><div style="width:{size}px;height:{size}px;display:grid;place-items:center;'
        f'background:{GROUND};border-radius:{size * corner}px;overflow:hidden">'
        f'<img src="data:image/svg+xml;base64,{source}" style="width:{size * part}px;height:{size * part}px"></div>'
    )


def main() -> int:
    """Draw every icon."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for name, size, part, corner in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<!doctype html><html style='background:transparent'>{page_of(size, part, corner)}</html>")
            page.locator("div").screenshot(path=THEME / "icons" / name, omit_background=True)
            page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
