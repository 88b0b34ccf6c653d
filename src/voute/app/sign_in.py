"""A holder signs in: with a passkey or chip card (WebAuthn), or with the recovery kit's key. One answer for every failure."""

from typing import Final

from voute.app import session
from voute.app.city import City
from voute.app.errors import SignInFailedError
from voute.app.ports import Assertion
from voute.app.secret import give_challenge, take_challenge
from voute.core.errors import FormatError, VerificationError
from voute.core.ids import MethodId, VaultId
from voute.core.ports_store import Transaction
from voute.format import ed25519
from voute.format.kit_sign_in import kit_message

PURPOSE: Final = "session"
"""Challenges of this purpose also authenticate the registration of a further passkey (`app.keyring`)."""


def challenge(city: City) -> bytes:
    """Give a challenge for one sign-in, or one registration, within five minutes."""
    with city.catalogue.write() as tx:
        return give_challenge(tx, PURPOSE, None, city.now())


def with_passkey(city: City, asked: bytes, reply: Assertion) -> tuple[VaultId, session.Opened]:
    """Open a session by an authenticator's reply; the challenge is used up whatever comes out.

    Raises:
        SignInFailedError: for every cause.
    """
    now = city.now()
    with city.catalogue.write() as tx:
        known = take_challenge(tx, PURPOSE, None, asked, now)
        row = tx.credentials.get(reply.credential_id)
        if known and row is not None and reply.user_handle in {None, row.vault_id}:
            try:
                count = city.credentials.signed_in(reply, asked, row.public_key, row.sign_count)
            except SignInFailedError:
                pass
            else:
                tx.credentials.used(row.credential_id, count, now)
                return row.vault_id, session.open_holder(tx, row.vault_id, now)
    raise SignInFailedError


def with_kit(city: City, asked: bytes, vault: VaultId, method: MethodId, signature: bytes) -> tuple[VaultId, session.Opened]:
    """Open a session by the kit's signature over the challenge; the challenge is used up whatever comes out.

    Raises:
        SignInFailedError: for every cause.
    """
    now = city.now()
    with city.catalogue.write() as tx:
        if take_challenge(tx, PURPOSE, None, asked, now) and _kit_signed(city, tx, asked, (vault, method), signature):
            return vault, session.open_holder(tx, vault, now)
    raise SignInFailedError


def _kit_signed(city: City, tx: Transaction, asked: bytes, who: tuple[VaultId, MethodId], signature: bytes) -> bool:
    row = tx.vaults.method(*who)
    if row is None or row.sign_in_key is None:
        return False
    try:
        ed25519.verify(row.sign_in_key, signature, kit_message(city.trust().root.origin, *who, asked))
    except (VerificationError, FormatError):
        return False
    return True
