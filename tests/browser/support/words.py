"""The words of the pages, read from their own message files: a journey looks for what a person of that language reads."""

import re
from typing import Final

from fluent.runtime import FluentBundle, FluentResource

from tests.support.project import ROOT

MESSAGES = ROOT / "web" / "ui" / "messages"
_HELD: Final = re.compile(
    r"(?<=[^\W\d_]-)(?=(?:les?|la|en|y|moi|nous|vous|ci|là)(?![\w-]))|(?<=\w-)(?=\w+\.(?:json|html|txt|pdf)\b)"
    r"|(?<=\bvoute-)(?=kit\b)|(?<=[A-Z]{2}-)(?=[A-Z]{2}|1…)"
)
"""Where the pages hold a word together at its hyphen (`held` in web/ui/i18n.svelte.ts)."""


class Words:
    """Messages of the pages in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._bundle = FluentBundle([f"{language}-CA"], use_isolating=False)
        for path in sorted((MESSAGES / language).glob("*.ftl")):
            self._bundle.add_resource(FluentResource(path.read_text("utf-8")), allow_overrides=True)

    def __call__(self, key: str, **facts: str | int) -> str:
        """Give the words of a message, or of one attribute of it (`id.attribute`)."""
        name, _, attribute = key.partition(".")
        message = self._bundle.get_message(name)
        pattern = message.attributes[attribute] if attribute else message.value
        assert pattern is not None, key
        text, errors = self._bundle.format_pattern(pattern, facts)
        assert errors == [], (key, errors)
        words = str(text)
        return _HELD.sub("\u2060", words) if " " in words else words
