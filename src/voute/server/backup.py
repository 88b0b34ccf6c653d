"""What a backup needs of a city: its files at one instant; after restoring, the log's lock (docs/operate/backup.md)."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from voute.app.backed_up import note_backup
from voute.core.errors import StateError, VerificationError
from voute.core.ids import Hash
from voute.core.ports_log import LockExistsError, LockMissingError, LockStore, TileStore
from voute.core.ports_objects import CityObjects
from voute.core.values import MICROSECONDS
from voute.server.composition import LogParts, expect_here, log_parts, now_seconds, open_stores, s3_drivers
from voute.server.http_witness import WitnessRefusedError
from voute.server.inspection import alone
from voute.server.keys import read_log_seeds
from voute.server.release import RELEASE
from voute.server.settings import Settings
from voute.server.trust_file import TrustFile
from voute.store.freeze import CATALOGUE, frozen
from voute.store.sql_catalogue import SCHEMA_VERSION, SqlCatalogue
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.cosigning import Cosigning, WitnessAheadError
from voute.tlog.policy import LogKey, WitnessPolicy, checkpoint_policy, verify_checkpoint
from voute.tlog.sequencer import Published, lock_key, read_published
from voute.tlog.witness import WitnessCore


class LogBehindError(VerificationError):
    """The restored log is shorter than one that was signed: going on would fork it; facts `size`, `known`."""

    code: ClassVar[str] = "log-behind"


class LogUnconfirmedError(StateError):
    """Too few witnesses confirmed that nothing later was signed; facts `have`, `need`."""

    code: ClassVar[str] = "log-unconfirmed"


class LogOverError(StateError):
    """The restored log has ended, as the trust root in force says: it signs nothing more; fact `origin`."""

    code: ClassVar[str] = "log-over"


class LogUnreadableError(VerificationError):
    """The restored log has no signed checkpoint of this city's keys."""

    code: ClassVar[str] = "log-unreadable"


@dataclass(frozen=True, slots=True)
class FrozenCity:
    """A city at one instant: its files, and what the list of a backup says of it."""

    folder: Path
    release: str
    schema: str
    origin: str
    size: int
    root: Hash


@contextmanager
def frozen_city(settings: Settings, meanwhile: Callable[[], None] = lambda: None) -> Iterator[FrozenCity]:
    """Freeze a city, served or not; readers go on, writers wait for an instant, in which `meanwhile` is called.

    Of a city on S3 the files of this machine alone are frozen: `objects_of` are the others.

    Raises:
        FreezeError: another backup runs, a symbolic link is in the city.
        StoresMovedError: the city was moved to other stores.
        StoreError: a disk refused, or there is no city.
    """
    origin = read_log_seeds(settings.keys_folder).origin
    stores = open_stores(settings)
    try:
        # A backup of the past would push the good ones out of the folder.
        expect_here(settings, stores)
    finally:
        stores.catalogue.close()
    data, locks = settings.data.resolve(), settings.locks_folder.resolve()
    # Whichever of the two is relative: a lock that came back with a backup would let the log fork.
    without = set(locks.relative_to(data).parts[:1]) if locks.is_relative_to(data) else set()
    if settings.blobs:
        # Folders of a time before the city moved to S3.
        without |= {settings.packs_folder.name, settings.log_folder.name, settings.ledger_folder.name}
    with frozen(data, locks, settings.catalogue_url, without, meanwhile) as folder:
        with closing(SqlCatalogue(f"sqlite:///{folder / CATALOGUE}")) as copy:
            # Of an older release when its server was stopped for a new one: it is saved as it is.
            schema = copy.schema() or SCHEMA_VERSION
            with copy.read() as tx:
                state = tx.log_states.get()
        size, root = (0, Hash(bytes(32))) if state is None else (state.size, state.root)
        yield FrozenCity(folder, RELEASE, schema, origin, size, root)


def objects_of(settings: Settings) -> CityObjects | None:
    """Return the objects of a city on S3; None: it keeps all in files."""
    return s3_drivers("blobs").open_objects(settings) if settings.blobs else None


