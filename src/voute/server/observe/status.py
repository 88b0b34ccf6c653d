"""A look at a city from outside its server: `voute status` opens the same stores and asks nobody."""

from voute.server.composition import assemble
from voute.server.inspection import require_folders
from voute.server.observe.overview import Overview, look
from voute.server.readiness import expect_reachable
from voute.server.settings import Settings


def look_at(settings: Settings) -> Overview:
    """Look at the city that the settings describe, served or not; nothing is made that is not there.

    Raises:
        NoCityError: there is no city.
        StoreError: a store cannot be opened.
        TrustFileError: no fit trust root.
        CatalogueVersionError: the catalogue is of another release.
    """
    # Packs and log may be elsewhere, the folder itself never.
    require_folders(settings.data, settings.locks_folder)
    expect_reachable(settings)
    assembled = assemble(settings)
    try:
        return look(assembled.city, settings)
    finally:
        assembled.stores.catalogue.close()
