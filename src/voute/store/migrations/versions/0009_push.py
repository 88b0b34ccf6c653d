"""Browsers that holders want to be told on, and messages that are to be sent to them."""

from typing import Final

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Text

revision: Final = "0009"
down_revision: Final = "0008"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "push_devices",
        Column("device_id", LargeBinary, primary_key=True),
        Column("vault_id", LargeBinary, ForeignKey("vaults.vault_id"), nullable=False, index=True),
        Column("endpoint", Text, nullable=False, unique=True),
        *(Column(name, LargeBinary, nullable=False) for name in ("p256dh", "auth")),
        *(Column(name, Text, nullable=False) for name in ("language", "pace")),
        *(Column(name, BigInteger, nullable=False) for name in ("hour", "weekday", "quiet_from", "quiet_until", "created_at")),
    )
    op.create_table(
        "push_messages",
        Column("message_id", LargeBinary, primary_key=True),
        Column("device_id", LargeBinary, ForeignKey("push_devices.device_id"), nullable=False, index=True),
        *(Column(name, Text, nullable=False) for name in ("kind", "issuers")),
        Column("created_at", BigInteger, nullable=False),
        Column("due_at", BigInteger, nullable=False, index=True),
        Column("tries", BigInteger, nullable=False),
    )
