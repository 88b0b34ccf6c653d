"""Encryption of one message for one browser (RFC 8291, aes128gcm of RFC 8188): the push service carries what it can't read."""

import secrets
from dataclasses import dataclass
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from voute.core.errors import FormatError
from voute.server.notices.vapid import public_point

RECORD: Final = 4_096
"""Size of the one record, delimiter and tag included: what every push service takes (RFC 8030, section 7.2)."""
SALT: Final = 16
_TAG: Final = 16
_LAST: Final = b"\x02"
"""Ends the text of the last record; what follows is padding."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is drawn for one message and never used again."""

    key: EllipticCurvePrivateKey
    salt: bytes

    @classmethod
    def draw(cls) -> Self:
        """Draw."""
        return cls(generate_private_key(SECP256R1()), secrets.token_bytes(SALT))


def encrypt(text: bytes, p256dh: bytes, auth: bytes, padded: int, fresh: Fresh) -> bytes:
    """Encrypt a message, padded to so many bytes, for whoever holds the key of `p256dh`.

    Raises:
        FormatError: the text is longer than `padded`, or does not fit into one record; `p256dh` is no point of the curve.
    """
    if len(text) > padded or padded + len(_LAST) + _TAG > RECORD:
        raise FormatError("does not fit")
    try:
        theirs = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), p256dh)
    except ValueError as error:
        raise FormatError("not a point of the curve") from error
    ours = public_point(fresh.key)
    shared = fresh.key.exchange(ECDH(), theirs)
    secret = _derive(auth, shared, b"WebPush: info\0" + p256dh + ours, 32)
    key = _derive(fresh.salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(fresh.salt, secret, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, text + _LAST + bytes(padded - len(text)), None)
    return fresh.salt + RECORD.to_bytes(4) + bytes([len(ours)]) + ours + sealed


def _derive(salt: bytes, secret: bytes, info: bytes, size: int) -> bytes:
    return HKDF(SHA256(), size, salt, info).derive(secret)
