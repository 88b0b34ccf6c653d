"""The shared vectors of the log: one case one file, each with its verdict (`tools/make_vectors/log.py`)."""

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.make_vectors.log import generate
from voute.core.errors import VouteError
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.cosignature import cosigned_message
from voute.tlog.merkle import leaf_hash
from voute.tlog.note import Note, VerifierKey, verify_ed25519
from voute.tlog.policy import LogKey, WitnessKey, WitnessPolicy, verify_checkpoint
from voute.tlog.proof import TlogProof, verify_proof

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "log"
CASES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*.json"))


def trust(case: dict[str, Any]) -> tuple[list[LogKey], WitnessPolicy]:
    logs = [
        LogKey(one["origin"], bytes.fromhex(one["ed25519"]), base64.b64decode(one["mldsa44"]), one.get("until"))
        for one in case["logs"]
    ]
    witnesses = tuple(WitnessKey(one["name"], base64.b64decode(one["mldsa44"])) for one in case["witnesses"])
    return logs, WitnessPolicy(case["quorum"], witnesses)


def run_note(case: dict[str, Any]) -> str:
    raw = base64.b64decode(case["note"])
    assert Note.parse(raw).encode() == raw
    return "ok"


def run_vkey(case: dict[str, Any]) -> str:
    key = VerifierKey.parse(case["vkey"])
    assert (key.encode(), key.key_id.hex(), key.kind) == (case["vkey"], case["key_id"], case["type"])
    return "ok"


def run_signature(case: dict[str, Any]) -> str:
    note = Note.parse(base64.b64decode(case["note"]))
    verify_ed25519(note.text, note.signatures[0], VerifierKey.parse(case["vkey"]))
    return "ok"


def run_checkpoint(case: dict[str, Any]) -> str:
    head = Checkpoint.parse(case["text"])
    assert (head.encode(), head.size, head.root.hex()) == (case["text"], case["size"], case["root"])
    return "ok"


def run_message(case: dict[str, Any]) -> str:
    head = Checkpoint(case["origin"], case["size"], bytes.fromhex(case["root"]))
    assert cosigned_message(case["name"], case["time"], head).hex() == case["message"]
    return "ok"


def run_policy(case: dict[str, Any]) -> str:
    verdict = verify_checkpoint(SignedCheckpoint.parse(base64.b64decode(case["checkpoint"])), *trust(case))
    assert (verdict.log_time, verdict.witnessed_at) == (case["log_time"], case["witnessed_at"])
    return verdict.state


def run_proof(case: dict[str, Any]) -> str:
    raw = base64.b64decode(case["proof"])
    proof = TlogProof.parse(raw)
    assert proof.encode() == raw
    return verify_proof(proof, leaf_hash(bytes.fromhex(case["entry"])), *trust(case)).state


RUNNERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "note": run_note,
    "vkey": run_vkey,
    "signature": run_signature,
    "checkpoint": run_checkpoint,
    "message": run_message,
    "policy": run_policy,
    "proof": run_proof,
}


@pytest.mark.parametrize("name", CASES)
def test_log_vector_run_gives_its_verdict(name: str) -> None:
    case = json.loads((FOLDER / name).read_bytes())
    try:
        verdict = RUNNERS[name.partition("/")[0]](case)
    except VouteError as error:
        verdict = error.code
    assert verdict == case["verdict"]


def test_log_vectors_generate_writes_same_bytes(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "cosignatures.json", tmp_path)
    assert generate(tmp_path) == len(CASES) > 100
    for name in (*CASES, "cosignatures.json"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
