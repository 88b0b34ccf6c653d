"""C2SP tlog-cosignature, the ML-DSA-44 kind (signature type 0x06): the only kind this product makes or counts.

The signature is over the `cosigned_message` structure, which names cosigner, log, time and tree head; not over the note's
text. In the line stand 8 bytes of timestamp (POSIX seconds, big-endian) and 2,420 bytes of ML-DSA-44 (FIPS 204) signature.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from voute.core.errors import FormatError, LimitError
from voute.format.binary import u64
from voute.format.ed25519 import BadSignatureError
from voute.tlog.checkpoint import Checkpoint
from voute.tlog.note import MLDSA44_COSIGNATURE, SignatureLine, VerifierKey

SEED_SIZE: Final = 32
SIGNATURE_SIZE: Final = 2420
MIN_TIME: Final = 946_684_800
"""2000-01-01T00:00:00Z, the first instant that our JSON can write (docs/spec/encoding.md)."""
MAX_TIME: Final = 253_402_300_799
"""9999-12-31T23:59:59Z, the last one; far below the 2⁶³ − 1 of C2SP, and exact in JSON."""

_LABEL: Final = b"subtree/v1\n\x00"
_TIME_SIZE: Final = 8


def cosigned_message(name: str, timestamp: int, head: Checkpoint) -> bytes:
    """Return the bytes that a cosigner signs for a whole tree (start 0, end the size)."""
    cosigner, origin = name.encode(), head.origin.encode()
    return b"".join(
        [
            _LABEL,
            bytes([len(cosigner)]),
            cosigner,
            u64(timestamp),
            bytes([len(origin)]),
            origin,
            u64(0),
            u64(head.size),
            head.root,
        ]
    )


def check_time(timestamp: int) -> int:
    """Return a cosignature's time if it is between 2000 and 9999.

    Raises:
        LimitError: it is not.
    """
    if not MIN_TIME <= timestamp <= MAX_TIME:
        raise LimitError("a cosignature's time lies between 2000 and 9999", time=timestamp)
    return timestamp


class Cosigner:
    """An ML-DSA-44 private key under a name; its signatures are randomised. `repr` shows nothing secret."""

    __slots__ = ("_key", "public")

    def __init__(self, name: str, seed: bytes) -> None:
        """Take the 32-byte seed of FIPS 204 key generation."""
        if len(seed) != SEED_SIZE:
            raise FormatError("a cosigner's seed has 32 bytes")
        self._key = MLDSA44PrivateKey.from_seed_bytes(seed)
        self.public = VerifierKey(name, MLDSA44_COSIGNATURE, self._key.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        """Key name of the cosigner."""
        return self.public.name

    def sign(self, head: Checkpoint, timestamp: int) -> SignatureLine:
        """Cosign a tree head as the largest seen at `timestamp` (POSIX seconds)."""
        message = cosigned_message(self.name, check_time(timestamp), head)
        return SignatureLine(self.name, self.public.key_id, u64(timestamp) + self._key.sign(message))


def verify_cosignature(head: Checkpoint, line: SignatureLine, key: VerifierKey) -> int:
    """Verify one ML-DSA-44 cosignature of a checkpoint and return its time, POSIX seconds.

    Raises:
        BadSignatureError: the line is not by this key, or its signature or time does not hold.
    """
    if key.kind != MLDSA44_COSIGNATURE or not line.is_by(key):
        raise BadSignatureError("the line is by another key")
    if len(line.signature) != _TIME_SIZE + SIGNATURE_SIZE:
        raise BadSignatureError("not a timestamped ML-DSA-44 signature")
    timestamp = int.from_bytes(line.signature[:_TIME_SIZE], "big")
    if not MIN_TIME <= timestamp <= MAX_TIME:
        raise BadSignatureError("the time is out of range")
    public = MLDSA44PublicKey.from_public_bytes(key.public)
    try:
        public.verify(line.signature[_TIME_SIZE:], cosigned_message(key.name, timestamp, head))
    except InvalidSignature:
        raise BadSignatureError("the cosignature does not verify") from None
    return timestamp
