"""Writes docs/security/attacks.md: each attack of the evil server, what we do, and the tests that prove it (a test compares).

Markers are found without running anything: `@pytest.mark.attack("A1")`, `control`, `mutant` above a test or its class, in
`pytestmark`, or in a `pytest.param`; in TypeScript `// attack A1` on a line before a test.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    # Started as a script the root is not on the path; the tests import this module from there.
    sys.path.insert(0, str(ROOT))

from tests.support.attack_rows import ROWS, AttackRow  # noqa: E402 -- after the path

PAGE = ROOT / "docs" / "security" / "attacks.md"
KINDS = ("attack", "control", "mutant")

_HEAD = """# Attacks of a lying server, and the tests that run them

Whoever runs the city's server may read every request and change every reply. Each row below is one thing that they may try.
A row is **held** when three kinds of test exist for it and pass: the *attack* is told to the real client, or to the real
server, and refused; the *control* is the same run without the attack, and succeeds; the *mutant* is a client whose check was
taken out, for which the same attack succeeds, so that the test can fail. This page is generated: `make docs`.

| row | attack | status |
|---|---|---|
"""

_TS_MARKER = re.compile(r"^\s*// (attack|control|mutant) ([A-Z]\d+(?:,? [A-Z]\d+)*)$")
_TS_TEST = re.compile(r"""^\s*(?:test|it)(?:\.\w+(?:\(\w+\))?)*\(\s*(["'`])(?P<name>.*?)\1""")


class MarkerError(Exception):
    """A marker that nobody could rely on; says where it stands."""


@dataclass(frozen=True)
class Proof:
    """One test that names a row."""

    kind: str
    row: str
    test: str


def _markers(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Every (kind, row) that an expression names."""
    for call in ast.walk(node):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr not in KINDS:
            continue
        if ast.unparse(call.func.value) != "pytest.mark":
            continue
        for argument in call.args:
            if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
                raise MarkerError(f"line {call.lineno}: a row is written as a text")
            yield call.func.attr, argument.value


def _tests(body: Iterable[ast.stmt], prefix: str, above: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str, str]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            found = [one for item in node.decorator_list for one in _markers(item)]
            yield from _tests(node.body, f"{prefix}{node.name}::", (*above, *found))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            own = [one for item in node.decorator_list for one in _markers(item)]
            yield from ((kind, row, prefix + node.name) for kind, row in dict.fromkeys([*above, *own]))


def python_proofs(path: Path) -> Iterator[Proof]:
    """Find the markers of one Python file; raises `MarkerError` for one that stands where no test is."""
    tree = ast.parse(path.read_text("utf-8"))
    name = path.relative_to(ROOT).as_posix()
    module = [
        one
        for node in tree.body
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "pytestmark" for target in node.targets)
        for one in _markers(node.value)
    ]
    try:
        found = list(_tests(tree.body, f"{name}::", tuple(module)))
        named = {(kind, row) for kind, row, _ in found}
        lost = set(_markers(tree)) - named
    except MarkerError as error:
        raise MarkerError(f"{name}: {error}") from error
    if lost:
        raise MarkerError(f"{name}: {sorted(lost)} stand above no test")
    yield from (Proof(*one) for one in found)


def typescript_proofs(path: Path) -> Iterator[Proof]:
    """Find the markers of one TypeScript file; raises `MarkerError` for one that stands before no test."""
    name = path.relative_to(ROOT).as_posix()
    waiting: list[tuple[str, str]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if marker := _TS_MARKER.match(line):
            waiting += [(marker[1], row) for row in re.findall(r"[A-Z]\d+", marker[2])]
        elif waiting:
            test = _TS_TEST.match(line)
            if test is None:
                raise MarkerError(f"{name}:{number}: a marker stands right before the line with the test's name")
            yield from (Proof(kind, row, f"{name}::{test['name']}") for kind, row in waiting)
            waiting = []
    if waiting:
        raise MarkerError(f"{name}: a marker at the end")


def all_proofs() -> list[Proof]:
    """Find every marker of the project; raises `MarkerError`."""
    found: list[Proof] = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        found += python_proofs(path)
    for path in sorted((ROOT / "web" / "tests").rglob("*.ts")):
        found += typescript_proofs(path)
    return found


def status(row: AttackRow, proofs: Iterable[Proof]) -> str:
    """Say how far a row is proven."""
    kinds = {one.kind for one in proofs if one.row == row.id}
    if kinds == set(KINDS):
        return "held"
    return "partly" if kinds else "not yet"


def attacks_page() -> str:
    """Return the page; raises `MarkerError`."""
    proofs = all_proofs()
    unknown = sorted({f"{one.test} names {one.row}" for one in proofs} - {f"{p.test} names {r.id}" for p in proofs for r in ROWS})
    if unknown:
        raise MarkerError(f"no such row: {unknown}")
    parts = [_HEAD]
    parts += [f"| [{row.id}](#{row.id.lower()}) | {row.attack} | {status(row, proofs)} |\n" for row in ROWS]
    for row in ROWS:
        parts.append(f"\n## {row.id}\n**{status(row, proofs)}.** {row.attack}\n\n*What we do.* {row.answer}\n\n")
        for kind in KINDS:
            tests = [one.test for one in proofs if (one.row, one.kind) == (row.id, kind)]
            parts += [f"- {kind}: `{test}`\n" for test in dict.fromkeys(tests)]
            if not tests:
                parts.append(f"- {kind}: none yet\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(attacks_page(), "utf-8")
