"""The ASVS page: every point of level 2 once, in the standard's order, and every place that it names exists."""

import re
from collections import Counter
from pathlib import Path

from tests.support.project import ROOT

PAGE = ROOT / "docs" / "operate" / "asvs.md"
POINTS = Path(__file__).with_name("asvs_points.txt")
STATES = ("met", "otherwise", "partly", "not yet", "not applicable")
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
PLACE = re.compile(r"`([A-Za-z0-9_./-]+)`")


def rows() -> list[tuple[str, str, str, str, str]]:
    return ROW.findall(PAGE.read_text("utf-8"))


def places(text: str) -> list[str]:
    """What is written as a path of the project."""
    found = PLACE.findall(text)
    return [one for one in found if ("/" in one and not one.startswith("/")) or Path(one).suffix in {".md", ".toml", ".lock"}]


def test_structure_asvs_page_has_every_point_once_in_order() -> None:
    expected = [tuple(line.split()) for line in POINTS.read_text().splitlines()]
    assert len(expected) == 253
    assert [(point, level) for point, level, *_ in rows()] == expected


def test_structure_asvs_page_names_places_that_exist() -> None:
    for point, _, _, state, where in rows():
        missing = [one for one in places(where) if not (ROOT / one).exists()]
        assert missing == [], point
        assert state in STATES, point
        assert places(where) or state != "met", f"{point} is met nowhere"


def test_structure_asvs_page_counts_what_it_says() -> None:
    total = Counter(state for _, _, _, state, _ in rows())
    said = re.search(r"^\| all \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert said is not None
    assert [int(one) for one in said[1].split(" | ")] == [total[state] for state in STATES]
