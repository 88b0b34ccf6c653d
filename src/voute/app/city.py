"""What every use case works with: the city's ports and its trust root, handed in by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass

from voute.app.ledger import Ledger
from voute.app.ports import CredentialVerifier, NoticeKit, PushKit
from voute.core.ids import Slug
from voute.core.ports_direct import RangeSigner
from voute.core.ports_log import TileStore
from voute.core.ports_store import BlobStore, Catalogue, SidecarStore
from voute.core.values import MICROSECONDS, UnixTime, unix_time
from voute.format.trust_root import TrustRoot


@dataclass(frozen=True, slots=True)
class Trust:
    """The trust root in force: parsed, and the exact bytes of its envelope."""

    root: TrustRoot
    envelope: bytes


@dataclass(frozen=True, slots=True)
class City:
    """The city's ports. `now` gives microseconds since 1970 UTC, `wake` tells the sequencer that events are ready.

    `earlier_root` gives the envelope of a trust root that was in force, by its number; None when it is not kept.
    Without `notices` the city sends no mail, without `push` it tells on no device, without `signer` it gives no links to
    bodies.
    """

    catalogue: Catalogue
    blobs: BlobStore
    sidecars: SidecarStore
    tiles: TileStore
    ledger: Ledger
    credentials: CredentialVerifier
    trust: Callable[[], Trust]
    earlier_root: Callable[[int], bytes | None]
    now: Callable[[], int]
    wake: Callable[[], None]
    notices: NoticeKit | None = None
    push: PushKit | None = None
    signer: RangeSigner | None = None
    waiting_trust: Callable[[], Trust | None] = lambda: None
    """The trust root that will follow the one in force, signed and not effective yet: shown to whoever asks, used by nobody."""

    @property
    def slug(self) -> Slug:
        """The city's slug, from the trust root."""
        return self.trust().root.city

    def time(self) -> UnixTime:
        """Return the present instant in whole seconds, as statements carry it."""
        return unix_time(self.now() // MICROSECONDS)
