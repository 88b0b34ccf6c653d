"""Proof files of acts, and what a department found of its receipts."""

from dataclasses import replace

from tests.support.formats.format import Format, good
from tests.support.formats.statements import SHORT_PROOF
from tests.support.mutate import as_json
from tools.make_vectors.seeds import seed
from voute.core.ids import DeliveryId, DocumentId, hash_of
from voute.format import compared
from voute.format.act_proof import parse_act_proof


def _act_proofs() -> list[bytes]:
    whole = [parse_act_proof(one["proof"].encode()) for one in good("receipt", "act-proof")[:3]]
    short = [replace(one, receipt=replace(one.receipt, proof=SHORT_PROOF)) for one in whole]
    return [one.encode() for one in (*short, replace(short[0], records=(b"one", b"two")))]


COMPARED = (
    compared.Compared(DeliveryId(bytes(16)), "log-1", "log-2", 40, 5),
    compared.Compared(DeliveryId(bytes(16)), "log-1", "log-2", 40, 5, 3, 1, 38, 40),
)
LOST = (
    compared.LostReceipt(7, "roll « 7 »", DocumentId(bytes(16)), 39, hash_of(seed("same"))),
    compared.LostReceipt(8, "roll-8", DocumentId(bytes(16)), 40, hash_of(seed("same")), DocumentId(bytes(15) + b"1")),
)


def _compared(raw: bytes) -> bytes:
    parse = compared.parse_compared if b'"compared"' in raw else compared.parse_lost
    written = parse(raw).encode()
    # A line is taken with or without its line end.
    return written if raw.endswith(b"\n") else written.removesuffix(b"\n")


PROOFS = (
    Format(
        "compared",
        _compared,
        lambda: [one.encode() for one in (*COMPARED, *LOST)],
        ("format.compared.parse_compared", "format.compared.parse_lost"),
        as_json,
        twin=False,
    ),
    Format(
        "act-proof",
        lambda raw: parse_act_proof(raw).encode(),
        _act_proofs,
        ("format.act_proof.parse_act_proof", "format.receipt.read_logged"),
        as_json,
    ),
)
