"""Ports of the stores: immutable blobs, their sidecars, and the catalogue's transactions.

Trust: packs and sidecars are not trusted (their forger gains nothing: hashes are in the log), the catalogue is trusted for
availability only. Small ports on purpose: rules live in `voute.app`, drivers in `voute.store`.
A call that raises `StoreError` may or may not have taken effect: every call here can be repeated.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import ClassVar, Protocol, Self

from voute.core.errors import FormatError, StateError, StoreError
from voute.core.ids import Hash
from voute.core.ports_deliveries import Deliveries, Documents, Lookups, Packs
from voute.core.ports_events import Chains, Events, Jobs, LogStates
from voute.core.ports_looks import Look
from voute.core.ports_notices import Notices
from voute.core.ports_push import Devices
from voute.core.ports_seen import Counts, Marks
from voute.core.ports_vaults import Challenges, Consents, Credentials, Limits, Sessions, Vaults


class BlobMissingError(StoreError):
    """No blob is stored under this name."""

    code: ClassVar[str] = "blob-missing"


class BlobHashError(FormatError):
    """The bytes that came are not those that the name promises; nothing was stored."""

    code: ClassVar[str] = "pack-hash"


class StoreFullError(StoreError):
    """The store has no room left; nothing that was acknowledged is touched."""

    code: ClassVar[str] = "store-full"


class StoreUnreadableError(StoreError):
    """The disk answers and cannot give these bytes: a sector that is gone. What lies elsewhere can be read all the same."""


class StoreUnreachableError(StoreError):
    """The store is another machine that does not answer, or says that it failed; what was asked of it may have been done."""

    code: ClassVar[str] = "store-unreachable"


class StoreUntrustedError(StoreUnreachableError):
    """Who answers in the store's place shows a certificate that isn't believed; nothing was sent. The fact `problem` says why."""


class StoreRefusedError(StoreError):
    """The store does not let us in, or has not what the settings name: no repeating helps before an operator has looked."""

    code: ClassVar[str] = "store-refused"


class DatabaseUnfitError(StoreError):
    """The catalogue's database lets us in, and can't be used; facts `where` (never a password) and `why`."""

    code: ClassVar[str] = "database-unfit"


class CatalogueVersionError(StoreError):
    """The catalogue's schema is not the one of this release; facts `found` and `needed` (numbers of revisions, or "none")."""

    code = "catalogue-version"


class RowExistsError(StateError):
    """A row with the same unique key exists; the whole transaction is rolled back."""

    code: ClassVar[str] = "row-exists"


class BlobWriter(Protocol):
    """One blob on its way in; leaving the `with` block without `finish` leaves nothing behind."""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes (hashed on the way); may block on the disk, so async callers use a thread.

        Raises:
            StoreError: the store failed.
        """
        ...

    def finish(self, *, has_holes: bool = False) -> int:
        """Check the hash, make the blob durable and visible, and return its size in bytes.

        With `has_holes` it is not checked: the bytes come from another store, which overwrote some of them (`BlobStore.punch`).

        When this returns the blob survives a crash; before, nobody sees it. If another writer was faster the blob is theirs,
        which is the same bytes.

        Raises:
            BlobHashError: SHA-256 of the bytes is not the name.
            StoreError: the store failed; the blob is either absent or whole.
        """
        ...

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Drop what was not finished."""
        ...


class BlobStore(Protocol):
    """Immutable blobs named by the SHA-256 of their bytes; all calls are synchronous and safe from several threads."""

    def writer(self, name: Hash) -> BlobWriter:
        """Begin to store a blob; storing one that is there already is allowed and changes nothing."""
        ...

    def size(self, name: Hash) -> int | None:
        """Return the blob's size in bytes, or None when it is absent."""
        ...

    def read(self, name: Hash, offset: int, length: int) -> Iterator[bytes]:
        """Return the chunks (≤ 256 KiB each) of one range; the blob is looked up now, not at the first chunk.

        Raises:
            BlobMissingError: no such blob.
            StoreError: the store failed, or holds fewer bytes than asked for (then the last chunk never comes).
        """
        ...

    def at_hand(self, name: Hash, offset: int, length: int) -> bytes | bytearray | None:
        """Return one range if it can be had without waiting for a disk or a network; None: `read` tells, in its time.

        Raises:
            StoreError: the store failed.
        """
        ...

    def punch(self, name: Hash, ranges: Sequence[tuple[int, int]]) -> bool:
        """Overwrite ranges (offset, length) with zeros, durably, and give their room back where the store can.

        The one change that a blob ever sees: of bytes that nobody may have any more (docs/spec/pack.md). It may be repeated; an
        error or a crash may leave part of it done. False, and nothing changed: a backup holds the blob; call again.

        Raises:
            BlobMissingError: no such blob.
            StoreError: the store failed.
        """
        ...

    def delete(self, name: Hash) -> None:
        """Remove a blob, durably; removing nothing is not an error."""
        ...

    def names(self) -> Iterator[Hash]:
        """Yield the name of every blob that is there, in rising order."""
        ...


