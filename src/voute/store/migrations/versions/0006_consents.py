"""What holders chose to receive without paper."""

from typing import Final

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Text

revision: Final = "0006"
down_revision: Final = "0005"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "consents",
        Column("vault_id", LargeBinary, ForeignKey("vaults.vault_id"), primary_key=True),
        Column("issuer", Text, primary_key=True),
        Column("document_type", Text, primary_key=True),
        Column("number", BigInteger, nullable=False),
        Column("paperless", BigInteger, nullable=False),
        Column("chosen_at", BigInteger, nullable=False),
        Column("event_id", BigInteger, nullable=False),
    )
