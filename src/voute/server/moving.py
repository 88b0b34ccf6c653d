"""A city's stores copied to other ones, between files and S3 and between the engines (docs/operate/move.md).

Copying can be done again from its start at any time: what is there already, whole, is not copied twice. Nothing of the source is
changed but for the mark, at the end, that it is the past. Keys, trust root and locks stay where they are: one log has one lock.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from voute.core.errors import StateError
from voute.core.ids import Hash
from voute.core.ports_log import TileMissingError, TileStore
from voute.core.ports_store import BlobMissingError, BlobStore, SidecarStore
from voute.server.composition import MOVED, Stores, open_stores
from voute.server.settings import Settings
from voute.store.copy_tables import copy_catalogue
from voute.store.migrate import upgrade
from voute.store.moved import mark_catalogue
from voute.store.schema import metadata
from voute.store.sql_raw import SqlRawCatalogue, SqlRawTables
from voute.tlog.sequencer import CHECKPOINT_PATH
from voute.tlog.timestamp import LATEST

Progress = Callable[[str, int, int], None]

LOG_FOLDERS: Final = ("tile/", "staging/", "timestamp/")
LEDGER_FOLDERS: Final = ("page/", "vault/", "index/")
TOGETHER: Final = 64
"""Small files of one call: a request each on S3, some on their way at once."""


class MoveRefusedError(StateError):
    """These stores are not moved so; nothing was changed. Fact `why`.

    `same` (source and target are one), `locks`, `data` (keys and locks stay where they are), `taken` (a city is in the target),
    `rows` (the target's catalogue holds other rows).
    """

    code: ClassVar[str] = "move-refused"


@dataclass(frozen=True, slots=True)
class Moved:
    """How many were copied this time, and how many there are in all."""

    copied: int
    total: int


def expect_movable(source: Settings, target: Settings) -> None:
    """Refuse a move that would not be one, or would give a log a second lock.

    Raises:
        MoveRefusedError: see there.
    """
    if (source.locks_folder.absolute(), source.s3_locks) != (target.locks_folder.absolute(), target.s3_locks):
        raise MoveRefusedError(why="locks")
    if source.keys_folder.absolute() != target.keys_folder.absolute():
        raise MoveRefusedError(why="data")
    if not moves_blobs(source, target) and not moves_catalogue(source, target):
        raise MoveRefusedError(why="same")


def moves_blobs(source: Settings, target: Settings) -> bool:
    """Tell whether packs, log and ledger are moved."""
    return _place(source) != _place(target)


def _place(settings: Settings) -> tuple[str, str]:
    return settings.blobs, settings.s3_endpoint if settings.blobs else ""


def moves_catalogue(source: Settings, target: Settings) -> bool:
    """Tell whether the catalogue is moved."""
    return source.catalogue_url != target.catalogue_url


def copy_stores(source: Settings, target: Settings, progress: Progress) -> Moved:
    """Copy packs, sidecars, log and ledger; the published checkpoint last, so that half a copy is no city.

    Raises:
        MoveRefusedError: another log is published in the target.
        StoreError: a store failed; done again, it goes on.
    """
    old, new = open_stores(source), open_stores(target)
    try:
        published = _get(old.tiles, CHECKPOINT_PATH)
        there = _get(new.tiles, CHECKPOINT_PATH)
        if there is not None and there != published:
            raise MoveRefusedError(why="taken")
        packs = _copy_packs(old.blobs, new.blobs, progress)
        sidecars = _copy_sidecars(old.sidecars, new.sidecars, progress)
        ledger = _copy_paths(old.ledger, new.ledger.replace_all, new.ledger, LEDGER_FOLDERS, ("ledger", progress))
        log = _copy_paths(old.tiles, lambda items: _put_log(new.tiles, items), new.tiles, LOG_FOLDERS, ("log", progress))
        if published is not None:
            new.tiles.put_mutable(CHECKPOINT_PATH, published)
        parts = (packs, sidecars, ledger, log)
        return Moved(sum(one.copied for one in parts), sum(one.total for one in parts))
    finally:
        _close(old)
        _close(new)


def mark_moved(source: Settings, target: Settings) -> None:
    """Mark what was moved away, then take such a mark from where the city is now; repeatable.

    The marks of the source come first: a stop between them leaves a city that nobody serves, never one that two can.

    Raises:
        StoreError: a store failed; done again, it goes on.
    """
    for settings, moved in ((source, True), (target, False)):
        if moves_catalogue(source, target):
            mark_catalogue(settings.catalogue_url, moved=moved)
        if moves_blobs(source, target):
            _mark_stores(settings, moved=moved)


def _mark_stores(settings: Settings, *, moved: bool) -> None:
    stores = open_stores(settings)
    try:
        if moved:
            stores.tiles.put_mutable(MOVED, b"moved\n")
        elif _get(stores.tiles, MOVED) is not None:
            stores.tiles.delete(MOVED)
    finally:
        _close(stores)


def copy_rows(source: Settings, target: Settings) -> Moved:
    """Copy the catalogue, in one transaction; a whole copy that is there already is compared, row by row.

    Raises:
        MoveRefusedError: the target holds other rows.
        CatalogueVersionError: the source, or the target, has the schema of another release.
        StoreError: a database failed; the target's tables are empty or whole.
    """
    old, new = SqlRawCatalogue(source.catalogue_url), SqlRawCatalogue(target.catalogue_url)
    # Before anything is made in the target: is there a source of this release.
    with old.view():
        pass
    if prepare_catalogue(target.catalogue_url):
        counts = copy_catalogue(old, new)
        return Moved(sum(counts.values()), sum(counts.values()))
    with old.view() as ours, new.view() as theirs:
        return Moved(0, sum(_same(ours, theirs, name) for name in metadata.tables))


def prepare_catalogue(catalogue: str) -> bool:
    """Make the tables of a catalogue unless they are there, and tell whether it has no row.

    Raises:
        CatalogueVersionError: it has the schema of a later release.
        StoreError: the database failed.
    """
    upgrade(catalogue)
    with SqlRawCatalogue(catalogue).view() as view:
        return not any(_rows(view, name) for name in metadata.tables)


def _rows(view: SqlRawTables, name: str) -> bool:
    return next(_scan(view, name), None) is not None


def _scan(view: SqlRawTables, name: str) -> Iterator[tuple[object, ...]]:
    table = metadata.tables[name]
    return view.scan(name, table.columns.keys(), [column.name for column in table.primary_key])


def _same(ours: SqlRawTables, theirs: SqlRawTables, name: str) -> int:
    """Return how many rows a table has, in both catalogues the same; their order may differ between the engines."""
    count = 0
    nothing = object()
    for mine, other in itertools.zip_longest(_scan(ours, name), _scan(theirs, name), fillvalue=nothing):
        if mine != other:
            raise MoveRefusedError(name, why="rows")
        count += 1
    return count


def _copy_packs(old: BlobStore, new: BlobStore, progress: Progress) -> Moved:
    names = tuple(old.names())
    copied = 0
    for done, name in enumerate(names, 1):
        copied += _copy_pack(old, new, name)
        progress("packs", done, len(names))
    _drop(new.names(), frozenset(names), new.delete)
    return Moved(copied, len(names))


def _copy_pack(old: BlobStore, new: BlobStore, name: Hash) -> bool:
    """Copy a pack unless it is there, whole; one with holes is always copied: the bytes in them may be there still."""
    size = old.size(name)
    if size is None:
        raise BlobMissingError(name.hex())
    if new.size(name) == size and _hash(old.read(name, 0, size)) == name:
        return False
    digest = hashlib.sha256()
    with new.writer(name) as writer:
        for chunk in old.read(name, 0, size):
            digest.update(chunk)
            writer.write(chunk)
        writer.finish(has_holes=digest.digest() != name)
    return True


def _hash(chunks: Iterator[bytes]) -> bytes:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


def _copy_sidecars(old: SidecarStore, new: SidecarStore, progress: Progress) -> Moved:
    names = tuple(old.names())
    copied = 0
    for done, name in enumerate(names, 1):
        data = old.get(name)
        if _sidecar(new, name) != data:
            new.put(name, data)
            copied += 1
        progress("sidecars", done, len(names))
    _drop(new.names(), frozenset(names), new.delete)
    return Moved(copied, len(names))


def _sidecar(store: SidecarStore, name: Hash) -> bytes | None:
    try:
        return store.get(name)
    except BlobMissingError:
        return None


def _drop(there: Iterator[Hash], wanted: frozenset[Hash], delete: Callable[[Hash], None]) -> None:
    """Remove what an earlier try copied and the source has no more."""
    for name in [name for name in there if name not in wanted]:
        delete(name)


def _copy_paths(
    old: TileStore,
    put: Callable[[Sequence[tuple[str, bytes]]], None],
    new: TileStore,
    folders: Sequence[str],
    said: tuple[str, Progress],
) -> Moved:
    stage, progress = said
    paths = [path for folder in folders for path in old.paths(folder)]
    there = {path for folder in folders for path in new.paths(folder)}
    for path in sorted(there - set(paths)):
        new.delete(path)
    copied = 0
    for at in range(0, len(paths), TOGETHER):
        items = [(path, old.get(path)) for path in paths[at : at + TOGETHER]]
        missing = [(path, data) for path, data in items if path not in there or _get(new, path) != data]
        put(missing)
        copied += len(missing)
        progress(stage, min(at + TOGETHER, len(paths)), len(paths))
    return Moved(copied, len(paths))


def _put_log(new: TileStore, items: Sequence[tuple[str, bytes]]) -> None:
    """Store files of the log: all but one never change."""
    new.put_all([item for item in items if item[0] != LATEST])
    for path, data in items:
        if path == LATEST:
            new.put_mutable(path, data)


def _get(store: TileStore, path: str) -> bytes | None:
    try:
        return store.get(path)
    except TileMissingError:
        return None


def _close(stores: Stores) -> None:
    stores.catalogue.close()
