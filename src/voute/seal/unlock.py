"""Unlock methods: what turns a touch of an authenticator, or a sheet of paper, into an identity.

Source: `docs/spec/vault.md`, "Unlock methods". Every identity and seed of this module is secret; method recipients
are never published, only committed to.
"""

import os
from dataclasses import dataclass
from typing import Final

from voute.core.ids import HASH_SIZE, ID_SIZE, MethodId, Slug, VaultId, sized
from voute.core.values import UnixTime
from voute.format.binary import derive, labelled_hash
from voute.format.dsse import SigningKey
from voute.format.kit import Kit
from voute.format.kit_sign_in import kit_message
from voute.format.vault_record import MethodCommitment, method_commitment
from voute.seal.hybrid import HybridIdentity

PRF_INPUT: Final = labelled_hash("prf/v1")
"""What every client gives to the authenticator as `eval.first` (32 bytes): one for the product, for ever."""

PASSKEY: Final = "passkey"
KIT: Final = "kit"


@dataclass(frozen=True, slots=True, repr=False)
class UnlockMethod:
    """An unlock method whose identity this client holds or has derived itself."""

    id: MethodId
    kind: str
    identity: HybridIdentity

    @property
    def recipient(self) -> str:
        """The method's recipient as text; secret."""
        return self.identity.recipient.to_string()

    @property
    def commitment(self) -> MethodCommitment:
        """What the vault record says of the method."""
        return MethodCommitment(self.id, method_commitment(self.id, self.recipient))


def passkey_method_id(credential_id: bytes) -> MethodId:
    """Name the method of a WebAuthn credential (passkey or chip card)."""
    return MethodId(labelled_hash("method/passkey/v1", credential_id)[:ID_SIZE])


def passkey_method(prf_output: bytes, vault_id: VaultId, credential_id: bytes) -> UnlockMethod:
    """Derive the method of a credential from its PRF output for `PRF_INPUT` (32 bytes)."""
    method_id = passkey_method_id(credential_id)
    seed = derive(sized(prf_output, HASH_SIZE), "unlock/passkey/v1", vault_id, method_id)
    return UnlockMethod(method_id, PASSKEY, HybridIdentity(seed))


def new_kit(city: Slug, vault_id: VaultId, created_at: UnixTime) -> Kit:
    """Draw a recovery kit for a vault."""
    return Kit(city, vault_id, MethodId(os.urandom(ID_SIZE)), created_at, HybridIdentity.generate().to_string())


def kit_method(kit: Kit) -> UnlockMethod:
    """Give the method of a kit; `FormatError` for a key line that is none."""
    return UnlockMethod(kit.method_id, KIT, HybridIdentity.from_string(kit.secret))


def kit_sign_in_key(kit: Kit) -> SigningKey:
    """Derive the key by which a kit signs in; the city keeps its public half."""
    seed = HybridIdentity.from_string(kit.secret).seed
    return SigningKey(derive(seed, "kit/sign-in/v1", kit.vault_id, kit.method_id))


def kit_sign_in(kit: Kit, origin: str, challenge: bytes) -> bytes:
    """Sign the city's challenge (32 bytes) for this origin with a kit; 64 bytes."""
    return kit_sign_in_key(kit).sign(kit_message(origin, kit.vault_id, kit.method_id, challenge))
