"""A successor takes the log over: its keys, made while the old one goes on; then its tree (docs/spec/log.md, "Succession").

The successor's lock is the decision: what comes before it is done again after a crash, what comes after it follows from it.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from voute.core.errors import FormatError, StateError, VerificationError, VouteError
from voute.core.ids import Hash
from voute.core.ports_log import LockExistsError, LockMissingError, TileMissingError
from voute.core.values import unix_time
from voute.format.succession import Succession, parse_succession, succession_path
from voute.format.trust_root import TrustRoot
from voute.server.backup import LogUnconfirmedError, LogUnreadableError
from voute.server.ceremony import CityKeys
from voute.server.composition import Stores, expect_here, log_parts, now_seconds, open_stores, remote_witnesses
from voute.server.http_witness import HttpWitness
from voute.server.inspection import alone
from voute.server.keys import (
    LOG_FILE,
    SUCCESSOR_FILE,
    LogSeeds,
    create_log_seeds,
    put_successor_in_place,
    read_log_seeds,
)
from voute.server.settings import Settings
from voute.server.trust_file import TrustFile, TrustFileError
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.policy import LogEndedError, LogKey, verify_log
from voute.tlog.reader import TileDamagedError
from voute.tlog.recheck import recheck_stored
from voute.tlog.sequencer import CHECKPOINT_PATH, LogDamagedError, Sequencer, lock_key, read_published
from voute.tlog.signer import MemorySigner
from voute.tlog.witness import WitnessCore

_PAGE: Final = 4_096
"""Events that are counted at a time."""


class SuccessorNamedError(StateError):
    """The successor cannot have this name, or has another one already; facts `origin`, `begun`, `why`."""

    code: ClassVar[str] = "successor-named"


class NoSuccessorError(StateError):
    """No successor's keys are here, or it has taken over already; fact `origin`, the log that goes on."""

    code: ClassVar[str] = "no-successor"


class SuccessionEarlyError(StateError):
    """The trust root in force does not say that the old log has ended and the successor is open; fact `origin`: which one."""

    code: ClassVar[str] = "succession-early"


class SuccessionUnsureError(StateError):
    """The old log's lock is not here, so nobody here knows what it signed last: the operator must show it."""

    code: ClassVar[str] = "succession-unsure"


class SuccessionOlderError(VerificationError):
    """A longer log was signed than the checkpoint shows that was given as the newest one; facts `size`, `known`."""

    code: ClassVar[str] = "succession-older"


class SuccessorBegunError(StateError):
    """A witness has cosigned the successor already: another machine has its tree; fact `witness`."""

    code: ClassVar[str] = "successor-begun"


