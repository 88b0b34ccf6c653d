"""A holder's archive, made here without a server, and every way of putting other bytes into it.

What reads it is the product's own code path of `voute open` (`voute.client.archive`), in this process, since some rows
want thousands of archives.
"""

import io
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tools.make_vectors.city import (
    CITY,
    DELIVERED,
    FINANCE,
    ISSUED,
    ISSUER_KEY,
    LOG,
    LOG_KEY,
    WITNESSES,
    city_keys,
    cosigner,
    trust_root,
)
from voute.client.archive import OpenArchive, OpenedDocument
from voute.core.ids import DeliveryId, DocumentId, Hash, VaultId, slug
from voute.format.archive import (
    INDEX,
    KEYRING,
    RECORDS,
    TRUST_ROOT,
    ArchiveIndex,
    body_name,
    card_name,
    encode_records,
    receipt_name,
)
from voute.format.event import NO_CHAIN, Event, blind
from voute.format.kit import Kit
from voute.format.manifest import ToVault
from voute.format.receipt import Receipt
from voute.format.subject import Deliver, issuer_actor
from voute.format.trust_root import sign_trust_root
from voute.format.vault_record import VaultKind
from voute.seal.document import DocumentFields, SealedDocument, seal_document
from voute.seal.hybrid import HybridRecipient
from voute.seal.keyring import OpenVault
from voute.seal.unlock import kit_method, new_kit
from voute.seal.vault import first_keyring, name_method, new_vault
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.merkle import leaf_hash
from voute.tlog.note import Note, sign_ed25519
from voute.tlog.proof import TlogProof
from voute.tlog.tree import MemoryTree, Prover
from voute.verify.trust import TrustedRoot, accept_first

Entries = dict[str, bytes]

ENVELOPE = sign_trust_root(trust_root(), city_keys())
COSIGNED = 1_770_000_000
_BEFORE = 5
"""Entries of others that stand first: the issuer's key of the vectors holds from index 5."""


@dataclass(frozen=True)
class Parts:
    """A document's header and two payloads, with its receipt: what a liar may exchange."""

    header: bytes
    card: bytes
    body: bytes
    receipt: bytes


class OwnVault:
    """A vault with a kit, and documents that an issuer sealed to it."""

    def __init__(self, trust_root_version: int = 1) -> None:
        fresh = new_vault(CITY, VaultKind.PERSON, 12)
        self.kit: Kit = new_kit(CITY, fresh.vault_id, ISSUED)
        update = first_keyring(fresh, [name_method(kit_method(self.kit), "kit", ISSUED)], [], trust_root_version)
        self.records, self.keyring = (fresh.genesis, update.record), update.keyring_age
        self.vault: OpenVault = update.vault

    @property
    def vault_id(self) -> VaultId:
        return self.vault.vault_id

    @property
    def recipient(self) -> HybridRecipient:
        return self.vault.reading.recipient

    def fields(self, title: str) -> DocumentFields:
        return DocumentFields(CITY, FINANCE, slug("compte-de-taxes"), "T-1", ToVault(self.vault_id), title, "fr", ISSUED)

    def seal(self, title: str, body: bytes) -> SealedDocument:
        return seal_document(self.fields(title), ISSUER_KEY, self.recipient, body)


def log_receipts(
    sealed: Sequence[SealedDocument], before: int = _BEFORE, witnesses: Sequence[str] = tuple(WITNESSES)
) -> list[bytes]:
    """Log the deliveries of documents after some entries of others; the receipts as the city gives them."""
    events = [
        Event(
            CITY,
            DELIVERED,
            issuer_actor(FINANCE),
            Hash(bytes(32)),
            Deliver(DeliveryId(bytes(16)), one.document_id, one.manifest_hash, one.sealed_hash),
        ).encode()
        for one in sealed
    ]
    salts = [Hash(os.urandom(32)) for _ in events]
    entries = [os.urandom(32) for _ in range(before)]
    entries += [blind(salt, NO_CHAIN, event) for salt, event in zip(salts, events, strict=True)]
    prover = Prover(len(entries), MemoryTree(leaf_hash(entry) for entry in entries))
    head = Checkpoint(LOG, len(entries), prover.root)
    lines = [sign_ed25519(head.encode(), LOG, LOG_KEY), *(cosigner(name).sign(head, COSIGNED) for name in (LOG, *witnesses))]
    signed = SignedCheckpoint(head, Note(head.encode(), tuple(lines)))
    receipts = []
    for index, (event, salt) in enumerate(zip(events, salts, strict=True), before):
        proof = TlogProof(index, prover.inclusion(index), signed).encode().decode()
        receipts.append(Receipt(CITY, event, salt, NO_CHAIN, None, proof).encode())
    return receipts


@dataclass
class OwnArchive:
    """An archive of some documents, in the order of their ids; `parts` may be exchanged before it is opened."""

    own: OwnVault
    bodies: dict[str, bytes]

    @cached_property
    def sealed(self) -> list[SealedDocument]:
        return sorted((self.own.seal(*one) for one in self.bodies.items()), key=lambda one: one.document_id)

    @cached_property
    def parts(self) -> list[Parts]:
        receipts = log_receipts(self.sealed)
        return [Parts(one.header, one.card, one.body, raw) for one, raw in zip(self.sealed, receipts, strict=True)]

    def entries(self, parts: list[Parts] | None = None) -> Entries:
        """The archive's entries, with these parts in the documents' places."""
        ids = (one.document_id for one in self.sealed)
        return entries_of(self.own, dict(zip(ids, self.parts if parts is None else parts, strict=True)))

    def open(self, entries: Entries | None = None, trusted: TrustedRoot | None = None) -> list[OpenedDocument]:
        """Open an archive with the kit, as `voute open` does."""
        return open_entries(self.own, self.entries() if entries is None else entries, trusted)

    def titles(self) -> list[str]:
        """The true titles, in the order of the documents."""
        return [one.title for one in self.open()]


def entries_of(own: OwnVault, documents: Mapping[DocumentId, Parts], root: bytes = ENVELOPE) -> Entries:
    """The entries of an archive of these documents."""
    ids = tuple(sorted(documents))
    entries = {
        INDEX: ArchiveIndex(CITY, own.vault_id, ISSUED, ids).encode(),
        TRUST_ROOT: root,
        RECORDS: encode_records(own.records),
        KEYRING: own.keyring,
    }
    for document_id in ids:
        one = documents[document_id]
        entries[body_name(document_id)] = one.header + one.body
        entries[card_name(document_id)] = one.header + one.card
        if one.receipt:
            entries[receipt_name(document_id)] = one.receipt
    return entries


def zip_of(entries: Entries) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for name, data in entries.items():
            out.writestr(name, data)
    return file.getvalue()


def open_entries(own: OwnVault, entries: Entries, trusted: TrustedRoot | None = None) -> list[OpenedDocument]:
    return list(OpenArchive(io.BytesIO(zip_of(entries)), own.kit.encode(), trusted).documents())


def the_city() -> TrustedRoot:
    return accept_first(ENVELOPE)


def make_archive(count: int, size: int = 200) -> OwnArchive:
    """An archive of so many documents of about so many bytes, all different."""
    bodies = {f"Avis {number:03}": b"%PDF " + str(number).encode() + os.urandom(size) for number in range(count)}
    return OwnArchive(OwnVault(), bodies)
