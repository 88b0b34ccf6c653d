"""Ports of whoever checks raw storage (`voute.fsck`): tables by name, files that belong to nothing. No rule of the city is here.

Reading never waits for a writer and takes no lock of the city's. Changing is for repairs alone, while no server runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple, Protocol

NOT_NULL: Final = object()
"""In `where`: any value but null."""


class RawTables(Protocol):
    """One consistent view of all tables; rows come as tuples in the order of the columns asked for."""

    def scan(
        self, table: str, columns: Sequence[str], order: Sequence[str], where: Mapping[str, object] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows in order, without holding them all; `where` gives columns their value (None: null, or `NOT_NULL`).

        Raises:
            StoreError: the engine failed, or cannot read what is stored.
        """
        ...

    def fetch(self, table: str, columns: Sequence[str], key: str, values: Sequence[object]) -> Sequence[tuple[Any, ...]]:
        """Return the rows whose column `key` is one of these values, in no order.

        Raises:
            StoreError: as `scan`.
        """
        ...

    def faults(self) -> Sequence[str]:
        """Return what the engine itself finds wrong with its pages, indexes and references; technical words."""
        ...


class RawChange(Protocol):
    """One transaction that mends rows."""

    def put(self, table: str, values: Mapping[str, object]) -> None:
        """Insert a row, or replace the one with this primary key."""
        ...

    def put_all(self, table: str, rows: Sequence[Sequence[object]], *, replace: bool = True) -> None:
        """Insert rows whose values stand in the order of the table's columns.

        Of a row whose primary key is there the new one counts, or without `replace` the old one.

        Raises:
            StoreError: a row breaks another rule of the schema.
        """
        ...

    def set(self, table: str, key: Mapping[str, object], values: Mapping[str, object]) -> None:
        """Set columns of the rows that have these values; none is no error."""
        ...


class RawCatalogue(Protocol):
    """The catalogue below all rules."""

    def view(self) -> AbstractContextManager[RawTables]:
        """Open a consistent view.

        Raises:
            StoreError: there is no catalogue, or it has the schema of another release.
        """
        ...

    def change(self) -> AbstractContextManager[RawChange]:
        """Open a transaction that is durable when the block ends well, and did nothing otherwise.

        Raises:
            StoreError: the store failed.
        """
        ...


class Leftover(NamedTuple):
    """A file that no reader ever looks at: its place below the store's folder, how many seconds ago it was changed."""

    path: str
    age: float


class Leftovers(Protocol):
    """Files in a store's folders that carry no name of the store's: what crashed writers, or people, left there."""

    def found(self) -> Iterator[Leftover]:
        """Yield them in order of their paths."""
        ...

    def is_temporary(self, path: str) -> bool:
        """Tell whether the store's own writers make such names: only those may be removed."""
        ...

    def remove(self, path: str) -> None:
        """Remove one, durably; removing nothing is not an error."""
        ...
