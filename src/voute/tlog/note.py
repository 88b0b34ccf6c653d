"""C2SP signed-note: text signed by one or more keys, strictly parsed and written back to the same bytes.

A note's text is untrusted until a signature of a known key has been verified. Of the signature types two exist here:
Ed25519 (0x01), by which a log signs its checkpoints, and the ML-DSA-44 cosignature (0x06, `voute.tlog.cosignature`).
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from voute.core.errors import FormatError, LimitError
from voute.format import ed25519
from voute.format.ed25519 import BadSignatureError
from voute.format.fields import from_base64, to_base64

ED25519: Final = 0x01
MLDSA44_COSIGNATURE: Final = 0x06
PUBLIC_SIZES: Final = {ED25519: 32, MLDSA44_COSIGNATURE: 1312}

MAX_NOTE: Final = 512 * 1024
"""Bytes of a note: 64 post-quantum signatures of up to 5 kB, and a long text."""
MAX_SIGNATURES: Final = 64
"""Lines a note may carry: C2SP wants at least 16; a log, its witnesses and their successors stay far below."""
MAX_NAME: Final = 255
"""Bytes of a key name: a cosigned message gives its length in one byte."""
KEY_ID_SIZE: Final = 4

# Unicode White_Space of a release that will not change for us, so that every language refuses the same names.
_SPACES: Final = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_NAME: Final = re.compile(f"[^{_SPACES}+\x00-\x1f]+")
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f]")
_DASH: Final = "\u2014 "
_VKEY: Final = re.compile(f"([^{_SPACES}+\x00-\x1f]+)\\+([0-9a-f]{{8}})\\+([A-Za-z0-9+/=]+)")
_MAX_VKEY: Final = 4096


class NoteError(FormatError):
    """Bytes are not a signed note, a signature line or a verifier key."""

    code = "note"


def check_name(name: str) -> str:
    """Return a key name if it may be one: 1–255 bytes, no space, no plus, no control character.

    Raises:
        NoteError: it may not.
    """
    if not _NAME.fullmatch(name) or len(_utf8(name)) > MAX_NAME:
        raise NoteError("not a key name")
    return name


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return the 4-byte key ID: SHA-256(name ‖ LF ‖ type ‖ public key), its first 4 bytes."""
    return sha256(b"%b\n%c%b" % (_utf8(name), kind, public)).digest()[:KEY_ID_SIZE]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name that it signs notes under.

    `kind` is the signature type byte, 0x01 or 0x06; `public` the raw key of 32 or 1,312 bytes.
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        """Refuse names, types and key lengths that cannot be."""
        check_name(self.name)
        if PUBLIC_SIZES.get(self.kind) != len(self.public):
            raise NoteError("not a key of a known type")

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that stand in this key's signature lines."""
        return key_id(self.name, self.kind, self.public)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a vkey, `name+hex(key ID)+base64(type ‖ public key)`.

        Raises:
            NoteError: it is not one, or its key ID is not that of its key.
        """
        found = _VKEY.fullmatch(text) if len(text) <= _MAX_VKEY else None
        if not found:
            raise NoteError("not a verifier key")
        raw = _base64(found[3])
        key = cls(found[1], raw[0], raw[1:])
        if key.encode() != text:
            raise NoteError("the key ID is not that of the key")
        return key

    def encode(self) -> str:
        """Write the vkey."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature line: `— name base64(key ID ‖ signature)`."""

    name: str
    key_id: bytes
    signature: bytes

    def is_by(self, key: VerifierKey) -> bool:
        """Tell whether the line claims to be by this key; only verifying proves it."""
        return self.name == key.name and self.key_id == key.key_id

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a line without its newline.

        Raises:
            NoteError: it is not a signature line.
        """
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not space:
            raise NoteError("not a signature line")
        raw = _base64(encoded)
        if len(raw) <= KEY_ID_SIZE:
            raise NoteError("not a signature")
        return cls(check_name(name), raw[:KEY_ID_SIZE], raw[KEY_ID_SIZE:])

    def encode(self) -> str:
        """Write the line with its newline."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A signed note: its text, which ends in a newline, and 1–64 signature lines, each of another (name, key ID)."""

    text: str
    signatures: tuple[SignatureLine, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a note; no signature is verified.

        Raises:
            NoteError: it is not one; `encode` of what is returned gives the same bytes.
            LimitError: it is too long or has too many signatures.
        """
        if len(data) > MAX_NOTE:
            raise LimitError("the note is too long")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise NoteError("not UTF-8") from None
        text, blank, lines = whole.rpartition("\n\n")
        if not blank or _CONTROL.search(whole):
            raise NoteError("no signatures, or a control character")
        return cls(text + "\n", parse_signatures(lines))

    def encode(self) -> bytes:
        """Write the note."""
        return _utf8(self.text + "\n" + encode_signatures(self.signatures))

    def by(self, key: VerifierKey) -> SignatureLine | None:
        """Return the line that claims to be by this key, if there is one."""
        return next((line for line in self.signatures if line.is_by(key)), None)


def parse_signatures(text: str) -> tuple[SignatureLine, ...]:
    """Read one or more signature lines, each with its newline (also the reply of a witness).

    Raises:
        NoteError: they are not, or one key signs twice.
        LimitError: there are more than 64.
    """
    lines = text.split("\n")
    if lines.pop() or not lines:
        raise NoteError("the last line has no newline")
    if len(lines) > MAX_SIGNATURES:
        raise LimitError("too many signatures")
    signatures = tuple(SignatureLine.parse(line) for line in lines)
    if len({(line.name, line.key_id) for line in signatures}) != len(signatures):
        raise NoteError("a key signs twice")
    return signatures


def encode_signatures(signatures: tuple[SignatureLine, ...]) -> str:
    """Write signature lines."""
    return "".join(line.encode() for line in signatures)


def sign_ed25519(text: str, name: str, key: ed25519.SigningKey) -> SignatureLine:
    """Sign a note's text with Ed25519; deterministic (RFC 8032)."""
    return SignatureLine(check_name(name), key_id(name, ED25519, key.public), key.sign(_utf8(text)))


def verify_ed25519(text: str, line: SignatureLine, key: VerifierKey) -> None:
    """Verify one Ed25519 signature line of a note.

    Raises:
        BadSignatureError: the line is not by this key, or its signature does not verify.
    """
    if key.kind != ED25519 or not line.is_by(key):
        raise BadSignatureError("the line is by another key")
    ed25519.verify(key.public, line.signature, _utf8(text))


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise NoteError("a lone surrogate in a text") from None


def _base64(text: str) -> bytes:
    try:
        return from_base64(text)
    except FormatError as error:
        raise NoteError(error.detail) from None
