"""Ed25519 with one verdict everywhere: OpenSSL's equation, and before it a check that the key is of prime order.

Source: RFC 8032 §5.1; `docs/spec/statements.md`. Libraries disagree on keys and nonce points that are not canonically
encoded or not torsion-free. Here a key must be canonical, on the curve and of prime order; good keys are remembered.
For such a key OpenSSL's cofactorless check (`encode(S·B - k·A) == R`, S < L) accepts only an R that is canonical and
torsion-free, for S·B - k·A is both; there remains the identity, which is refused by its bytes. So a signature costs
nothing more than OpenSSL's own check.
"""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from typing_extensions import override

from voute.core.errors import FormatError, VerificationError

PUBLIC_SIZE: Final = 32
SEED_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64

# Keys remembered as checked: issuers, city keys and the vaults of one run; 32 bytes and a handle each.
_KEYS_REMEMBERED: Final = 65_536

_P: Final = 2**255 - 19
_IDENTITY_BYTES: Final = b"\x01" + bytes(31)

# The prime subgroup's order L is 5 modulo 8, so 5L - 1 is a multiple of 8, and it lies between 2^254 and 2^255: a
# scalar that X25519 takes as it is. It is 0 for every point of small order and -1 for every point of prime order.
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_TORSION_KILLER: Final = X25519PrivateKey.from_private_bytes((5 * _ORDER - 1).to_bytes(32, "little"))


class BadSignatureError(VerificationError):
    """A signature does not verify, or its key may not be used."""

    code = "bad-signature"


def _expect_prime_order(raw: bytes) -> None:
    """Raise unless the bytes are the canonical encoding of a point of prime order, the identity excluded.

    A point A is P + T, P of the prime subgroup and T of small order. In Montgomery's u (RFC 7748 §4.1), which is the
    same for a point and its negative, multiplying by 5L - 1 gives u(-P + 0) = u(P): equal to u(A) exactly if T is zero,
    since P + T = -P would make T a point of prime order. Bytes that are no point of the curve are a point of its twist,
    whose orders 4L' and divisors do not make 5L - 1 equal to 1 or -1. One OpenSSL multiplication decides, not 250 ours.
    """
    y = int.from_bytes(raw, "little") & ((1 << 255) - 1)
    if y >= _P or y == 1:
        raise BadSignatureError("key not canonical, or the identity")
    u = ((1 + y) * pow(1 - y, -1, _P) % _P).to_bytes(32, "little")
    try:
        same = _TORSION_KILLER.exchange(X25519PublicKey.from_public_bytes(u))
    except ValueError as error:
        # The result is zero: a point of small order.
        raise BadSignatureError("key of small order") from error
    if same != u:
        raise BadSignatureError("key not of prime order, or not on the curve")


@lru_cache(maxsize=_KEYS_REMEMBERED)
def _checked_key(raw: bytes) -> Ed25519PublicKey:
    _expect_prime_order(raw)
    return Ed25519PublicKey.from_public_bytes(raw)


def check_public_key(raw: bytes) -> bytes:
    """Return the 32 bytes if they are a public key that may be used.

    The first call for a key costs some 60 µs, later ones nothing. Raises `FormatError` for another length,
    `BadSignatureError` for a key that is not canonical, not on the curve, or not of prime order.
    """
    if len(raw) != PUBLIC_SIZE:
        raise FormatError("a public key has 32 bytes")
    _checked_key(raw)
    return raw


def verify(public: bytes, signature: bytes, message: bytes | bytearray) -> None:
    """Verify one signature; raises `BadSignatureError` unless it holds under the strict rules of this module."""
    if len(signature) != SIGNATURE_SIZE or len(public) != PUBLIC_SIZE:
        raise BadSignatureError("a signature has 64 bytes, a key 32")
    key = _checked_key(public)
    # The identity is the one point of small order that S·B - k·A can be.
    if signature[:32] == _IDENTITY_BYTES:
        raise BadSignatureError("nonce point of small order")
    try:
        key.verify(signature, message)
    except InvalidSignature as error:
        raise BadSignatureError("signature does not verify") from error


class SigningKey:
    """An Ed25519 private key; deterministic signatures (RFC 8032). `repr` shows the public key only."""

    __slots__ = ("_key", "_seed", "public")

    def __init__(self, seed: bytes) -> None:
        """Take the 32-byte seed."""
        if len(seed) != SEED_SIZE:
            raise FormatError("a signing seed has 32 bytes")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._seed = seed
        self.public: bytes = self._key.public_key().public_bytes_raw()

    @property
    def seed(self) -> bytes:
        """The 32-byte seed: a secret, to be stored only inside a sealed keyring or the department's own file."""
        return self._seed

    def sign(self, message: bytes | memoryview) -> bytes:
        """Sign; 64 bytes."""
        return self._key.sign(message)

    @override
    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()})"
