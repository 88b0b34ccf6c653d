"""French and English say the same things, and every error has words in both."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.serializer import serialize_pattern
from fluent.syntax.visitor import Visitor

import voute
from tests.support.project import SOURCE
from voute.core.errors import VouteError
from voute.messages import messages

MESSAGES = SOURCE / "messages"
LANGUAGES = ("fr", "en")
HELP = re.compile(r"(?:help|option)-(?!guides)[a-z0-9-]+|usage-(?:help|install-completion|show-completion)|metavar-.*\.help")
"""What `--help` says of a command, an option, an argument; not where the guides lie, which ends with a folder."""
CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def variables_of(value: ast.Pattern | None) -> frozenset[str]:
    """The `{ $variables }` that a pattern uses anywhere, selectors included."""
    return frozenset() if value is None else frozenset(re.findall(r"\$([A-Za-z][\w-]*)", serialize_pattern(value)))


def read_catalogue(path: Path) -> dict[str, frozenset[str]]:
    """The keys of one file (`name` and `name.attribute`), each with the variables that it uses."""
    keys: dict[str, frozenset[str]] = {}
    for entry in FluentParser(with_spans=False).parse(path.read_text("utf-8")).body:
        assert not isinstance(entry, ast.Junk), f"{path.name}: {entry.content}"
        if isinstance(entry, ast.Message | ast.Term):
            values = [(entry.id.name, entry.value)]
            values += [(f"{entry.id.name}.{item.id.name}", item.value) for item in entry.attributes]
            for key, value in values:
                assert key not in keys, f"{path.name}: {key} stands twice"
                keys[key] = variables_of(value)
    return keys


def read_language(language: str) -> dict[str, dict[str, frozenset[str]]]:
    return {path.name: read_catalogue(path) for path in sorted((MESSAGES / language).glob("*.ftl"))}


def error_codes() -> set[str]:
    """Codes of all error classes of the package, found by importing all of it."""
    for found in pkgutil.walk_packages(voute.__path__, "voute."):
        # Migrations run inside Alembic only; `__main__` would start the command.
        if ".migrations" not in found.name and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    pending, codes = [VouteError], set()
    while pending:
        error = pending.pop()
        pending.extend(error.__subclasses__())
        if error.__module__.startswith("voute."):
            codes.add(error.code)
    return codes


def test_structure_messages_have_the_same_files_keys_and_variables() -> None:
    assert read_language("fr") == read_language("en")


class References(Visitor):
    """What a message says of others."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def visit_MessageReference(self, node: ast.MessageReference) -> None:  # noqa: N802 -- the library calls it so
        self.found.append(node.id.name)

    def visit_TermReference(self, node: ast.TermReference) -> None:  # noqa: N802 -- the library calls it so
        self.found.append(node.id.name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_structure_messages_are_found_one_by_one_and_need_no_other(language: str) -> None:
    for path in sorted((MESSAGES / language).glob("*.ftl")):
        whole, references = FluentParser(with_spans=False).parse(path.read_text("utf-8")), References()
        references.visit(whole)
        assert references.found == [], path.name
        assert [
            one.id.name for one in whole.body if isinstance(one, ast.Message) and not messages(language).has(one.id.name)
        ] == []
        assert not any(isinstance(one, ast.Term) for one in whole.body)


@pytest.mark.parametrize("language", LANGUAGES)
def test_structure_helps_are_sentences_with_a_capital_and_a_full_stop(language: str) -> None:
    helps = {
        key: messages(language).text(key)
        for catalogue in read_language(language).values()
        for key in catalogue
        if HELP.fullmatch(key)
    }
    assert len(helps) > 130
    assert [key for key, text in sorted(helps.items()) if not (text[0].isupper() and text.endswith("."))] == []


def test_structure_error_codes_are_kebab_case() -> None:
    assert [code for code in sorted(error_codes()) if not CODE.fullmatch(code)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_structure_error_codes_have_words(language: str) -> None:
    keys = {key for catalogue in read_language(language).values() for key in catalogue}
    assert sorted(code for code in error_codes() if f"error-{code}" not in keys) == []
