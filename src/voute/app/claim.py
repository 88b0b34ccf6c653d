"""A claim: with the code of a letter a vault is opened, bound to the letter, and gets what waited.

Source: docs/spec/api.md, `POST /api/claims`. All or nothing: the code counts as used when vault, records, keyring, ways to
sign in, binding, re-wrapped headers, events and session are durable together.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from voute.app import session
from voute.app.city import City
from voute.app.claim_lookup import PURPOSE, expect_waiting, known_lookup, refusal, waiting_ids
from voute.app.errors import ChallengeExpiredError, ClaimRefusedError, CredentialRefusedError
from voute.app.header_shape import check_header, check_sealed
from voute.app.methods import KIT, PASSKEY, Method, check_methods, method_rows
from voute.app.ports import NewCredential, Registration
from voute.app.secret import take_challenge
from voute.app.statements import keep_act_event, keep_event, vault_act
from voute.core.ids import DocumentId, Hash, LookupId, VaultId
from voute.core.ports_store import RowExistsError, Transaction
from voute.core.rows import BoxKind, CredentialRow, KeyringRow, LookupRow, LookupState, RecordRow, VaultRow
from voute.core.values import MICROSECONDS
from voute.format.act import Act
from voute.format.subject import Claim, KeyringChange, vault_actor
from voute.format.vault_record import VaultChain, VaultKind, VaultState, extend_chain, start_chain

REPEAT_WITHIN: Final = 10 * 60 * MICROSECONDS
"""The same claim again gets the same answer for so long: a page whose network died in between goes on."""
MAX_KEYRING: Final = 1_500_000
"""Bytes of a keyring.age: a header of 256 KiB, a plaintext of 1 MiB, its tags (docs/spec/vault.md)."""


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """A claim as it came; `digest` is the SHA-256 of the body it came in, `ending` the token of the browser's session."""

    lookup_id: LookupId
    token: bytes
    genesis: bytes
    record: bytes
    keyring: bytes
    bind: Hash
    act: bytes
    methods: tuple[Method, ...]
    challenge: bytes
    registration: Registration | None
    headers: tuple[tuple[DocumentId, bytes], ...]
    digest: Hash
    ending: bytes | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A vault that was opened (or had been, by the same claim) and its new session."""

    vault_id: VaultId
    documents: tuple[DocumentId, ...]
    session: session.Opened


@dataclass(frozen=True, slots=True)
class _Verified:
    chain: VaultChain
    act: Act
    act_hash: Hash
    credential: NewCredential | None


def claim(city: City, request: ClaimRequest) -> Claimed:
    """Open a vault with a code.

    Raises:
        ClaimUnknownError, ClaimUsedError, ClaimRevokedError, ClaimFrozenError: as `claim_lookup.look_up`.
        ClaimRefusedError, MethodRefusedError, CredentialRefusedError, VerificationError, FormatError: a part does not hold.
        ChallengeExpiredError: ask for a new one.
    """
    with city.catalogue.read() as tx:
        row = known_lookup(tx, request.lookup_id, request.token)
        first = _repeated(tx, row, request, city.now())
        if first is None:
            expect_waiting(row)
        waiting = waiting_ids(tx, request.lookup_id)
    if first is not None:
        with city.catalogue.write() as tx:
            opened = session.open_holder(tx, first, city.now(), request.ending)
        return Claimed(first, _documents(request), opened)
    if not waiting.issuperset(_documents(request)):
        raise ClaimRefusedError("a header of a document that does not wait here", part="headers")
    verified = _verify(city, row, request)
    try:
        claimed = _keep(city, row, request, verified)
    except RowExistsError as error:
        raise ClaimRefusedError("vault, number or credential exists", part="genesis") from error
    city.wake()
    return claimed


def _documents(request: ClaimRequest) -> tuple[DocumentId, ...]:
    return tuple(document for document, _ in request.headers)


def _repeated(tx: Transaction, row: LookupRow, request: ClaimRequest, now: int) -> VaultId | None:
    """Return the vault that this same claim opened a moment ago."""
    if row.state != LookupState.BOUND or row.vault_id is None or row.claimed_at is None:
        return None
    vault = tx.vaults.get(row.vault_id)
    same = vault is not None and vault.claim_digest == request.digest and now - row.claimed_at <= REPEAT_WITHIN
    return row.vault_id if same else None


def _verify(city: City, row: LookupRow, request: ClaimRequest) -> _Verified:
    """Check what needs no transaction: signatures, hashes, shapes, the authenticator's reply."""
    chain = extend_chain(start_chain(request.genesis), request.record)
    newest = chain.newest
    if newest.city != city.slug:
        raise ClaimRefusedError("record of another city", part="city")
    if newest.kind is VaultKind.DEPARTMENT or newest.state is not VaultState.OPEN:
        raise ClaimRefusedError("not a vault that a letter opens", part="record")
    _check_keyring(chain, request.keyring)
    check_methods(request.methods, newest)
    act, act_hash = vault_act(city, request.act, chain.vault_id, chain.root_key)
    if act.subject != Claim(request.lookup_id, row.issuer, chain.vault_id, chain.head, request.bind):
        raise ClaimRefusedError("the act is about something else", part="act")
    documents = _documents(request)
    if len(set(documents)) != len(documents):
        raise ClaimRefusedError("a document twice", part="headers")
    for _, header in request.headers:
        check_header(header)
    return _Verified(chain, act, act_hash, _credential(city, request))


