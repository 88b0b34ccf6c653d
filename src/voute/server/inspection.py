"""The city's stores for whoever checks them, below all rules; and whether somebody writes to them (docs/operate/fsck.md)."""

import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from voute.core.errors import StateError, StoreError
from voute.core.ports_raw import Leftovers
from voute.server.composition import MOVED, Stores, expect_here, expect_log_here, now_microseconds, now_seconds, open_stores
from voute.server.jobs.election import FILE, election_of
from voute.server.settings import Settings
from voute.server.trust_file import TrustFile, TrustFileError
from voute.store import new_catalogue
from voute.store.candidate import Candidate
from voute.store.freeze import WORKING
from voute.store.leftovers import PosixLeftovers
from voute.store.sql_raw import SqlRawCatalogue

__all__ = [
    "CityServedError",
    "Inspected",
    "NoCityError",
    "NoLocksError",
    "alone",
    "inspect",
    "inspect_here",
    "is_served",
    "made_anew",
    "now_microseconds",
    "require_folders",
    "require_locks",
]

_PACK: Final = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}\.(?:pack|side)")
_LOG: Final = re.compile(rf"(?:checkpoint|{MOVED}|(?:tile|staging|timestamp|succession)/.+)")
_LEDGER: Final = re.compile(r"(?:page/[0-9]{3}/[0-9]{3}/[0-9]{3}/[0-9]{3}|(?:vault|index)/([0-9a-f]{2})/\1[0-9a-f]{62})")
_LOCK: Final = re.compile(rf"[a-z0-9-]{{1,100}}|\.mutex|{re.escape(FILE)}|{re.escape(WORKING)}")


class NoCityError(StoreError):
    """A folder of the city is not there."""

    code: ClassVar[str] = "no-city"


class NoLocksError(NoCityError):
    """The folder of the locks is not there: it is in no backup, or the setting names another one."""

    code: ClassVar[str] = "no-locks"


class CityServedError(StateError):
    """A server runs on these stores: repairs wait until it has stopped."""

    code: ClassVar[str] = "city-served"


@dataclass(frozen=True, slots=True)
class Inspected:
    """The drivers of one city, the raw catalogue, the files that are none of the stores', the signed trust root."""

    stores: Stores
    catalogue: SqlRawCatalogue
    leftovers: Mapping[str, Leftovers]
    trust_root: bytes


def inspect(settings: Settings) -> Inspected:
    """Open the stores that the settings name; a folder that is not there is an error, never made.

    Raises:
        StoreError: there is no city.
    """
    here = () if settings.blobs else (settings.packs_folder, settings.log_folder)
    require_folders(*here)
    require_locks(settings)
    try:
        trust_root = settings.trust_root_file.read_bytes()
    except OSError as error:
        raise StoreError(f"trust root: {error.strerror}") from error
    # The one that waited beside it may have come into force; one that is not signed is for the check to name.
    with suppress(TrustFileError):
        trust_root = TrustFile(settings.trust_root_file, now_seconds)().envelope
    leftovers = {"locks": _strays(settings.locks_folder, _LOCK), **_leftovers(settings)}
    return Inspected(open_stores(settings), SqlRawCatalogue(settings.catalogue_url), leftovers, trust_root)


def inspect_here(settings: Settings, *, catalogue: bool = True) -> Inspected:
    """Open the stores for whoever changes them; `catalogue`: also the one that the settings name, not a new one alone.

    Raises:
        StoresMovedError: the city was moved to other stores.
        StoreError: there is no city.
    """
    found = inspect(settings)
    if catalogue:
        expect_here(settings, found.stores)
    else:
        expect_log_here(found.stores)
    return found


def require_folders(*folders: Path) -> None:
    """Raise `NoCityError` unless they are all there: none is made by who only looks."""
    for folder in folders:
        if not folder.is_dir():
            raise NoCityError(f"no folder {folder.name}", path=str(folder))


def require_locks(settings: Settings) -> None:
    """Expect the folder of the locks, without which nothing is signed (docs/operate/backup.md); raises `NoLocksError`."""
    require_folders(settings.data)
    if not settings.locks_folder.is_dir():
        raise NoLocksError("no folder of the locks", path=str(settings.locks_folder))


def _leftovers(settings: Settings) -> Mapping[str, Leftovers]:
    if settings.blobs:
        from voute.server.s3_stores import s3_leftovers  # noqa: PLC0415 - only a city on S3 needs its library

        return s3_leftovers(settings, _LOG, _LEDGER)
    return {
        "packs": _strays(settings.packs_folder, _PACK),
        "log": _strays(settings.log_folder, _LOG),
        "ledger": _strays(settings.ledger_folder, _LEDGER),
    }


def _strays(folder: Path, form: re.Pattern[str]) -> Leftovers:
    return PosixLeftovers(folder, lambda path: form.fullmatch(path) is not None)


def is_served(settings: Settings) -> bool:
    """Tell whether a server writes the log now (of this machine; on PostgreSQL of any); its election is looked at, never taken.

    Raises:
        StoreError: the database does not say.
    """
    if not settings.is_catalogue_local:
        candidate = Candidate(settings.catalogue_url)
        try:
            return candidate.is_taken()
        finally:
            candidate.step_down()
    try:
        descriptor = os.open(settings.locks_folder / FILE, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        # Shared and let go of at once: a candidate that meets it asks again a fifth of a second later.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the election, so that no server writes the log meanwhile.

    Raises:
        CityServedError: one does.
    """
    with election_of(settings) as election:
        if not election.is_elected():
            raise CityServedError
        yield


@contextmanager
def made_anew(file: Path) -> Iterator[SqlRawCatalogue]:
    """Give an empty catalogue that is a file of its own when the block ends well; never over one that is there.

    Raises:
        StoreError: the file is there.
    """
    with new_catalogue.new_catalogue(file) as catalogue:
        yield catalogue
