"""A holder's archive, opened with the recovery kit alone: every document checked, with its self-contained receipt.

Source: `docs/spec/vault.md`, "Exported archive". No server and no clock are needed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO, ClassVar

from voute.core.errors import StateError, VouteError
from voute.core.ids import DocumentId
from voute.format.act import Act
from voute.format.act_proof import ActProof
from voute.format.age_header import parse_header
from voute.format.archive import ArchiveReader
from voute.format.kit import MAX_KIT, parse_kit
from voute.format.receipt import parse_receipt
from voute.format.subject import AnySubject, Consent, Delete
from voute.format.trust_root import TrustRoot
from voute.format.vault_index import NO_MARKS, Marks
from voute.seal.agefile import open_payload
from voute.seal.document import BodyMismatchError, Holder, OpenedCard, open_body, open_card
from voute.seal.hybrid import HybridIdentity
from voute.seal.keyring import OpenVault, open_keyring
from voute.seal.unlock import kit_method
from voute.seal.vault_index import open_vault_index
from voute.verify.act import ProvenAct, verify_act, verify_signed_act
from voute.verify.receipt import EventDiffersError, KeyNotValidThenError, digest_bytes, verify_receipt
from voute.verify.trust import TrustedRoot, TrustRootRollbackError, accept_first


class KitOtherVaultError(StateError):
    """The recovery kit is of another vault than the archive."""

    code: ClassVar[str] = "kit-other-vault"


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """One document of an archive: the file whole and verified, or why it was refused.

    `receipt` is self-contained and was verified with the file; None when the archive has none.
    """

    document_id: DocumentId
    title: str
    issuer: str
    body: bytes
    receipt: bytes | None
    error: VouteError | None
    marks: Marks = NO_MARKS
    """What the holder said about it in the vault's index."""


@dataclass(frozen=True, slots=True)
class OpenedAct:
    """A choice or a deletion of an archive: what the holder signed and since when, or why it was refused.

    `proven` and `proof`, the file that anybody verifies by itself, are None while no receipt came with it: the city had it, its
    log not yet.
    """

    name: tuple[str, ...]
    """(issuer, document type) of a choice, (document id) of a deletion."""
    act: bytes
    signed: Act | None = None
    proven: ProvenAct | None = None
    proof: bytes | None = None
    error: VouteError | None = None


def _tidied(kit: bytes) -> bytes:
    """Take a kit's file as a page takes it: an editor's mark is dropped, another encoding spoils the words for people alone."""
    return kit.decode("utf-8-sig", "replace").encode() if len(kit) <= MAX_KIT else kit


