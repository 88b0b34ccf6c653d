"""No file needs itself by way of others: a circle, even of types alone, cannot be read from its beginning."""

import re
from collections.abc import Callable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.project import ROOT, SOURCE, imported_names, source_modules, tracked_files

WEB_SUFFIXES = frozenset({".ts", ".svelte"})
RELATIVE_IMPORT = re.compile(r"""(?:\bfrom|\bimport\()\s*'(\.{1,2}/[^'?]+)""")


def circle(needs: Mapping[str, set[str]]) -> list[str]:
    """Return a circle of names, the first once more at the end, or nothing."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def needs_of_python() -> dict[str, set[str]]:
    files = {module.path.relative_to(SOURCE.parent).with_suffix(""): module for module in source_modules()}
    modules = {".".join(path.parts).removesuffix(".__init__"): module for path, module in files.items()}
    needs: dict[str, set[str]] = {}
    for name, module in modules.items():
        # `from voute.room import module` and `from voute.room.module import name` are told apart by what there is.
        named = {one if one in modules else one.rpartition(".")[0] for one, _ in imported_names(module.tree)}
        needs[name] = named & modules.keys() - {name}
    return needs


def needs_of_web() -> dict[str, set[str]]:
    files = {path for path in tracked_files() if path.suffix in WEB_SUFFIXES and path.is_relative_to(ROOT / "web")}
    return {name_of(path): {name_of(other) for other in imported_files(path) & files} for path in files}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_files(path: Path) -> set[Path]:
    return {(path.parent / found).resolve() for found in RELATIVE_IMPORT.findall(path.read_text("utf-8"))}


@pytest.mark.parametrize("needs_of", [needs_of_python, needs_of_web])
def test_structure_no_file_needs_itself(needs_of: Callable[[], dict[str, set[str]]]) -> None:
    needs = needs_of()
    # Hundreds of arrows: a pattern that finds none would find no circle either.
    assert sum(map(len, needs.values())) > len(needs)
    assert circle(needs) == []


def test_structure_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) != []
