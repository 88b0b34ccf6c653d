"""Codes that somebody said are not theirs: when, and by which event."""

from typing import Final

from alembic import op
from sqlalchemy import BigInteger, Column

revision: Final = "0004"
down_revision: Final = "0003"


def upgrade() -> None:
    """Add the columns."""
    for name in ("frozen_at", "frozen_event"):
        op.add_column("lookups", Column(name, BigInteger, nullable=True))
