"""What every part of a check works with: the stores, one view of the catalogue, the trust root, what was found so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from voute.core.ports_ledger import LedgerStore
from voute.core.ports_log import LockStore, TileStore
from voute.core.ports_raw import Leftovers, RawCatalogue, RawTables
from voute.core.ports_store import BlobStore, SidecarStore
from voute.format.trust_root import TrustRoot
from voute.fsck.findings import Findings, Mend, Progress
from voute.tlog.checkpoint import Checkpoint

BATCH: Final = 256
"""Events, lookups or vaults looked at together: one bundle of the log."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Everything a city keeps, below all rules; `trust_root` is the signed trust root in force."""

    catalogue: RawCatalogue
    blobs: BlobStore
    sidecars: SidecarStore
    tiles: TileStore
    ledger: LedgerStore
    locks: LockStore
    trust_root: bytes
    leftovers: Mapping[str, Leftovers] = field(default_factory=dict)
    """By the name of the store: `packs`, `log`, `ledger`, `locks`."""


@dataclass(slots=True)
class Context:
    """One look at a city. `head` is what the tree is checked against; `proven` whether the stored entries lead to it."""

    storage: Storage
    view: RawTables
    findings: Findings
    root: TrustRoot
    head: Checkpoint
    least: int
    """Entries that were published before the view was opened: the view has the event of each."""
    reach: int
    """Up to where tiles may be: what the lock promises may be on its way."""
    progress: Progress
    quick: bool = False
    is_served: bool = False
    """A server runs: what it writes meanwhile is no difference."""
    was_mended: bool = False
    """The catalogue was mended just now: the ledger takes over what it says now."""
    proven: bool = False
    is_walking: bool = False
    """The tree is still being rebuilt: findings are held until it is proven, or not."""
    gaps: dict[bytes, int] = field(default_factory=dict)
    """Leaf hash → index of entries without an event."""
    holes: int = 0
    """How many of them there were before any was explained."""
    suspects: set[int] = field(default_factory=set)
    """Events that are not what the log has; named already."""
    erased: dict[int, bytes] = field(default_factory=dict)
    """Logged events without salt and bytes → their leaf: of destroyed documents, or lost."""
    emptied: set[int] = field(default_factory=set)
    """Those of destroyed documents."""
    jobs: set[tuple[str, bytes]] = field(default_factory=set)
    """Work that the server has still to do: kind and subject."""
    records_lost: set[bytes] = field(default_factory=set)
    """Vaults of which the log names a signed record that is gone; named already."""
    renumbered: set[int] = field(default_factory=set)
    """Event numbers that a document, or its event, has wrongly; named already."""
    unlisted: set[bytes] = field(default_factory=set)
    """Packs whose row is missing; named already."""
    moved: set[int] = field(default_factory=set)
    """Events that stand in the wrong box; named already."""
    lonely: dict[bytes, int] = field(default_factory=dict)
    """Document id → `deliver` event of documents without a row."""
    published_size: int = 0
    """Size of the log as the catalogue last noted it: events below are `logged`."""

    def mend_by(self, mend: Mend) -> Mend | None:
        """Return how to mend if the log proves what is right, else None."""
        return mend if self.proven or self.is_walking else None

    def put(self, table: str, values: Mapping[str, object]) -> Mend:
        """Return how a row is put."""

        def mend() -> None:
            with self.storage.catalogue.change() as change:
                change.put(table, values)

        return mend

    def set(self, table: str, key: Mapping[str, object], values: Mapping[str, object]) -> Mend:
        """Return how columns of a row are set."""

        def mend() -> None:
            with self.storage.catalogue.change() as change:
                change.set(table, key, values)

        return mend


def all_of(mends: Sequence[Callable[[], None]]) -> Mend:
    """Return how several things are mended, one after the other."""

    def mend() -> None:
        for one in mends:
            one()

    return mend
