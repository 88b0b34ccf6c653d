"""Ed25519 with one verdict everywhere: OpenSSL's equation, and before it a check that the key is of prime order.

Source: RFC 8032 §5.1; `docs/spec/statements.md`. Libraries disagree on keys and nonce points that are not canonically
encoded or not torsion-free. Here a key is decoded once in plain integers and must be canonical, on the curve, not of
small order and of prime order; `functools.lru_cache` remembers good keys. For such a key OpenSSL's cofactorless check
(`encode(S·B - k·A) == R`, S < L) accepts only an R that is canonical and torsion-free, for S·B - k·A is both; there
remains the identity, which is refused by its bytes. So a signature costs nothing more than OpenSSL's own check.
"""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from typing_extensions import override

from voute.core.errors import FormatError, VerificationError

PUBLIC_SIZE: Final = 32
SEED_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64

# Keys remembered as checked: issuers, city keys and the vaults of one run; 32 bytes and a handle each.
_KEYS_REMEMBERED: Final = 65_536

_P: Final = 2**255 - 19
_D: Final = (-121665 * pow(121666, -1, _P)) % _P
_D2: Final = 2 * _D % _P
_SQRT_M1: Final = pow(2, (_P - 1) // 4, _P)
# The order of the prime subgroup is 2^252 + _C; [L]A = O exactly when [2^252]A = -[_C]A.
_C: Final = 27742317777372353535851937790883648493
_IDENTITY_BYTES: Final = b"\x01" + bytes(31)

# Extended coordinates (X, Y, Z, T) of RFC 8032 §5.1.4.
_Point = tuple[int, int, int, int]
_IDENTITY: Final[_Point] = (0, 1, 1, 0)


class BadSignatureError(VerificationError):
    """A signature does not verify, or its key may not be used."""

    code = "bad-signature"


def _decode(raw: bytes) -> _Point:
    """Decode a point (RFC 8032 §5.1.3); refuses what is not canonical and what is not on the curve."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _P:
        raise BadSignatureError("key not canonical")
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    square = v * x * x % _P
    if square != u:
        if square != _P - u:
            raise BadSignatureError("key not on the curve")
        x = x * _SQRT_M1 % _P
    if x == 0 and sign:
        raise BadSignatureError("key not canonical")
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _add(left: _Point, right: _Point) -> _Point:
    x1, y1, z1, t1 = left
    x2, y2, z2, t2 = right
    a, b = (y1 - x1) * (y2 - x2) % _P, (y1 + x1) * (y2 + x2) % _P
    c, d = t1 * _D2 % _P * t2 % _P, 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _double_many(point: _Point, times: int) -> _Point:
    """Double `times` times; T is needed only at the end."""
    x, y, z, t = point
    e = h = 0
    for _ in range(times):
        a, b = x * x % _P, y * y % _P
        h = a + b
        e = h - (x + y) * (x + y) % _P
        g = a - b
        f = 2 * z * z % _P + g
        x, y, z = e * f % _P, g * h % _P, f * g % _P
        t = e * h % _P
    return (x, y, z, t)


def _times_c(point: _Point) -> _Point:
    """Multiply by `_C`, four bits at a time."""
    table = [_IDENTITY, point]
    for _ in range(14):
        table.append(_add(table[-1], point))
    result = _IDENTITY
    for digit in f"{_C:x}":
        result = _add(_double_many(result, 4), table[int(digit, 16)])
    return result


def _is_of_prime_order(point: _Point) -> bool:
    x1, y1, z1, _ = _double_many(point, 252)
    x2, y2, z2, _ = _times_c(point)
    return (x1 * z2 + x2 * z1) % _P == 0 and (y1 * z2 - y2 * z1) % _P == 0


@lru_cache(maxsize=_KEYS_REMEMBERED)
def _checked_key(raw: bytes) -> Ed25519PublicKey:
    point = _decode(raw)
    if raw == _IDENTITY_BYTES or not _is_of_prime_order(point):
        raise BadSignatureError("key not of prime order")
    return Ed25519PublicKey.from_public_bytes(raw)


def check_public_key(raw: bytes) -> bytes:
    """Return the 32 bytes if they are a public key that may be used.

    The first call for a key costs about a millisecond, later ones nothing. Raises `FormatError` for another length,
    `BadSignatureError` for a key that is not canonical, not on the curve, or not of prime order.
    """
    if len(raw) != PUBLIC_SIZE:
        raise FormatError("a public key has 32 bytes")
    _checked_key(raw)
    return raw


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Verify one signature; raises `BadSignatureError` unless it holds under the strict rules of this module."""
    if len(signature) != SIGNATURE_SIZE or len(public) != PUBLIC_SIZE:
        raise BadSignatureError("a signature has 64 bytes, a key 32")
    key = _checked_key(public)
    # Sign bit set or not, the identity is the only point of prime-order arithmetic that is of small order.
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

    def sign(self, message: bytes) -> bytes:
        """Sign; 64 bytes."""
        return self._key.sign(message)

    @override
    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()})"