class _NoKey:
    """Stands where a signer is asked for: nothing is signed under an old log's name."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def sign(self, size: int, root: bytes, timestamp: int) -> bytes:
        del size, root, timestamp
        raise LogEndedError("nothing more is signed", origin=self.origin)


@dataclass(frozen=True, slots=True)
class _Old:
    """The log that ended, as the trust root lists it, and what its tree is taken over at."""

    log: LogKey
    head: Checkpoint
    known: int


@dataclass(frozen=True, slots=True)
class Succeeded:
    """A succession as its record says it, and how many of the entries that it began without the catalogue still has."""

    record: Succession
    again: int
    """These come into the successor at the same places when the server starts (`voute.app.sequence`)."""

    @property
    def lost(self) -> int:
        """How many entries nobody here has any more."""
        return self.record.behind - self.again


def prepare_successor(settings: Settings, origin: str) -> CityKeys:
    """Draw the successor's keys beside the present ones, once, and return the public ones; the log goes on as it is.

    Raises:
        SuccessorNamedError: a log of the trust root has this name, or a successor of another name was begun.
        KeyFileError: there is no city, or the disk refused.
    """
    present = read_log_seeds(settings.keys_folder).origin
    begun = _successor(settings)
    if begun is None:
        # Before there is a root, nobody knows any other log than the present one.
        known = {present}
        with suppress(TrustFileError):
            known |= {one.origin for one in TrustFile(settings.trust_root_file, now_seconds)().root.logs}
        if origin in known:
            raise SuccessorNamedError(origin=origin, begun="", why="used")
        begun = create_log_seeds(settings.keys_folder, origin, SUCCESSOR_FILE)
    if begun.origin != origin:
        raise SuccessorNamedError(origin=origin, begun=begun.origin, why="begun")
    return CityKeys(_signer(begun).log, None)


def succeed(settings: Settings, newest: bytes | None = None) -> Succeeded:
    """Let the successor take the old log's tree over; after a crash the same call goes on from what is durable.

    The tree is what the old log's lock promised. `newest` is the newest checkpoint of it that anybody kept, for a city whose
    lock is lost or whose folder is behind it: the tree that is here is taken then, and what is missing of it is lost, but for
    what the catalogue still has.

    Raises:
        NoSuccessorError: no successor was prepared, or it has taken over.
        SuccessionEarlyError: the trust root in force does not say so.
        SuccessionUnsureError: there is no lock, and no `newest`.
        LockExistsError: with `newest`, although the lock and the tree are here.
        SuccessionOlderError: `newest` is older than what is here or what a witness cosigned, or another log's.
        SuccessorBegunError, LogUnconfirmedError: a witness knows the successor, or too few say that they do not.
        LogUnreadableError, LogDamagedError, TileDamagedError, TileMissingError: the tree that is here does not hold.
        CityServedError, StoresMovedError: a server runs; the city was moved.
    """
    settings.locks_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(settings):
        stores = open_stores(settings)
        expect_here(settings, stores)
        root = TrustFile(settings.trust_root_file, now_seconds)().root
        try:
            return _take_over(settings, stores, root, newest)
        finally:
            stores.catalogue.close()


def _take_over(settings: Settings, stores: Stores, root: TrustRoot, newest: bytes | None) -> Succeeded:
    shown = _shown(stores)
    waiting = _successor(settings)
    seeds = waiting or read_log_seeds(settings.keys_folder)
    if waiting is None and (shown is None or shown.head.origin == seeds.origin):
        raise NoSuccessorError(origin=seeds.origin)
    _expect_listed(root, _signer(seeds).log)
    if _has_lock(stores, seeds.origin):
        said = _said(stores, root, seeds.origin)
        again = _kept_by_catalogue(stores, said)
    else:
        old = _old(settings, stores, root, shown, newest, seeds.origin)
        said = Succession(old.log.origin, seeds.origin, old.head.size, Hash(old.head.root), old.known, unix_time(now_seconds()))
        # A catalogue that does not answer stops it here, where nothing is decided.
        again = _kept_by_catalogue(stores, said)
        stores.tiles.put_mutable(succession_path(said.old), said.encode())
        stores.locks.create(lock_key(seeds.origin), Checkpoint(seeds.origin, said.size, said.root).encode().encode())
    if waiting is not None:
        put_successor_in_place(settings.keys_folder)
    parts = log_parts(settings, stores, root)
    for witness, _ in parts.witnesses:
        if isinstance(witness, WitnessCore):
            with suppress(LockExistsError):
                witness.enrol(seeds.origin)
    parts.sequencer.recover()
    return Succeeded(said, again)


def _kept_by_catalogue(stores: Stores, said: Succession) -> int:
    """Count the entries behind the tree whose events the catalogue has whole: of a destroyed document's nothing is left."""
    kept, at = 0, said.size
    while at < said.known:
        with stores.catalogue.read() as tx:
            rows = tx.events.numbered(at, min(_PAGE, said.known - at))
        places = [(row.log_index, row.data) for row in rows if row.log_index is not None and row.log_index < said.known]
        if not places:
            break
        kept += sum(1 for _, data in places if data)
        at = places[-1][0] + 1
    return kept


def _successor(settings: Settings) -> LogSeeds | None:
    if not (settings.keys_folder / SUCCESSOR_FILE).exists():
        return None
    return read_log_seeds(settings.keys_folder, SUCCESSOR_FILE)


def _signer(seeds: LogSeeds) -> MemorySigner:
    return MemorySigner(seeds.origin, seeds.ed25519, seeds.mldsa44)


def _has_lock(stores: Stores, origin: str) -> bool:
    try:
        stores.locks.fetch(lock_key(origin))
    except LockMissingError:
        return False
    return True


def _shown(stores: Stores) -> SignedCheckpoint | None:
    """Return the published checkpoint as it stands there; nothing is verified."""
    try:
        return SignedCheckpoint.parse(stores.tiles.get(CHECKPOINT_PATH))
    except (TileMissingError, FormatError):
        return None


