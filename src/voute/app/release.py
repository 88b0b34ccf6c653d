"""The city binds itself to the pages that it serves: one unblinded log entry for each release (docs/spec/pages.md)."""

from dataclasses import dataclass

from voute.app.city import City
from voute.app.errors import NotYetLoggedError
from voute.app.proofs import is_logged, open_proofs
from voute.core.ids import Hash
from voute.core.rows import NewEvent
from voute.format.release import TYPE, Release, parse_release


def announce(city: City, release: str, manifest: Hash) -> bool:
    """Keep an entry for the log unless the newest one says the same already; returns whether it was kept."""
    with city.catalogue.write() as tx:
        newest = tx.events.newest_release(lock=True)
        if newest is not None and parse_release(newest.data).manifest == manifest:
            return False
        entry = Release(city.slug, city.time(), release, manifest).encode()
        # Nothing to blind: the salt stays empty, and the entry in the log is these bytes.
        tx.events.add_all([NewEvent(None, TYPE, None, None, b"", entry, None)])
    city.wake()
    return True


@dataclass(frozen=True, slots=True)
class LoggedRelease:
    """The newest release in the log, with the proof that it is there."""

    entry: bytes
    index: int
    proof: str


def read_release(city: City) -> LoggedRelease:
    """Return the newest release with its proof.

    Raises:
        NotYetLoggedError: there is none, or it waits for its place.
    """
    with city.catalogue.read() as tx:
        row = tx.events.newest_release()
        if row is None or row.log_index is None or not is_logged(row):
            raise NotYetLoggedError
        return LoggedRelease(row.data, row.log_index, open_proofs(city, tx).proof(row.log_index))
