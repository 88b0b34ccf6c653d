"""All rows of one catalogue into another, empty one, between the engines too: for a backup, for moving a city."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from voute.core.errors import StoreError
from voute.store.schema import metadata
from voute.store.sql_raw import SqlRawCatalogue, SqlRawChange, SqlRawTables

# Rows in one statement: of the longest rows, a sealed index of 16 MiB each, few vaults have one.
_TOGETHER: Final = 500


def copy_catalogue(source: SqlRawCatalogue, target: SqlRawCatalogue) -> Mapping[str, int]:
    """Copy a catalogue as it is at one instant, in one transaction; returns how many rows each table has.

    Raises:
        CatalogueVersionError: either has the schema of another release.
        StoreError: a database failed, or the target is not empty; it is then as it was.
    """
    with source.view() as view, target.change() as change:
        return copy_tables(view, change)


def copy_tables(view: SqlRawTables, change: SqlRawChange) -> Mapping[str, int]:
    """Copy out of an open view into an open change (`copy_catalogue`)."""
    taken = change.tables_with_rows()
    if taken:
        raise StoreError(f"the catalogue to copy into is not empty: {', '.join(taken)}")
    counts: dict[str, int] = {}
    # Rows that others refer to first.
    for table in metadata.sorted_tables:
        rows = view.scan(table.name, table.columns.keys(), [column.name for column in table.primary_key])
        counts[table.name] = 0
        for part in _parts(rows):
            change.add_all(table.name, part)
            counts[table.name] += len(part)
    for name, last in view.counters().items():
        change.set_counter(name, last)
    return counts


def _parts(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while part := list(islice(rows, _TOGETHER)):
        yield part
