"""An officer's key: a file for a safe, or a key that never leaves its token (PKCS#11); docs/operate/keys.md."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from voute.core.errors import FormatError, StateError, StoreError
from voute.core.ids import parse_hex
from voute.format.ed25519 import SEED_SIZE, SigningKey
from voute.seal.hybrid import IDENTITY_PREFIX, HybridIdentity


class OfficerKeyError(StoreError):
    """The key file is none, exists already, or others may read it; fact `path`."""

    code: ClassVar[str] = "officer-key"


class TokenError(StateError):
    """The token is not there, refuses its PIN, lacks the key, or signs otherwise than it should; fact `why`."""

    code: ClassVar[str] = "token"


class OfficerKey(Protocol):
    """What an officer signs with; the key itself may be out of reach."""

    @property
    def public(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign; 64 bytes."""
        ...


@dataclass(frozen=True, slots=True)
class OfficerCard:
    """What an officer tells the others: the key that signs trust roots, and where to seal what they must be able to open."""

    public: bytes
    recipient: str


def make_officer_key(path: Path) -> OfficerCard:
    """Make a key file, mode 0600; refuses to replace one. It signs, and opens what was sealed to its officer."""
    signing, identity = SigningKey(os.urandom(SEED_SIZE)), HybridIdentity.generate()
    card = OfficerCard(signing.public, identity.recipient.to_string())
    text = f"# public key: {card.public.hex()}\n# recipient: {card.recipient}\n{signing.seed.hex()}\n{identity.to_string()}\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
    except OSError as error:
        raise OfficerKeyError(type(error).__name__, path=str(path)) from error
    return card


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_mode & 0o077:
            raise OfficerKeyError("others may read it", path=str(path))
        return [line.strip() for line in path.read_text("ascii").splitlines() if line.strip() and not line.startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise OfficerKeyError(type(error).__name__, path=str(path)) from error


def read_officer_key(path: Path) -> SigningKey:
    """Read the signing key of a key file.

    Raises:
        OfficerKeyError: it is none, or others may read it.
    """
    found = [line for line in _lines(path) if not line.startswith(IDENTITY_PREFIX)]
    try:
        (seed,) = found
        return SigningKey(parse_hex(seed, SEED_SIZE))
    except (ValueError, FormatError) as error:
        raise OfficerKeyError("no key in it", path=str(path)) from error


def read_officer_identity(path: Path) -> HybridIdentity:
    """Read what opens files sealed to this officer; raises as `read_officer_key`."""
    found = [line for line in _lines(path) if line.startswith(IDENTITY_PREFIX)]
    try:
        (secret,) = found
        return HybridIdentity.from_string(secret)
    except (ValueError, FormatError) as error:
        raise OfficerKeyError("no identity in it", path=str(path)) from error


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a key is: the module of the token's maker, the token's label, the key's label."""

    module: str
    token: str
    label: str
