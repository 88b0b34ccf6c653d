"""French as Québec typesets it: figures with a decimal comma; units, colons and guillemets that no line end parts from words.

No space before `;`, `?` and `!`; one that does not break before `:` and inside `« »` (Office québécois de la langue française,
Vitrine linguistique, "Espacement avant et après les signes de ponctuation").
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.project import ROOT, SOURCE
from voute.messages import messages

NO_BREAK = "\u00a0"
UNITS = "Mo|Go|ko|ms|s|min|h|%|\\$|mm|cm|km"
# A sign of two parts, or a unit behind a figure, after a space at which a line may end; an opening quote before one.
LOOSE = re.compile(rf"(?<=\S) (?=[:;?!»](?:[\s».,)]|$))|« |(?<=[}}\d]) (?=(?:{UNITS})(?:\W|$))")
# A space of any width before a sign that has none in Québec; not in `| ![picture]`.
SPACED = re.compile(r"(?<=[^\s|])[ \u00a0\u2009\u202f]+(?=[;?!](?:[\s».,)*|…]|$))", re.MULTILINE)
POINT = re.compile(r"(?<![\d.v])\d+\.\d+(?![\d.]) ?(?:Mo|Go|ko|s|ms|min|h|%|\$)(?!\w)")
CODE = re.compile(r"`[^`\n]*`|^\$ .*$|^```.*$", re.MULTILINE)
FILES = [*sorted((SOURCE / "messages" / "fr").glob("*.ftl")), *sorted((ROOT / "web" / "ui" / "messages" / "fr").glob("*.ftl"))]
PAGES = [*sorted((ROOT / "docs").rglob("*.fr.md")), ROOT / "LISEZMOI.md"]
SHEETS = sorted((SOURCE / "paper").glob("*.fr.json"))


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.lstrip().startswith("#"):
            yield number, line


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-4]}-{path.stem}")
def test_french_messages_have_no_line_end_before_a_sign_or_a_unit(path: Path) -> None:
    assert [f"{path.name}:{number}: {line}" for number, line in lines_of(path) if LOOSE.search(line) or POINT.search(line)] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_french_pages_write_figures_with_a_comma_and_keep_their_unit(path: Path) -> None:
    text = CODE.sub("", path.read_text("utf-8"))
    parted = re.compile(rf"\d (?:{UNITS})(?:\W|$)")
    assert [found[0] for found in (*POINT.finditer(text), *parted.finditer(text))] == []


@pytest.mark.parametrize("path", [*FILES, *PAGES, *SHEETS], ids=lambda path: f"{path.parts[-4]}-{path.stem}")
def test_french_has_no_space_before_a_semicolon_a_question_or_an_exclamation(path: Path) -> None:
    text = CODE.sub("x", path.read_text("utf-8"))
    assert [text[max(0, found.start() - 30) : found.end() + 1] for found in SPACED.finditer(text)] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_french_pages_have_no_line_end_before_a_colon_or_a_guillemet(path: Path) -> None:
    text = CODE.sub("x", path.read_text("utf-8"))
    assert [text[max(0, found.start() - 30) : found.end() + 1] for found in LOOSE.finditer(text)] == []


def test_french_loose_and_pointed_figures_are_found() -> None:
    for bad in ("Envoyé : 1", "« a\u00a0»", "a »", "{ $megabytes } Mo", "en 3 s.", "Quoi ?"):
        assert LOOSE.search(bad), bad
    for good in ("Envoyé\u00a0: 1", "voute --key :memory", "« ".replace(" ", NO_BREAK), "12 sortes", "{ $count } suivants"):
        assert not LOOSE.search(good), good
    for bad in ("Quoi ?", "un\u00a0; deux", "{ $n ->\n} ; un", "Non\u202f!", "**gras** ; puis"):
        assert SPACED.search(bad), bad
    for good in ("Quoi? Non! Un; deux", "| ![Une image](a.png)", "[Quoi\u00a0: rien]", "(A && !b)"):
        assert not SPACED.search(good), good
    assert POINT.search("0.1 Mo")
    assert not POINT.search("0,1 Mo")
    assert not POINT.search("version 1.2.3 s'ouvre")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ("1\u00a0234 documents", "0,1\u00a0Mo, en 0,5\u00a0s")),
        ("en", ("1,234 documents", "0.1 MB, in 0.5 s")),
    ],
)
def test_french_and_english_figures_come_from_the_message_files(language: str, said: tuple[str, ...]) -> None:
    facts = {"sent": 1234, "vaults": 0, "codes": 1234, "megabytes": 0.1, "seconds": 0.5}
    text = messages(language).text("deliver-done", facts)
    assert [one for one in said if one not in text] == []


def test_french_figures_are_never_written_by_a_command() -> None:
    """A number goes to the message files as a number: a text would keep the point of the program."""
    written = re.compile(r":,?\.\d[f%]\}|:,\}")
    found = [path.name for path in sorted((SOURCE / "cli").glob("*.py")) if written.search(path.read_text("utf-8"))]
    assert found == []
