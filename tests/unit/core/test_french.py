"""French as it is typeset: figures with a decimal comma, units and double signs that no line end parts from what is before."""

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
POINT = re.compile(r"(?<![\d.v])\d+\.\d+(?![\d.]) ?(?:Mo|Go|ko|s|ms|min|h|%|\$)(?!\w)")
CODE = re.compile(r"`[^`\n]*`|^\$ .*$|^```.*$", re.MULTILINE)
FILES = [*sorted((SOURCE / "messages" / "fr").glob("*.ftl")), *sorted((ROOT / "web" / "ui" / "messages" / "fr").glob("*.ftl"))]
PAGES = [*sorted((ROOT / "docs" / "guide").glob("*.fr.md")), *sorted((ROOT / "docs" / "operate").glob("*.fr.md"))]


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


def test_french_loose_and_pointed_figures_are_found() -> None:
    for bad in ("Envoyé : 1", "« a\u00a0»", "a »", "{ $megabytes } Mo", "en 3 s.", "Quoi ?"):
        assert LOOSE.search(bad), bad
    for good in ("Envoyé\u00a0: 1", "voute --key :memory", "« ".replace(" ", NO_BREAK), "12 sortes", "{ $count } suivants"):
        assert not LOOSE.search(good), good
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
