"""Puts a city together from its settings: the one place that names drivers."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import ClassVar, Final, Protocol

from voute.app.city import City, Trust
from voute.app.ledger import Ledger
from voute.app.ports import NoticeKit, PushKit
from voute.app.sequence import Sequencing
from voute.core.errors import StateError
from voute.core.ports_ledger import LedgerStore
from voute.core.ports_log import LockStore, TileMissingError, TileStore, Witness
from voute.core.ports_store import BlobStore, SidecarStore
from voute.format.arms import Arms, ArmsRefusedError, clean
from voute.format.trust_root import TrustRoot
from voute.server.http_witness import HttpWitness
from voute.server.keys import read_log_seeds, read_or_create_notice_key, read_or_create_push_key, read_witness_seed
from voute.server.notices.vapid import public_point
from voute.server.settings import SIGNED_URL, SettingError, Settings
from voute.server.trust_file import TrustFile
from voute.server.webauthn import WebAuthnVerifier
from voute.store.moved import is_catalogue_moved
from voute.store.posix_blobs import PosixBlobs, PosixSidecars
from voute.store.posix_log import PosixLocks, PosixTiles
from voute.store.sql_catalogue import SqlCatalogue
from voute.store.watch import Watch
from voute.tlog.cosignature import Cosigner
from voute.tlog.policy import WitnessKey
from voute.tlog.sequencer import Sequencer
from voute.tlog.signer import MemorySigner
from voute.tlog.witness import FollowedLog, WitnessCore

_NANOSECONDS: Final = 1_000
PACKAGE_WEB: Final = Path(__file__).parent / "web"
CHECKOUT_WEB: Final = Path(__file__).parents[3] / "web" / "dist"


def now_microseconds() -> int:
    """Return microseconds since 1970 UTC."""
    return time.time_ns() // _NANOSECONDS


def now_seconds() -> int:
    """Return whole seconds since 1970 UTC."""
    return int(time.time())


class Swept(Protocol):
    """A driver whose writers may leave something behind when they crash."""

    def sweep(self, untouched: float) -> int:
        """Remove what nobody wrote to for so many seconds; returns how many.

        Raises:
            StoreError: the store failed.
        """
        ...


class SweptBlobs(BlobStore, Swept, Protocol):
    """Blobs of a driver."""


class SweptTiles(TileStore, LedgerStore, Swept, Protocol):
    """Tiles, or the ledger, of a driver."""


class SweptLocks(LockStore, Swept, Protocol):
    """Locks of a driver."""


MOVED: Final = "moved"
"""Path beside the log that says: this city lives elsewhere now (docs/operate/move.md)."""


class StoresMovedError(StateError):
    """The city was moved from these stores; nothing was opened."""

    code: ClassVar[str] = "stores-moved"


@dataclass(frozen=True, slots=True)
class Stores:
    """The drivers of one city."""

    catalogue: SqlCatalogue
    blobs: SweptBlobs
    sidecars: SidecarStore
    tiles: SweptTiles
    ledger: SweptTiles
    locks: SweptLocks

    def sweep(self, untouched: float) -> int:
        """Remove temporary files and unfinished uploads that nobody wrote to for so many seconds; returns how many.

        Raises:
            StoreError: a store failed.
        """
        return sum(store.sweep(untouched) for store in (self.blobs, self.tiles, self.ledger, self.locks))


@dataclass(frozen=True, slots=True)
class LogParts:
    """The log's writer and the witnesses that it can reach."""

    sequencer: Sequencer
    witnesses: tuple[tuple[Witness, WitnessKey], ...]


@dataclass(frozen=True, slots=True)
class Assembled:
    """A city ready to be served; `woken` is set when events are ready."""

    city: City
    stores: Stores
    woken: Event


def open_stores(settings: Settings, watch: Watch | None = None) -> Stores:
    """Open the drivers that the settings name; nothing is created that an operator has not asked for by `create_city`."""
    locks: SweptLocks = PosixLocks(settings.locks_folder, watch)
    if settings.s3_locks:
        locks = s3_drivers("s3_locks").open_s3_locks(settings, watch)
    if settings.blobs:
        there = s3_drivers("blobs").open_s3(settings, watch)
        catalogue = SqlCatalogue(settings.catalogue_url, watch)
        return Stores(catalogue, there.blobs, there.sidecars, there.tiles, there.ledger, locks)
    return Stores(
        SqlCatalogue(settings.catalogue_url, watch),
        PosixBlobs(settings.packs_folder, watch),
        PosixSidecars(settings.packs_folder, watch),
        PosixTiles(settings.log_folder, watch),
        PosixTiles(settings.ledger_folder, watch),
        locks,
    )


def expect_here(settings: Settings, stores: Stores) -> None:
    """Refuse stores from which the city was moved: what is written there would be the log's and the vaults' second present.

    Raises:
        StoresMovedError: `voute migrate-store` moved the city to other stores.
        StoreError: a store does not say.
    """
    if is_catalogue_moved(settings.catalogue_url):
        raise StoresMovedError("catalogue")
    expect_log_here(stores)


def expect_log_here(stores: Stores) -> None:
    """Refuse packs, log and ledger from which the city was moved, whatever became of the catalogue.

    Raises:
        StoresMovedError: `voute migrate-store` moved them to other stores.
        StoreError: the store does not say.
    """
    try:
        stores.tiles.get(MOVED)
    except TileMissingError:
        return
    raise StoresMovedError("packs, log and ledger")


def s3_drivers(setting: str) -> ModuleType:
    """Load the drivers for S3: a city on one machine needs none of their library.

    Raises:
        SettingError: it is not installed; names the setting that asks for it.
    """
    try:
        from voute.server import s3_stores  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingError("the library for S3 is missing: install the wheel with its part [s3]", setting=setting) from error
    return s3_stores


