"""WebAuthn replies as they may come: rebuilt from an allow-list (docs/spec/vault.md); any other key is refused."""

from typing import Literal

from voute.app.ports import Assertion, Registration
from voute.core.errors import FormatError
from voute.format.fields import from_base64, to_base64
from voute.server.http.wire import Base64Url, Model

MAX_TRANSPORTS = 16


class RegistrationResponse(Model, rename={"client_data": "clientDataJSON", "attestation": "attestationObject"}):
    """What an authenticator answers to `create`."""

    client_data: Base64Url
    attestation: Base64Url
    transports: list[str]


class RegistrationReply(Model):
    """A new credential."""

    id: Base64Url
    type: Literal["public-key"]
    response: RegistrationResponse


class AssertionResponse(
    Model,
    rename={
        "client_data": "clientDataJSON",
        "authenticator_data": "authenticatorData",
        "user_handle": "userHandle",
    },
):
    """What an authenticator answers to `get`."""

    client_data: Base64Url
    authenticator_data: Base64Url
    signature: Base64Url
    user_handle: Base64Url | None = None


class AssertionReply(Model):
    """A sign-in by a known credential."""

    id: Base64Url
    type: Literal["public-key"]
    response: AssertionResponse


def from_base64url(text: str) -> bytes:
    """Decode base64url without padding, canonical; `FormatError` otherwise."""
    padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    return from_base64(padded)


def read_registration(reply: RegistrationReply) -> Registration:
    """Decode a registration."""
    transports = tuple(reply.response.transports)
    if len(transports) > MAX_TRANSPORTS or not all(one.isascii() and one.replace("-", "").isalnum() for one in transports):
        raise FormatError("transports", field="transports")
    return Registration(
        from_base64url(reply.id),
        from_base64url(reply.response.client_data),
        from_base64url(reply.response.attestation),
        transports,
    )


def read_assertion(reply: AssertionReply) -> Assertion:
    """Decode an assertion."""
    handle = reply.response.user_handle
    return Assertion(
        from_base64url(reply.id),
        from_base64url(reply.response.client_data),
        from_base64url(reply.response.authenticator_data),
        from_base64url(reply.response.signature),
        None if handle is None else from_base64url(handle),
    )


def to_base64url(raw: bytes) -> str:
    """Write bytes as base64url without padding."""
    return to_base64(raw).rstrip("=").replace("+", "-").replace("/", "_")
