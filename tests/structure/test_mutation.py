"""Every module of the pure rooms is mutated with tests that exist, and a run that tried nothing does not pass for one."""

import ast

import pytest

from tests.support.project import ROOT, source_modules
from tools.mutate import LEFT_OUT, MODULES, READERS, MutationFailedError, states_of

ROOMS = frozenset({"format", "seal", "tlog", "verify"})


def _with_code() -> set[str]:
    return {
        f"{module.room}/{module.path.stem}"
        for module in source_modules()
        if module.room in ROOMS and any(isinstance(node, ast.FunctionDef) for node in ast.walk(module.tree))
    }


def test_structure_every_module_of_the_pure_rooms_is_mutated() -> None:
    assert _with_code() | set(READERS) == MODULES.keys()
    assert [name for name in READERS if not (ROOT / "src" / "voute" / f"{name}.py").is_file()] == []


def test_structure_tests_that_mutation_runs_exist() -> None:
    named = {name for tests in MODULES.values() for name in tests}
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
    for name in LEFT_OUT:
        path, function = name.split("::")
        assert f"def {function}(" in (ROOT / path).read_text("utf-8")


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        ("", "0 mutants"),
        ("Traceback: \nNo module named mutmut", "0 mutants"),
        ("    voute.a.x_f__mutmut_1: killed\n    voute.a.x_f__mutmut_2: not checked\n", "1 of 2 mutants were not tried"),
    ],
)
def test_structure_mutation_that_did_not_run_is_a_failure(listing: str, said: str) -> None:
    with pytest.raises(MutationFailedError, match=said) as raised:
        states_of("format/act", listing, "the end of the report")
    assert "the end of the report" in str(raised.value)


def test_structure_mutation_reads_what_became_of_each_mutant() -> None:
    listing = "    voute.a.x_f__mutmut_1: killed\n    voute.a.x_f__mutmut_2: no tests\n"
    assert states_of("format/act", listing, "") == {"voute.a.x_f__mutmut_1": "killed", "voute.a.x_f__mutmut_2": "no tests"}
