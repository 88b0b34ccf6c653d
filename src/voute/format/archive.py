"""The exported archive: everything of one vault in one zip, whose every `.age` file opens with stock `age`.

Source: `docs/spec/vault.md`, "Exported archive". The names of the entries say what they are; there are no others.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from voute.core.errors import FormatError, LimitError
from voute.core.ids import ID_SIZE, DocumentId, Slug, VaultId, parse_hex
from voute.core.values import UnixTime, time_text
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.fields import Fields, from_base64, to_base64
from voute.format.manifest import MAX_BODY
from voute.format.receipt import MAX_RECEIPT
from voute.format.sidecar import MAX_HEADER, MAX_SEALED_CARD
from voute.format.vault_record import MAX_RECORDS

MAX_ENTRIES: Final = 100_000
MAX_CHOICES: Final = 1_000
"""Choices in an archive, two entries each: a city has some tens of document types."""
MAX_DELETIONS: Final = 5_000
"""Deletions in an archive, two entries each: as many as the documents of the largest vault that is tried."""
# Three entries a document and five of the vault.
MAX_DOCUMENTS: Final = (MAX_ENTRIES - 5 - 2 * MAX_CHOICES - 2 * MAX_DELETIONS) // 3
MAX_INDEX: Final = 4 * 1024 * 1024
# A chain of 1,000 records with 16 methods each.
MAX_RECORDS_FILE: Final = 16 * 1024 * 1024
MAX_KEYRING: Final = 2 * 1024 * 1024
# An envelope of 16 MiB, sealed.
MAX_VAULT_INDEX: Final = 17 * 1024 * 1024
# A body's age payload adds a nonce and 16 bytes a chunk of 64 KiB.
MAX_DOCUMENT_FILE: Final = MAX_HEADER + MAX_BODY + MAX_BODY // 4096 + 64

INDEX: Final = "archive.json"
TRUST_ROOT: Final = "trust-root.json"
RECORDS: Final = "vault-records.json"
KEYRING: Final = "keyring.age"
VAULT_INDEX: Final = "vault-index.age"

# What `zipfile` knows besides asks for as much memory as an entry says, and has errors of its own.
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# All that the standard library raises over a damaged or foreign zip (NotImplementedError is a RuntimeError).
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, ValueError, OSError, EOFError)

_CHOICE: Final = re.compile(r"consents/([a-z][a-z0-9-]{0,39})\.([a-z][a-z0-9-]{0,39})\.(act|receipt)\.json")
_DELETION: Final = re.compile(r"deletions/([0-9a-f]{32})\.(act|receipt)\.json")

_KEYS = frozenset({"version", "city", "vault_id", "created_at", "documents"})
_INDEX_BRACKETS: Final = 2


@dataclass(frozen=True, slots=True)
class ArchiveIndex:
    """`archive.json`: whose archive, of when, with which documents (sorted by id)."""

    city: Slug
    vault_id: VaultId
    created_at: UnixTime
    documents: tuple[DocumentId, ...]

    def encode(self) -> bytes:
        """Write the entry's bytes."""
        _check_documents(self.documents)
        return canonical.dumps(
            {
                "version": 1,
                "city": self.city,
                "vault_id": self.vault_id.hex(),
                "created_at": time_text(self.created_at),
                "documents": [one.hex() for one in self.documents],
            }
        )


def _check_documents(documents: tuple[DocumentId, ...]) -> None:
    if len(documents) > MAX_DOCUMENTS or list(documents) != sorted(set(documents)):
        raise FormatError("archive.documents: too many, not sorted, or one twice", field="documents")


def _id(item: Json) -> DocumentId:
    if not isinstance(item, str):
        raise FormatError("archive.documents: not an id", field="documents")
    return DocumentId(parse_hex(item, ID_SIZE))


def parse_index(raw: bytes) -> ArchiveIndex:
    """Parse `archive.json`; raises `FormatError` alone."""
    # No text of the index holds a bracket or a comma, so the number of its values shows before they are built.
    if raw.count(b"[") + raw.count(b"{") > _INDEX_BRACKETS or raw.count(b",") > MAX_DOCUMENTS + len(_KEYS):
        raise FormatError("archive: more values than an index has")
    fields = Fields(canonical.loads(raw, MAX_INDEX), _KEYS, "archive")
    fields.version()
    documents = tuple(_id(item) for item in fields.list("documents", 0, MAX_DOCUMENTS))
    _check_documents(documents)
    return ArchiveIndex(fields.slug("city"), VaultId(fields.hash("vault_id")), fields.time("created_at"), documents)


