"""Acts: what a holder or an issuer did, signed by them (payload of `act`).

Source: `docs/spec/event-receipt.md`, "Act". The event that follows carries the act's hash and repeats its subject.
"""

from dataclasses import dataclass

from voute.core.ids import HASH_SIZE, Hash, Slug, sized
from voute.core.values import UnixTime, time_text
from voute.format import canonical, dsse
from voute.format.dsse import Kind, SigningKey
from voute.format.event import MAX_EVENT
from voute.format.fields import Fields
from voute.format.subject import AnySubject, check_pair, read_subject

_KEYS = frozenset({"version", "type", "city", "actor", "subject", "time", "nonce"})


@dataclass(frozen=True, slots=True)
class Act:
    """A claim, a binding, a first opening, a deletion, a revocation: by whom, when, about what."""

    city: Slug
    actor: str
    subject: AnySubject
    time: UnixTime
    nonce: Hash

    @property
    def type(self) -> str:
        """The act's type word, also that of its event."""
        return self.subject.type

    def encode(self) -> bytes:
        """Write the payload."""
        check_pair(self.subject, self.actor, act=True)
        return canonical.dumps(
            {
                "version": 1,
                "type": self.subject.type,
                "city": self.city,
                "actor": self.actor,
                "subject": self.subject.to_json(),
                "time": time_text(self.time),
                "nonce": sized(self.nonce, HASH_SIZE).hex(),
            }
        )

    def sign(self, key: SigningKey) -> bytes:
        """Sign: a vault's root key or an issuer's signing key; returns the envelope."""
        return dsse.sign(Kind.ACT, self.encode(), key)


def parse_act(payload: bytes) -> Act:
    """Parse the payload of a verified envelope; raises `FormatError` alone."""
    fields = Fields(canonical.loads(payload, MAX_EVENT), _KEYS, "act")
    fields.version()
    subject, actor = read_subject(fields, act=True)
    return Act(fields.slug("city"), actor, subject, fields.time("time"), fields.hash("nonce"))
