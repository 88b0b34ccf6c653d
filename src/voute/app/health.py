"""Is the city well: each check is really done, now."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from voute.app.city import City
from voute.app.errors import NotYetLoggedError
from voute.core.errors import VouteError
from voute.core.ids import hash_of
from voute.core.ports_store import Transaction
from voute.core.values import MICROSECONDS
from voute.format.event import parse_event
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import LogEndedError
from voute.tlog.sequencer import CHECKPOINT_PATH

MAX_BEHIND: Final = 60
"""Seconds that an event may wait to be published in the log before the city counts as failing."""
_A_MINUTE: Final = 60 * MICROSECONDS
_PROBE: Final = hash_of(bytes(32))


@dataclass(frozen=True, slots=True)
class Health:
    """What answers; `checkpoint_age` is seconds since the log was last published, None before the first time."""

    catalogue: bool
    blobs: bool
    log: bool
    checkpoint_age: int | None

    @property
    def well(self) -> bool:
        """Whether everything answers."""
        return self.catalogue and self.blobs and self.log


def check_health(city: City) -> Health:
    """Ask the catalogue, the store of packs and the published log; never raises a `VouteError`."""
    published = None
    with suppress(VouteError), city.catalogue.read() as tx:
        published = tx.log_states.get()
    age = None if published is None else max(0, (city.now() - published.published_at) // MICROSECONDS)
    return Health(
        catalogue=_answers(city.catalogue.check),
        blobs=_answers(lambda: city.blobs.size(_PROBE)),
        log=_answers(lambda: _check_log(city)),
        checkpoint_age=age,
    )


@dataclass(frozen=True, slots=True)
class Unpublished:
    """Events that count and that the published log does not show: how many, and when (s) the oldest was made."""

    many: int
    oldest: int | None


def unpublished(tx: Transaction) -> Unpublished:
    """Look what waits for the log: without a place in it, or with one that was not published (a crash, a full disk)."""
    state = tx.log_states.get()
    size = 0 if state is None else state.size
    # Places are given in order: what has one is older than what has none.
    first = tx.events.numbered(size, 1) or tx.events.pending(1)
    numbered = max(0, tx.events.next_index() - size)
    return Unpublished(numbered + tx.counts.unsequenced(), parse_event(first[0].data).time if first else None)


def has_room(city: City) -> bool:
    """Tell whether the catalogue takes what is written: a full one answers every question, and serves nobody who acts."""

    def write() -> None:
        with city.catalogue.write(durable=False) as tx:
            tx.limits.hit("room", "", city.now() // _A_MINUTE * _A_MINUTE)

    return _answers(write)


def _answers(check: Callable[[], object]) -> bool:
    try:
        check()
    except VouteError:
        return False
    return True


def _check_log(city: City) -> None:
    """Read the published checkpoint; refuse a log that has ended with no other in its place, or that leaves events waiting."""
    origin = SignedCheckpoint.parse(city.tiles.get(CHECKPOINT_PATH)).head.origin
    until = city.trust().root.end_of(origin)
    if until is not None and city.time() >= until:
        raise LogEndedError("nothing more is signed", origin=origin)
    with city.catalogue.read() as tx:
        oldest = unpublished(tx).oldest
    if oldest is not None and city.time() - oldest > MAX_BEHIND:
        raise NotYetLoggedError
