"""The pack statement: the issuer's one signature behind every `deliver` event of a pack (payload of `pack`).

Source: `docs/spec/pack.md`. `root` is the RFC 6962 head over `voute.format.pack.pack_leaf` of each document in index
order; whoever builds or checks it computes that head with `voute.tlog.merkle`.
"""

from dataclasses import dataclass

from voute.core.ids import DeliveryId, Hash, Slug
from voute.core.values import UnixTime, time_text
from voute.format import canonical, dsse
from voute.format.dsse import Kind, SigningKey
from voute.format.event import MAX_EVENT
from voute.format.fields import Fields
from voute.format.pack import MAX_DOCUMENTS

_KEYS = frozenset({"version", "city", "issuer", "delivery_id", "pack", "count", "root", "time"})


@dataclass(frozen=True, slots=True)
class PackStatement:
    """An issuer says: in this delivery I hand over this pack of `count` documents."""

    city: Slug
    issuer: Slug
    delivery_id: DeliveryId
    pack: Hash
    count: int
    root: Hash
    time: UnixTime

    def encode(self) -> bytes:
        """Write the payload."""
        return canonical.dumps(
            {
                "version": 1,
                "city": self.city,
                "issuer": self.issuer,
                "delivery_id": self.delivery_id.hex(),
                "pack": self.pack.hex(),
                "count": self.count,
                "root": self.root.hex(),
                "time": time_text(self.time),
            }
        )

    def sign(self, key: SigningKey) -> bytes:
        """Sign with the issuer's signing key; returns the envelope."""
        return dsse.sign(Kind.PACK, self.encode(), key)


def parse_pack_statement(payload: bytes) -> PackStatement:
    """Parse the payload of a verified envelope; raises `FormatError` alone."""
    fields = Fields(canonical.loads(payload, MAX_EVENT), _KEYS, "pack")
    fields.version()
    return PackStatement(
        fields.slug("city"),
        fields.slug("issuer"),
        DeliveryId(fields.identifier("delivery_id")),
        fields.hash("pack"),
        fields.integer("count", 1, MAX_DOCUMENTS),
        fields.hash("root"),
        fields.time("time"),
    )
