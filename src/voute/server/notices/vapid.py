"""How push services know this city (VAPID, RFC 8292): a proof signed for one of them, good for half a day."""

import json
from base64 import urlsafe_b64encode
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LIFE: Final = 12 * 3600
"""Seconds; 24 hours are the most that a push service takes (RFC 8292, section 2)."""
_COORDINATE: Final = 32


def base64url(data: bytes) -> str:
    """Write bytes as base64url without padding (RFC 7515, section 2)."""
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public key as browsers ask for it: an uncompressed point."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def authorization(key: ec.EllipticCurvePrivateKey, audience: str, subject: str, now: int) -> str:
    """Write the header that proves who sends; `audience` is the push service's origin, `now` in seconds.

    `subject` is how its operator reaches the city: `mailto:` or `https:`.
    """
    header = _part({"typ": "JWT", "alg": "ES256"})
    claims = _part({"aud": audience, "exp": now + LIFE, "sub": subject})
    signed = f"{header}.{claims}"
    r, s = decode_dss_signature(key.sign(signed.encode("ascii"), ec.ECDSA(hashes.SHA256())))
    signature = base64url(r.to_bytes(_COORDINATE) + s.to_bytes(_COORDINATE))
    return f"vapid t={signed}.{signature}, k={base64url(public_point(key))}"


def _part(value: dict[str, str | int]) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode("ascii"))
