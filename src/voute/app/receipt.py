"""The receipt of one document for its holder: event, salt, chain value, place in the log, proof."""

from dataclasses import dataclass

from voute.app.boxes import visible_document
from voute.app.city import City
from voute.app.errors import NotYetLoggedError
from voute.app.ports import Holder
from voute.app.proofs import is_logged, open_proofs
from voute.core.ids import DocumentId


@dataclass(frozen=True, slots=True)
class ReceiptParts:
    """What a holder's client joins with the manifest to the receipt file; `proof` is a C2SP tlog-proof text."""

    event: bytes
    salt: bytes
    chain: bytes
    index: int
    proof: str


def read_receipt(city: City, holder: Holder, document: DocumentId) -> ReceiptParts:
    """Return the parts of a document's receipt.

    Raises:
        DocumentUnknownError, DocumentDeletedError: not a visible document of this vault.
        NotYetLoggedError: no published checkpoint holds its event.
    """
    with city.catalogue.read() as tx:
        row = visible_document(tx, holder.vault_id, document)
        event = tx.events.get(row.event_id)
        if event is None or not is_logged(event) or event.log_index is None or event.chain is None:
            raise NotYetLoggedError
        proofs = open_proofs(city, tx)
    return ReceiptParts(event.data, event.salt, event.chain, event.log_index, proofs.proof(event.log_index))
