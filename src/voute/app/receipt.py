"""The receipt of one document for its holder: event, salt, chain value, place in the log, proof."""

from dataclasses import dataclass

from voute.app.boxes import visible_document
from voute.app.city import City
from voute.app.errors import NotYetLoggedError
from voute.app.ports import Holder
from voute.app.proofs import Proofs, is_logged, open_proofs
from voute.core.ids import DocumentId
from voute.core.rows import EventRow


@dataclass(frozen=True, slots=True)
class ReceiptParts:
    """What a holder's client joins with the manifest to the receipt file; `proof` is a C2SP tlog-proof text."""

    event: bytes
    salt: bytes
    chain: bytes
    index: int
    proof: str


def parts_of(event: EventRow | None, proofs: Proofs | None) -> ReceiptParts | None:
    """Return the parts of an event's receipt, or None until a published checkpoint holds it; no `proofs`: none does yet."""
    if proofs is None or event is None or not is_logged(event) or event.log_index is None or event.chain is None:
        return None
    return ReceiptParts(event.data, event.salt, event.chain, event.log_index, proofs.proof(event.log_index))


def read_receipt(city: City, holder: Holder, document: DocumentId) -> ReceiptParts:
    """Return the parts of a document's receipt.

    Raises:
        DocumentUnknownError, DocumentDeletedError: not a visible document of this vault.
        NotYetLoggedError: no published checkpoint holds its event.
    """
    with city.catalogue.read() as tx:
        row = visible_document(tx, holder.vault_id, document)
        event, proofs = tx.events.get(row.event_id), open_proofs(city, tx)
    parts = parts_of(event, proofs)
    if parts is None:
        raise NotYetLoggedError
    return parts
