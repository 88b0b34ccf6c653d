"""A holder replaces the keyring: a way in was added or removed, by a signed record that extends the vault's chain."""

import hashlib
from dataclasses import dataclass

from voute.app import session
from voute.app.city import City
from voute.app.claim import MAX_KEYRING, credential_row
from voute.app.errors import ChallengeExpiredError, CredentialRefusedError, NotSignedInError, RecordConflictError
from voute.app.header_shape import check_sealed
from voute.app.methods import Method, check_methods, method_rows
from voute.app.notices import tell_of_safety
from voute.app.ports import Holder, NewCredential, Registration
from voute.app.push import tell_devices_of_safety
from voute.app.secret import take_challenge
from voute.app.sign_in import PURPOSE
from voute.app.statements import keep_event
from voute.core.errors import FormatError
from voute.core.ids import Hash, VaultId
from voute.core.ports_store import RowExistsError, Transaction
from voute.core.rows import BoxKind, KeyringRow, MailKind, RecordRow, VaultRow
from voute.format import dsse
from voute.format.subject import KeyringChange, vault_actor
from voute.format.vault_record import KeyringRef, RecordChainError, VaultChain, extend_chain, verify_chain


@dataclass(frozen=True, slots=True)
class KeyringRequest:
    """A new record with its keyring, the full new list of methods, and the registration of a passkey that is new."""

    record: bytes
    keyring: bytes
    methods: tuple[Method, ...]
    challenge: bytes | None
    registration: Registration | None


def replace_keyring(city: City, holder: Holder, request: KeyringRequest) -> int:
    """Replace the keyring and return its number; the same request again returns the same and changes nothing.

    A passkey that is no longer a method signs in no more, and other sessions of the vault end.

    Raises:
        RecordConflictError: the record does not extend the newest one.
        MethodRefusedError, CredentialRefusedError, VerificationError, FormatError: a part does not hold.
        ChallengeExpiredError: ask for a new one.
    """
    with city.catalogue.read() as tx:
        old = _chain(tx, holder.vault_id)
    if old.head == dsse.statement_hash(dsse.parse(request.record).payload):
        return _same_again(old, request)
    chain = _extend(old, request)
    check_methods(request.methods, chain.newest)
    credential = None
    if request.registration is not None:
        credential = city.credentials.registered(request.registration, request.challenge or b"")
    try:
        _keep(city, holder, chain, request, credential)
    except RowExistsError as error:
        raise RecordConflictError("record or credential exists") from error
    city.wake()
    return _named(chain).number


def _chain(tx: Transaction, vault: VaultId) -> VaultChain:
    envelopes = tx.vaults.records((vault,)).get(vault)
    if envelopes is None:
        raise NotSignedInError
    return verify_chain(envelopes)


def _named(chain: VaultChain) -> KeyringRef:
    if chain.newest.keyring is None:
        raise FormatError("a record without keyring")
    return chain.newest.keyring


def _same_again(chain: VaultChain, request: KeyringRequest) -> int:
    named = _named(chain)
    if hashlib.sha256(request.keyring).digest() != named.sha256:
        raise RecordConflictError("the same record with another keyring")
    return named.number


def _extend(old: VaultChain, request: KeyringRequest) -> VaultChain:
    try:
        chain = extend_chain(old, request.record)
    except RecordChainError as error:
        raise RecordConflictError(error.detail) from error
    named, before = _named(chain), _named(old)
    if named.number != before.number + 1 or hashlib.sha256(request.keyring).digest() != named.sha256:
        raise RecordConflictError("not the next keyring")
    if len(request.keyring) > MAX_KEYRING:
        raise FormatError("keyring too long", field="keyring")
    check_sealed(request.keyring, len(chain.newest.methods))
    return chain


def _keep(city: City, holder: Holder, chain: VaultChain, request: KeyringRequest, credential: NewCredential | None) -> None:
    vault, record, now = chain.vault_id, chain.newest, city.now()
    named = _named(chain)
    with city.catalogue.write() as tx:
        if credential is not None and not take_challenge(tx, PURPOSE, None, request.challenge or b"", now):
            raise ChallengeExpiredError
        row = tx.vaults.get(vault)
        if row is None or not tx.vaults.advance(chain.hashes[-2], _advanced(row, chain, named)):
            raise RecordConflictError("the chain moved on")
        tx.vaults.add_record(RecordRow(vault, record.number, chain.head, request.record))
        tx.vaults.put_keyring(KeyringRow(vault, named.number, named.sha256, request.keyring))
        if credential is not None and request.registration is not None:
            tx.credentials.add(credential_row(vault, credential, request.registration, now))
        if {one.method_id for one in request.methods} - {one.method_id for one in tx.vaults.methods(vault)}:
            tell_of_safety(tx, city, vault, MailKind.WAY_IN)
            tell_devices_of_safety(tx, city, vault, MailKind.WAY_IN)
        if _replace_methods(tx, vault, request.methods):
            tx.sessions.remove_of(session.HOLDER, vault, keep=holder.token_hash)
        subject = KeyringChange(vault, named.number, chain.head)
        keep_event(tx, city, vault_actor(vault), chain.head, subject, (BoxKind.VAULT, vault))


def _advanced(row: VaultRow, chain: VaultChain, named: KeyringRef) -> VaultRow:
    return row._replace(
        state=str(chain.newest.state),
        head_number=chain.newest.number,
        head_hash=Hash(chain.head),
        keyring_number=named.number,
    )


def _replace_methods(tx: Transaction, vault: VaultId, methods: tuple[Method, ...]) -> bool:
    """Write the new list; credentials whose method is gone are forgotten. Returns whether a method was removed."""
    kept = {one.method_id for one in methods}
    old = {row.method_id: row for row in tx.vaults.methods(vault)}
    gone = [row for row in old.values() if row.method_id not in kept]
    for row in gone:
        if row.credential_id is not None:
            tx.credentials.remove(row.credential_id)
    known = {row.credential_id for row in tx.credentials.of_vault(vault)}
    if any(one.credential_id not in known for one in methods if one.credential_id is not None):
        raise CredentialRefusedError("a passkey without its registration")
    rows = method_rows(vault, methods)
    # A kit that stays was used when it was used.
    uses = {row.method_id: row.last_used_at for row in old.values()}
    tx.vaults.replace_methods(vault, [row._replace(last_used_at=uses.get(row.method_id)) for row in rows])
    return bool(gone)