def note_taken(settings: Settings, taken_at: int) -> None:
    """Note in the city's catalogue that a backup of this instant (seconds) is whole: operators are shown how old it is.

    A catalogue of another release is left as it is.

    Raises:
        StoreError: the catalogue refused; the backup is whole all the same.
    """
    with closing(SqlCatalogue(settings.catalogue_url)) as catalogue:
        if catalogue.schema() == SCHEMA_VERSION:
            with catalogue.write() as tx:
                note_backup(tx, taken_at * MICROSECONDS)


def recover_log(settings: Settings, latest: bytes | None = None) -> Checkpoint:
    """Make the lock of a restored log anew, at its published head, if nothing later was signed as far as can be known.

    Either a quorum of the trust root's witnesses cosigns this head now, at the addresses of the settings, which none does that
    has cosigned a later one; or `latest`, the newest checkpoint that anybody kept, has their cosignatures and is not later,
    and no witness that answers knows better.

    Raises:
        LockExistsError: the log has its lock: nothing is to be recovered.
        LogOverError: it has ended, and another log took its tree over.
        LogUnreadableError: no signed checkpoint was restored.
        LogBehindError: a witness or `latest` knows a longer log, or another one of this length.
        LogUnconfirmedError: too few witnesses answered, and there is no `latest`, or too few signed it.
        CityServedError: a server runs.
        StoresMovedError: the city was moved to other stores.
    """
    settings.locks_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(settings):
        stores = open_stores(settings)
        expect_here(settings, stores)
        root = TrustFile(settings.trust_root_file, now_seconds)().root
        parts = log_parts(settings, stores, root)
        log = parts.sequencer.log
        if _has_lock(stores.locks, log):
            raise LockExistsError(lock_key(log.origin))
        until = root.end_of(log.origin)
        if until is not None and now_seconds() >= until:
            raise LogOverError(origin=log.origin)
        signed = read_published(stores.tiles, log)
        if signed is None:
            raise LogUnreadableError("no checkpoint")
        _, policy = checkpoint_policy(root)
        have = _ask(parts, stores.tiles, Published(signed.head, signed))
        if latest is not None:
            have = max(have, _signers(signed, SignedCheckpoint.parse(latest), log, policy))
        if have < root.quorum or (root.quorum == 0 and latest is None):
            raise LogUnconfirmedError(have=have, need=max(root.quorum, 1))
        stores.locks.create(lock_key(log.origin), signed.head.encode().encode())
        for witness, _ in parts.witnesses:
            # Its memory was in the folder of locks. A witness beside its own log proves nothing to anyone: it starts anew.
            if isinstance(witness, WitnessCore):
                witness.enrol(log.origin)
        stores.catalogue.close()
        return signed.head


def _has_lock(locks: LockStore, log: LogKey) -> bool:
    try:
        locks.fetch(lock_key(log.origin))
    except LockMissingError:
        return False
    return True


def _signers(signed: SignedCheckpoint, latest: SignedCheckpoint, log: LogKey, policy: WitnessPolicy) -> int:
    """Count the witnesses that signed a checkpoint which the restored head must not lie behind."""
    verdict = verify_checkpoint(latest, (log,), policy)
    ours, theirs = signed.head, verdict.head
    if theirs.size > ours.size or (theirs.size == ours.size and theirs != ours):
        raise LogBehindError(size=ours.size, known=theirs.size)
    return len(verdict.witness_times)


def _ask(parts: LogParts, tiles: TileStore, published: Published) -> int:
    """Count the witnesses that cosign the restored head now."""
    cosigning = Cosigning(parts.sequencer, tiles, parts.witnesses)
    have = 0
    for witness, key in parts.witnesses:
        answer = cosigning.ask(witness, key, published)
        if isinstance(answer.error, WitnessAheadError | WitnessRefusedError):
            # It has cosigned a longer log, or another one of this length.
            known = answer.error.facts.get("size", published.head.size)
            raise LogBehindError(witness.name, size=published.head.size, known=known) from answer.error
        have += answer.line is not None
    return have
