"""What the use cases need besides the stores: who judges an authenticator's reply."""

from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

from voute.core.ids import Hash, VaultId


@dataclass(frozen=True, slots=True)
class Registration:
    """An authenticator's registration as it came: allow-listed parts only, raw bytes (docs/spec/vault.md)."""

    credential_id: bytes
    client_data: bytes
    attestation: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assertion:
    """An authenticator's sign-in reply as it came: allow-listed parts only, raw bytes."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes | None


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential whose registration was verified: its id, COSE public key and signature counter."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


class CredentialVerifier(Protocol):
    """Verifies WebAuthn replies (Level 3, §7.1 and §7.2) for one origin and RP ID, with user verification required."""

    def registered(self, reply: Registration, challenge: bytes) -> NewCredential:
        """Verify a registration against the challenge that was given.

        Raises:
            CredentialRefusedError: anything does not hold.
        """
        ...

    def signed_in(self, reply: Assertion, challenge: bytes, public_key: bytes, sign_count: int) -> int:
        """Verify an assertion by a known credential and return its new signature counter.

        Raises:
            SignInFailedError: anything does not hold.
        """
        ...


@dataclass(frozen=True, slots=True)
class NoticeKit:
    """What notices need of this machine: the key of codes and tokens, and the city's time zone."""

    key: bytes = field(repr=False)
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class PushKit:
    """What notices on devices need: our public key as browsers ask for it, the push services that are used, the time zone.

    `services` are hosts, `*.` before one stands for all below it; `own_services` are `host:port` of the city's own.
    """

    public: bytes
    services: frozenset[str]
    own_services: frozenset[str]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is signed in: a vault, by the session with this token hash.

    Without a further request it ends at `expires_at` (microseconds).
    """

    vault_id: VaultId
    token_hash: Hash
    expires_at: int
