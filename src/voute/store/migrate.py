"""Brings a catalogue to the schema of this release (Alembic; one numbered revision a change, never edited afterwards)."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url

from voute.store.engines import sqlite_engine
from voute.store.sql import translating

_REVISIONS: Final = Path(__file__).parent / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Create or upgrade the tables; what is up to date stays as it is. Other writers must wait.

    Raises:
        StoreError: the database cannot be reached or refuses a change; on both engines it is then as before.
    """
    config = Config()
    config.set_main_option("script_location", str(_REVISIONS).replace("%", "%%"))
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    engine = sqlite_engine(parsed, "PRAGMA synchronous = FULL") if is_sqlite else create_engine(parsed)
    try:
        with translating(), engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()
