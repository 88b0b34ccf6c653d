"""A holder deletes a document: at once it is shown no more; once the deletion is in the log, what opens it is destroyed.

Source: docs/spec/event-receipt.md, "Deleting a document".
"""

from dataclasses import dataclass

from voute.app.boxes import own_document
from voute.app.city import City
from voute.app.errors import NotYetLoggedError
from voute.app.ports import Holder
from voute.app.proofs import open_proofs
from voute.app.receipt import ReceiptParts, parts_of
from voute.app.statements import holder_act, keep_act_event
from voute.core.ids import DocumentId
from voute.core.rows import BoxKind, JobKind
from voute.format.subject import Delete


@dataclass(frozen=True, slots=True)
class Deletion:
    """When the holder asked, whether header, card and salts are destroyed, and the parts of the deletion's receipt."""

    requested_at: int
    destroyed: bool
    receipt: ReceiptParts


def delete_document(city: City, holder: Holder, document: DocumentId, raw: bytes) -> None:
    """Keep the holder's signed act, and with it the work of destroying; again changes nothing.

    Raises:
        DocumentUnknownError: no document of this vault.
        FormatError, VerificationError: not that act, or not signed by the vault's root key.
    """
    vault = holder.vault_id
    with city.catalogue.read() as tx:
        row = own_document(tx, vault, document)
        genesis = tx.vaults.records((vault,))[vault][0]
    act, act_hash = holder_act(city, raw, vault, genesis, Delete(document, row.manifest_hash))
    with city.catalogue.write() as tx:
        if not tx.documents.delete(document, city.now()):
            return
        event = keep_act_event(tx, city, act, act_hash, raw, (BoxKind.VAULT, vault))
        tx.documents.set_delete_event(document, event)
        tx.jobs.add(JobKind.DESTROY, (document,), city.now())
    city.wake()


def read_deletion(city: City, holder: Holder, document: DocumentId) -> Deletion | None:
    """Return how far the deletion of a document is; None when it was not deleted.

    Raises:
        DocumentUnknownError: no document of this vault.
        NotYetLoggedError: no published checkpoint holds the deletion.
    """
    with city.catalogue.read() as tx:
        row = own_document(tx, holder.vault_id, document)
        if row.deleted_at is None or row.delete_event is None:
            return None
        event, proofs = tx.events.get(row.delete_event), open_proofs(city, tx)
    parts = parts_of(event, proofs)
    if parts is None:
        raise NotYetLoggedError
    return Deletion(row.deleted_at, not row.header, parts)
