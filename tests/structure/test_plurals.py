"""Every counted text, of the commands and of the pages, at 0, 1 and 2: French has 0 and 1 in the singular, English 1 alone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from tests.support.project import ROOT, SOURCE

CATALOGUES = {"commands": SOURCE / "messages", "pages": ROOT / "web" / "ui" / "messages"}
LANGUAGES = ("fr", "en")
CATEGORIES = frozenset({"zero", "one", "two", "few", "many", "other"})
WORDS = frozenset(
    {
        "act",
        "address",
        "cell",
        "changed",
        "check",
        "city",
        "code",
        "code_letters",
        "column",
        "contact",
        "date",
        "day",
        "deliver",
        "delivery",
        "detail",
        "ed25519",
        "effective",
        "end",
        "file",
        "fingerprint",
        "first",
        "folder",
        "fsck",
        "group",
        "groups",
        "host",
        "hour",
        "id",
        "index",
        "issuer",
        "issuers",
        "key",
        "kind",
        "letter",
        "line",
        "link",
        "mldsa44",
        "moment",
        "monitor",
        "name",
        "note",
        "number",
        "officer",
        "origin",
        "party",
        "path",
        "percent",
        "phone",
        "place",
        "places",
        "port",
        "position",
        "problem",
        "public",
        "rate",
        "recipient",
        "reference",
        "release",
        "run",
        "runs",
        "schema",
        "signed",
        "state",
        "status",
        "step",
        "symbol",
        "taken_at",
        "time",
        "title",
        "type",
        "unreachable",
        "url",
        "vault",
        "verify",
        "way",
        "what",
        "when",
        "where",
        "why",
        "without_postal_code",
        "witness",
    }
)
"""Facts that are words, or a number that counts nothing (a line, a port); every other one is tried as a count."""
NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
SPACE = "[ \u00a0\u202f]"
PLURALS = {
    "fr": re.compile(rf"\b[01]{SPACE}(?:autres{SPACE})?(\w{{2,}}[sx])\b"),
    "en": re.compile(rf"\b1{SPACE}(?:more{SPACE}|other{SPACE}|independent{SPACE})?(\w{{2,}}s)\b"),
}
"""One thing, and its word in the plural."""
VERBS = {
    "fr": re.compile(rf"\b[01]{SPACE}(?:\w+{SPACE})?(?:sont|ont|doivent|attendent|iraient|attendraient)\b"),
    "en": re.compile(rf"(?<!from )\b1{SPACE}(?:(?!would)\w+{SPACE})?(?:are|were|have|wait)\b"),
}
"""One thing, and its verb in the plural; “documents from 1 department are” is right."""
NO_PLURAL = {"fr": frozenset({"dans", "puis"}), "en": frozenset({"is", "has", "was", "address", "witness"})}
"""Words that end like a plural and are none."""


class _Uses(Visitor):
    """The variables of a pattern, and the words that they are compared with."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.words: dict[str, set[str]] = {}
        self.instants: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 the library's name
        self.names.add(node.id.name)

    def visit_FunctionReference(self, node: ast.FunctionReference) -> None:  # noqa: N802 the same
        if node.id.name == "DATETIME":
            self.instants |= {one.id.name for one in node.arguments.positional if isinstance(one, ast.VariableReference)}
        self.generic_visit(node)

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802 the same
        if isinstance(node.selector, ast.VariableReference):
            keys = {variant.key.name for variant in node.variants if isinstance(variant.key, ast.Identifier)}
            self.words.setdefault(node.selector.id.name, set()).update(keys - CATEGORIES)
        self.generic_visit(node)


def uses_of(pattern: ast.Pattern) -> _Uses:
    uses = _Uses()
    uses.visit(pattern)
    return uses


def patterns_of(folder: Path) -> Iterator[tuple[str, str | None, ast.Pattern]]:
    for path in sorted(folder.glob("*.ftl")):
        for entry in FluentParser(with_spans=False).parse(path.read_text("utf-8")).body:
            if isinstance(entry, ast.Message):
                if entry.value is not None:
                    yield entry.id.name, None, entry.value
                for item in entry.attributes:
                    yield entry.id.name, item.id.name, item.value


def said(folder: Path, language: str, number: int) -> Iterator[tuple[str, str]]:
    """Format every message that has a variable, all of them this number, then each word that one is compared with."""
    bundle = FluentBundle([f"{language}-CA"], use_isolating=False)
    for path in sorted(folder.glob("*.ftl")):
        bundle.add_resource(FluentResource(path.read_text("utf-8")))
    for key, attribute, pattern in patterns_of(folder):
        uses = uses_of(pattern)
        if not uses.names:
            continue
        message = bundle.get_message(key)
        value = message.value if attribute is None else message.attributes[attribute]
        assert value is not None
        facts: dict[str, object] = {name: "x" if name in WORDS else number for name in uses.names} | dict.fromkeys(
            uses.instants, NOON
        )
        for one in [facts, *(facts | {name: word} for name, words in uses.words.items() for word in words)]:
            text, errors = bundle.format_pattern(value, one)
            assert errors == []
            yield f"{key}.{attribute}" if attribute else key, str(text)


def singulars(folder: Path) -> frozenset[str]:
    """Words that a text has after one thing."""
    text = "\n".join(path.read_text("utf-8") for path in folder.glob("*.ftl"))
    found = re.findall(rf"\[one\][^\n]*?\{{ \$\w+ \}}{SPACE}(\w{{3,}})", text)
    return frozenset(word for word in found if re.search(rf"\b(?:{word}s|{word.removesuffix('y')}ies)\b", text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_structure_one_thing_is_never_in_the_plural(catalogue: str, language: str) -> None:
    wrong = []
    for number in (0, 1):
        for key, text in said(CATALOGUES[catalogue] / language, language, number):
            plurals = [word for word in PLURALS[language].findall(text) if word not in NO_PLURAL[language]]
            if plurals or VERBS[language].search(text):
                wrong.append((key, text))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_structure_two_things_are_never_in_the_singular(catalogue: str, language: str) -> None:
    folder = CATALOGUES[catalogue] / language
    words = singulars(folder)
    assert len(words) >= 2
    single = re.compile(rf"\b(?:{'2' if language == 'fr' else '[02]'}){SPACE}(?:{'|'.join(sorted(words))})\b")
    numbers = (2,) if language == "fr" else (0, 2)
    wrong = [(key, text) for number in numbers for key, text in said(folder, language, number) if single.search(text)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_structure_plurals_would_be_found(language: str) -> None:
    wrong = {"fr": ("Envoyé : 1 envois", "il y a 0 jours"), "en": ("Sent: 1 documents", "1 files")}[language]
    right = {"fr": ("Envoyé : 1 envoi", "il y a 2 jours"), "en": ("Sent: 1 document", "0 files")}[language]
    assert all(PLURALS[language].search(one) for one in wrong)
    assert not any(PLURALS[language].search(one) for one in right)
