"""Unlock methods as the city sees them: what a client declares must agree with its signed vault record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from voute.core.errors import VerificationError
from voute.core.ids import HASH_SIZE, ID_SIZE, MethodId, VaultId
from voute.core.rows import MethodRow
from voute.format.binary import labelled_hash
from voute.format.vault_record import VaultRecord

PASSKEY: Final = "passkey"
KIT: Final = "kit"


class MethodRefusedError(VerificationError):
    """A declared unlock method does not agree with the vault record or with itself."""

    code: ClassVar[str] = "method-refused"


@dataclass(frozen=True, slots=True)
class Method:
    """A declared unlock method: a passkey names its credential, a kit its Ed25519 sign-in key."""

    method_id: MethodId
    kind: str
    credential_id: bytes | None
    sign_in_key: bytes | None


def passkey_method_id(credential_id: bytes) -> MethodId:
    """Compute the method id of a passkey from its credential id (docs/spec/vault.md)."""
    return MethodId(labelled_hash("method/passkey/v1", credential_id)[:ID_SIZE])


def check_methods(methods: Sequence[Method], record: VaultRecord) -> None:
    """Check that the declared list is the record's, in its order, and each method whole.

    Raises:
        MethodRefusedError: it is not.
    """
    if [one.method_id for one in methods] != [one.id for one in record.methods]:
        raise MethodRefusedError("not the methods of the record")
    for one in methods:
        _check_one(one)
    credentials = [one.credential_id for one in methods if one.credential_id is not None]
    if len(set(credentials)) != len(credentials):
        raise MethodRefusedError("one credential in two methods")


def _check_one(one: Method) -> None:
    if one.kind == PASSKEY:
        if one.credential_id is None or one.sign_in_key is not None:
            raise MethodRefusedError("a passkey has a credential and no sign-in key")
        if passkey_method_id(one.credential_id) != one.method_id:
            raise MethodRefusedError("the method id is not that of the credential")
    elif one.kind != KIT or one.credential_id is not None or one.sign_in_key is None:
        raise MethodRefusedError("a kit has a sign-in key and no credential")
    elif len(one.sign_in_key) != HASH_SIZE:
        raise MethodRefusedError("a sign-in key has 32 bytes")


def method_rows(vault: VaultId, methods: Sequence[Method]) -> list[MethodRow]:
    """Make the catalogue's rows of declared methods."""
    return [MethodRow(vault, one.method_id, one.kind, one.credential_id, one.sign_in_key) for one in methods]
