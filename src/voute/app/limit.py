"""Rate limits as rows of the catalogue: one atomic upsert a call, equal for all processes of a city."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final, Protocol

from voute.app.errors import TooManyError
from voute.core.ports_store import Catalogue, StoreFullError

SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` from one address in a window of `seconds`, counted under `name` in steps of `step` calls."""

    name: str
    calls: int
    seconds: int = 60
    step: int = 1


class Counting(Protocol):
    """What counting needs of a city."""

    @property
    def catalogue(self) -> Catalogue:
        """Where the counters are."""
        ...

    @property
    def now(self) -> Callable[[], int]:
        """A clock in microseconds."""
        ...


@dataclass(slots=True)
class _Lease:
    window: int
    left: int


class Limiter:
    """Counts calls; routes with a step above 1 take so many from the row at once and spend them in this process.

    A step only ever lets fewer calls through than the limit says, never more. While the catalogue has no room each process
    counts by itself. Made for many threads.
    """

    def __init__(self, city: Counting, factor: int = 1) -> None:
        """Take the city's catalogue and clock, and by how much every limit is multiplied (load tests)."""
        self._city = city
        self._factor = factor
        self._leases: dict[tuple[str, str], _Lease] = {}
        self._here: dict[tuple[str, str], tuple[int, int]] = {}
        self._lock = Lock()

    def check(self, limit: Limit, client: str) -> None:
        """Count one call.

        Raises:
            TooManyError: the limit is reached; the fact `seconds` says when the window ends.
        """
        if self.spend(limit, client):
            return
        now = self._city.now()
        width = limit.seconds * SECOND
        window = now - now % width
        try:
            with self._city.catalogue.write(durable=False) as tx:
                count = tx.limits.hit(limit.name, client, window, limit.step)
        except StoreFullError:
            count = self._count_here(limit, client, window)
        if count > limit.calls * self._factor:
            raise TooManyError(max(1, -(-(window + width - now) // SECOND)))
        if limit.step > 1:
            self._keep((limit.name, client), _Lease(window, limit.step - 1))

    def spend(self, limit: Limit, client: str) -> bool:
        """Count one call out of what was taken in advance, without touching the catalogue; False when nothing is left."""
        now = self._city.now()
        lease = self._leases.get((limit.name, client))
        if lease is None or lease.window != now - now % (limit.seconds * SECOND) or lease.left <= 0:
            return False
        lease.left -= 1
        return True

    def _count_here(self, limit: Limit, client: str, window: int) -> int:
        """Count in this process, while the catalogue has no room: who only reads needs none, and is let read."""
        key = (limit.name, client)
        with self._lock:
            of, count = self._here.get(key, (window, 0))
            count = limit.step + (count if of == window else 0)
            if len(self._here) >= MAX_LEASES and key not in self._here:
                # The one that came first goes, not all: else whoever brings many addresses would begin anew with each.
                del self._here[next(iter(self._here))]
            self._here[key] = (window, count)
        return count

    def _keep(self, key: tuple[str, str], lease: _Lease) -> None:
        if len(self._leases) >= MAX_LEASES:
            self._leases.clear()
        self._leases[key] = lease


# What one process remembers of addresses; forgetting them costs one more upsert each.
MAX_LEASES: Final = 10_000
