"""The drivers of a city on S3, and the files of theirs that are none of the city's: loaded only where the settings name S3."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.x509 import load_pem_x509_certificates

from voute.core.ports_raw import Leftovers
from voute.server.settings import SettingError, Settings
from voute.store.s3 import Bucket, S3Place, connect
from voute.store.s3_blobs import PACK, SIDECAR, S3Blobs, S3Sidecars
from voute.store.s3_cors import allows, give_rule
from voute.store.s3_leftovers import S3Leftovers
from voute.store.s3_log import S3Locks, S3Tiles
from voute.store.s3_objects import S3Objects
from voute.store.s3_signing import S3Signer
from voute.store.s3_uploads import Uploads
from voute.store.watch import Watch

PACKS: Final = "packs"
SIDECARS: Final = "sidecars"
LOG: Final = "log"
LEDGER: Final = "ledger"
LOCKS: Final = "locks"


class S3Stores(NamedTuple):
    """Packs, sidecars, tiles and ledger of one city."""

    blobs: S3Blobs
    sidecars: S3Sidecars
    tiles: S3Tiles
    ledger: S3Tiles


def place_of(settings: Settings, address: str) -> S3Place:
    """Return the place that an address of the settings names (`s3://BUCKET/FOLDER`; the settings have checked it).

    Raises:
        SettingError: `s3_ca` names no certificates.
    """
    if settings.s3_ca != Path():
        _expect_certificates(settings.s3_ca)
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    return S3Place(
        bucket,
        prefix,
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_ca,
        settings.s3_credentials,
        settings.s3_seconds,
    )


def _expect_certificates(file: Path) -> None:
    try:
        load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingError("no file of certificates (PEM)", setting="s3_ca") from error


def open_s3(settings: Settings, watch: Watch | None = None) -> S3Stores:
    """Open the drivers; nothing is asked of the server yet."""
    place = place_of(settings, settings.blobs)
    store = connect(place)
    return S3Stores(
        S3Blobs(Bucket(store, PACKS, watch), Uploads(place, PACKS)),
        S3Sidecars(Bucket(store, SIDECARS, watch)),
        S3Tiles(Bucket(store, LOG, watch), settings.s3_at_once),
        S3Tiles(Bucket(store, LEDGER, watch), settings.s3_at_once),
    )


def prove(settings: Settings) -> None:
    """Ask once whether the city's bucket is there and lets us list it.

    Raises:
        StoreError: it does not answer, or refuses.
    """
    Bucket(connect(place_of(settings, settings.blobs), retries=0), PACKS).prove()


def lets_pages_read(settings: Settings, origin: str) -> bool:
    """Ask the S3 server, as browsers name it, whether pages of the city may read packs there.

    Raises:
        StoreUnreachableError: nobody answers there.
    """
    return allows(place_of(settings, settings.blobs), settings.public_s3_address, PACKS, origin)


def let_pages_read(settings: Settings, origin: str) -> None:
    """Give the bucket the rule that lets pages of the city read; other rules stay.

    Raises:
        StoreError: it refuses, or does not answer.
    """
    give_rule(place_of(settings, settings.blobs), origin)


def open_objects(settings: Settings) -> S3Objects:
    """Return all objects of the city, for a backup; nothing is asked of the server yet."""
    store = connect(place_of(settings, settings.blobs))
    others = {name: Bucket(store, name) for name in (LOG, LEDGER)}
    return S3Objects(Bucket(store, PACKS), Bucket(store, SIDECARS), others)


def open_signer(settings: Settings) -> S3Signer:
    """Return what gives holders links to their ranges of packs.

    Raises:
        StoreError: there are no keys to sign with.
    """
    return S3Signer(place_of(settings, settings.blobs), PACKS, settings.public_s3_address)


def open_s3_locks(settings: Settings, watch: Watch | None = None) -> S3Locks:
    """Open the locks; a call is never repeated by itself."""
    return S3Locks(Bucket(connect(place_of(settings, settings.s3_locks), retries=0), LOCKS, watch))


def s3_leftovers(settings: Settings, log: re.Pattern[str], ledger: re.Pattern[str]) -> Mapping[str, Leftovers]:
    """Return what finds objects that are none of the city's, given the form of the names in log and ledger; it asks the server.

    Raises:
        StoreError: the bucket is not there, or refuses.
    """
    place = place_of(settings, settings.blobs)
    store = connect(place)
    forms = {PACKS: PACK, SIDECARS: SIDECAR, LOG: log, LEDGER: ledger}
    Bucket(store, LOG).prove()
    return {name: S3Leftovers(Bucket(store, name), form, Uploads(place, name)) for name, form in forms.items()}
