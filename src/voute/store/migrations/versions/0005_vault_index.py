"""The holder's sealed index, one a vault."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0005"
down_revision: Final = "0004"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "vault_indexes",
        sa.Column("vault_id", sa.LargeBinary, sa.ForeignKey("vaults.vault_id", name="fk_vault_indexes_vault_id"), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("vault_id", name="pk_vault_indexes"),
    )
