"""Brings a catalogue to the schema of this release (Alembic; one numbered revision a change, never edited afterwards)."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from voute.core.ports_store import CatalogueVersionError
from voute.store.engines import sqlite_engine
from voute.store.postgres import expect_fit, plain_engine
from voute.store.sql import translating

_REVISIONS: Final = Path(__file__).parent / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Create or upgrade the tables; what is up to date stays as it is. Other writers must wait.

    Raises:
        CatalogueVersionError: the catalogue is of a later release than this one; nothing was changed.
        DatabaseUnfitError: the database has settings that would break what is promised; nothing was changed.
        StoreError: the database cannot be reached or refuses a change; on both engines it is then as before.
    """
    config = Config()
    config.set_main_option("script_location", str(_REVISIONS).replace("%", "%%"))
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    engine = sqlite_engine(parsed, "PRAGMA synchronous = FULL") if is_sqlite else plain_engine(parsed)
    try:
        with translating(), engine.begin() as connection:
            if not is_sqlite:
                expect_fit(connection)
            config.attributes["connection"] = connection
            _refuse_later(config, MigrationContext.configure(connection).get_current_revision())
            command.upgrade(config, revision)
    finally:
        engine.dispose()


def _refuse_later(config: Config, found: str | None) -> None:
    script = ScriptDirectory.from_config(config)
    if found is not None and found not in {one.revision for one in script.walk_revisions()}:
        raise CatalogueVersionError("of a later release", found=found, needed=script.get_current_head() or "")
