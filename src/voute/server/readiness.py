"""Whether the stores that the settings name can be used, asked before a server starts: what can't is told in one sentence.

A server that may not write would answer, and fail at each delivery. Nothing is made or changed here.
"""

import os
import pwd
import re
import stat
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import ClassVar, Final

from sqlalchemy import make_url

from voute.core.errors import StoreError
from voute.core.ports_store import CatalogueVersionError, DatabaseUnfitError, StoreRefusedError, StoreUntrustedError
from voute.outside.http import expect_fit_proxy
from voute.server.composition import s3_drivers
from voute.server.jobs.election import FILE
from voute.server.settings import Settings
from voute.store.freeze import WORKING
from voute.store.postgres import place_of
from voute.store.sql_catalogue import SqlCatalogue

READ: Final = os.R_OK
CHANGE: Final = os.R_OK | os.W_OK
ENTER: Final = os.R_OK | os.X_OK
FILL: Final = os.R_OK | os.W_OK | os.X_OK
# What a command by another user leaves lies at this level, or in folders that are closed at it. `lost+found` is not ours.
_OWN: Final = re.compile(r"[0-9a-f]{2}|tile|staging|timestamp|page|vault|index|checkpoint|[a-z0-9-]+\.json")
_WRITTEN_IN_PLACE: Final = frozenset({".mutex", FILE, WORKING})
_SAID_NO: Final = re.compile(r"FATAL: +(.*)")
_MAX_WHY: Final = 160
"""Characters of what a database said that are shown."""


class PlaceMissingError(StoreError):
    """A folder or file of the city is not there; facts `what` and `path`."""

    code: ClassVar[str] = "place-missing"


class PlaceClosedError(StoreError):
    """It is another user's; facts `what`, `path`, `user` (who runs) and `owner`."""

    code: ClassVar[str] = "place-closed"


class PlaceReadOnlyError(StoreError):
    """It lies on a file system that takes no writes; facts `what` and `path`."""

    code: ClassVar[str] = "place-read-only"


class DatabaseUnreachableError(StoreError):
    """Nobody answers at the database's address; facts `where` and `why`."""

    code: ClassVar[str] = "database-unreachable"


class DatabaseRefusedError(StoreError):
    """The database answers, and does not let us in; facts `where` and `why`."""

    code: ClassVar[str] = "database-refused"


class BucketUnreachableError(StoreError):
    """S3 does not answer; facts `where` and `why`."""

    code: ClassVar[str] = "bucket-unreachable"


class BucketUntrustedError(StoreError):
    """Who answers in the place of S3 shows a certificate that isn't believed; facts `where` and `problem`."""

    code: ClassVar[str] = "bucket-untrusted"


class BucketRefusedError(StoreError):
    """S3 does not know the bucket, or does not let us in; facts `where` and `why`."""

    code: ClassVar[str] = "bucket-refused"


def expect_usable(settings: Settings) -> None:
    """Prove that a server can open, read and write its stores.

    Raises:
        StoreError, ProxyUnfitError: it can't; the kind says why, the facts where.
        OSError: the system gives an answer of another sort.
    """
    for what, path, need in _places(settings):
        _expect(what, path, need)
    if settings.workers == 1:
        expect_reachable(settings)
        return
    # Servers are forked off this process, and the library for S3 does not live through that: it is asked in another one.
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        apart.submit(expect_reachable, settings).result()


def expect_reachable(settings: Settings) -> None:
    """Prove that the database and the bucket answer and let us in, where the city is on such.

    Raises:
        DatabaseUnreachableError, DatabaseRefusedError, DatabaseUnfitError: not the database.
        CatalogueVersionError: it is of another release.
        BucketUnreachableError, BucketUntrustedError, BucketRefusedError: not the bucket.
        ProxyUnfitError: not the bucket, and the proxy that the environment names for it is of a kind that we do not speak with.
    """
    if not settings.is_catalogue_local:
        _expect_database(settings.catalogue_url)
    if settings.blobs:
        _expect_bucket(settings)


