"""The `CredentialVerifier` on py_webauthn (WebAuthn Level 3, sections 7.1 and 7.2), user verification required."""

import json
from collections.abc import Callable
from typing import Final

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    RegistrationCredential,
)

from voute.app.errors import CredentialRefusedError, SignInFailedError
from voute.app.ports import Assertion, NewCredential, Registration
from voute.format.trust_root import TrustRoot
from voute.server.http.webauthn_wire import to_base64url

ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
"""What pages ask authenticators for, best first; all that current ones have."""

# What hostile CBOR, DER and keys make the library and those below it raise, besides its own.
_DAMAGED: Final = (WebAuthnException, ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, EOFError)


def _expect_top_page(client_data: bytes) -> None:
    """Refuse a reply that was made in another site's frame (WebAuthn Level 3, 7.1 step 11 and 7.2 step 14).

    The library reads `crossOrigin` and does not look at it. Our pages are never framed, so neither member is expected.
    """
    said = json.loads(client_data)
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        raise ValueError("made in a frame of another site")


class WebAuthnVerifier:
    """Verifies replies for the origin and RP ID of the trust root in force; attestation is not asked for."""

    def __init__(self, root: Callable[[], TrustRoot]) -> None:
        """Take where the trust root in force comes from."""
        self._root = root

    def registered(self, reply: Registration, challenge: bytes) -> NewCredential:
        """Verify a registration (`CredentialVerifier.registered`)."""
        root = self._root()
        try:
            verified = verify_registration_response(
                credential=RegistrationCredential(
                    id=to_base64url(reply.credential_id),
                    raw_id=reply.credential_id,
                    response=AuthenticatorAttestationResponse(
                        client_data_json=reply.client_data, attestation_object=reply.attestation
                    ),
                ),
                expected_challenge=challenge,
                expected_rp_id=root.rp_id,
                expected_origin=root.origin,
                require_user_verification=True,
                supported_pub_key_algs=ALGORITHMS,
            )
            _expect_top_page(reply.client_data)
        except _DAMAGED as error:
            raise CredentialRefusedError(type(error).__name__) from error
        if verified.credential_id != reply.credential_id:
            raise CredentialRefusedError("another credential id inside")
        return NewCredential(verified.credential_id, verified.credential_public_key, verified.sign_count)

    def signed_in(self, reply: Assertion, challenge: bytes, public_key: bytes, sign_count: int) -> int:
        """Verify an assertion (`CredentialVerifier.signed_in`)."""
        root = self._root()
        try:
            verified = verify_authentication_response(
                credential=AuthenticationCredential(
                    id=to_base64url(reply.credential_id),
                    raw_id=reply.credential_id,
                    response=AuthenticatorAssertionResponse(
                        client_data_json=reply.client_data,
                        authenticator_data=reply.authenticator_data,
                        signature=reply.signature,
                        user_handle=reply.user_handle,
                    ),
                ),
                expected_challenge=challenge,
                expected_rp_id=root.rp_id,
                expected_origin=root.origin,
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            )
            _expect_top_page(reply.client_data)
        except _DAMAGED as error:
            raise SignInFailedError(type(error).__name__) from error
        return verified.new_sign_count