def encode_records(envelopes: tuple[bytes, ...]) -> bytes:
    """Write `vault-records.json`: the chain's envelopes, genesis first."""
    return canonical.dumps([to_base64(one) for one in envelopes])


def parse_records(raw: bytes) -> tuple[bytes, ...]:
    """Parse `vault-records.json`; raises `FormatError` alone. The chain is not verified here."""
    # Base64 holds neither, so the number of envelopes shows before they are built.
    if raw.count(b"[") != 1 or raw.count(b",") >= MAX_RECORDS:
        raise FormatError("vault-records: not a list of 1 to 1,000")
    value = canonical.loads(raw, MAX_RECORDS_FILE)
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_RECORDS:
        raise FormatError("vault-records: not a list of 1 to 1,000")
    envelopes: list[bytes] = []
    for item in value:
        if not isinstance(item, str):
            raise FormatError("vault-records: not base64")
        envelopes.append(from_base64(item))
    return tuple(envelopes)


def body_name(document_id: DocumentId) -> str:
    """Name the entry of a document's header and body."""
    return f"documents/{document_id.hex()}.age"


def card_name(document_id: DocumentId) -> str:
    """Name the entry of a document's header and card."""
    return f"documents/{document_id.hex()}.card.age"


def receipt_name(document_id: DocumentId) -> str:
    """Name the entry of a document's receipt."""
    return f"receipts/{document_id.hex()}.json"


def choice_names(issuer: Slug, document_type: Slug) -> tuple[str, str]:
    """Name the entries of a choice: its act, and its receipt."""
    place = f"consents/{issuer}.{document_type}"
    return f"{place}.act.json", f"{place}.receipt.json"


def deletion_names(document_id: DocumentId) -> tuple[str, str]:
    """Name the entries of a document's deletion: its act, and its receipt."""
    place = f"deletions/{document_id.hex()}"
    return f"{place}.act.json", f"{place}.receipt.json"


