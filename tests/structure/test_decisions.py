"""The page of decisions names each of them once, by rising number."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "adr"
_ROW = re.compile(r"^\| \[(\d{4})\]\((\1-[a-z0-9-]+\.md)\) \| .+ \|$", re.MULTILINE)


def test_structure_page_of_decisions_names_each_of_them() -> None:
    named = [name for _, name in _ROW.findall((FOLDER / "README.md").read_text("utf-8"))]
    assert named == sorted(one.name for one in FOLDER.glob("0*.md"))


def test_structure_decisions_begin_with_their_number() -> None:
    wrong = [one.name for one in FOLDER.glob("0*.md") if not one.read_text("utf-8").startswith(f"# {one.name[:4]} ")]
    assert wrong == []
