"""Proofs of acts: one small file that proves, offline and for decades, what a holder signed and that the log has it.

Source: `docs/spec/event-receipt.md`, "Proof file of an act". Parsing here, verdict in `voute.verify.act`. A receipt whose subject
no document shows, with what it takes to know the key that signed: the beginning of the vault's chain of records.
"""

from dataclasses import dataclass
from typing import Final

from voute.core.errors import FormatError
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.fields import Fields, from_base64, to_base64
from voute.format.receipt import LOGGED_KEYS, Receipt, read_logged
from voute.format.vault_record import MAX_RECORDS

MAX_ACT_PROOF: Final = 1024 * 1024
_KEYS = LOGGED_KEYS | {"act", "records"}


@dataclass(frozen=True, slots=True)
class ActProof:
    """A parsed proof: nothing is verified. `act` and `records` are DSSE envelopes, `receipt` has no manifest."""

    act: bytes
    records: tuple[bytes, ...]
    receipt: Receipt

    def encode(self) -> bytes:
        """Write the file; `FormatError` for a receipt of a document, and for more bytes than a reader takes."""
        if self.receipt.manifest is not None:
            raise FormatError("act-proof: a receipt with a manifest speaks of a document", field="manifest")
        records: list[Json] = [to_base64(one) for one in self.records]
        raw = canonical.dumps({**self.receipt.logged_values(), "act": to_base64(self.act), "records": records})
        if len(raw) > MAX_ACT_PROOF:
            raise FormatError(f"act-proof: more than {MAX_ACT_PROOF} bytes")
        return raw


def _record(item: Json) -> bytes:
    if not isinstance(item, str):
        raise FormatError("act-proof.records: not base64", field="records")
    return from_base64(item)


def parse_act_proof(raw: bytes) -> ActProof:
    """Parse a proof file; raises `FormatError` alone. The chain is not verified here."""
    fields = Fields(canonical.loads(raw, MAX_ACT_PROOF), _KEYS, "act-proof")
    receipt = read_logged(fields, None)
    records = tuple(_record(item) for item in fields.list("records", 1, MAX_RECORDS))
    return ActProof(fields.base64("act"), records, receipt)