class SidecarStore(Protocol):
    """One small mutable file beside each pack, replaced whole (docs/spec/pack.md)."""

    def put(self, name: Hash, data: bytes) -> None:
        """Store or replace a sidecar: a reader sees the old or the new one, whole; durable when this returns."""
        ...

    def get(self, name: Hash) -> bytes:
        """Return a sidecar's bytes.

        Raises:
            BlobMissingError: no such sidecar.
        """
        ...

    def delete(self, name: Hash) -> None:
        """Remove a sidecar, durably; removing nothing is not an error."""
        ...

    def names(self) -> Iterator[Hash]:
        """Yield the pack names that have a sidecar, in rising order."""
        ...


class Transaction(Protocol):
    """All tables of the catalogue inside one transaction; not to be kept after it, nor shared between threads."""

    @property
    def vaults(self) -> Vaults:
        """Vaults with their numbers, records, keyrings and unlock methods."""
        ...

    @property
    def consents(self) -> Consents:
        """What holders chose to receive without paper."""
        ...

    @property
    def notices(self) -> Notices:
        """Addresses that holders want to be told at, and mails that are to be sent."""
        ...

    @property
    def devices(self) -> Devices:
        """Browsers that holders want to be told on, and messages that are to be sent to them."""
        ...

    @property
    def credentials(self) -> Credentials:
        """WebAuthn credentials."""
        ...

    @property
    def challenges(self) -> Challenges:
        """Challenges that wait for their answer."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Signed-in holders and issuers."""
        ...

    @property
    def limits(self) -> Limits:
        """Counters of the rate limits."""
        ...

    @property
    def lookups(self) -> Lookups:
        """Lookup ids of claim codes."""
        ...

    @property
    def deliveries(self) -> Deliveries:
        """Deliveries and their state."""
        ...

    @property
    def packs(self) -> Packs:
        """Packs of deliveries."""
        ...

    @property
    def documents(self) -> Documents:
        """Documents: header, card and where the body lies."""
        ...

    @property
    def events(self) -> Events:
        """Events, drafted, ready and logged."""
        ...

    @property
    def chains(self) -> Chains:
        """Chain of events of each box."""
        ...

    @property
    def log_states(self) -> LogStates:
        """Copy of the published checkpoint, for reading."""
        ...

    @property
    def jobs(self) -> Jobs:
        """Work to be done after its transaction."""
        ...

    @property
    def counts(self) -> Counts:
        """How much of what there is."""
        ...

    @property
    def marks(self) -> Marks:
        """Notes of the city's own work."""
        ...


class Catalogue(Protocol):
    """The relational store; synchronous, from several threads, one transaction a `with` block."""

    def read(self) -> AbstractContextManager[Transaction]:
        """Open a consistent view; a change inside it raises `StoreError`. Never waits for a writer."""
        ...

    def look(self) -> AbstractContextManager[Look]:
        """Lend a connection for looks, which need no transaction; a tenth of the cost of `read`. Never waits for a writer.

        Raises:
            StoreError: the store failed, here or at a look.
        """
        ...

    def write(self, *, durable: bool = True) -> AbstractContextManager[Transaction]:
        """Open a transaction that commits when the block ends well and rolls back on any exception.

        When the block has ended without an exception all of it survives a crash, else none of it counts. With `durable=False`
        a power failure may lose it (never tear it): for rate limits and last-seen times, which cost no flush this way.

        Raises:
            RowExistsError: a unique key was already there.
            StoreError: the store failed; the outcome is unknown until the next read.
        """
        ...

    def scrub(self) -> bool:
        """Overwrite in the engine's own files what committed transactions erased; False: readers hold it up, call again.

        Where the engine does this by itself, later, nothing is done (docs/operate says when).

        Raises:
            StoreError: the store failed.
        """
        ...

    def check(self) -> None:
        """Prove that the catalogue answers and has the schema of this release.

        Raises:
            StoreError: it does not.
        """
        ...
