"""The newest release is found without reading all events."""

from typing import Final

from alembic import op
from sqlalchemy import text

revision: Final = "0003"
down_revision: Final = "0002"


def upgrade() -> None:
    """Add the index."""
    only = text("type = 'release'")
    op.create_index("ix_events_release", "events", ["event_id"], sqlite_where=only, postgresql_where=only)