class ArchiveReader:
    """Reads an archive whose names are exactly those that its index announces; receipts and the vault's index may be missing.

    `choices` are the (issuer, document type) for which the holder chose between paper and none, `deletions` the documents
    that the holder deleted; `deleted_meanwhile` those of the index among them, deleted while the archive was made: of each
    the act stands in the place of the document.
    Raises `FormatError` and `LimitError` alone, for every way in which a zip can be wrong.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Open the archive and check its names; `file` can seek."""
        try:
            self._zip = zipfile.ZipFile(file)
        except _DAMAGED as error:
            raise FormatError("archive: not a zip") from error
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise LimitError("archive: too many entries")
        self._entries: Mapping[str, zipfile.ZipInfo] = {one.filename: one for one in entries}
        if len(self._entries) != len(entries):
            raise FormatError("archive: a name twice")
        if not _METHODS.issuperset(one.compress_type for one in entries):
            raise FormatError("archive: an entry that is neither stored nor deflated")
        self.index = parse_index(self._read(INDEX, MAX_INDEX))
        self._check_names()

    def _check_names(self) -> None:
        deletions = {name: match for name in self._entries if (match := _DELETION.fullmatch(name))}
        self.deletions = sorted({DocumentId(parse_hex(one[1], ID_SIZE)) for one in deletions.values()})
        self.deleted_meanwhile = frozenset(self.deletions) & frozenset(self.index.documents)
        ids = [one for one in self.index.documents if one not in self.deleted_meanwhile]
        wanted = {INDEX, TRUST_ROOT, RECORDS, KEYRING, *map(body_name, ids), *map(card_name, ids)}
        choices = {name: match for name in self._entries if (match := _CHOICE.fullmatch(name))}
        allowed = wanted | {VAULT_INDEX, *map(receipt_name, ids)} | choices.keys() | deletions.keys()
        if not wanted <= self._entries.keys() <= allowed:
            raise FormatError("archive: entries are not those of the index")
        if len(self.deletions) - len(self.deleted_meanwhile) > MAX_DELETIONS or any(
            deletion_names(one)[0] not in deletions for one in self.deletions
        ):
            raise FormatError("archive: too many deletions, or a receipt without its act")
        self.choices = sorted({(Slug(one[1]), Slug(one[2])) for one in choices.values()})
        if len(self.choices) > MAX_CHOICES or any(choice_names(*one)[0] not in choices for one in self.choices):
            raise FormatError("archive: too many choices, or a receipt without its act")

    def _read(self, name: str, maximum: int) -> bytes:
        entry = self._entries.get(name)
        if entry is None:
            raise FormatError(f"archive: no {name}")
        if entry.file_size > maximum:
            raise LimitError("archive: an entry is too large")
        try:
            with self._zip.open(entry) as stream:
                raw = stream.read(maximum + 1)
        except _DAMAGED as error:
            raise FormatError(f"archive: {name} is damaged") from error
        if len(raw) != entry.file_size:
            raise FormatError(f"archive: {name} has another size")
        return raw

    def trust_root(self) -> bytes:
        """Return the trust root's envelope."""
        return self._read(TRUST_ROOT, canonical.MAX_BYTES)

    def records(self) -> tuple[bytes, ...]:
        """Return the vault's records as envelopes, genesis first."""
        return parse_records(self._read(RECORDS, MAX_RECORDS_FILE))

    def keyring(self) -> bytes:
        """Return keyring.age."""
        return self._read(KEYRING, MAX_KEYRING)

    def vault_index(self) -> bytes | None:
        """Return vault-index.age, or None when the vault had none."""
        return self._read(VAULT_INDEX, MAX_VAULT_INDEX) if VAULT_INDEX in self._entries else None

    def body(self, document_id: DocumentId) -> bytes:
        """Return a document's header ‖ body."""
        return self._read(body_name(document_id), MAX_DOCUMENT_FILE)

    def card(self, document_id: DocumentId) -> bytes:
        """Return a document's header ‖ card."""
        return self._read(card_name(document_id), MAX_HEADER + MAX_SEALED_CARD)

    def receipt(self, document_id: DocumentId) -> bytes | None:
        """Return a document's receipt, or None when it was not logged yet."""
        name = receipt_name(document_id)
        return self._read(name, MAX_RECEIPT) if name in self._entries else None

    def choice(self, issuer: Slug, document_type: Slug) -> tuple[bytes, bytes | None]:
        """Return the envelope of one of `choices`, and its receipt, or None when it was not logged yet."""
        return self._act(*choice_names(issuer, document_type))

    def deletion(self, document_id: DocumentId) -> tuple[bytes, bytes | None]:
        """Return the envelope of one of `deletions`, and its receipt, or None when it was not logged yet."""
        return self._act(*deletion_names(document_id))

    def _act(self, act: str, receipt: str) -> tuple[bytes, bytes | None]:
        raw = self._read(receipt, MAX_RECEIPT) if receipt in self._entries else None
        return self._read(act, canonical.MAX_BYTES), raw


@dataclass(frozen=True, slots=True)
class ArchivedDocument:
    """What the archive holds of one document; `receipt` is None before it is logged."""

    document_id: DocumentId
    header: bytes
    card: bytes
    body: bytes
    receipt: bytes | None


def _add(out: zipfile.ZipFile, name: str, data: bytes) -> None:
    # An entry of fixed age: this layer reads no clock, and the same vault gives the same archive.
    out.writestr(zipfile.ZipInfo(name), data)


def write_archive(file: BinaryIO, index: ArchiveIndex, vault: Mapping[str, bytes], documents: Iterator[ArchivedDocument]) -> None:
    """Write an archive, stored: sealed bytes do not shrink.

    `vault` gives the bytes of `trust-root.json`, `vault-records.json`, `keyring.age` and, if there is one,
    `vault-index.age`; `documents` come in the order of the index, one in memory at a time.
    Raises `FormatError` when they are others.
    """
    written: list[DocumentId] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as out:
        _add(out, INDEX, index.encode())
        for name in (TRUST_ROOT, RECORDS, KEYRING):
            _add(out, name, vault[name])
        if VAULT_INDEX in vault:
            _add(out, VAULT_INDEX, vault[VAULT_INDEX])
        for one in documents:
            _add(out, body_name(one.document_id), one.header + one.body)
            _add(out, card_name(one.document_id), one.header + one.card)
            if one.receipt is not None:
                _add(out, receipt_name(one.document_id), one.receipt)
            written.append(one.document_id)
    if tuple(written) != index.documents:
        raise FormatError("archive: other documents than the index announces")