class OpenArchive:
    """An archive whose keyring was opened and checked."""

    def __init__(self, file: BinaryIO, kit: bytes, trusted: TrustedRoot | None = None) -> None:
        """Open archive and keyring; `trusted` is a root accepted elsewhere, else the archive's own is taken.

        Raises what parsers and the keyring's checks raise, `KitOtherVaultError`, and `TrustRootRollbackError` for an own
        root that is older than the one that the holder has seen.
        """
        self._reader = ArchiveReader(file)
        parsed = parse_kit(_tidied(kit))
        if parsed.vault_id != self._reader.index.vault_id:
            raise KitOtherVaultError("another vault")
        opener = kit_method(parsed)
        self._vault: OpenVault = open_keyring(parsed.vault_id, self._reader.records(), self._reader.keyring(), opener)
        self.trusted = trusted or self._own_root()
        self.index_error: VouteError | None = None
        self._marks = self._read_marks()

    def _own_root(self) -> TrustedRoot:
        """Take the archive's trust root: whoever made the archive chose it, so its fingerprint is to be compared."""
        own, seen = accept_first(self._reader.trust_root()), self._vault.keyring.trust_root_version
        if own.root.number < seen:
            # Keys that were withdrawn since would count again.
            raise TrustRootRollbackError("older than the root that the keyring knows", seen=seen, offered=own.root.number)
        return own

    def _read_marks(self) -> Mapping[DocumentId, Marks]:
        """Read what the holder said about documents; an index that is refused costs that alone (`index_error`)."""
        raw = self._reader.vault_index()
        if raw is None:
            return {}
        vault = self._vault
        try:
            found = open_vault_index(raw, vault.identities(), vault.chain.root_key, self.trusted.root.city, vault.vault_id)
        except VouteError as error:
            self.index_error = error
            return {}
        return {one.document_id: one.marks for one in found.documents}

    @property
    def records(self) -> tuple[bytes, ...]:
        """The vault's verified records, with which anybody verifies its acts."""
        return self._reader.records()

    def acts(self) -> Iterator[OpenedAct]:
        """Verify every choice, then every deletion; one that is refused does not stop the others."""
        for issuer, kind in self._reader.choices:
            yield self._act((issuer, kind), *self._reader.choice(issuer, kind))
        for document_id in self._reader.deletions:
            yield self._act((document_id.hex(),), *self._reader.deletion(document_id))

    def _act(self, name: tuple[str, ...], raw: bytes, receipt: bytes | None) -> OpenedAct:
        root = self.trusted.root
        try:
            signed = self._signed(name, raw)
            if receipt is None:
                return OpenedAct(name, raw, signed)
            proven = verify_act(raw, receipt, self.records, root)
            # Genesis alone names the key; later records tell of the holder's ways in.
            proof = ActProof(raw, self.records[:1], parse_receipt(receipt)).encode()
        except VouteError as error:
            return OpenedAct(name, raw, error=error)
        return OpenedAct(name, raw, signed, proven, proof)

    def _signed(self, name: tuple[str, ...], raw: bytes) -> Act:
        signed = verify_signed_act(raw, self._vault.chain, self.trusted.root)
        if _named(signed.subject) != name:
            raise EventDiffersError("an act about something else than its name says")
        return signed

    def documents(self) -> Iterator[OpenedDocument]:
        """Open every document, one in memory at a time; one that is refused does not stop the others.

        One that the holder deleted while the archive was made is none of them, if the act is the holder's own: `acts` tells it.
        """
        identities, holder = self._vault.identities(), self._vault.holder()
        for document_id in self._reader.index.documents:
            try:
                if document_id in self._reader.deleted_meanwhile:
                    # Whoever leaves a document out must show that its holder wanted it.
                    self._signed((document_id.hex(),), self._reader.deletion(document_id)[0])
                    continue
                yield self._open(document_id, identities, holder)
            except VouteError as error:
                yield OpenedDocument(document_id, "", "", b"", None, error)

    def _open(self, document_id: DocumentId, identities: tuple[HybridIdentity, ...], holder: Holder) -> OpenedDocument:
        root = self.trusted.root
        card_file = self._reader.card(document_id)
        _, length = parse_header(card_file)
        header, card = card_file[:length], card_file[length:]
        opened = open_card(header, card, identities, root, holder, document_id)
        body_file = self._reader.body(document_id)
        if body_file[:length] != header:
            raise BodyMismatchError("the body stands behind another header than the card")
        body = open_body(opened, memoryview(body_file)[length:])
        receipt = self._receipt(document_id, opened, card, body, root)
        marks = self._marks.get(document_id, NO_MARKS)
        return OpenedDocument(document_id, opened.manifest.title, opened.manifest.issuer, body, receipt, None, marks)

    def _receipt(self, document_id: DocumentId, opened: OpenedCard, card: bytes, body: bytes, root: TrustRoot) -> bytes | None:
        """Complete the city's receipt with the manifest, which the city never sees, and verify the whole."""
        raw = self._reader.receipt(document_id)
        if raw is None:
            # Only a receipt says when a key signed: without one, a key that has ended may be a thief's.
            if opened.signed.key.until is not None:
                raise KeyNotValidThenError("signed by a key that has ended, without a receipt", issuer=opened.signed.issuer.id)
            return None
        whole = replace(parse_receipt(raw), manifest=open_payload(opened.file_key, card)).encode()
        # Without the quorum, whoever has the log's key chooses the index, and with it when a key that has ended signed.
        verify_receipt(digest_bytes(body), whole, root, require_witnessed=opened.signed.key.until is not None)
        return whole


def _named(subject: AnySubject) -> tuple[str, ...]:
    match subject:
        case Consent():
            return (subject.issuer, subject.document_type)
        case Delete():
            return (subject.document_id.hex(),)
        case _:
            return ()
