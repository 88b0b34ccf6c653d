"""What people read stays true: links and pictures are there, and each command that is named exists with its options."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from tests.support.project import ROOT, tracked_files
from voute.cli.main import app

FRONT = ("README.md", "LISEZMOI.md")
FOLDERS = ("docs/guide/", "docs/operate/")
GUIDES = ("resident", "department", "auditor")
MAX_PICTURE_BYTES = 150 * 1024
"""A guide with ten pictures opens on a telephone's connection in seconds."""

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
# Not the name of a system's user (`-u voute`, `-g voute`), of a unit (`enable --now voute`) or of a package.
_COMMAND = re.compile(r"(?:^|(?<=[/$] )|(?<=/)|(?<=« )|(?<=“))voute +(?P<words>[a-z…-].*)$")
_COMMENT = re.compile(r"\s+#\s.*$")
_OPTION = re.compile(r"(?<![\w-])(--?[a-z][a-z0-9-]*)")
_QUOTED = {"fr": re.compile(r"«\s*(.+?)\s*»"), "en": re.compile(r"“(.+?)”")}
_OWN_OF_TYPER = frozenset({"--help"})


Command = TyperCommand | TyperGroup


class Named(NamedTuple):
    """A command as a page names it."""

    place: str
    words: str


def the_command() -> TyperGroup:
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    return root


def pages() -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".md" and _is_read(path.relative_to(ROOT).as_posix())]


def _is_read(name: str) -> bool:
    return name in FRONT or name.startswith(FOLDERS)


def commands_in(text: str, place: str) -> Iterator[Named]:
    """Find what stands in code: a line of a block, or a span in a sentence."""
    lines = [line.removeprefix("$ ") for block in _FENCE.findall(text) for line in block.splitlines()[1:-1]]
    spans = _SPAN.findall(_FENCE.sub("", text))
    for line in (*lines, *spans):
        found = _COMMAND.search(_COMMENT.sub("", line))
        if found:
            yield Named(place, found["words"].replace("\\|", "|"))


def faults_of(named: Named, root: Command) -> list[str]:
    """Say what of a command as it is written does not exist; alternatives are written `one|other`."""
    at: list[Command] = [root]
    words = named.words.split()
    for word in words:
        if not all(isinstance(one, TyperGroup) for one in at):
            break
        groups = [one for one in at if isinstance(one, TyperGroup)]
        wanted = word.split("|")
        if wanted == ["…"]:
            return []
        unknown = [one for one in wanted if not any(one in group.commands for group in groups)]
        if unknown and word.startswith(("-", "[")):
            break
        if unknown:
            return [f"{named.place}: voute {named.words}: no command {', '.join(unknown)}"]
        found = [group.commands.get(one) for group in groups for one in wanted]
        at = [one for one in found if isinstance(one, TyperCommand | TyperGroup)]
    known = {option for one in at for parameter in one.params for option in (*parameter.opts, *parameter.secondary_opts)}
    strange = set(_OPTION.findall(named.words)) - known - _OWN_OF_TYPER
    return [f"{named.place}: voute {named.words}: no option {option}" for option in sorted(strange)]


def anchor_of(heading: str) -> str:
    """Give a heading's anchor as forges make it."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def test_structure_commands_in_guides_exist_with_their_options() -> None:
    root = the_command()
    named = [one for path in pages() for one in commands_in(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())]
    assert len(named) > 60, "the finder finds too little to be believed"
    assert [fault for one in named for fault in faults_of(one, root)] == []


def all_commands(group: TyperGroup, before: str = "") -> Iterator[str]:
    for name, one in group.commands.items():
        if isinstance(one, TyperGroup):
            yield from all_commands(one, f"{before}{name} ")
        else:
            yield before + name


def named_wholly(named: Named) -> Iterator[str]:
    """Give the commands that a page names, `one|other` apart."""
    first, *rest = named.words.split()
    for word in first.split("|"):
        yield word
        for second in rest[0].split("|") if rest else ():
            yield f"{word} {second}"


def test_structure_every_command_stands_on_the_page_of_the_command_line() -> None:
    page = ROOT / "docs" / "guide" / "command-line.md"
    named = {name for one in commands_in(page.read_text("utf-8"), "command-line.md") for name in named_wholly(one)}
    assert {one for one in all_commands(the_command()) if one not in named} == set()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("delivre x.csv", "no command delivre"),
        ("deliver x.csv --to finances", "no option --to"),
        ("codes list|forget --as ID", "no command forget"),
        ("trust pin|show --secret", "no option --secret"),
    ],
)
def test_structure_a_command_that_is_not_there_is_named(words: str, fault: str) -> None:
    root = the_command()
    found = [*commands_in(f"Say `voute {words}`.", "span"), *commands_in(f"```sh\n$ voute {words}   # why\n```", "block")]
    assert [faults_of(one, root) for one in found] == [[f"{place}: voute {words}: {fault}"] for place in ("span", "block")]


def test_structure_links_and_pictures_of_guides_are_there() -> None:
    broken = []
    for path in pages():
        text = _FENCE.sub("", path.read_text("utf-8"))
        for _, _, target in _LINK.findall(text):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            there = (path.parent / file).resolve() if file else path
            if not there.exists() or (anchor and anchor not in map(anchor_of, _HEADING.findall(there.read_text("utf-8")))):
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


def test_structure_pictures_are_small_and_say_what_they_show() -> None:
    faults = []
    for path in pages():
        for mark, said, target in _LINK.findall(_FENCE.sub("", path.read_text("utf-8"))):
            if mark and (not said.strip() or (path.parent / target).stat().st_size > MAX_PICTURE_BYTES):
                faults.append(f"{path.relative_to(ROOT)}: {target}")
    assert faults == []


@pytest.mark.parametrize("guide", GUIDES)
def test_structure_guides_are_in_both_languages_with_the_same_parts(guide: str) -> None:
    french, english = ((ROOT / "docs" / "guide" / f"{guide}.{language}.md").read_text("utf-8") for language in ("fr", "en"))
    for of_lines in (
        _HEADING,
        re.compile(r"^```", re.MULTILINE),
        re.compile(r"^!\[", re.MULTILINE),
        re.compile(r"^\d+\. ", re.MULTILINE),
    ):
        assert len(of_lines.findall(french)) == len(of_lines.findall(english)), of_lines.pattern


def as_read(text: str) -> str:
    """Give a text without what its typography adds."""
    return " ".join(text.replace("’", "'").split()).lower()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_structure_what_the_residents_guide_quotes_stands_on_the_screens(language: str) -> None:
    guide = (ROOT / "docs" / "guide" / f"resident.{language}.md").read_text("utf-8")
    screens = as_read("\n".join(one.read_text("utf-8") for one in sorted((ROOT / "web/ui/messages" / language).glob("*.ftl"))))
    quoted = {as_read(one).rstrip(".,") for one in _QUOTED[language].findall(_FENCE.sub("", guide))}
    assert len(quoted) > 20, "the finder finds too little to be believed"
    assert {one for one in quoted if one not in screens} == set()