def _check_keyring(chain: VaultChain, keyring: bytes) -> None:
    named = chain.newest.keyring
    if named is None or named.number != 1 or hashlib.sha256(keyring).digest() != named.sha256:
        raise ClaimRefusedError("not the keyring that the record names", part="keyring")
    if len(keyring) > MAX_KEYRING:
        raise ClaimRefusedError("keyring too long", part="keyring")
    check_sealed(keyring, len(chain.newest.methods))


def _credential(city: City, request: ClaimRequest) -> NewCredential | None:
    """Verify the registration; it may be missing only for a device that unlocks with a kit alone."""
    kinds = {one.kind for one in request.methods}
    passkeys = [one.credential_id for one in request.methods if one.kind == PASSKEY]
    if request.registration is None:
        if passkeys or KIT not in kinds:
            raise CredentialRefusedError("a passkey without its registration")
        return None
    if passkeys not in ([], [request.registration.credential_id]):
        raise CredentialRefusedError("another credential than the methods name")
    return city.credentials.registered(request.registration, request.challenge)


def _keep(city: City, row: LookupRow, request: ClaimRequest, verified: _Verified) -> Claimed:
    chain, now = verified.chain, city.now()
    vault, record = chain.vault_id, chain.newest
    with city.catalogue.write() as tx:
        if not take_challenge(tx, PURPOSE, request.lookup_id, request.challenge, now):
            raise ChallengeExpiredError
        if tx.vaults.number_for(request.lookup_id, now) != record.v:
            raise ClaimRefusedError("another vault number", part="v")
        digests = (chain.head, 1, now, request.digest)
        tx.vaults.add(VaultRow(vault, record.v, str(record.kind), str(record.state), record.number, *digests))
        _keep_keys(tx, request, verified, now)
        box = (BoxKind.VAULT, vault)
        event = keep_act_event(tx, city, verified.act, verified.act_hash, request.act, box)
        keep_event(tx, city, vault_actor(vault), chain.head, KeyringChange(vault, 1, chain.head), box)
        if not tx.lookups.bind(row.lookup_id, vault, request.bind, now, event):
            # Somebody was faster: who used it, or who said that it is not theirs.
            raise refusal(known_lookup(tx, row.lookup_id, request.token))
        tx.documents.set_headers(request.headers)
        return Claimed(vault, _documents(request), session.open_holder(tx, vault, now, request.ending))


def _keep_keys(tx: Transaction, request: ClaimRequest, verified: _Verified, now: int) -> None:
    chain = verified.chain
    vault = chain.vault_id
    for number, envelope in enumerate((request.genesis, request.record)):
        tx.vaults.add_record(RecordRow(vault, number, chain.hashes[number], envelope))
    tx.vaults.put_keyring(KeyringRow(vault, 1, Hash(hashlib.sha256(request.keyring).digest()), request.keyring))
    tx.vaults.replace_methods(vault, method_rows(vault, request.methods))
    if verified.credential is not None and request.registration is not None:
        tx.credentials.add(credential_row(vault, verified.credential, request.registration, now))


def credential_row(vault: VaultId, new: NewCredential, reply: Registration, now: int) -> CredentialRow:
    """Make the catalogue's row of a verified credential."""
    return CredentialRow(new.credential_id, vault, new.public_key, new.sign_count, ",".join(reply.transports), now, None)
