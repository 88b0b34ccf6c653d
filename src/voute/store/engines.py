"""How a connection to SQLite is made; PostgreSQL: `voute.store.postgres`."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event

# Longer than any transaction of ours; another process may be in the middle of a pack's draft.
BUSY_SECONDS: Final = 30
# A checkpoint that empties the write-ahead log holds writers up while it waits for readers, whose transactions are short.
_CHECKPOINT_SECONDS: Final = 0.2
# What a writer touches pack after pack; readers are many, each has its own, and the system keeps pages for all of them.
_CACHE_KIB: Final = 32 * 1024
_READER_CACHE_KIB: Final = 4 * 1024
# Pages (of 4 KiB) that the write-ahead log gathers before they move to the database: a delivery touches the same pages of
# the indexes pack after pack, so a larger log writes them once instead of each time.
_CHECKPOINT_PAGES: Final = 8_192


def sqlite_engine(url: URL, setting: str, *, begin: str = "BEGIN IMMEDIATE", size: int = 1) -> Engine:
    """Make an engine whose connections have our settings and begin as said, not as Python's module thinks."""
    cache = _CACHE_KIB if size == 1 else _READER_CACHE_KIB
    # The connection that was used last comes first: its pages are in memory, those of the others need not be.
    engine = create_engine(url, pool_size=size, max_overflow=0, pool_use_lifo=True, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the library gives no type
        connection.isolation_level = None
        for pragma in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA foreign_keys = ON",
            f"PRAGMA cache_size = -{cache}",
            f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}",
            # What is deleted is overwritten with zeros, in pages that stay and in those that become free.
            "PRAGMA secure_delete = ON",
            setting,
        ):
            connection.execute(pragma).close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        # Straight to the driver: a tenth of what the library would add to the shortest transactions.
        connection.connection.cursor().execute(begin)

    return engine


def sqlite_checkpointer(url: URL) -> Engine:
    """Make an engine for checkpoints alone: no transaction around them, a short wait for readers, no connection kept."""
    options = {"timeout": _CHECKPOINT_SECONDS, "isolation_level": None}
    return create_engine(url, poolclass=NullPool, connect_args=options, isolation_level="AUTOCOMMIT")


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite catalogue in a file."""
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)
