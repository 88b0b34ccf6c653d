"""A page by itself, without a city: what looks at the gallery."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, Page

from tests.browser.support.visitor import PHONE

MOST_MS = 20_000
"""A busy machine draws slowly; what does not come within it does not come."""


@contextmanager
def lone_page(
    browser: Browser, size: tuple[int, int] = PHONE, *, motion: Literal["reduce", "no-preference"] = "reduce"
) -> Iterator[Page]:
    """Give a page as somebody in Québec has it, of this size; closed with the context."""
    context = browser.new_context(
        locale="fr-CA",
        timezone_id="America/Toronto",
        reduced_motion=motion,
        viewport={"width": size[0], "height": size[1]},
    )
    context.set_default_timeout(MOST_MS)
    try:
        yield context.new_page()
    finally:
        context.close()
