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

LANGUAGES = ("fr", "en")
"""French first; both complete: a test holds their keys equal."""


class Messages:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        """Load every message file of the language; raises `KeyError` for a language that we do not speak."""
        if language not in LANGUAGES:
            raise KeyError(language)
        self.language = language
        # Isolation marks are for mixing scripts of two directions; terminals and PDFs show them as boxes.
        self._bundle = FluentBundle([f"{language}-CA"], use_isolating=False)
        folder = files(__name__) / language
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".ftl"):
                self._bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))

    def has(self, key: str) -> bool:
        """Say whether a message exists."""
        return bool(self._bundle.has_message(key))

    def text(self, key: str, facts: Mapping[str, object] | None = None) -> str:
        """Give a message, `name` or `name.attribute`; raises `KeyError` when it or one of its facts is missing.

        Facts may come from anybody: what a terminal would obey in them is replaced.
        """
        name, _, attribute = key.partition(".")
        message = self._bundle.get_message(name)
        pattern = message.attributes[attribute] if attribute else message.value
        if pattern is None:
            raise KeyError(key)
        text, errors = self._bundle.format_pattern(pattern, {name: _shown(fact) for name, fact in (facts or {}).items()})
        if errors:
            raise KeyError(key) from errors[0]
        return str(text)


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
