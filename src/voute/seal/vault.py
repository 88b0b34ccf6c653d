"""Making a vault and changing its keys: genesis, records, keyring.age.

Source: `docs/spec/vault.md`. A change is made on this side alone and handed over as a record and a keyring; the city
accepts both or neither. Nothing here is deterministic: nonces, keys and sealing are drawn anew each time.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from voute.core.errors import StateError
from voute.core.ids import HASH_SIZE, Hash, Slug, VaultId
from voute.core.values import UnixTime
from voute.format.dsse import SigningKey
from voute.format.keyring import Keyring, KeyringClaim, KeyringMethod
from voute.format.vault_record import (
    KeyringRef,
    MethodCommitment,
    Reading,
    VaultChain,
    VaultKind,
    VaultRecord,
    VaultState,
    extend_chain,
    method_commitment,
    start_chain,
)
from voute.seal.agefile import seal_file
from voute.seal.hybrid import HybridIdentity, HybridRecipient
from voute.seal.keyring import OpenVault
from voute.seal.unlock import UnlockMethod


@dataclass(frozen=True, slots=True)
class NewVault:
    """A vault that has a genesis and no keyring yet: its id is what passkeys derive from. Secret."""

    genesis: bytes
    chain: VaultChain
    root_key: SigningKey
    reading: HybridIdentity

    @property
    def vault_id(self) -> VaultId:
        """The hash of genesis."""
        return self.chain.vault_id


@dataclass(frozen=True, slots=True)
class KeyringUpdate:
    """What is handed to the city: a record envelope and keyring.age; `vault` is the vault once it has accepted."""

    record: bytes
    keyring_age: bytes
    vault: OpenVault = field(repr=False)


def new_vault(city: Slug, kind: VaultKind, v: int) -> NewVault:
    """Draw a root key and a reading identity and sign genesis; `v` is the number that the city gave."""
    root_key = SigningKey(os.urandom(32))
    reading = HybridIdentity.generate()
    genesis = VaultRecord(
        vault_id=None,
        number=0,
        previous=None,
        v=v,
        city=city,
        kind=kind,
        root_key=root_key.public,
        nonce=Hash(os.urandom(HASH_SIZE)),
        reading=Reading(1, reading.recipient.to_string()),
        keyring=None,
        methods=(),
        state=VaultState.OPEN,
    ).sign(root_key)
    return NewVault(genesis, start_chain(genesis), root_key, reading)


def name_method(method: UnlockMethod, name: str, created_at: UnixTime) -> KeyringMethod:
    """Describe an unlock method for the keyring, under the name that its holder gives it."""
    return KeyringMethod(method.id, method.kind, method.recipient, created_at, name)


def first_keyring(
    vault: NewVault,
    methods: Iterable[KeyringMethod],
    claims: Iterable[KeyringClaim],
    trust_root_version: int,
) -> KeyringUpdate:
    """Write keyring number 1 and record number 1 of a new vault."""
    keyring = Keyring(
        city=vault.chain.newest.city,
        vault_id=vault.vault_id,
        number=1,
        record_head=vault.chain.head,
        root_seed=vault.root_key.seed,
        claims=tuple(claims),
        methods=_sorted(methods),
        trust_root_version=trust_root_version,
        readings=(vault.reading.to_string(),),
    )
    return _commit(vault.chain, keyring, vault.root_key, vault.chain.newest.reading)


def change_keyring(
    vault: OpenVault,
    *,
    methods: Iterable[KeyringMethod] | None = None,
    claims: Iterable[KeyringClaim] | None = None,
    trust_root_version: int | None = None,
    new_epoch: bool = False,
) -> KeyringUpdate:
    """Write the next keyring and its record; what is None stays as it is.

    A method that is new here must have been derived by this client itself. Removing a method wants `new_epoch`, so
    that what it could open ends with what has arrived already; `StateError` for a removal without.
    """
    old = vault.keyring
    kept = old.methods if methods is None else _sorted(methods)
    removed = {one.id for one in old.methods} - {one.id for one in kept}
    if removed and not new_epoch:
        raise StateError("removing an unlock method wants a new reading epoch")
    reading, readings = vault.chain.newest.reading, old.readings
    if new_epoch:
        fresh = HybridIdentity.generate()
        reading = Reading(reading.epoch + 1, fresh.recipient.to_string())
        readings = (*readings, fresh.to_string())
    keyring = replace(
        old,
        number=old.number + 1,
        record_head=vault.chain.head,
        claims=old.claims if claims is None else tuple(claims),
        methods=kept,
        trust_root_version=old.trust_root_version if trust_root_version is None else trust_root_version,
        readings=readings,
    )
    return _commit(vault.chain, keyring, vault.root_key, reading)


def _sorted(methods: Iterable[KeyringMethod]) -> tuple[KeyringMethod, ...]:
    return tuple(sorted(methods, key=lambda one: one.id))


def seal_keyring(plaintext: bytes, methods: Sequence[KeyringMethod]) -> bytes:
    """Seal a keyring's plaintext to its methods, one stanza each, in their order."""
    return seal_file([HybridRecipient.from_string(one.recipient) for one in methods], plaintext)


def _commit(chain: VaultChain, keyring: Keyring, root_key: SigningKey, reading: Reading) -> KeyringUpdate:
    sealed = seal_keyring(keyring.encode(), keyring.methods)
    record = replace(
        chain.newest,
        vault_id=chain.vault_id,
        number=chain.newest.number + 1,
        previous=chain.head,
        nonce=Hash(os.urandom(HASH_SIZE)),
        reading=reading,
        keyring=KeyringRef(keyring.number, Hash(sha256(sealed).digest())),
        methods=tuple(MethodCommitment(one.id, method_commitment(one.id, one.recipient)) for one in keyring.methods),
    ).sign(root_key)
    return KeyringUpdate(record, sealed, OpenVault(extend_chain(chain, record), keyring, root_key))
