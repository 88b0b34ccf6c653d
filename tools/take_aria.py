"""Writes anew how the pages are read out (tests/golden/aria); what changed is read in the difference before it is kept."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.support.gallery import serve_gallery  # noqa: E402 found through the line above
from tests.browser.support.listening import GOLDEN, SCREENS, tree  # noqa: E402 the same
from tests.browser.support.visitor import PHONE  # noqa: E402 the same
from voute.paper import demo_people  # noqa: E402 the same
from voute.paper.bill import BillPress  # noqa: E402 the same
from voute.paper.demo_city import SEED  # noqa: E402 the same


def main() -> None:
    """Build the gallery, serve it, read every screen."""
    GOLDEN.mkdir(exist_ok=True)
    sample = BillPress().pdf(demo_people.taxpayers(SEED, 1)[0].bill)
    with serve_gallery({"sample": lambda: sample}) as gallery, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(locale="fr-CA", timezone_id="America/Toronto", reduced_motion="reduce")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        for state in SCREENS:
            page.goto(gallery.address(state, "fr"))
            (GOLDEN / f"{state}.yml").write_text(tree(page, state), "utf-8")
        browser.close()


if __name__ == "__main__":
    main()
