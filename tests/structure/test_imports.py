"""Who may import whom: the drawing of the architecture page, read from the syntax trees, lazy imports included."""

import ast
import sys
import tomllib

import pytest

from tests.support.project import ROOT, Module, imported_names, source_modules

EVERYWHERE = frozenset({"core"})
MAY_IMPORT = {
    "core": frozenset[str](),
    "messages": frozenset[str](),
    "outside": EVERYWHERE,
    "format": EVERYWHERE,
    "store": EVERYWHERE | {"outside"},
    "tlog": EVERYWHERE | {"format"},
    "seal": EVERYWHERE | {"format"},
    "paper": EVERYWHERE | {"format", "messages"},
    "verify": EVERYWHERE | {"format", "tlog"},
    "app": EVERYWHERE | {"format", "tlog"},
    "fsck": EVERYWHERE | {"format", "tlog"},
    "backup": EVERYWHERE | {"format", "seal"},
    "server": EVERYWHERE | {"format", "tlog", "app", "store", "messages", "outside"},
    "client": EVERYWHERE | {"format", "tlog", "seal", "verify", "paper", "messages", "outside"},
    "cli": EVERYWHERE
    | {"format", "tlog", "seal", "verify", "paper", "messages", "client", "server", "fsck", "backup", "outside"},
}
CITY_SIDE = ("app", "server", "store", "fsck")
DRIVER_LIBRARIES = ("sqlalchemy", "alembic", "sqlite3", "psycopg", "obstore")


def room_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "voute" and len(parts) > 1 else None


def rooms_imported(module: Module) -> set[tuple[str, int]]:
    found = ((room_of(name), line) for name, line in imported_names(module.tree))
    return {(room, line) for room, line in found if room is not None and room != module.room}


def test_structure_rooms_are_all_in_the_drawing() -> None:
    assert {module.room for module in source_modules() if module.room} <= set(MAY_IMPORT)


def test_structure_rooms_are_all_in_the_lint_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    sources = {name for contract in contracts for name in contract.get("source_modules", [])}
    assert {f"voute.{module.room}" for module in source_modules() if module.room} <= sources


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_structure_imports_follow_the_drawing(room: str) -> None:
    wrong = [
        f"{module.name}:{line} imports {other}"
        for module in source_modules()
        if module.room == room
        for other, line in rooms_imported(module)
        # `from voute import __version__` is not a room.
        if other in MAY_IMPORT and other not in MAY_IMPORT[room]
    ]
    assert wrong == []


def test_structure_imports_are_absolute() -> None:
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in source_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert wrong == []


@pytest.mark.parametrize("room", CITY_SIDE)
def test_structure_city_side_never_names_seal(room: str) -> None:
    wrong = [
        f"{module.name}:{line}"
        for module in source_modules()
        if module.room == room
        for name, line in imported_names(module.tree)
        if room_of(name) in {"seal", "client"}
    ]
    assert wrong == []


def test_structure_core_imports_the_standard_library_only() -> None:
    wrong = [
        f"{module.name}:{line} imports {name}"
        for module in source_modules()
        if module.room == "core"
        for name, line in imported_names(module.tree)
        if (top := name.split(".")[0]) != "voute" and top not in sys.stdlib_module_names
    ]
    assert wrong == []


def test_structure_drivers_are_named_by_server_and_store_only() -> None:
    wrong = [
        f"{module.name}:{line} imports {name}"
        for module in source_modules()
        if module.room not in {"server", "store"}
        for name, line in imported_names(module.tree)
        if name.split(".")[0] in DRIVER_LIBRARIES or room_of(name) == "store"
    ]
    assert wrong == []
