"""The holders' keys of a test city: every document is opened with them, from what lies on the disk."""

import hashlib
from dataclasses import dataclass, field

from voute.core.errors import VouteError
from voute.core.ids import DocumentId
from voute.format.trust_root import TrustRoot
from voute.seal.claim import ClaimKeys
from voute.seal.document import Holder, open_body, open_card
from voute.seal.hybrid import HybridIdentity
from voute.seal.keyring import OpenVault


@dataclass
class Keys:
    """Who can open what; what was opened once is remembered by its bytes, also in processes forked later."""

    root: TrustRoot
    holders: list[tuple[tuple[HybridIdentity, ...], Holder]] = field(default_factory=list)
    _opened: dict[bytes, bytes] = field(default_factory=dict)

    def add_code(self, keys: ClaimKeys) -> None:
        self.holders.append(((keys.identity(),), Holder(code=keys.lookup_id)))

    def add_vault(self, vault: OpenVault) -> None:
        self.holders.append((vault.identities(), vault.holder()))

    def open(self, document: DocumentId, header: bytes, card: bytes, body: bytes) -> bytes:
        """The plaintext of a document, with whichever key opens it; an error if none does."""
        name = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in (document, header, card, body))).digest()
        if name not in self._opened:
            self._opened[name] = self._open(document, header, card, body)
        return self._opened[name]

    def _open(self, document: DocumentId, header: bytes, card: bytes, body: bytes) -> bytes:
        errors: list[VouteError] = []
        for identities, holder in self.holders:
            try:
                return open_body(open_card(header, card, identities, self.root, holder, document), body)
            except VouteError as error:
                errors.append(error)
        raise AssertionError(f"no key opens {document.hex()}: {[error.code for error in errors]}")
