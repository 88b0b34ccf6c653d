"""Brings a backup's packs, log, ledger and catalogue to where another file of settings says: S3, a database (`Elsewhere`)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voute.core.errors import StoreError
from voute.core.ids import hash_of
from voute.server.composition import s3_drivers
from voute.server.moving import LEDGER_FOLDERS, LOG_FOLDERS, copy_rows, prepare_catalogue
from voute.server.settings import Settings
from voute.store.engines import sqlite_url
from voute.store.freeze import CATALOGUE
from voute.tlog.sequencer import CHECKPOINT_PATH

if TYPE_CHECKING:
    from voute.server.s3_stores import S3Stores

_CHECKPOINT: Final = f"log/{CHECKPOINT_PATH}"
_PACKS: Final = "packs/"
_LOG: Final = "log/"
_LEDGER: Final = "ledger/"


class Elsewhere:
    """The stores of some settings, on the way from empty to a whole city; the published checkpoint comes last."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings of the city that comes back."""
        self._settings = settings
        # Those of files would make their folders, and the city's own is to be absent or empty.
        self._s3: S3Stores | None = s3_drivers("blobs").open_s3(settings) if settings.blobs else None
        self._checkpoint: bytes | None = None

    @property
    def name(self) -> str:
        """Which stores these are: a restore that was cut goes on into the same ones alone."""
        return f"{self._settings.s3_endpoint} {self._settings.blobs} {self._settings.catalogue.partition('://')[0]}"

    def is_empty(self) -> bool:
        """Tell whether there is nothing yet; the tables of the database are made on the way.

        Raises:
            StoreError: a store does not answer.
        """
        if self._settings.catalogue and not prepare_catalogue(self._settings.catalogue_url):
            return False
        if self._s3 is None:
            return True
        names = (*self._s3.blobs.names(), *self._s3.sidecars.names())
        log = [path for folder in LOG_FOLDERS for path in self._s3.tiles.paths(folder)]
        ledger = [path for folder in LEDGER_FOLDERS for path in self._s3.ledger.paths(folder)]
        return not (names or log or ledger)

    def takes(self, path: str) -> bool:
        """Tell whether a file of the backup comes here, not into the city's folder."""
        return self._s3 is not None and path.startswith((_PACKS, _LOG, _LEDGER))

    def put(self, path: str, digest: bytes, pieces: Iterator[bytes]) -> None:
        """Store one file, whole or not at all; what is there already is written again, the same.

        Raises:
            StoreError: the store failed.
        """
        if self._s3 is None:
            raise StoreError("these settings keep everything in files")
        stem, _, kind = path.rpartition("/")[2].partition(".")
        if path.startswith(_PACKS) and kind == "pack":
            name = hash_of(bytes.fromhex(stem))
            with self._s3.blobs.writer(name) as writer:
                for piece in pieces:
                    writer.write(piece)
                writer.finish(has_holes=digest != name)
            return
        data = b"".join(pieces)
        if path.startswith(_PACKS):
            self._s3.sidecars.put(hash_of(bytes.fromhex(stem)), data)
        elif path.startswith(_LEDGER):
            self._s3.ledger.put_mutable(path.removeprefix(_LEDGER), data)
        elif path == _CHECKPOINT:
            self._checkpoint = data
        else:
            self._s3.tiles.put_mutable(path.removeprefix(_LOG), data)

    def finish(self, folder: Path) -> None:
        """Bring the catalogue out of the city's new folder into its database, then publish the log's checkpoint.

        Raises:
            MoveRefusedError: the database holds other rows.
            CatalogueVersionError: the backup is of another release.
            StoreError: a store failed; done again, it goes on.
        """
        if self._settings.catalogue:
            file = folder / CATALOGUE
            copy_rows(replace(self._settings, catalogue=sqlite_url(file)), self._settings)
            for suffix in ("", "-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)
        if self._s3 is not None and self._checkpoint is not None:
            self._s3.tiles.put_mutable(CHECKPOINT_PATH, self._checkpoint)


def elsewhere_of(settings: Settings) -> Elsewhere | None:
    """Return the stores of these settings that are not in the city's folder; None: all is there."""
    return Elsewhere(settings) if settings.blobs or settings.catalogue else None
