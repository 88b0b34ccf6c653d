"""One journey: a person of a language, at a phone or a desktop, whose taps, prompts and seconds are counted."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.support.served_city import Recipient, ServedCity, rows_like
from tests.browser.support.visitor import DESKTOP, PHONE, Look, Visitor
from tests.browser.support.words import Words

SIZES: Final[Mapping[str, tuple[int, int]]] = {"phone": PHONE, "desktop": DESKTOP}
EVERYBODY: Final = (("fr", "phone"), ("en", "desktop"), ("en", "phone"), ("fr", "desktop"))
HOURS: Final = re.compile(r"819 555-0142")


@dataclass
class Letters:
    """Letters that nobody has opened, with one plain bill each."""

    city: ServedCity
    _waiting: list[Recipient] = field(default_factory=list)

    def write(self, count: int) -> None:
        """Deliver bills of our own to people of our own."""
        rows = rows_like(self.city.resident().row, count)
        self.city.deliver(rows, self.city.founded.documents.bills_dir)
        self._waiting += [self.city.recipient(row) for row in rows]

    def next(self) -> Recipient:
        """Give a letter, each once."""
        return self._waiting.pop(0)


@dataclass
class Journey:
    """A visitor, the words of their language, and a stopwatch."""

    visitor: Visitor
    say: Words
    device: str

    @property
    def where(self) -> str:
        return f"{self.say.language} {self.device}"

    # -- finding and doing, by the words on the screen

    def sees(self, key: str, **facts: str | int) -> None:
        self.visitor.sees(self.say(key, **facts))

    def reads(self, key: str, **facts: str | int) -> None:
        """Find these words somewhere on the screen."""
        expect(self.visitor.page.locator("main")).to_contain_text(self.say(key, **facts))

    def button(self, key: str, **facts: str | int) -> Locator:
        return self.visitor.page.get_by_role("button", name=self.say(key, **facts), exact=True)

    def link(self, key: str, **facts: str | int) -> Locator:
        return self.visitor.page.get_by_role("link", name=self.say(key, **facts), exact=True)

    def tap(self, key: str, **facts: str | int) -> None:
        """Tap the button or the link of this name."""
        name = self.say(key, **facts)
        page = self.visitor.page
        found = page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True))
        self.visitor.tap(found.first)

    def type_code(self, code: str) -> None:
        self.visitor.page.get_by_label(self.say("open-code-label"), exact=True).fill(code)
        self.tap("open-code-submit")

    # -- steps that many journeys have

    def read_letter(self, letter: Recipient) -> None:
        self.visitor.go(letter.link)
        self.sees("open-letter-title", count=1)

    def open_letter(self, letter: Recipient) -> float:
        """From the scan to the document; gives the seconds from the scan to the first drawn page."""
        begin = time.monotonic()
        self.read_letter(letter)
        self.tap("open-letter-button")
        self.visitor.sees_pages()
        return time.monotonic() - begin

    def to_list(self) -> None:
        self.visitor.tap(
            self.visitor.page.get_by_role("navigation").get_by_role("link", name=self.say("nav-documents"), exact=True)
        )
        self.sees("documents-title")

    def to_ways_in(self) -> None:
        self.visitor.tap(
            self.visitor.page.get_by_role("navigation").get_by_role("link", name=self.say("nav-ways-in"), exact=True)
        )
        self.sees("ways-title")

    def sign_in(self) -> None:
        self.tap("sign-in-button")

    def make_kit(self) -> str:
        """Make a kit on the screen of the ways in; gives its text, which may never travel."""
        self.tap("ways-kit-button")
        self.sees("ways-kit-made-title")
        return self.keep_kit()

    def keep_kit(self) -> str:
        """Take the kit from the screen, and say that it was kept."""
        region = self.visitor.page.get_by_role("region", name=self.say("kit-text"))
        text = region.inner_text().strip() + "\n"
        self.visitor.traffic.secrets[f"kit {len(self.visitor.traffic.secrets)}"] = text.strip().splitlines()[-1].encode()
        self.visitor.page.get_by_role("checkbox", name=self.say("kit-kept")).check()
        return text

    def type_kit(self, text: str, button: str) -> None:
        self.visitor.page.get_by_label(self.say("kit-form-label")).fill(text)
        self.tap(button)


def look_of(language: str, device: str) -> Look:
    return Look(SIZES[device], locale=f"{language}-CA")


def walked_by(soon: int) -> pytest.MarkDecorator:
    """Give a journey to everybody: to so many in `make test`, for on a slow line each takes half a minute."""
    late = [pytest.param(*one, marks=pytest.mark.long) for one in EVERYBODY[soon:]]
    return pytest.mark.parametrize(("language", "device"), [*EVERYBODY[:soon], *late])
