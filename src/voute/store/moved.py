"""The mark on a catalogue that was moved to another store: old settings must not start the past of a city.

SQLite keeps a number for its users in the file (`user_version`), PostgreSQL a comment on a table: both change in a transaction,
neither is a row, so that rows stay what was moved, and both come along with a copy of the whole.
Source: SQLite, PRAGMA user_version; PostgreSQL 15, COMMENT and obj_description.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, make_url, text

from voute.store.engines import sqlite_engine
from voute.store.postgres import plain_engine
from voute.store.sql import translating

_TABLE: Final = "alembic_version"
_MARK: Final = "voute: moved"


def is_catalogue_moved(url: str) -> bool:
    """Tell whether a catalogue was moved away; one that is not there was not.

    Raises:
        StoreError: the database does not say.
    """
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if is_sqlite and not Path(parsed.database or "").is_file():
        return False
    with _connected(url) as connection:
        if is_sqlite:
            return bool(connection.execute(text("PRAGMA user_version")).scalar())
        if not inspect(connection).has_table(_TABLE):
            return False
        found = text(f"SELECT obj_description('{_TABLE}'::regclass)")
        return bool(connection.execute(found).scalar() == _MARK)


def mark_catalogue(url: str, *, moved: bool) -> None:
    """Mark a catalogue as moved away, or as in use again; repeatable.

    Raises:
        StoreError: the database refuses.
    """
    with _connected(url) as connection:
        if make_url(url).get_backend_name() == "sqlite":
            connection.execute(text(f"PRAGMA user_version = {int(moved)}"))
        else:
            said = f"'{_MARK}'" if moved else "NULL"
            connection.execute(text(f"COMMENT ON TABLE {_TABLE} IS {said}"))


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    engine = sqlite_engine(parsed, "PRAGMA synchronous = FULL") if is_sqlite else plain_engine(parsed)
    try:
        with translating(), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
