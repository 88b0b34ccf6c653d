"""The project as data: its tracked files and the syntax trees of its modules, for the structure tests."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "voute"


@dataclass(frozen=True)
class Module:
    """One Python module: its path from the root, its dotted name (without `voute.`) and its syntax tree."""

    path: Path
    room: str
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()


def parse(path: Path) -> Module:
    text = path.read_text("utf-8")
    parts = path.relative_to(SOURCE).parts if path.is_relative_to(SOURCE) else ("",)
    return Module(path, parts[0] if len(parts) > 1 else "", text, ast.parse(text))


@cache
def source_modules() -> tuple[Module, ...]:
    """Every module of the package."""
    return tuple(parse(path) for path in sorted(SOURCE.rglob("*.py")))


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that git knows or would add (so that a file is judged before it is committed)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    return tuple(ROOT / name for name in names if name and (ROOT / name).is_file())


@cache
def own_python() -> tuple[Module, ...]:
    """Every Python file of ours: package, tests, tools, benchmarks."""
    return tuple(parse(path) for path in tracked_files() if path.suffix == ".py")


def imported_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every absolute dotted name that is imported anywhere in the tree, lazily or for types only, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # `from voute import seal` names the room in the alias.
            prefix = node.module or ""
            yield from ((f"{prefix}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
                yield node.args[0].value, node.lineno
