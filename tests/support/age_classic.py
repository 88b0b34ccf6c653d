"""Classical age (X25519, scrypt, armor): what the age kit exercises and the product refuses.

Source: C2SP age.md, "The X25519 recipient type", "The scrypt recipient type", "ASCII armor". For tests alone.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from voute.core.errors import FormatError, NotForThisKeyError
from voute.format.age_header import Stanza, from_raw_base64
from voute.format.bech32 import decode_bech32
from voute.seal.file_key import FileKey

WRAPPED_SIZE: Final = 32
ZERO_NONCE: Final = bytes(12)
# The kit's good files need 10; 2^20 already takes a gigabyte.
MAX_WORK_FACTOR: Final = 16

_COLUMNS: Final = 64
_BEGIN: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
_END: Final = b"-----END AGE ENCRYPTED FILE-----"
_WHITE_SPACE: Final = b" \t\r\n"
_DECIMAL: Final = re.compile(r"[1-9][0-9]*")


class ArmorError(FormatError):
    """The ASCII armor is not what the standard says."""


class Identity(Protocol):
    """What opens stanzas: classical here, hybrid in the product."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> FileKey:
        """Return the file key, or raise `FormatError` or `NotForThisKeyError`."""
        ...


def open_wrapped(key: bytes, body: bytes) -> FileKey | None:
    try:
        return FileKey(ChaCha20Poly1305(key).decrypt(ZERO_NONCE, body, None))
    except InvalidTag:
        return None


def sized(argument: str, size: int) -> bytes:
    raw = from_raw_base64(argument.encode("ascii"))
    if len(raw) != size:
        raise FormatError("classical stanza: argument of another size")
    return raw


def demand_shape(stanza: Stanza, arguments: int) -> None:
    if len(stanza.args) != arguments or len(stanza.body) != WRAPPED_SIZE:
        raise FormatError("classical stanza: another shape")


class X25519Identity:
    """`AGE-SECRET-KEY-1…`."""

    def __init__(self, text: str) -> None:
        self._key = X25519PrivateKey.from_private_bytes(decode_bech32("AGE-SECRET-KEY-", text))

    def unwrap(self, stanzas: Sequence[Stanza]) -> FileKey:
        for stanza in stanzas:
            if stanza.type == "X25519":
                demand_shape(stanza, 1)
                file_key = self._open(sized(stanza.args[0], 32), stanza.body)
                if file_key is not None:
                    return file_key
        raise NotForThisKeyError("X25519")

    def _open(self, share: bytes, body: bytes) -> FileKey | None:
        try:
            secret = self._key.exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError as error:
            raise FormatError("X25519 share of low order") from error
        salt = share + self._key.public_key().public_bytes_raw()
        return open_wrapped(HKDF(SHA256(), 32, salt, b"age-encryption.org/v1/X25519").derive(secret), body)


class ScryptIdentity:
    """A passphrase."""

    def __init__(self, passphrase: str) -> None:
        self._passphrase = passphrase.encode()

    def unwrap(self, stanzas: Sequence[Stanza]) -> FileKey:
        found = [stanza for stanza in stanzas if stanza.type == "scrypt"]
        if not found:
            raise NotForThisKeyError("scrypt")
        if len(stanzas) != 1:
            raise FormatError("a scrypt stanza stands alone")
        demand_shape(found[0], 2)
        salt, factor = sized(found[0].args[0], 16), found[0].args[1]
        if _DECIMAL.fullmatch(factor) is None or len(factor) > 2 or int(factor) > MAX_WORK_FACTOR:
            raise FormatError("scrypt work factor")
        key = Scrypt(b"age-encryption.org/v1/scrypt" + salt, 32, 1 << int(factor), 8, 1).derive(self._passphrase)
        file_key = open_wrapped(key, found[0].body)
        if file_key is None:
            raise NotForThisKeyError("scrypt")
        return file_key


def decode_armor(text: bytes) -> bytes:
    """Read strict PEM; white space before and after is allowed, line ends may be LF or CRLF."""
    begin, *lines = text.strip(_WHITE_SPACE).replace(b"\r\n", b"\n").split(b"\n")
    if begin != _BEGIN or not lines or lines.pop() != _END:
        raise ArmorError("armor: no begin or no end")
    if any(len(line) != _COLUMNS for line in lines[:-1]) or not all(0 < len(line) <= _COLUMNS for line in lines):
        raise ArmorError("armor: line length")
    body = b"".join(lines)
    try:
        data = b64decode(body, validate=True)
    except ValueError as error:
        raise ArmorError("armor: base64") from error
    if b64encode(data) != body:
        raise ArmorError("armor: base64 not canonical")
    return data


def encode_armor(data: bytes) -> bytes:
    """Write strict PEM with LF."""
    body = b64encode(data)
    lines = [body[at : at + _COLUMNS] for at in range(0, len(body), _COLUMNS)]
    return b"\n".join((_BEGIN, *lines, _END)) + b"\n"