def _said(stores: Stores, root: TrustRoot, new: str) -> Succession:
    """Return what was written when the successor took over, also by a call that a crash ended."""
    for one in root.logs:
        with suppress(TileMissingError):
            found = parse_succession(stores.tiles.get(succession_path(one.origin)))
            if found.new == new:
                return found
    raise LogUnreadableError("no record of the succession")


def _expect_listed(root: TrustRoot, log: LogKey) -> None:
    now = now_seconds()
    for one in root.logs:
        if (one.origin, one.ed25519, one.mldsa44) == (log.origin, log.ed25519, log.mldsa44):
            if one.since <= now and (one.until is None or now < one.until):
                return
            break
    raise SuccessionEarlyError("the successor is not open", origin=log.origin)


def _old(
    settings: Settings, stores: Stores, root: TrustRoot, shown: SignedCheckpoint | None, newest: bytes | None, new: str
) -> _Old:
    """Say which log ended, and at what its tree is taken over; nothing is changed but tiles that its lock promised."""
    log = _listed(root, _old_origin(settings, shown))
    until = root.end_of(log.origin)
    if until is None or now_seconds() < until:
        raise SuccessionEarlyError("the old log is open", origin=log.origin)
    sequencer = Sequencer(stores.tiles, stores.locks, _NoKey(log.origin), log, now_seconds)
    if newest is None:
        try:
            head = sequencer.complete()
        except LockMissingError as error:
            raise SuccessionUnsureError(origin=log.origin) from error
        return _Old(log, head, head.size)
    known = 0
    try:
        sequencer.complete()
    except LockMissingError:
        pass
    except (LogDamagedError, TileDamagedError):
        known = Checkpoint.parse(stores.locks.fetch(lock_key(log.origin)).decode()).size
    else:
        raise LockExistsError(lock_key(log.origin))
    found = _from_what_is_here(settings, stores, root, log, SignedCheckpoint.parse(newest), new)
    return replace(found, known=max(found.known, known))


def _old_origin(settings: Settings, shown: SignedCheckpoint | None) -> str:
    """Name the log that ended: by its seeds, or, where they are gone, by what it published."""
    if (settings.keys_folder / LOG_FILE).exists():
        with suppress(FormatError):
            return read_log_seeds(settings.keys_folder).origin
    if shown is None:
        raise LogUnreadableError("no checkpoint")
    return shown.head.origin


def _listed(root: TrustRoot, origin: str) -> LogKey:
    for one in root.logs:
        if one.origin == origin:
            return LogKey(one.origin, one.ed25519, one.mldsa44)
    # Receipts of its time would be worth nothing.
    raise SuccessionEarlyError("the old log is not listed", origin=origin)


def _from_what_is_here(
    settings: Settings, stores: Stores, root: TrustRoot, log: LogKey, newest: SignedCheckpoint, new: str
) -> _Old:
    """Take what is published here, every tile of it, although the old log may have signed more."""
    signed = read_published(stores.tiles, log)
    if signed is None:
        raise LogUnreadableError("no checkpoint")
    head, known = signed.head, newest.head.size
    verify_log(newest, log)
    if known < head.size or (known == head.size and newest.head != head):
        raise SuccessionOlderError("not of this log", size=newest.head.size, known=head.size)
    _ask_witnesses(settings, root, log, newest.head.size, new)
    recheck_stored(stores.tiles, 0, head)
    return _Old(log, head, known)


def _ask_witnesses(settings: Settings, root: TrustRoot, log: LogKey, size: int, new: str) -> None:
    """Ask what they know: a backup from before another machine's succession must not begin the successor a second time."""
    have, successor = 0, _listed(root, new)
    for witness, _ in remote_witnesses(settings, root):
        try:
            begun, last = _last(witness, successor), _last(witness, log)
        except VouteError:
            # No answer, or none that its log signed: one witness that fails stops nothing that a quorum of others confirms.
            continue
        have += 1
        if begun is not None:
            raise SuccessorBegunError(witness=witness.name)
        if last is not None and last.size > size:
            raise SuccessionOlderError("a witness knows more", size=size, known=last.size)
    if have < root.quorum:
        raise LogUnconfirmedError(have=have, need=root.quorum)


def _last(witness: HttpWitness, log: LogKey) -> Checkpoint | None:
    """Return what a witness cosigned last of a log, signed by it; None: nothing."""
    raw = witness.last(log.origin)
    if raw is None:
        return None
    signed = SignedCheckpoint.parse(raw)
    verify_log(signed, log)
    return signed.head
