"""Proof files of acts."""

from dataclasses import replace

from tests.support.formats.format import Format, good
from tests.support.formats.statements import SHORT_PROOF
from tests.support.mutate import as_json
from voute.format.act_proof import parse_act_proof


def _act_proofs() -> list[bytes]:
    whole = [parse_act_proof(one["proof"].encode()) for one in good("receipt", "act-proof")[:3]]
    short = [replace(one, receipt=replace(one.receipt, proof=SHORT_PROOF)) for one in whole]
    return [one.encode() for one in (*short, replace(short[0], records=(b"one", b"two")))]


PROOFS = (
    Format(
        "act-proof",
        lambda raw: parse_act_proof(raw).encode(),
        _act_proofs,
        ("format.act_proof.parse_act_proof", "format.receipt.read_logged"),
        as_json,
    ),
)
