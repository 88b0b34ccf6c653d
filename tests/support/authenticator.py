"""A passkey in software: ES256 credentials with user verification and PRF, as a browser hands their replies to a page."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
ES256 = -7


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def client_data(kind: str, challenge: bytes, origin: str, changes: dict[str, Any] | None = None) -> bytes:
    """What a browser writes; `changes` replace members, None takes one out."""
    value = {"type": f"webauthn.{kind}", "challenge": b64url(challenge), "origin": origin, "crossOrigin": False}
    value |= changes or {}
    return json.dumps({key: one for key, one in value.items() if one is not None}, separators=(",", ":")).encode()


@dataclass
class Passkey:
    """One discoverable credential of one vault."""

    rp_id: str
    origin: str
    user_handle: bytes
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    prf_secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    sign_count: int = 0
    verifies_user: bool = True
    said: dict[str, Any] = field(default_factory=dict)
    """Members of the client data that another browser, or another page, would write otherwise."""
    extra_flags: int = 0
    """Flags that are turned over."""

    def _flags(self, extra: int = 0) -> bytes:
        return bytes([(UP | (UV if self.verifies_user else 0) | BE | BS | extra) ^ self.extra_flags])

    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: ES256, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})

    def create(self, challenge: bytes) -> dict[str, Any]:
        """Reply to `navigator.credentials.create`, rebuilt from the allow-list."""
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._cose()
        data = self._rp_hash() + self._flags(AT) + self.sign_count.to_bytes(4, "big") + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return {
            "id": b64url(self.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": b64url(client_data("create", challenge, self.origin, self.said)),
                "attestationObject": b64url(attestation),
                "transports": ["internal", "hybrid"],
            },
        }

    def get(self, challenge: bytes) -> dict[str, Any]:
        """Reply to `navigator.credentials.get`, rebuilt from the allow-list."""
        data = self._rp_hash() + self._flags() + self.sign_count.to_bytes(4, "big")
        client = client_data("get", challenge, self.origin, self.said)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            "id": b64url(self.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": b64url(client),
                "authenticatorData": b64url(data),
                "signature": b64url(signature),
                "userHandle": b64url(self.user_handle),
            },
        }

    def prf(self, salt: bytes) -> bytes:
        """The PRF extension's output, which never goes into a request."""
        return hmac.digest(self.prf_secret, hashlib.sha256(b"WebAuthn PRF\x00" + salt).digest(), "sha256")

    def _rp_hash(self) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest()
