"""The first tables."""

from typing import Any, Final

from alembic import op
from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text

revision: Final = "0001"
down_revision: Final = None

# SQLite gives out row numbers for INTEGER keys only; PostgreSQL needs eight bytes for a country.
_COUNTER: Final = BigInteger().with_variant(Integer, "sqlite")


def _key(name: str) -> Column[Any]:
    return Column(name, LargeBinary, primary_key=True)


def _data(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, LargeBinary, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=null)


def _only(words: str) -> dict[str, Any]:
    """Make an index partial, on both engines."""
    return {"sqlite_where": text(words), "postgresql_where": text(words)}


def _word(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=null)


def upgrade() -> None:
    """Create all tables."""
    _create_vaults()
    _create_sign_in()
    _create_deliveries()
    _create_documents()


def _create_vaults() -> None:
    op.create_table(
        "vault_numbers",
        Column("v", _COUNTER, primary_key=True, autoincrement=True),
        Column("lookup_id", LargeBinary, nullable=False, unique=True),
        _number("given_at"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "vaults",
        _key("vault_id"),
        Column("v", BigInteger, nullable=False, unique=True),
        _word("kind"),
        _word("state"),
        _number("head_number"),
        _data("head_hash"),
        _number("keyring_number"),
        _number("created_at"),
        _data("claim_digest"),
    )
    op.create_table(
        "vault_records",
        Column("vault_id", LargeBinary, ForeignKey("vaults.vault_id"), primary_key=True),
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        _data("payload_hash"),
        _data("envelope"),
    )
    op.create_table(
        "keyrings",
        Column("vault_id", LargeBinary, ForeignKey("vaults.vault_id"), primary_key=True),
        _number("number"),
        _data("sha256"),
        _data("bytes"),
    )
    op.create_table(
        "methods",
        Column("vault_id", LargeBinary, ForeignKey("vaults.vault_id"), primary_key=True),
        Column("method_id", LargeBinary, primary_key=True),
        _word("kind"),
        Column("credential_id", LargeBinary, nullable=True, unique=True),
        _data("sign_in_key", null=True),
    )


def _create_sign_in() -> None:
    op.create_table(
        "credentials",
        _key("credential_id"),
        Column("vault_id", LargeBinary, ForeignKey("vaults.vault_id"), nullable=False, index=True),
        _data("public_key"),
        _number("sign_count"),
        _word("transports"),
        _number("created_at"),
        _number("last_used_at", null=True),
    )
    op.create_table(
        "challenges",
        _key("challenge_hash"),
        _word("purpose"),
        _data("subject", null=True),
        Column("expires_at", BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "sessions",
        _key("token_hash"),
        _word("kind"),
        _data("subject"),
        _number("created_at"),
        _number("seen_at"),
        Column("expires_at", BigInteger, nullable=False, index=True),
        Index(None, "kind", "subject"),
    )
    op.create_table(
        "rate_limits",
        Column("route", Text, primary_key=True),
        Column("client", Text, primary_key=True),
        Column("window", BigInteger, primary_key=True, autoincrement=False),
        _number("count"),
        Index(None, "window"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        _key("delivery_id"),
        _word("issuer"),
        _word("run"),
        _word("state"),
        _number("documents"),
        _number("bytes"),
        _number("opened_at"),
        _number("committed_at", null=True),
        _number("visible_at", null=True),
        CheckConstraint("state IN ('draft', 'committed', 'visible')", name="state"),
        # At most one draft a run: two processes of one department cannot both fill it.
        Index("uq_deliveries_draft", "issuer", "run", unique=True, **_only("state = 'draft'")),
        # Stays short: visible deliveries leave it.
        Index("ix_deliveries_committed", "committed_at", **_only("state = 'committed'")),
    )
    op.create_table(
        "packs",
        Column("delivery_id", LargeBinary, ForeignKey("deliveries.delivery_id"), primary_key=True),
        Column("pack_hash", LargeBinary, primary_key=True, index=True),
        _number("size"),
        _data("statement_hash", null=True),
        _number("documents"),
        _number("stored_at"),
    )
    op.create_table(
        "events",
        Column("event_id", _COUNTER, primary_key=True, autoincrement=True),
        Column("delivery_id", LargeBinary, ForeignKey("deliveries.delivery_id"), nullable=True),
        _word("type"),
        _word("box_kind", null=True),
        _data("box_id", null=True),
        _data("salt"),
        _data("bytes"),
        _data("act", null=True),
        _word("state"),
        _data("chain", null=True),
        _number("log_index", null=True),
        CheckConstraint("state IN ('draft', 'ready', 'logged')", name="state"),
        # Partial, or the planner would look here for events without an index.
        Index("uq_events_log_index", "log_index", unique=True, **_only("log_index IS NOT NULL")),
        # What waits for the log: an event leaves this index when it gets its place, so it stays as short as the queue.
        Index("ix_events_waiting", "delivery_id", "event_id", **_only("log_index IS NULL")),
        sqlite_autoincrement=True,
    )


def _create_documents() -> None:
    op.create_table(
        "lookups",
        _key("lookup_id"),
        _word("issuer"),
        _data("token_hash"),
        _word("state"),
        Column("vault_id", LargeBinary, ForeignKey("vaults.vault_id"), nullable=True, index=True),
        _data("bind", null=True),
        _number("claimed_at", null=True),
        _number("claim_event", null=True),
        _number("bound_event", null=True),
        _number("revoked_at", null=True),
        Column("created_delivery", LargeBinary, nullable=False, index=True),
        CheckConstraint("state IN ('waiting', 'bound', 'revoked')", name="state"),
    )
    op.create_table(
        "documents",
        Column("event_id", _COUNTER, primary_key=True, autoincrement=False),
        Column("document_id", LargeBinary, nullable=False, unique=True),
        Column("position", BigInteger, nullable=True, unique=True),
        Column("delivery_id", LargeBinary, ForeignKey("deliveries.delivery_id"), nullable=False),
        _word("issuer"),
        _word("box_kind"),
        _data("box_id"),
        _data("pack_hash"),
        _number("body_offset"),
        _number("body_length"),
        _data("sealed_hash"),
        _data("manifest_hash"),
        _data("dedupe_id"),
        _data("content_id"),
        _number("opened_at", null=True),
        UniqueConstraint("issuer", "dedupe_id"),
        Index(None, "delivery_id", "event_id"),
        Index(None, "box_id", "position"),
    )
    op.create_table(
        "document_parts",
        Column("event_id", _COUNTER, primary_key=True, autoincrement=False),
        _data("header"),
        _data("card"),
    )
    op.create_table(
        "chains",
        _key("box_id"),
        _data("chain_salt"),
        _number("n"),
        _data("head"),
    )
    op.create_table(
        "log_state",
        # One row, always number 1.
        Column("id", Integer, primary_key=True, autoincrement=False),
        _number("size"),
        _data("root"),
        _word("checkpoint"),
        _number("published_at"),
        CheckConstraint("id = 1", name="single"),
    )
