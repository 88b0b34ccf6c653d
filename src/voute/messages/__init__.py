"""People's words: one Fluent catalogue, French first, English complete (`fr/*.ftl`, `en/*.ftl`).

Imports nothing of ours; may be imported by `cli`, `client`, `paper` and `server` (docs/adr/0006).
"""

import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from fluent.runtime import FluentBundle, FluentResource

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
        """Give a message, `name` or `name.attribute`; raises `KeyError` when it or one of its facts is missing."""
        name, _, attribute = key.partition(".")
        message = self._bundle.get_message(name)
        pattern = message.attributes[attribute] if attribute else message.value
        if pattern is None:
            raise KeyError(key)
        text, errors = self._bundle.format_pattern(pattern, dict(facts or {}))
        if errors:
            raise KeyError(key) from errors[0]
        return str(text)


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
