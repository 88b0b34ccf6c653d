"""How a city is: everything is really looked at, now, and nothing of it names anybody; for metrics and `voute status`."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voute.app.backed_up import last_backup
from voute.app.city import City
from voute.app.health import Health, check_health, unpublished
from voute.app.mail_blocks import last_block
from voute.app.scrub import Walk, read_walk
from voute.app.stamp import LastStamp, last_stamp
from voute.core.errors import VouteError
from voute.core.ports_seen import DeadCount, DeliveryCount, JobCount, MailCount
from voute.core.ports_store import Transaction
from voute.core.rows import DeliveryState, JobKind, NoticeState
from voute.core.values import MICROSECONDS
from voute.server.keys import SUCCESSOR_FILE, read_log_seeds
from voute.server.release import RELEASE
from voute.server.settings import Settings
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import checkpoint_policy, verify_checkpoint
from voute.tlog.sequencer import CHECKPOINT_PATH

_SESSIONS: Final = ("holder", "issuer")
_NOTHING_OF: Final = DeliveryCount(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system of the city's: what it is for, its size and what is free, in bytes."""

    name: str
    size: int
    free: int


@dataclass(frozen=True, slots=True)
class WitnessSeen:
    """A witness of the trust root, and when it cosigned the published checkpoint (seconds), if it did."""

    name: str
    cosigned_at: int | None


@dataclass(frozen=True, slots=True)
class LogSeen:
    """The log that this city signs, by its keys here, else by what is published; and its end, as the trust root in force says."""

    origin: str
    until: int | None
    """Seconds; None: it goes on."""
    shown: str
    """The log whose checkpoint is published: another one, where a successor's keys did not come along."""
    successor: str | None
    """The log whose keys wait here to take it over."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Sums of the catalogue."""

    entries: int
    published_at: int | None
    unsequenced: int
    """Events that count and that the published log does not show."""
    oldest_unsequenced: int | None
    """Seconds since 1970 of the one that waits longest."""
    deliveries: Mapping[str, DeliveryCount]
    jobs: Mapping[str, JobCount]
    mails: MailCount
    messages: MailCount
    """Notices on devices."""
    addresses: Mapping[str, int]
    sessions: Mapping[str, int]
    dead: DeadCount
    backup_at: int | None
    stamp: LastStamp | None
    walk: Walk
    """Where the walk through all bytes is."""
    mail_blocked_at: int | None
    """When a mail server last refused our mail as such."""

    @property
    def stored(self) -> int:
        """Bytes of all committed packs, as they were delivered."""
        return sum(one.size for one in self.deliveries.values())


@dataclass(frozen=True, slots=True)
class Overview:
    """A city at one instant (`at`, microseconds)."""

    at: int
    release: str
    health: Health
    counted: Counted | None
    """None where the catalogue does not answer."""
    witnesses: tuple[WitnessSeen, ...]
    quorum: int
    disks: tuple[Disk, ...]
    sends_mail: bool
    scrub_days: int
    is_stamped: bool
    """Whether a timestamp authority is asked."""
    signs: LogSeen | None = None
    """None where there are neither keys nor a checkpoint."""
    cors: str | None = None
    """Whether the S3 server lets the city's pages read: `fits`, `refused`, `silent`; None where they never ask it, or unasked."""


def look(city: City, settings: Settings) -> Overview:
    """Look at a city; what fails to answer is a fact of the result, not an error."""
    counted = None
    with suppress(VouteError), city.catalogue.read() as tx:
        counted = _count(tx, city.now())
    witnesses, quorum = _witnesses(city)
    return Overview(
        at=city.now(),
        release=RELEASE,
        health=check_health(city),
        counted=counted,
        witnesses=witnesses,
        quorum=quorum,
        disks=_disks(
            {
                "data": settings.data,
                # Mounted apart, or set apart: a disk that nobody watches is the one that fills.
                "packs": settings.packs_folder,
                "log": settings.log_folder,
                "catalogue": settings.catalogue_folder,
                "locks": settings.locks_folder,
            }
        ),
        sends_mail=bool(settings.smtp_host),
        scrub_days=settings.scrub_days,
        is_stamped=bool(settings.tsa_url),
        signs=_signs(city, settings),
    )


def _count(tx: Transaction, now: int) -> Counted:
    state = tx.log_states.get()
    waiting = unpublished(tx)
    return Counted(
        entries=0 if state is None else state.size,
        published_at=None if state is None else state.published_at,
        unsequenced=waiting.many,
        oldest_unsequenced=waiting.oldest,
        # A kind that has none is a zero that is shown, not a line that is missing.
        deliveries={**dict.fromkeys((one.value for one in DeliveryState), _NOTHING_OF), **tx.counts.deliveries()},
        jobs={**dict.fromkeys((one.value for one in JobKind), JobCount(0, now)), **tx.counts.jobs()},
        mails=tx.counts.mails(),
        messages=tx.counts.messages(),
        addresses={**dict.fromkeys((one.value for one in NoticeState), 0), **tx.counts.addresses()},
        sessions={**dict.fromkeys(_SESSIONS, 0), **tx.counts.sessions(now)},
        dead=tx.counts.dead(),
        backup_at=last_backup(tx),
        stamp=last_stamp(tx),
        walk=read_walk(tx),
        mail_blocked_at=last_block(tx),
    )


def _witnesses(city: City) -> tuple[tuple[WitnessSeen, ...], int]:
    """Return when each witness of the trust root cosigned what is published, and how many must."""
    root = city.trust().root
    times: dict[str, int] = {}
    with suppress(VouteError):
        times = dict(
            verify_checkpoint(SignedCheckpoint.parse(city.tiles.get(CHECKPOINT_PATH)), *checkpoint_policy(root)).witness_times
        )
    return tuple(WitnessSeen(one.name, times.get(one.name)) for one in root.witnesses), root.quorum


def _signs(city: City, settings: Settings) -> LogSeen | None:
    shown = _origin(lambda: SignedCheckpoint.parse(city.tiles.get(CHECKPOINT_PATH)).head.origin)
    # Another machine than the writer may have no keys.
    origin = _origin(lambda: read_log_seeds(settings.keys_folder).origin) or shown
    if origin is None:
        return None
    successor = _origin(lambda: read_log_seeds(settings.keys_folder, SUCCESSOR_FILE).origin)
    return LogSeen(origin, city.trust().root.end_of(origin), shown or origin, successor)


def _origin(read: Callable[[], str]) -> str | None:
    with suppress(VouteError):
        return read()
    return None


def _disks(folders: Mapping[str, Path]) -> tuple[Disk, ...]:
    """Return the file systems of these folders, each once, under the first name."""
    found: dict[int, Disk] = {}
    for name, folder in folders.items():
        with suppress(OSError):
            usage, device = shutil.disk_usage(folder), folder.stat().st_dev
            found.setdefault(device, Disk(name, usage.total, usage.free))
    return tuple(found.values())


def seconds_since(then: int | None, now: int) -> int | None:
    """Return whole seconds between two instants in microseconds; None for an instant that never was."""
    return None if then is None else max(0, (now - then) // MICROSECONDS)
