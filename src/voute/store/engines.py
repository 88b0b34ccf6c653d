"""How a connection to each engine is made."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event

# Longer than any transaction of ours; another process may be in the middle of a pack's draft.
BUSY_SECONDS: Final = 30
# One row of a document is 4-6 KB: larger pages keep it in fewer of them. Counts when the file is made.
_PAGE_SIZE: Final = 8192
_CACHE_KIB: Final = 16 * 1024


def sqlite_engine(url: URL, setting: str, *, begin: str = "BEGIN IMMEDIATE", size: int = 1) -> Engine:
    """Make an engine whose connections have our settings and begin as said, not as Python's module thinks."""
    engine = create_engine(url, pool_size=size, max_overflow=0, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the library gives no type
        connection.isolation_level = None
        for pragma in (
            f"PRAGMA page_size = {_PAGE_SIZE}",
            "PRAGMA journal_mode = WAL",
            "PRAGMA foreign_keys = ON",
            f"PRAGMA cache_size = -{_CACHE_KIB}",
            setting,
        ):
            connection.execute(pragma).close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite catalogue in a file."""
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)
