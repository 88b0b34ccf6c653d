"""Port of whoever copies a city's stored objects out of a store that cannot be held still by second names (`voute.backup`)."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol


class StoredObject(NamedTuple):
    """One object: where its file would lie in a city's folder, its size, and a tag that changes whenever it is written."""

    path: str
    size: int
    tag: str


class CityObjects(Protocol):
    """All objects of a city: packs, sidecars, log and ledger; safe from several threads."""

    def listed(self) -> Iterable[StoredObject]:
        """Yield what is there now.

        Raises:
            StoreError: the store failed.
        """
        ...

    def read(self, path: str) -> tuple[bytes, str] | None:
        """Return an object's bytes (64 MiB at most) and the tag of what was read; None: it is no more.

        Raises:
            StoreError: the store failed.
        """
        ...
