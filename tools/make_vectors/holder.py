"""The holder of the vectors: one vault, a passkey and a kit, a claim, three records, two keyrings, all from fixed seeds."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from tools.make_vectors.city import CITY, FINANCE, ISSUED
from tools.make_vectors.frozen import FROZEN
from tools.make_vectors.seeds import seed
from voute.core.ids import Hash, LookupId, MethodId, VaultId
from voute.format.dsse import SigningKey, statement_hash
from voute.format.keyring import Keyring, KeyringClaim, KeyringMethod
from voute.format.kit import Kit
from voute.format.vault_record import (
    KeyringRef,
    MethodCommitment,
    Reading,
    VaultKind,
    VaultRecord,
    VaultState,
    method_commitment,
)
from voute.seal.hybrid import HybridIdentity
from voute.seal.unlock import UnlockMethod, kit_method, passkey_method
from voute.seal.vault import name_method, seal_keyring

ROOT = SigningKey(seed("vault root"))
READING_1, READING_2 = HybridIdentity(seed("reading 1")), HybridIdentity(seed("reading 2"))
CLAIM = HybridIdentity(seed("claim identity"))
LOOKUP = LookupId(seed("lookup"))
CREDENTIAL = seed("credential", 48)
PRF = seed("prf output")


@cache
def genesis() -> VaultRecord:
    """Give record 0."""
    return VaultRecord(
        vault_id=None,
        number=0,
        previous=None,
        v=12,
        city=CITY,
        kind=VaultKind.PERSON,
        root_key=ROOT.public,
        nonce=Hash(seed("record nonce 0")),
        reading=Reading(1, READING_1.recipient.to_string()),
        keyring=None,
        methods=(),
        state=VaultState.OPEN,
    )


@cache
def vault_id() -> VaultId:
    """Give the vault's id."""
    return VaultId(record_hash(genesis()))


def record_hash(record: VaultRecord) -> Hash:
    """Hash a record's payload."""
    return statement_hash(record.encode())


@cache
def kit() -> Kit:
    """Give the recovery kit."""
    secret = HybridIdentity(seed("kit")).to_string()
    return Kit(CITY, vault_id(), MethodId(seed("kit method", 16)), ISSUED, secret)


@cache
def methods() -> tuple[UnlockMethod, ...]:
    """Give the passkey and the kit, sorted by id."""
    both = (passkey_method(PRF, vault_id(), CREDENTIAL), kit_method(kit()))
    return tuple(sorted(both, key=lambda one: one.id))


@cache
def passkey() -> UnlockMethod:
    """Give the passkey."""
    return next(one for one in methods() if one.kind == "passkey")


@cache
def named() -> tuple[KeyringMethod, ...]:
    """Give the methods as the keyring lists them."""
    return tuple(name_method(one, f"mon moyen {place}", ISSUED) for place, one in enumerate(methods(), 1))


@cache
def keyring(number: int = 1) -> Keyring:
    """Give keyring 1 (epoch 1) or 2 (epoch 2)."""
    epoch_1 = (READING_1.to_string(),)
    return Keyring(
        city=CITY,
        vault_id=vault_id(),
        number=number,
        record_head=record_hash(records()[number - 1]) if number > 1 else Hash(vault_id()),
        root_seed=ROOT.seed,
        claims=(KeyringClaim(FINANCE, "T-004417", LOOKUP, 0, 1, CLAIM.to_string()),),
        methods=named(),
        trust_root_version=1,
        readings=epoch_1 if number == 1 else (*epoch_1, READING_2.to_string()),
    )


def sealed(name: str, plaintext: bytes, to: Sequence[KeyringMethod] | None = None) -> bytes:
    """Seal a keyring's plaintext, once; the name says which."""
    mark = hashlib.sha256(plaintext).hexdigest()[:16]
    return FROZEN.get(f"keyring/{name}/{mark}", lambda: seal_keyring(plaintext, named() if to is None else to))


def commit(previous: VaultRecord, keyring_age: bytes, number: int) -> VaultRecord:
    """Give the record after `previous` that commits to a keyring."""
    return replace(
        previous,
        vault_id=vault_id(),
        number=previous.number + 1,
        previous=record_hash(previous),
        nonce=Hash(seed(f"record nonce {previous.number + 1}")),
        keyring=KeyringRef(number, Hash(hashlib.sha256(keyring_age).digest())),
        methods=tuple(MethodCommitment(one.id, method_commitment(one.id, one.recipient)) for one in named()),
    )


@cache
def records() -> tuple[VaultRecord, ...]:
    """Give genesis and the record that commits to keyring 1."""
    first = genesis()
    return (first, commit(first, sealed("1", keyring().encode()), 1))


@cache
def second_epoch() -> VaultRecord:
    """Give the record of epoch 2, which commits to keyring 2."""
    after = commit(records()[-1], sealed("2", keyring(2).encode()), 2)
    return replace(after, reading=Reading(2, READING_2.recipient.to_string()))


@dataclass(frozen=True)
class Offered:
    """What a server hands over: records (oldest first) and keyring.age."""

    records: tuple[VaultRecord, ...]
    keyring_age: bytes

    def envelopes(self) -> list[str]:
        """Sign every record with the root key."""
        return [one.sign(ROOT).decode("ascii") for one in self.records]


@cache
def offered(number: int = 1) -> Offered:
    """Give the honest records and keyring."""
    if number == 1:
        return Offered(records(), sealed("1", keyring().encode()))
    return Offered((*records(), second_epoch()), sealed("2", keyring(2).encode()))
