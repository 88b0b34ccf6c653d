"""House numbers: how long a file and a function may be."""

import ast
from pathlib import Path

from tests.support.project import ROOT, own_python, tracked_files

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 80
CODE_SUFFIXES = frozenset({".py", ".ts", ".svelte", ".js"})

# A file may be longer for a reason that is written here.
LONG_FILES: dict[str, str] = {}


def count_lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def test_structure_files_are_short_or_listed_with_a_reason() -> None:
    code = [path for path in tracked_files() if path.suffix in CODE_SUFFIXES]
    long = {path.relative_to(ROOT).as_posix(): lines for path in code if (lines := count_lines(path)) > MAX_FILE_LINES}
    generated = {name for name in long if name.startswith("web/api/")}
    assert {name: long[name] for name in long.keys() - generated - LONG_FILES.keys()} == {}


def test_structure_list_of_long_files_is_not_stale() -> None:
    stale = [name for name in LONG_FILES if count_lines(ROOT / name) <= MAX_FILE_LINES]
    assert stale == []


def test_structure_functions_are_short() -> None:
    long = [
        f"{module.name}:{node.lineno} {node.name} has {length} lines"
        for module in own_python()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert long == []
