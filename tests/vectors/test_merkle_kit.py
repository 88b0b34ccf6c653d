"""The 518 proof vectors of transparency-dev/merkle (vectors/merkle-rfc6962/SOURCE.txt)."""

import base64
import json
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.mutants import mutated
from voute.core.errors import VerificationError
from voute.tlog import merkle

KIT = Path(__file__).resolve().parents[2] / "vectors" / "merkle-rfc6962" / "testdata"
CASES = sorted(path.relative_to(KIT).as_posix() for path in KIT.rglob("*.json"))


def verify(kind: str, case: dict[str, Any]) -> None:
    proof = [base64.b64decode(value) for value in case["proof"] or []]
    roots = {name: base64.b64decode(case[name]) for name in ("root", "root1", "root2", "leafHash") if name in case}
    if kind == "inclusion":
        merkle.verify_inclusion(case["leafIdx"], case["treeSize"], roots["leafHash"], proof, roots["root"])
    elif kind == "consistency":
        merkle.verify_consistency(case["size1"], case["size2"], roots["root1"], roots["root2"], proof)
    elif kind == "subtreeinclusion":
        merkle.verify_subtree_inclusion(case["leafIdx"], case["start"], case["end"], roots["leafHash"], proof, roots["root"])
    else:
        assert kind == "subtreeconsistency"
        merkle.verify_subtree_consistency(case["start"], case["end"], case["size"], roots["root1"], roots["root2"], proof)


@pytest.mark.attack("E6")
@pytest.mark.control("E6")
@pytest.mark.parametrize("name", CASES)
def test_kit_proof_verify_each_vector(name: str) -> None:
    case = json.loads((KIT / name).read_bytes())
    if case["wantErr"]:
        with pytest.raises(VerificationError):
            verify(name.partition("/")[0], case)
    else:
        verify(name.partition("/")[0], case)


def test_kit_vectors_count_complete() -> None:
    assert Counter(name.partition("/")[0] for name in CASES) == {
        "inclusion": 98,
        "consistency": 98,
        "subtreeinclusion": 204,
        "subtreeconsistency": 118,
    }


@pytest.mark.mutant("E6")
def test_kit_proof_mutant_with_one_rule_for_size_zero_takes_what_must_fail() -> None:
    """The witness's rule in the place of the verifier's: an empty proof from nothing would prove any tree."""
    wrong = []
    with mutated("proves any tree from nothing"):
        for name in CASES:
            case = json.loads((KIT / name).read_bytes())
            if name.startswith("consistency/") and case["wantErr"]:
                with suppress(VerificationError):
                    verify("consistency", case)
                    wrong.append(name)
    assert wrong