def expect_fit(settings: Settings) -> None:
    """Look at what any process of a server needs first, and open nothing that a process forked from this one must not have.

    Raises:
        TrustFileError: no fit trust root.
        CatalogueVersionError: the catalogue is of another release.
        StoresMovedError: the catalogue was moved.
        StoreError: it cannot be opened.
        SettingError: the coat of arms is refused.
    """
    TrustFile(settings.trust_root_file, now_seconds)()
    with closing(SqlCatalogue(settings.catalogue_url)) as catalogue:
        catalogue.check()
    if is_catalogue_moved(settings.catalogue_url):
        raise StoresMovedError("catalogue")
    arms_of(settings)


def assemble(
    settings: Settings, now: Callable[[], int] = now_microseconds, watch: Watch | None = None, *, serves: bool = True
) -> Assembled:
    """Put the city together; `watch` is told of every step of its stores.

    Who only looks `serves` nobody: no trust root is kept beside the one in force, no key of notices is drawn, and the city tells
    nobody anything. A file that somebody else than the server made here would be closed to it.

    Raises:
        StoresMovedError: the city was moved to other stores.
        TrustFileError: no fit trust root.
        CatalogueVersionError: the catalogue is of another release; an operator migrates it, a start never does.
        StoreError: bodies are read by signed links, and there are no keys to sign with.
    """
    stores = open_stores(settings, watch)
    trust = TrustFile(settings.trust_root_file, now_seconds, keeps=serves)
    trust()
    stores.catalogue.check()
    expect_here(settings, stores)
    woken = Event()
    city = City(
        catalogue=stores.catalogue,
        blobs=stores.blobs,
        sidecars=stores.sidecars,
        tiles=stores.tiles,
        ledger=Ledger(stores.catalogue, stores.ledger),
        credentials=WebAuthnVerifier(lambda: trust().root),
        trust=trust,
        waiting_trust=trust.waiting,
        earlier_root=trust.earlier,
        now=now,
        wake=woken.set,
        notices=notice_kit(settings) if serves else None,
        push=push_kit(settings) if serves else None,
        signer=s3_drivers("direct_reads").open_signer(settings) if settings.direct_reads == SIGNED_URL else None,
    )
    return Assembled(city, stores, woken)


def notice_kit(settings: Settings) -> NoticeKit | None:
    """Return what notices need, or None where no mail is sent; the key is drawn the first time."""
    if not settings.smtp_host:
        return None
    return NoticeKit(read_or_create_notice_key(settings.keys_folder), settings.zone)


def push_kit(settings: Settings) -> PushKit | None:
    """Return what notices on devices need, or None where nobody is told so; the key is drawn the first time."""
    if not settings.push:
        return None
    public = public_point(read_or_create_push_key(settings.keys_folder))
    return PushKit(public, settings.push_hosts, settings.push_own_hosts, settings.zone)


def log_parts(
    settings: Settings, stores: Stores, root: TrustRoot | None = None, trust: Callable[[], Trust] | None = None
) -> LogParts:
    """Make the log's writer from the keys on this machine, with the witness beside it if there is one.

    `root` is the trust root whose witnesses are asked, each at the address that the settings give; none before there is one.
    `trust` gives the one in force at any time: a log that it says has ended signs nothing more.

    Raises:
        KeyFileError: the log's keys are missing.
    """
    seeds = read_log_seeds(settings.keys_folder)
    signer = MemorySigner(seeds.origin, seeds.ed25519, seeds.mldsa44)
    until = (lambda: None) if trust is None else lambda: trust().root.end_of(seeds.origin)
    sequencer = Sequencer(stores.tiles, stores.locks, signer, signer.log, now_seconds, until=until)
    remote: tuple[tuple[Witness, WitnessKey], ...] = () if root is None else remote_witnesses(settings, root)
    seed = read_witness_seed(settings.keys_folder)
    if seed is None:
        return LogParts(sequencer, remote)
    cosigner = Cosigner(seed.name, seed.mldsa44)
    witness = WitnessCore(cosigner, (FollowedLog.of(signer.log),), stores.locks, now_seconds)
    return LogParts(sequencer, ((witness, WitnessKey(seed.name, cosigner.public.public)), *remote))


def remote_witnesses(settings: Settings, root: TrustRoot) -> tuple[tuple[HttpWitness, WitnessKey], ...]:
    """Return the witnesses of a trust root whose addresses the settings give."""
    addresses = settings.witness_addresses
    return tuple(
        (HttpWitness(one.name, addresses[one.name]), WitnessKey(one.name, one.mldsa44))
        for one in root.witnesses
        if one.name in addresses
    )


def sequencing(city: City, parts: LogParts) -> Sequencing:
    """Make the use case that brings events into the log."""
    return Sequencing(city.catalogue, parts.sequencer, city.ledger, city.now, city.notices, city.push)


def arms_of(settings: Settings) -> Arms | None:
    """Return the city's coat of arms, written anew, or None when it has none.

    Raises:
        ArmsRefusedError: the file is not there, or holds what may not be in it.
    """
    if settings.arms == Path():
        return None
    try:
        return clean(settings.arms.read_bytes())
    except OSError as error:
        raise ArmsRefusedError("file", what="file") from error


def web_folder(settings: Settings) -> Path:
    """Return where the built pages are: as set, else in the package, else in a checkout."""
    if settings.web != Path():
        return settings.web
    return PACKAGE_WEB if PACKAGE_WEB.is_dir() else CHECKOUT_WEB
