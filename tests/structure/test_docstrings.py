"""Every public definition of the package says in a sentence what it is."""

import ast
from collections.abc import Iterator

import pytest

from tests.support.project import Module, source_modules

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public_definitions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """Public classes, functions and methods; what stands inside a function is nobody's interface."""
    for node in body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from public_definitions(node.body, f"{prefix}{node.name}.")


def inherits_its_contract(node: Definition) -> bool:
    """Tell whether a method is marked as the override of a documented one."""
    names = {getattr(item, "id", getattr(item, "attr", "")) for item in node.decorator_list}
    return bool(names & {"override", "overload"}) or "setter" in names


@pytest.mark.parametrize("module", source_modules(), ids=lambda module: module.name)
def test_structure_public_definitions_have_a_docstring(module: Module) -> None:
    assert ast.get_docstring(module.tree), f"{module.name} does not say what it is for"
    missing = [
        f"{module.name}:{node.lineno} {name}"
        for name, node in public_definitions(module.tree.body)
        if not inherits_its_contract(node) and not ast.get_docstring(node)
    ]
    assert missing == []
