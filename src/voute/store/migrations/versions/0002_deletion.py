"""Documents that their holder deleted, and work that a transaction leaves to be done after it."""

from typing import Final

from alembic import op
from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text

revision: Final = "0002"
down_revision: Final = "0001"


def upgrade() -> None:
    """Add columns and table."""
    for name in ("opened_event", "deleted_at", "delete_event"):
        op.add_column("documents", Column(name, BigInteger, nullable=True))
    op.create_table(
        "jobs",
        Column("kind", Text, primary_key=True),
        Column("subject", LargeBinary, primary_key=True),
        Column("created_at", BigInteger, nullable=False),
        Index(None, "kind", "created_at"),
    )
