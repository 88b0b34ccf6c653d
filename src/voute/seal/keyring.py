"""Opening and checking keyring.age: nine checks before any key of it is used.

Source: `docs/spec/vault.md`, "keyring.age". The server hands over records and keyring and is trusted with neither:
the vault id comes from elsewhere (WebAuthn user handle, kit), everything else follows from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import ClassVar

from voute.core.errors import VerificationError
from voute.core.ids import Hash, VaultId
from voute.format.age_header import parse_header
from voute.format.dsse import SigningKey
from voute.format.keyring import Keyring, KeyringMethod, parse_keyring
from voute.format.vault_record import KeyringRef, RecordChainError, VaultChain, method_commitment, verify_chain
from voute.seal.agefile import open_file
from voute.seal.document import HeldClaim, Holder
from voute.seal.hybrid import HybridIdentity
from voute.seal.unlock import UnlockMethod


class KeyringMismatchError(VerificationError):
    """A keyring that is not the one that the vault's records commit to; fact `check` is the number of the check."""

    code: ClassVar[str] = "keyring-mismatch"


@dataclass(frozen=True, slots=True)
class OpenVault:
    """A vault whose records and keyring have passed all checks: the holder's whole power. Secret."""

    chain: VaultChain
    keyring: Keyring = field(repr=False)
    root_key: SigningKey

    @property
    def vault_id(self) -> VaultId:
        """The vault."""
        return self.chain.vault_id

    @property
    def reading(self) -> HybridIdentity:
        """The identity of the newest epoch, to which documents are sealed now."""
        return HybridIdentity.from_string(self.keyring.readings[-1])

    def identities(self) -> tuple[HybridIdentity, ...]:
        """Give every identity that may open a document of this vault: readings, newest first, then claims."""
        secrets = (*reversed(self.keyring.readings), *(one.secret for one in self.keyring.claims))
        return tuple(HybridIdentity.from_string(secret) for secret in secrets)

    def holder(self) -> Holder:
        """Give what the manifests of this vault's documents must be made out to."""
        claims = tuple(HeldClaim(one.issuer, one.party, one.lookup_id, one.slot, one.code_epoch) for one in self.keyring.claims)
        return Holder(self.vault_id, claims)


def _mismatch(check: int, detail: str) -> KeyringMismatchError:
    return KeyringMismatchError(detail, check=check)


def _expect_commitment(chain: VaultChain, keyring_age: bytes) -> KeyringRef:
    ref = chain.newest.keyring
    if ref is None or sha256(keyring_age).digest() != ref.sha256:
        raise _mismatch(4, "the newest record commits to another keyring")
    return ref


def _expect_numbers(chain: VaultChain, keyring: Keyring, ref: KeyringRef) -> None:
    if keyring.number != ref.number:
        raise _mismatch(4, "the newest record commits to another number")
    if (keyring.vault_id, keyring.city) != (chain.vault_id, chain.newest.city):
        raise _mismatch(5, "keyring of another vault or city")
    first = next(place for place, one in enumerate(chain.records) if one.keyring == ref)
    if keyring.record_head not in chain.hashes[:first]:
        raise _mismatch(5, "written after another history")


def _expect_methods(chain: VaultChain, methods: Sequence[KeyringMethod], stanzas: int) -> None:
    listed = [(one.id, method_commitment(one.id, one.recipient)) for one in methods]
    if listed != [(one.id, one.commitment) for one in chain.newest.methods] or stanzas != len(listed):
        raise _mismatch(6, "unlock methods are not those of the record")


def _expect_opener(methods: Sequence[KeyringMethod], opener: UnlockMethod) -> None:
    if not any((one.id, one.kind, one.recipient) == (opener.id, opener.kind, opener.recipient) for one in methods):
        raise _mismatch(7, "the method that opened it is not in the list")


def _root_key(chain: VaultChain, keyring: Keyring) -> SigningKey:
    key = None if keyring.root_seed is None else SigningKey(keyring.root_seed)
    if key is None or key.public != chain.root_key:
        raise _mismatch(8, "not the vault's root key")
    return key


def _expect_reading(chain: VaultChain, keyring: Keyring) -> None:
    reading = chain.newest.reading
    newest = HybridIdentity.from_string(keyring.readings[-1])
    if len(keyring.readings) != reading.epoch or newest.recipient.to_string() != reading.recipient:
        raise _mismatch(9, "not the identity of the newest epoch")


def check_keyring(chain: VaultChain, keyring: Keyring, ref: KeyringRef, stanzas: int, opener: UnlockMethod) -> SigningKey:
    """Run checks 4 (number) to 9 on a keyring's plaintext; returns the root key, raises `KeyringMismatchError`."""
    _expect_numbers(chain, keyring, ref)
    _expect_methods(chain, keyring.methods, stanzas)
    _expect_opener(keyring.methods, opener)
    root_key = _root_key(chain, keyring)
    _expect_reading(chain, keyring)
    return root_key


def open_keyring(
    vault_id: VaultId,
    records: Sequence[bytes],
    keyring_age: bytes,
    opener: UnlockMethod,
    pinned_head: Hash | None = None,
) -> OpenVault:
    """Open a vault: `vault_id` and `opener` come from the holder, `records` and `keyring_age` from anywhere.

    `pinned_head` is a record that this client has seen before, if it keeps one. Raises, in this order: what
    `verify_chain` raises and `RecordChainError` (checks 1 to 3), `KeyringMismatchError` (4), `FormatError`,
    `LimitError`, `NotForThisKeyError`, `VerificationError` of the age file, `KeyringMismatchError` (4 to 9).
    """
    chain = verify_chain(records)
    if chain.vault_id != vault_id or (pinned_head is not None and pinned_head not in chain.hashes):
        raise RecordChainError("records of another vault, or of another history")
    ref = _expect_commitment(chain, keyring_age)
    plaintext = open_file(keyring_age, (opener.identity,))
    header, _ = parse_header(keyring_age)
    keyring = parse_keyring(plaintext)
    root_key = check_keyring(chain, keyring, ref, len(header.stanzas), opener)
    return OpenVault(chain, keyring, root_key)
