"""Notes of the city's own work, and an index of what was deleted."""

from typing import Final

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, Text, text

revision: Final = "0008"
down_revision: Final = "0007"


def upgrade() -> None:
    """Add both."""
    op.create_table(
        "marks",
        Column("name", Text, primary_key=True),
        Column("bytes", LargeBinary, nullable=False),
        Column("changed_at", BigInteger, nullable=False),
    )
    gone = text("deleted_at IS NOT NULL")
    op.create_index("ix_documents_deleted", "documents", ["deleted_at"], sqlite_where=gone, postgresql_where=gone)
