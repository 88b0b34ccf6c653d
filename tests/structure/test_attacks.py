"""The page of attacks is made from the tests that stand here today, and what it says of the code is there."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.support.attack_rows import ROWS
from tests.support.mutants import MUTANTS
from tests.support.project import ROOT, own_python
from tools.attacks_page import KINDS, PAGE, MarkerError, Proof, all_proofs, attacks_page, python_proofs, status, typescript_proofs


def test_structure_attacks_page_is_the_tests() -> None:
    assert attacks_page() == PAGE.read_text("utf-8"), "make docs"


def test_structure_attack_rows_are_in_order_and_each_once() -> None:
    ids = [row.id for row in ROWS]
    assert ids == sorted(set(ids), key=lambda one: (one[0], int(one[1:])))


def test_structure_attack_rows_name_places_that_exist() -> None:
    named = {path for row in ROWS for path in re.findall(r"`([^`]*/[^`]*)`", row.answer)}
    assert named
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_structure_attack_markers_name_known_rows() -> None:
    known = {row.id for row in ROWS}
    assert [one for one in all_proofs() if one.row not in known] == []


def test_structure_attack_markers_are_found_where_they_may_stand() -> None:
    """The finder itself, on a file of each language, so that a row cannot be held by a marker that is misread."""
    here = Path(__file__)
    counted = Counter(one.kind for one in python_proofs(here))
    assert counted == {}
    with pytest.raises(MarkerError):
        list(typescript_proofs(ROOT / "tests" / "support" / "markers_misplaced.ts.txt"))
    found = list(typescript_proofs(ROOT / "tests" / "support" / "markers.ts.txt"))
    name = "tests/support/markers.ts.txt"
    assert found == [
        Proof("attack", "A1", f"{name}::is refused"),
        Proof("attack", "B2", f"{name}::is refused"),
        Proof("mutant", "A1", f"{name}::falls"),
    ]
    assert {one.kind for one in found} <= set(KINDS)


def test_structure_attack_mutants_are_all_told_a_lie() -> None:
    """A mutant that no test meets proves nothing."""
    texts = [module.text for module in own_python() if module.path.is_relative_to(ROOT / "tests")]
    unmet = [name for name in MUTANTS if sum(f'"{name}"' in text for text in texts) < 2]
    assert unmet == []


def test_structure_attack_rows_are_all_held() -> None:
    """Each row has its attack, the control that passes, and a mutant that falls."""
    proofs = all_proofs()
    assert {row.id: status(row, proofs) for row in ROWS if status(row, proofs) != "held"} == {}
