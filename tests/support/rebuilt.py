"""Comparing a catalogue that was made anew with the one that was lost: every row of every table, but what is named here."""

import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from voute.cli.fsck import storage_of
from voute.fsck.catalogue import rebuild_catalogue
from voute.fsck.heads import read_trust_root
from voute.server.settings import Settings
from voute.store.copy_tables import copy_catalogue
from voute.store.engines import sqlite_url
from voute.store.migrate import upgrade
from voute.store.schema import metadata
from voute.store.sql_raw import SqlRawCatalogue

# Rows that end by themselves: people sign in again. The wish for notices, which nothing else says; notes of own work.
PASSING: Final = frozenset(
    {"challenges", "sessions", "rate_limits", "notices", "notice_mails", "push_devices", "push_messages", "marks"}
)
# Columns that the server's own clock, an authenticator or a claim wrote, and that nothing else keeps.
NOT_THE_SAME: Final = frozenset(
    {
        ("consents", "chosen_at"),
        ("deliveries", "visible_at"),
        ("credentials", "sign_count"),
        ("credentials", "last_used_at"),
        ("methods", "last_used_at"),
        ("document_parts", "header"),
        ("jobs", "created_at"),
        ("log_state", "published_at"),
    }
)

Rows = dict[str, dict[tuple[Any, ...], Mapping[str, Any]]]


def rows_of(file: Path) -> Rows:
    """All rows by table and primary key; of what has no place in the log (drafts, codes that were only looked up) none."""
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    found: Rows = {}
    drafts = {row[0] for row in db.execute("SELECT delivery_id FROM deliveries WHERE state = 'draft'")}
    unlogged = {row[0] for row in db.execute("SELECT event_id FROM events WHERE log_index IS NULL")}
    claimed = {row[0] for row in db.execute("SELECT v FROM vaults")}
    for name, table in metadata.tables.items():
        if name in PASSING:
            continue
        keys = [column.name for column in table.primary_key]
        rows = [dict(row) for row in db.execute(f"SELECT * FROM {name}")]  # noqa: S608 - of the schema
        rows = [row for row in rows if not drafts & {row.get("delivery_id"), row.get("created_delivery")}]
        if name == "document_parts":
            rows = [row for row in rows if row["event_id"] not in unlogged]
        elif name == "vault_numbers":
            rows = [row for row in rows if row["v"] in claimed]
        elif name == "jobs":
            rows = [row for row in rows if row["kind"] == "destroy"]
        found[name] = {tuple(row[key] for key in keys): row for row in rows}
    db.close()
    return found


def differing(old: Path, new: Path) -> list[tuple[str, object, str]]:
    """Table, key and column (or `row`) of everything that is not the same in both."""
    before, after = rows_of(old), rows_of(new)
    for key, row in list(after["vault_indexes"].items()):
        # An index is in the ledger before the transaction that keeps it ends: its holder wrote it, and writes it again.
        if key not in before["vault_indexes"] or row["number"] > before["vault_indexes"][key]["number"]:
            del after["vault_indexes"][key]
            before["vault_indexes"].pop(key, None)
    found: list[tuple[str, object, str]] = []
    for table, rows in before.items():
        found += [(table, key, "row") for key in rows.keys() ^ after[table].keys()]
        for key in rows.keys() & after[table].keys():
            names = [name for name in rows[key] if rows[key][name] != after[table][key][name]]
            found += [(table, key, name) for name in names if (table, name) not in NOT_THE_SAME]
    return found


def differing_from_raw(settings: Settings) -> list[tuple[str, object, str]]:
    """What would not be the same if the catalogue were lost now; nothing of the city is changed."""
    with tempfile.TemporaryDirectory(dir=settings.data.parent) as folder:
        new = Path(folder) / "new.sqlite"
        shutil.copy(empty_catalogue(), new)
        storage = storage_of(settings)
        target = SqlRawCatalogue(sqlite_url(new))
        rebuild_catalogue(replace(storage, catalogue=target), read_trust_root(storage.trust_root), target, 0)
        return differing(catalogue_file(settings, Path(folder)), new)


def catalogue_file(settings: Settings, folder: Path) -> Path:
    """The city's catalogue as a SQLite file: its own, or a copy in the folder of what a database holds."""
    if settings.is_catalogue_local:
        return settings.data / "catalogue.sqlite"
    file = Path(shutil.copy(empty_catalogue(), folder / "copy.sqlite"))
    copy_catalogue(SqlRawCatalogue(settings.catalogue_url), SqlRawCatalogue(sqlite_url(file)))
    return file


@cache
def empty_catalogue() -> Path:
    """A catalogue without rows, made once: its migrations take longer than filling it."""
    file = Path(tempfile.mkdtemp()) / "empty.sqlite"
    upgrade(sqlite_url(file))
    return file
