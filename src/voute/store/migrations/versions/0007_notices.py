"""Addresses that holders want to be told at, and mails that are to be sent."""

from typing import Final

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Text

revision: Final = "0007"
down_revision: Final = "0006"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "notices",
        Column("vault_id", LargeBinary, ForeignKey("vaults.vault_id"), primary_key=True),
        Column("notice_id", LargeBinary, nullable=False, unique=True),
        *(Column(name, Text, nullable=False) for name in ("address", "language", "pace")),
        *(Column(name, BigInteger, nullable=False) for name in ("hour", "weekday", "quiet_from", "quiet_until")),
        Column("state", Text, nullable=False),
        *(Column(name, BigInteger, nullable=False) for name in ("tries", "bounces", "changed_at")),
    )
    op.create_table(
        "notice_mails",
        Column("mail_id", LargeBinary, primary_key=True),
        Column("vault_id", LargeBinary, ForeignKey("notices.vault_id"), nullable=False, index=True),
        *(Column(name, Text, nullable=False) for name in ("kind", "issuers")),
        Column("created_at", BigInteger, nullable=False),
        Column("due_at", BigInteger, nullable=False, index=True),
        Column("tries", BigInteger, nullable=False),
    )
