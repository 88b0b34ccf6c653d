"""A look at a city from outside its server: `voute status` opens the same stores and asks nobody."""

from voute.core.errors import StoreError
from voute.server.composition import assemble
from voute.server.observe.overview import Overview, look
from voute.server.settings import Settings


def look_at(settings: Settings) -> Overview:
    """Look at the city that the settings describe, served or not; nothing is made that is not there.

    Raises:
        StoreError: there is no city.
        TrustFileError: no fit trust root.
        CatalogueVersionError: the catalogue is of another release.
    """
    # Packs and log may be elsewhere, the folder itself never.
    for folder in (settings.data, settings.locks_folder):
        if not folder.is_dir():
            raise StoreError(f"no folder {folder.name}")
    assembled = assemble(settings)
    try:
        return look(assembled.city, settings)
    finally:
        assembled.stores.catalogue.close()
