"""A resident's sealed index in software, as the page writes it (docs/spec/index-directory.md)."""

import base64
from collections.abc import Mapping

import httpx

from tests.support.holder import Resident, now
from voute.core.ids import DocumentId, Hash
from voute.format.vault_index import IndexEntry, Marks, VaultIndex
from voute.seal.document import OpenedCard, open_card
from voute.seal.vault_index import open_vault_index, seal_vault_index


def card_of(resident: Resident, document: DocumentId) -> OpenedCard:
    """Open the card that the city hands out."""
    row = resident.client.get(f"/api/documents/{document.hex()}").raise_for_status().json()
    vault = resident.open_vault
    header, card = base64.b64decode(row["header"]), base64.b64decode(row["card"])
    return open_card(header, card, vault.identities(), resident.root, vault.holder(), document)


def entry_of(card: OpenedCard, marks: Marks) -> IndexEntry:
    """What an index keeps of an opened card."""
    manifest = card.manifest
    return IndexEntry(
        document_id=manifest.document_id,
        manifest_hash=card.signed.manifest_hash,
        file_key=card.file_key.raw,
        issuer_key=Hash(card.signed.key.ed25519),
        issuer=manifest.issuer,
        type=manifest.type,
        title=manifest.title,
        language=manifest.language,
        issued_at=manifest.issued_at,
        size=manifest.size,
        due=manifest.due,
        reply_by=manifest.reply_by,
        amount=manifest.amount,
        instalments=manifest.instalments,
        payment_reference=manifest.payment_reference,
        action=manifest.action,
        supersedes=manifest.supersedes,
        sensitive=manifest.sensitive,
        marks=marks,
    )


def sealed_index(resident: Resident, number: int, marks: Mapping[DocumentId, Marks]) -> bytes:
    """Write an index of these documents."""
    vault = resident.open_vault
    entries = [entry_of(card_of(resident, document), what) for document, what in sorted(marks.items())]
    index = VaultIndex(resident.root.city, vault.vault_id, number, None, now(), tuple(entries))
    return seal_vault_index(index, vault.root_key, vault.reading.recipient)


def put_index(client: httpx.Client, data: bytes, number: int, after: int) -> httpx.Response:
    """Send an index."""
    params = {"after": after, "number": number}
    return client.put("/api/vault/index", content=data, params=params, headers={"content-type": "application/octet-stream"})


def read_index(resident: Resident) -> VaultIndex:
    """Fetch and open the index that the city keeps."""
    vault = resident.open_vault
    data = resident.client.get("/api/vault/index").raise_for_status().content
    return open_vault_index(data, vault.identities(), vault.chain.root_key, resident.root.city, vault.vault_id)
