"""Which boxes belong to a vault: its own, and every lookup id that was bound to it."""

from voute.app.errors import DocumentDeletedError, DocumentUnknownError
from voute.core.ids import DocumentId, VaultId
from voute.core.ports_store import Transaction
from voute.core.rows import DocumentRow


def boxes_of(tx: Transaction, vault: VaultId) -> tuple[bytes, ...]:
    """Return the ids of the vault's boxes, its own first."""
    return (vault, *(row.lookup_id for row in tx.lookups.of_vault(vault)))


def visible_document(tx: Transaction, vault: VaultId, document: DocumentId) -> DocumentRow:
    """Return a visible document of this vault.

    Raises:
        DocumentUnknownError: absent, not visible yet, or another's: never said which.
        DocumentDeletedError: the holder deleted it.
    """
    row = own_document(tx, vault, document)
    if row.deleted_at is not None:
        raise DocumentDeletedError(document_id=document.hex())
    return row


def own_document(tx: Transaction, vault: VaultId, document: DocumentId) -> DocumentRow:
    """Return a document that is or was visible in this vault, deleted or not.

    Raises:
        DocumentUnknownError: absent, not visible yet, or another's: never said which.
    """
    row = tx.documents.get(document)
    if row is None or row.position is None or row.box_id not in boxes_of(tx, vault):
        raise DocumentUnknownError
    return row
