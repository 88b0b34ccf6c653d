"""When a recovery kit was last used: passkeys have it in `credentials`."""

from typing import Final

from alembic import op
from sqlalchemy import BigInteger, Column

revision: Final = "0010"
down_revision: Final = "0009"


def upgrade() -> None:
    """Add the column; no kit has been used yet as far as is known."""
    op.add_column("methods", Column("last_used_at", BigInteger, nullable=True))
