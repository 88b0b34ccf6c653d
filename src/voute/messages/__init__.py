"""People's words: one Fluent catalogue, French first, English complete (`fr/*.ftl`, `en/*.ftl`).

Imports nothing of ours; may be imported by `cli`, `client`, `paper` and `server` (docs/adr/0006).
"""

import os
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from fluent.runtime import FluentBundle, FluentResource

_OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys instead of showing it: control characters but the line end, marks of direction."""

_LONGEST = 1_000
"""A fact of more characters is put into the finished message: Fluent refuses parts of more than 2,500, against texts that grow
by nesting. A city's issuers are a thousand names."""

_ASIDE = re.compile("\x00([0-9]+)\x00")
"""Where such a fact belongs; no fact has these characters, since a terminal obeys them."""

_ENTRY = re.compile(r"^([a-z][a-z0-9-]*) *=", re.MULTILINE)
"""Where a message begins; none refers to another, so each is read by itself, when it is first asked for."""

LANGUAGES = ("fr", "en")
"""French first; both complete: a test holds their keys equal."""


class Messages:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        """Find every message of the language; raises `KeyError` for a language that we do not speak.

        Parsing all of them takes a tenth of a second of every start, and a command says a few.
        """
        if language not in LANGUAGES:
            raise KeyError(language)
        self.language = language
        self._sources: dict[str, str] = {}
        # Isolation marks are for mixing scripts of two directions; terminals and PDFs show them as boxes.
        self._bundle = FluentBundle([f"{language}-CA"], use_isolating=False)
        folder = files(__name__) / language
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".ftl"):
                self._sources |= _entries_of(file.read_text(encoding="utf-8"))

    def has(self, key: str) -> bool:
        """Say whether a message exists."""
        return key in self._sources

    def text(self, key: str, facts: Mapping[str, object] | None = None) -> str:
        """Give a message, `name` or `name.attribute`; raises `KeyError` when it or one of its facts is missing.

        Facts may come from anybody: what a terminal would obey in them is replaced.
        """
        name, _, attribute = key.partition(".")
        if not self._bundle.has_message(name):
            self._bundle.add_resource(FluentResource(self._sources[name]))
        message = self._bundle.get_message(name)
        pattern = message.attributes[attribute] if attribute else message.value
        if pattern is None:
            raise KeyError(key)
        long: list[str] = []
        text, errors = self._bundle.format_pattern(
            pattern, {name: _aside(_shown(fact), long) for name, fact in (facts or {}).items()}
        )
        if errors:
            raise KeyError(key) from errors[0]
        return _ASIDE.sub(lambda place: long[int(place[1])], str(text))


def _entries_of(text: str) -> dict[str, str]:
    """Give each message of a file as it is written there, comments behind it included."""
    found = list(_ENTRY.finditer(text))
    ends = (*(one.start() for one in found[1:]), len(text))
    return {one[1]: text[one.start() : end] for one, end in zip(found, ends, strict=False)}


def _aside(fact: object, long: list[str]) -> object:
    """Give the place of a text that is too long for a message, and keep it; anything else as it is."""
    if not isinstance(fact, str) or len(fact) <= _LONGEST:
        return fact
    long.append(fact)
    return f"\x00{len(long) - 1}\x00"


def _shown(fact: object) -> object:
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", fact) if isinstance(fact, str) else fact


@cache
def messages(language: str) -> Messages:
    """Give the words of a language, loaded once."""
    return Messages(language)


def language_of_locale(environment: Mapping[str, str] | None = None) -> str:
    """Give the language of the locale (LC_ALL, LC_MESSAGES, LANG): `en` when it says so, else French."""
    environment = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "en" if value.lower().startswith("en") else "fr"
    return "fr"
