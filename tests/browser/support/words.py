"""The words of the pages, read from their own message files: a journey looks for what a person of that language reads."""

from fluent.runtime import FluentBundle, FluentResource

from tests.support.project import ROOT

MESSAGES = ROOT / "web" / "ui" / "messages"


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
        return str(text)
