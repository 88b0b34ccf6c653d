"""A look at a city from outside its server: `voute status` opens the same stores and asks nobody."""

from dataclasses import replace
from typing import ClassVar

from voute.core.errors import StateError, StoreError
from voute.server.composition import assemble, now_seconds, s3_drivers
from voute.server.inspection import require_folders, require_locks
from voute.server.observe.overview import Overview, look
from voute.server.readiness import expect_reachable
from voute.server.settings import SIGNED_URL, Settings
from voute.server.trust_file import TrustFile


def look_at(settings: Settings) -> Overview:
    """Look at the city that the settings describe, served or not; nothing is made that is not there.

    Raises:
        NoCityError: there is no city.
        StoreError: a store cannot be opened.
        TrustFileError: no fit trust root.
        CatalogueVersionError: the catalogue is of another release.
    """
    # Packs and log may be elsewhere, the folder itself never.
    require_locks(settings)
    if not settings.blobs:
        require_folders(settings.packs_folder, settings.log_folder)
    expect_reachable(settings)
    assembled = assemble(settings, serves=False)
    try:
        seen = look(assembled.city, settings)
        return replace(seen, cors=cors_of(settings, assembled.city.trust().root.origin))
    finally:
        assembled.stores.catalogue.close()


class NoBucketError(StateError):
    """The city's packs are not on S3: there is no bucket that could need a rule."""

    code: ClassVar[str] = "no-bucket"


def cors_of(settings: Settings, origin: str) -> str | None:
    """Say whether the S3 server lets the city's pages read: `fits`, `refused`, `silent`; None where they never ask it."""
    if settings.direct_reads != SIGNED_URL:
        return None
    try:
        return "fits" if s3_drivers("direct_reads").lets_pages_read(settings, origin) else "refused"
    except StoreError:
        return "silent"


def look_at_cors(settings: Settings, *, give: bool) -> tuple[str, bool]:
    """Return the city's origin, and whether its bucket lets pages of it read; with `give` it is made to, unless it does.

    Raises:
        NoBucketError: the packs are not on S3.
        TrustFileError: no fit trust root.
        StoreError: the S3 server does not answer, or refuses to take the rule.
    """
    if not settings.blobs:
        raise NoBucketError("packs are in a folder")
    origin = TrustFile(settings.trust_root_file, now_seconds)().root.origin
    there = s3_drivers("blobs")
    if give and not there.lets_pages_read(settings, origin):
        there.let_pages_read(settings, origin)
    return origin, there.lets_pages_read(settings, origin)
