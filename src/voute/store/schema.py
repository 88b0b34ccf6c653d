"""Tables of the catalogue (docs/spec/catalogue.md), one text for SQLite and PostgreSQL.

A change here needs a migration beside it; a test compares both. Column order is the order of the fields in `voute.core.rows`.
Columns that name an event are not foreign keys: cancelling a delivery of 20,000 would look for each of its events in three
tables, or pay for three more indexes on every insert.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from voute.store.raw_bytes import Raw

# Names of constraints follow from their columns, so that a later migration can name what it drops on both engines.
metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives out row numbers for INTEGER keys only; PostgreSQL needs eight bytes for a country.
_COUNTER: Final = BigInteger().with_variant(Integer, "sqlite")


def _key(name: str) -> Column[Any]:
    return Column(name, Raw, primary_key=True)


def _data(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Raw, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=null)


def _only(words: str) -> dict[str, Any]:
    """Make an index partial, on both engines."""
    return {"sqlite_where": text(words), "postgresql_where": text(words)}


def _word(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=null)


vault_numbers: Final = Table(
    "vault_numbers",
    metadata,
    Column("v", _COUNTER, primary_key=True, autoincrement=True),
    Column("lookup_id", Raw, nullable=False, unique=True),
    _number("given_at"),
    sqlite_autoincrement=True,
)

vaults: Final = Table(
    "vaults",
    metadata,
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

vault_records: Final = Table(
    "vault_records",
    metadata,
    Column("vault_id", Raw, ForeignKey("vaults.vault_id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _data("payload_hash"),
    _data("envelope"),
)

keyrings: Final = Table(
    "keyrings",
    metadata,
    Column("vault_id", Raw, ForeignKey("vaults.vault_id"), primary_key=True),
    _number("number"),
    _data("sha256"),
    _data("bytes"),
)

vault_indexes: Final = Table(
    "vault_indexes",
    metadata,
    Column("vault_id", Raw, ForeignKey("vaults.vault_id"), primary_key=True),
    _number("number"),
    _data("sha256"),
    _number("written_at"),
    _data("bytes"),
)

methods: Final = Table(
    "methods",
    metadata,
    Column("vault_id", Raw, ForeignKey("vaults.vault_id"), primary_key=True),
    Column("method_id", Raw, primary_key=True),
    _word("kind"),
    Column("credential_id", Raw, nullable=True, unique=True),
    _data("sign_in_key", null=True),
    _number("last_used_at", null=True),
)

# The newest choice alone: the acts of all of them are in `events`.
consents: Final = Table(
    "consents",
    metadata,
    Column("vault_id", Raw, ForeignKey("vaults.vault_id"), primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("document_type", Text, primary_key=True),
    _number("number"),
    _number("paperless"),
    _number("chosen_at"),
    _number("event_id"),
)

# Personal data: the one place where an address stands (docs/spec/notices.md).
notices: Final = Table(
    "notices",
    metadata,
    Column("vault_id", Raw, ForeignKey("vaults.vault_id"), primary_key=True),
    Column("notice_id", Raw, nullable=False, unique=True),
    _word("address"),
    _word("language"),
    _word("pace"),
    _number("hour"),
    _number("weekday"),
    _number("quiet_from"),
    _number("quiet_until"),
    _word("state"),
    _number("tries"),
    _number("bounces"),
    _number("changed_at"),
)

notice_mails: Final = Table(
    "notice_mails",
    metadata,
    _key("mail_id"),
    Column("vault_id", Raw, ForeignKey("notices.vault_id"), nullable=False, index=True),
    _word("kind"),
    _word("issuers"),
    _number("created_at"),
    Column("due_at", BigInteger, nullable=False, index=True),
    _number("tries"),
)

# What a browser gave to be told by: no key opens anything with it (docs/spec/push.md).
push_devices: Final = Table(
    "push_devices",
    metadata,
    _key("device_id"),
    Column("vault_id", Raw, ForeignKey("vaults.vault_id"), nullable=False, index=True),
    Column("endpoint", Text, nullable=False, unique=True),
    _data("p256dh"),
    _data("auth"),
    _word("language"),
    _word("pace"),
    _number("hour"),
    _number("weekday"),
    _number("quiet_from"),
    _number("quiet_until"),
    _number("created_at"),
)

push_messages: Final = Table(
    "push_messages",
    metadata,
    _key("message_id"),
    Column("device_id", Raw, ForeignKey("push_devices.device_id"), nullable=False, index=True),
    _word("kind"),
    _word("issuers"),
    _number("created_at"),
    Column("due_at", BigInteger, nullable=False, index=True),
    _number("tries"),
)

credentials: Final = Table(
    "credentials",
    metadata,
    _key("credential_id"),
    Column("vault_id", Raw, ForeignKey("vaults.vault_id"), nullable=False, index=True),
    _data("public_key"),
    _number("sign_count"),
    _word("transports"),
    _number("created_at"),
    _number("last_used_at", null=True),
)

challenges: Final = Table(
    "challenges",
    metadata,
    _key("challenge_hash"),
    _word("purpose"),
    _data("subject", null=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

sessions: Final = Table(
    "sessions",
    metadata,
    _key("token_hash"),
    _word("kind"),
    _data("subject"),
    _number("created_at"),
    _number("seen_at"),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Index(None, "kind", "subject"),
)

rate_limits: Final = Table(
    "rate_limits",
    metadata,
    Column("route", Text, primary_key=True),
    Column("client", Text, primary_key=True),
    Column("window", BigInteger, primary_key=True, autoincrement=False),
    _number("count"),
    Index(None, "window"),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
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
packs: Final = Table(
    "packs",
    metadata,
    Column("delivery_id", Raw, ForeignKey("deliveries.delivery_id"), primary_key=True),
    Column("pack_hash", Raw, primary_key=True, index=True),
    _number("size"),
    _data("statement_hash", null=True),
    _number("documents"),
    _number("stored_at"),
)

events: Final = Table(
    "events",
    metadata,
    Column("event_id", _COUNTER, primary_key=True, autoincrement=True),
    Column("delivery_id", Raw, ForeignKey("deliveries.delivery_id"), nullable=True),
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
    Index("ix_events_release", "event_id", **_only("type = 'release'")),
    sqlite_autoincrement=True,
)
lookups: Final = Table(
    "lookups",
    metadata,
    _key("lookup_id"),
    _word("issuer"),
    _data("token_hash"),
    _word("state"),
    Column("vault_id", Raw, ForeignKey("vaults.vault_id"), nullable=True, index=True),
    _data("bind", null=True),
    _number("claimed_at", null=True),
    _number("claim_event", null=True),
    _number("bound_event", null=True),
    _number("revoked_at", null=True),
    Column("created_delivery", Raw, nullable=False, index=True),
    _number("frozen_at", null=True),
    _number("frozen_event", null=True),
    CheckConstraint("state IN ('waiting', 'bound', 'revoked')", name="state"),
)

# Keyed by the number of its `deliver` event, so that rows of a delivery lie together in the order they came.
documents: Final = Table(
    "documents",
    metadata,
    Column("event_id", _COUNTER, primary_key=True, autoincrement=False),
    Column("document_id", Raw, nullable=False, unique=True),
    Column("position", BigInteger, nullable=True, unique=True),
    Column("delivery_id", Raw, ForeignKey("deliveries.delivery_id"), nullable=False),
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
    _number("opened_event", null=True),
    _number("deleted_at", null=True),
    _number("delete_event", null=True),
    UniqueConstraint("issuer", "dedupe_id"),
    Index(None, "delivery_id", "event_id"),
    Index(None, "box_id", "position"),
    # Short: most people keep what they get.
    Index("ix_documents_deleted", "deleted_at", **_only("deleted_at IS NOT NULL")),
)

# The long columns of a document, apart: giving 200,000 documents their positions then rewrites short rows only.
document_parts: Final = Table(
    "document_parts",
    metadata,
    Column("event_id", _COUNTER, primary_key=True, autoincrement=False),
    _data("header"),
    _data("card"),
)

chains: Final = Table(
    "chains",
    metadata,
    _key("box_id"),
    _data("chain_salt"),
    _number("n"),
    _data("head"),
)

log_state: Final = Table(
    "log_state",
    metadata,
    # One row, always number 1.
    Column("id", Integer, primary_key=True, autoincrement=False),
    _number("size"),
    _data("root"),
    _word("checkpoint"),
    _number("published_at"),
    CheckConstraint("id = 1", name="single"),
)

# What is done is gone: the table stays short.
jobs: Final = Table(
    "jobs",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Raw, primary_key=True),
    _number("created_at"),
    Index(None, "kind", "created_at"),
)

# Where the city's own work is, and when it was last done: the walk through all bytes, backups, timestamps.
marks: Final = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    _data("bytes"),
    _number("changed_at"),
)
