"""A holder signs in: with a passkey or chip card (WebAuthn), or with the recovery kit's key. One answer for every failure."""

import hashlib
from dataclasses import dataclass
from typing import Final

from voute.app import session
from voute.app.city import City
from voute.app.errors import SignInFailedError
from voute.app.ports import Assertion, Holder
from voute.app.secret import give_challenge, take_challenge
from voute.core.errors import FormatError, VerificationError
from voute.core.ids import MethodId, VaultId
from voute.core.ports_store import Transaction
from voute.core.rows import CredentialRow
from voute.format import ed25519
from voute.format.kit_sign_in import kit_message

PURPOSE: Final = "session"
"""Challenges of this purpose also authenticate the registration of a further passkey (`app.keyring`)."""

NOBODY: Final = ed25519.SigningKey(hashlib.sha256(b"voute/nobody").digest())
"""Stands in for the key of a credential or kit that nobody has. Its seed is no secret: nothing is gained by signing with it,
for the row is missing and the sign-in fails after the same work."""
_NOBODYS_KEY: Final = NOBODY.public
# The same as a COSE key (RFC 9053 §7.2): {kty: OKP, alg: EdDSA, crv: Ed25519, x: the key}.
_NOBODYS_COSE_KEY: Final = bytes.fromhex("a4010103272006215820") + _NOBODYS_KEY


def challenge(city: City) -> bytes:
    """Give a challenge for one sign-in, or one registration, within five minutes."""
    with city.catalogue.write() as tx:
        return give_challenge(tx, PURPOSE, None, city.now())


@dataclass(frozen=True, slots=True)
class KitReply:
    """A recovery kit's answer to a challenge: which kit of which vault, and its signature."""

    vault_id: VaultId
    method_id: MethodId
    signature: bytes


def with_passkey(city: City, asked: bytes, reply: Assertion, ending: bytes | None) -> tuple[VaultId, session.Opened]:
    """Open a session by an authenticator's reply, and end the one that the browser had (`ending`).

    The challenge is used up whatever comes out, and a credential that nobody has costs the same work as a known one.

    Raises:
        SignInFailedError: for every cause.
    """
    now = city.now()
    with city.catalogue.write() as tx:
        known = take_challenge(tx, PURPOSE, None, asked, now)
        signed = _passkey_signed(city, tx, asked, reply)
        if known and signed is not None:
            vault, count = signed
            tx.credentials.used(reply.credential_id, count, now)
            return vault, session.open_holder(tx, vault, now, ending)
    raise SignInFailedError


def try_passkey(city: City, holder: Holder, asked: bytes, reply: Assertion) -> None:
    """Note that a passkey of the holder's vault was tried, by the same proof as a sign-in; no session begins or ends.

    Raises:
        SignInFailedError: for every cause; the city would not let this passkey in.
    """
    now = city.now()
    with city.catalogue.write() as tx:
        known = take_challenge(tx, PURPOSE, None, asked, now)
        signed = _passkey_signed(city, tx, asked, reply)
        if known and signed is not None and signed[0] == holder.vault_id:
            tx.credentials.used(reply.credential_id, signed[1], now)
            return
    raise SignInFailedError


def _passkey_signed(city: City, tx: Transaction, asked: bytes, reply: Assertion) -> tuple[VaultId, int] | None:
    """Return the vault that a passkey's reply opens and the authenticator's new counter, or None when it opens none."""
    row = tx.credentials.get(reply.credential_id, lock=True)
    count = _counted(city, asked, reply, row)
    if row is None or count is None or reply.user_handle not in {None, row.vault_id}:
        return None
    return row.vault_id, count


def _counted(city: City, asked: bytes, reply: Assertion, row: CredentialRow | None) -> int | None:
    """Return the authenticator's new counter, or None when its reply does not hold."""
    key, count = (_NOBODYS_COSE_KEY, 0) if row is None else (row.public_key, row.sign_count)
    try:
        return city.credentials.signed_in(reply, asked, key, count)
    except SignInFailedError:
        return None


def with_kit(city: City, asked: bytes, reply: KitReply, ending: bytes | None) -> tuple[VaultId, session.Opened]:
    """Open a session by the kit's signature over the challenge, and end the one that the browser had (`ending`).

    The challenge is used up whatever comes out, and a kit that nobody has costs the same work as a known one.

    Raises:
        SignInFailedError: for every cause.
    """
    now = city.now()
    with city.catalogue.write() as tx:
        known = take_challenge(tx, PURPOSE, None, asked, now)
        signed = _kit_signed(city, tx, asked, reply)
        if known and signed:
            tx.vaults.kit_used(reply.vault_id, reply.method_id, now)
            return reply.vault_id, session.open_holder(tx, reply.vault_id, now, ending)
    raise SignInFailedError


def try_kit(city: City, holder: Holder, asked: bytes, reply: KitReply) -> None:
    """Note that a kit of the holder's vault was tried, by the same proof as a sign-in; no session begins or ends.

    Raises:
        SignInFailedError: for every cause; the city would not let this kit in.
    """
    now = city.now()
    with city.catalogue.write() as tx:
        known = take_challenge(tx, PURPOSE, None, asked, now)
        signed = _kit_signed(city, tx, asked, reply)
        if known and signed and reply.vault_id == holder.vault_id:
            tx.vaults.kit_used(reply.vault_id, reply.method_id, now)
            return
    raise SignInFailedError


def _kit_signed(city: City, tx: Transaction, asked: bytes, reply: KitReply) -> bool:
    # Whoever takes this kit away just now ends first, or sees the session that this opens.
    tx.vaults.get(reply.vault_id, lock=True)
    row = tx.vaults.method(reply.vault_id, reply.method_id)
    key = None if row is None else row.sign_in_key
    message = kit_message(city.trust().root.origin, reply.vault_id, reply.method_id, asked)
    try:
        ed25519.verify(key or _NOBODYS_KEY, reply.signature, message)
    except (VerificationError, FormatError):
        return False
    return key is not None
