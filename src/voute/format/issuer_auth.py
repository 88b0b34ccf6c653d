"""An issuer's signed answer to the city's challenge (payload of `issuer-auth`).

Source: `docs/spec/api.md`, `POST /api/issuer/sessions`. It names the origin that the client talks to, so that a city
in between cannot use it elsewhere.
"""

from dataclasses import dataclass

from voute.core.ids import HASH_SIZE, Slug, sized
from voute.core.values import UnixTime, time_text
from voute.format import canonical, dsse
from voute.format.dsse import Kind, SigningKey
from voute.format.event import MAX_EVENT
from voute.format.fields import Fields, to_base64

_KEYS = frozenset({"version", "city", "issuer", "challenge", "origin", "time"})


@dataclass(frozen=True, slots=True)
class IssuerAuth:
    """An issuer says: I answer this challenge (32 bytes) of this city at this origin."""

    city: Slug
    issuer: Slug
    challenge: bytes
    origin: str
    time: UnixTime

    def encode(self) -> bytes:
        """Write the payload."""
        return canonical.dumps(
            {
                "version": 1,
                "city": self.city,
                "issuer": self.issuer,
                "challenge": to_base64(sized(self.challenge, HASH_SIZE)),
                "origin": self.origin,
                "time": time_text(self.time),
            }
        )

    def sign(self, key: SigningKey) -> bytes:
        """Sign with the issuer's signing key; returns the envelope."""
        return dsse.sign(Kind.ISSUER_AUTH, self.encode(), key)


def parse_issuer_auth(payload: bytes) -> IssuerAuth:
    """Parse the payload of a verified envelope; raises `FormatError` alone."""
    fields = Fields(canonical.loads(payload, MAX_EVENT), _KEYS, "issuer-auth")
    fields.version()
    return IssuerAuth(
        fields.slug("city"),
        fields.slug("issuer"),
        sized(fields.base64("challenge"), HASH_SIZE),
        fields.text("origin"),
        fields.time("time"),
    )
