"""Writes docs/guide/support-codes.md: which error the four digits stand for that a page shows (a test compares).

Twin of `web/ui/support-code.ts`, whose tests read the page that this writes (docs/adr/0068).
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "guide" / "support-codes.md"
_WEB: Final = ROOT / "web"
_SOURCE: Final = ROOT / "src" / "voute"
_BASIS: Final = 0x811C9DC5
_PRIME: Final = 0x01000193
_FIRST: Final = 1000
_MANY: Final = 8969
"""The largest prime below 9000 with which no two of the first names met."""

_THROWN: Final = re.compile(r"PageError\(\s*'([a-z-]+)'")
_BESIDE: Final = ("index-rollback",)
"""Shown beside a list, thrown nowhere."""
_OF_THE_CORE: Final = re.compile(r"^  \| '([a-z-]+)'", re.MULTILINE)
_WITH_WORDS: Final = re.compile(r"^error-(?!family-)([a-z-]+) =", re.MULTILINE)
_OF_THE_CITY: Final = re.compile(r'code(?:: ClassVar\[str\])? = "([a-z-]+)"|^    4\d\d: "([a-z-]+)"', re.MULTILINE)
_TITLE: Final = re.compile(r"^error-([a-z-]+) =\n    \.title = (.+)$", re.MULTILINE)

_HEAD = """# Support codes

For the help line. A page that shows an error shows four digits below it (« Code à donner au téléphone », “Code to give on the
phone”): the same digits in both languages, for the same error. Here is what they stand for; the name is what the city's logs and
the specification say. Where the error has words of its own, their title stands here too; any other shows the words of its kind.
Generated: `make docs`.

Never ask for anything else that is on the screen: not the letter's code, not the kit.

| code | name | in French | in English |
|---|---|---|---|
"""


def support_code(name: str) -> str:
    """Return the number that stands for an error's name."""
    value = _BASIS
    for byte in name.encode("ascii"):
        value = (value ^ byte) * _PRIME & 0xFFFFFFFF
    return str(_FIRST + value % _MANY)


def names() -> list[str]:
    """Return every name that a page may be given: its own, the core's, those with words, the city's."""
    return sorted(set(_names()))


def support_codes_page() -> str:
    """Return the page as it should stand."""
    french, english = _titles("fr"), _titles("en")
    rows = sorted((support_code(name), name) for name in names())
    return _HEAD + "".join(
        f"| {number} | `{name}` | {french.get(name, '')} | {english.get(name, '')} |\n" for number, name in rows
    )


def _names() -> Iterator[str]:
    yield from _BESIDE
    for folder in ("api", "ui", "resident", "verify"):
        for path in (one for end in ("ts", "svelte") for one in (_WEB / folder).rglob(f"*.{end}")):
            yield from _THROWN.findall(path.read_text("utf-8"))
    yield from _OF_THE_CORE.findall((_WEB / "core" / "errors.ts").read_text("utf-8"))
    yield from _WITH_WORDS.findall((_WEB / "ui" / "messages" / "fr" / "errors.ftl").read_text("utf-8"))
    for room in ("app", "core", "format", "tlog", "verify", "server/http"):
        for path in (_SOURCE / room).rglob("*.py"):
            yield from (one or other for one, other in _OF_THE_CITY.findall(path.read_text("utf-8")))


def _titles(language: str) -> dict[str, str]:
    return dict(_TITLE.findall((_WEB / "ui" / "messages" / language / "errors.ftl").read_text("utf-8")))


if __name__ == "__main__":
    (Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE).write_text(support_codes_page(), "utf-8")
