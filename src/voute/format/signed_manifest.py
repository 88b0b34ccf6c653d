"""Verifying a manifest under a trust root: the one way in which documents and receipts learn who speaks.

Source: `docs/spec/document.md`, "Opening", steps 2 and 3. The issuer's name is read before the signature is verified, only
to pick the keys that may have signed; nothing of the manifest leaves this module unverified.
"""

from dataclasses import dataclass
from typing import ClassVar

from voute.core.errors import VerificationError
from voute.core.ids import Hash
from voute.format import dsse
from voute.format.dsse import Envelope, Kind
from voute.format.manifest import Manifest, parse_manifest
from voute.format.trust_root import Issuer, IssuerKey, TrustRoot


class UnknownIssuerError(VerificationError):
    """A document names an issuer that the city's trust root does not know; fact `issuer`."""

    code: ClassVar[str] = "unknown-issuer"


class WrongCityError(VerificationError):
    """A document, event or receipt of another city than the trust root's."""

    code: ClassVar[str] = "wrong-city"


@dataclass(frozen=True, slots=True)
class ParsedManifest:
    """A manifest that is well formed; its signature is not verified."""

    envelope: Envelope
    manifest: Manifest

    @property
    def manifest_hash(self) -> Hash:
        """SHA-256 of the payload."""
        return dsse.statement_hash(self.envelope.payload)


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A verified manifest, its hash, who issued it and with which key (whose index range the receipt proves)."""

    manifest: Manifest
    manifest_hash: Hash
    issuer: Issuer
    key: IssuerKey


def read_signed(raw: bytes) -> ParsedManifest:
    """Parse a manifest's envelope without trusting it; raises `FormatError`, `WrongStatementError`."""
    envelope = dsse.parse(raw)
    dsse.expect_kind(envelope, Kind.MANIFEST)
    return ParsedManifest(envelope, parse_manifest(envelope.payload))


def verify_signed(parsed: ParsedManifest, root: TrustRoot) -> SignedManifest:
    """Verify the signature with the keys of the issuer that the manifest names.

    Raises, in this order: `UnknownIssuerError`, `FormatError` (not one signature), `UnknownKeyError` (none of this
    issuer's keys), `BadSignatureError`.
    """
    manifest = parsed.manifest
    issuer = root.issuer(manifest.issuer)
    if issuer is None:
        raise UnknownIssuerError("not in the trust root", issuer=manifest.issuer)
    used = dsse.verify(parsed.envelope, Kind.MANIFEST, [key.ed25519 for key in issuer.keys])
    key = next(key for key in issuer.keys if key.ed25519 == used)
    return SignedManifest(manifest, parsed.manifest_hash, issuer, key)