def _places(settings: Settings) -> Iterator[tuple[str, Path, int]]:
    """Yield every folder and file that a server opens, with what it does there; containers before what they hold."""
    yield "data", settings.data, ENTER
    if not settings.blobs:
        for what, folder in (("packs", settings.packs_folder), ("log", settings.log_folder)):
            yield what, folder, FILL
            yield from _inside(what, folder)
        # Cities from before there was a ledger get theirs with the first delivery.
        if settings.ledger_folder.exists():
            yield "log", settings.ledger_folder, FILL
            yield from _inside("log", settings.ledger_folder)
    if settings.is_catalogue_local:
        file = Path(make_url(settings.catalogue_url).database or "")
        yield "catalogue", file.parent, FILL
        yield "catalogue", file, CHANGE
        beside = (file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm"))
        yield from (("catalogue", one, CHANGE) for one in beside if one.exists())
    if settings.is_catalogue_local or not settings.s3_locks:
        yield "locks", settings.locks_folder, FILL
        yield from (("locks", one, CHANGE if one.name in _WRITTEN_IN_PLACE else READ) for one in _files(settings.locks_folder))
    if settings.sequencer:
        yield "keys", settings.keys_folder, ENTER
        yield from _inside("keys", settings.keys_folder)
    if settings.trust_root_file.exists():
        yield "trust-root", settings.trust_root_file, READ


def _inside(what: str, folder: Path) -> Iterator[tuple[str, Path, int]]:
    own = (one for one in sorted(folder.iterdir()) if _OWN.fullmatch(one.name))
    yield from ((what, one, FILL if one.is_dir() else READ) for one in own)


def _files(folder: Path) -> Iterator[Path]:
    yield from (one for one in sorted(folder.iterdir()) if one.is_file())


def _expect(what: str, path: Path, need: int) -> None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PlaceMissingError(what, what=what, path=str(path)) from error
    except PermissionError as error:
        # Some folder above it is closed: that one is named.
        _expect(what, path.parent, ENTER)
        raise PlaceClosedError(what, what=what, path=str(path), user=_name(os.geteuid()), owner="?") from error
    if need & os.X_OK and not stat.S_ISDIR(found.st_mode):
        raise PlaceMissingError(what, what=what, path=str(path))
    if os.access(path, need):
        return
    if need & os.W_OK and os.statvfs(path).f_flag & os.ST_RDONLY:
        raise PlaceReadOnlyError(what, what=what, path=str(path))
    raise PlaceClosedError(what, what=what, path=str(path), user=_name(os.geteuid()), owner=_name(found.st_uid))


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _expect_database(address: str) -> None:
    where = place_of(make_url(address))
    catalogue = SqlCatalogue(address)
    try:
        catalogue.check()
    except (CatalogueVersionError, DatabaseUnfitError):
        raise
    except StoreError as error:
        refused = _SAID_NO.search(error.detail)
        why = " ".join((error.detail if refused is None else refused[1]).split())[:_MAX_WHY]
        kind = DatabaseUnreachableError if refused is None else DatabaseRefusedError
        raise kind(why, where=where, why=why) from error
    finally:
        catalogue.close()


def _expect_bucket(settings: Settings) -> None:
    where = f"{settings.blobs}, {settings.s3_address}"
    try:
        s3_drivers("blobs").prove(settings)
    except StoreRefusedError as error:
        raise BucketRefusedError(error.detail, where=where, why=error.detail) from error
    except StoreUntrustedError as error:
        raise BucketUntrustedError(error.detail, where=where, problem=error.facts["problem"]) from error
    except StoreError as error:
        # obstore takes a proxy that it can't speak with for a server that is silent.
        expect_fit_proxy(settings.s3_address)
        raise BucketUnreachableError(error.detail, where=where, why=error.detail) from error
