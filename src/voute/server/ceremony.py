"""Founding a city: folders, the log's keys, its lock, the catalogue's tables. Once, by an operator, never implied.

Signing the trust root is not here: the city's keys are offline, in the hands of its officers (docs/spec/trust-root.md). What they
need of this machine is what `create_city` returns.
"""

from dataclasses import dataclass
from typing import ClassVar

from voute.core.ports_log import TileMissingError
from voute.server.composition import log_parts, open_stores
from voute.server.keys import (
    LOG_FILE,
    KeyFileError,
    create_log_seeds,
    create_witness_seed,
    read_log_seeds,
    read_witness_seed,
)
from voute.server.settings import Settings
from voute.store.freeze import CATALOGUE
from voute.store.migrate import upgrade
from voute.store.sql_catalogue import SCHEMA_VERSION
from voute.tlog.policy import LogKey, WitnessKey
from voute.tlog.sequencer import CHECKPOINT_PATH
from voute.tlog.witness import WitnessCore


class CityFoundedError(KeyFileError):
    """A city was founded here before; nothing was changed."""

    code: ClassVar[str] = "city-founded"


@dataclass(frozen=True, slots=True)
class CityKeys:
    """Public keys for the trust root: the log's, and those of the witness beside it if one was asked for."""

    log: LogKey
    witness: WitnessKey | None


def create_city(settings: Settings, log_origin: str, witness_name: str | None = None) -> CityKeys:
    """Create a city in the folder of the settings and return the public keys that its trust root lists.

    The log's lock is made last: what a crash left before it is taken up by the next call. A witness beside its own log proves
    nothing to anyone: it is for demonstrations and tests.

    Raises:
        CityFoundedError: a city was founded here before, or one of another name was begun; nothing was changed.
        LockExistsError: the log's lock exists although its keys did not: somebody must look at it.
    """
    # Whoever may pass through for the packs (docs/operate/direct-reads.md) must not read what lies beside them.
    settings.data.mkdir(mode=0o710, parents=True, exist_ok=True)
    if not _was_begun(settings, log_origin):
        create_log_seeds(settings.keys_folder, log_origin)
    if witness_name is not None and read_witness_seed(settings.keys_folder) is None:
        create_witness_seed(settings.keys_folder, witness_name)
    # Made here and nowhere else: a server that is pointed at a wrong path must stop, not begin a second log.
    settings.locks_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not settings.catalogue:
        (settings.data / CATALOGUE).touch(mode=0o600)
    upgrade(settings.catalogue_url)
    stores = open_stores(settings)
    parts = log_parts(settings, stores)
    parts.sequencer.create()
    for witness, _ in parts.witnesses:
        if isinstance(witness, WitnessCore):
            witness.enrol(log_origin)
    stores.catalogue.close()
    return read_city_keys(settings)


def _was_begun(settings: Settings, log_origin: str) -> bool:
    """Tell whether a founding of this very log was cut before it had a lock; keys with a lock or a log are a whole city."""
    if not (settings.keys_folder / LOG_FILE).exists():
        return False
    has_lock = settings.locks_folder.exists() and any(settings.locks_folder.glob("[!.]*"))
    if settings.blobs:
        has_log = _has_log_elsewhere(settings)
    else:
        has_log = settings.log_folder.exists() and any(settings.log_folder.iterdir())
    if has_log or has_lock or read_log_seeds(settings.keys_folder).origin != log_origin:
        raise CityFoundedError("a city is here", file=LOG_FILE)
    return True


def _has_log_elsewhere(settings: Settings) -> bool:
    stores = open_stores(settings)
    try:
        stores.tiles.get(CHECKPOINT_PATH)
    except TileMissingError:
        return False
    finally:
        stores.catalogue.close()
    return True


def read_city_keys(settings: Settings) -> CityKeys:
    """Return the public keys of the city on this machine."""
    parts = log_parts(settings, open_stores(settings))
    return CityKeys(parts.sequencer.log, parts.witnesses[0][1] if parts.witnesses else None)


def migrate(settings: Settings) -> str:
    """Bring the catalogue to the schema of this release and return its number; a repeated call changes nothing.

    No server may run meanwhile.

    Raises:
        CatalogueVersionError: the catalogue is of a later release; nothing was changed.
        StoreError: the database refused; it is as before.
    """
    upgrade(settings.catalogue_url)
    return SCHEMA_VERSION
