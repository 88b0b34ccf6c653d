"""What a recovery kit signs to sign in (docs/spec/vault.md, "Recovery kit"): bytes only, keys are elsewhere."""

from voute.core.ids import HASH_SIZE, ID_SIZE, MethodId, VaultId, sized
from voute.format.binary import length_prefixed

LABEL = "voute/kit-sign-in/v1"


def kit_message(origin: str, vault_id: VaultId, method_id: MethodId, challenge: bytes) -> bytes:
    """Write the signed bytes: label, the page's origin, vault id, method id, the city's challenge (32 bytes)."""
    return length_prefixed(LABEL, origin, sized(vault_id, HASH_SIZE), sized(method_id, ID_SIZE), sized(challenge, HASH_SIZE))
