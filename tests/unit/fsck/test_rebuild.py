"""A catalogue that is wholly lost is made anew from raw storage; a city goes on with it as if nothing had been."""

import hashlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.kept_city import MANY, KeptCity
from voute.cli.fsck import rebuild_city
from voute.format.ledger import Entry, encode_page, page_path, parse_page, vault_path
from voute.fsck.findings import CannotCheckError
from voute.store.schema import metadata

# Rows that end by themselves: people sign in again.
PASSING: Final = frozenset({"challenges", "sessions", "rate_limits"})
# Columns that the server's own clock, an authenticator or a claim wrote, and that nothing else keeps.
NOT_THE_SAME: Final = frozenset(
    {
        ("deliveries", "visible_at"),
        ("credentials", "sign_count"),
        ("credentials", "last_used_at"),
        ("document_parts", "header"),
        ("jobs", "created_at"),
        ("log_state", "published_at"),
    }
)
ORPHANS: Final = {"pack-orphan", "sidecar-orphan"}

Row = Mapping[str, Any]


def rows_of(file: Path) -> dict[str, dict[tuple[Any, ...], Row]]:
    """All rows by table and primary key; of drafts, which are sent again, none."""
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    found: dict[str, dict[tuple[Any, ...], Row]] = {}
    drafts = {row[0] for row in db.execute("SELECT delivery_id FROM deliveries WHERE state = 'draft'")}
    events = {row[0] for row in db.execute("SELECT event_id FROM events WHERE log_index IS NULL")}
    for name, table in metadata.tables.items():
        if name in PASSING:
            continue
        keys = [column.name for column in table.primary_key]
        rows = [dict(row) for row in db.execute(f"SELECT * FROM {name}")]  # noqa: S608 - of the schema
        rows = [row for row in rows if not drafts & {row.get("delivery_id"), row.get("created_delivery")}]
        rows = [row for row in rows if name != "document_parts" or row["event_id"] not in events]
        found[name] = {tuple(row[key] for key in keys): row for row in rows}
    db.close()
    return found


def lose_catalogue(kept: KeptCity) -> Path:
    """Take the catalogue away, wholly; returns where the lost one lies, for comparing."""
    lost = kept.settings.data.parent / "lost.sqlite"
    for suffix in ("-wal", "-shm"):
        Path(f"{kept.catalogue}{suffix}").unlink(missing_ok=True)
    return kept.catalogue.rename(lost)


def differing(old: Path, new: Path) -> list[tuple[str, object, str]]:
    before, after = rows_of(old), rows_of(new)
    found: list[tuple[str, object, str]] = []
    for table, rows in before.items():
        found += [(table, key, "row") for key in rows.keys() ^ after[table].keys()]
        for key in rows.keys() & after[table].keys():
            names = [name for name in rows[key] if rows[key][name] != after[table][key][name]]
            found += [(table, key, name) for name in names if (table, name) not in NOT_THE_SAME]
    return found


def test_rebuild_of_a_lost_catalogue_gives_every_row_back(kept: KeptCity) -> None:
    lost = lose_catalogue(kept)
    counts, report = rebuild_city(kept.settings, kept.catalogue)
    assert differing(lost, kept.catalogue) == []
    assert {one.code for one in report.findings} == ORPHANS
    assert counts["documents"] == MANY + 9
    assert kept.fsck(repair=True).damage == ()
    assert kept.fsck().findings == []


def test_rebuild_keeps_deleted_documents_deleted(small: KeptCity) -> None:
    lost = lose_catalogue(small)
    with sqlite3.connect(lost) as db:
        gone = db.execute("SELECT document_id FROM documents WHERE deleted_at IS NOT NULL").fetchall()
    _, report = rebuild_city(small.settings, small.catalogue)
    assert len(gone) == 2
    assert differing(lost, small.catalogue) == []
    assert {one.code for one in report.findings} == ORPHANS
    assert report.pending == {"destroying": 1}


def test_rebuild_headers_are_those_that_the_letter_was_sealed_with(small: KeptCity) -> None:
    """What a claim wrapped anew is in no raw storage: the sidecar's header is opened by the keyring's claim identity."""
    lost = lose_catalogue(small)
    rebuild_city(small.settings, small.catalogue)
    old, new = rows_of(lost)["document_parts"], rows_of(small.catalogue)["document_parts"]
    changed = {key[0] for key in old if old[key]["header"] != new[key]["header"]}
    assert changed
    assert changed <= {row["event_id"] for row in rows_of(lost)["documents"].values() if row["box_id"] == small.claimed}


def test_rebuild_never_takes_the_place_of_a_catalogue(small: KeptCity) -> None:
    before = hashlib.sha256(small.catalogue.read_bytes()).digest()
    with pytest.raises(CannotCheckError):
        rebuild_city(small.settings, small.catalogue)
    assert hashlib.sha256(small.catalogue.read_bytes()).digest() == before
    half = small.settings.data / "new.sqlite.unfinished"
    half.write_bytes(b"of another run")
    with pytest.raises(CannotCheckError):
        rebuild_city(small.settings, small.settings.data / "new.sqlite")
    assert half.read_bytes() == b"of another run"


def test_rebuild_that_fails_leaves_no_file(small: KeptCity) -> None:
    (small.settings.data / "log" / "checkpoint").unlink()
    with pytest.raises(CannotCheckError):
        rebuild_city(small.settings, small.settings.data / "new.sqlite")
    assert [one.name for one in small.settings.data.glob("new.sqlite*")] == []


# ---------------------------------------------------------------- what is lost of the ledger too


def test_rebuild_without_a_page_names_what_it_cannot_bring_back(kept: KeptCity) -> None:
    lose_catalogue(kept)
    kept.file(f"ledger/{page_path(0)}").unlink()
    _, report = rebuild_city(kept.settings, kept.catalogue)
    found = {one.code for one in report.findings}
    assert {"ledger-missing", "event-missing"} <= found


def test_rebuild_without_a_vault_s_file_names_the_vault(small: KeptCity) -> None:
    lose_catalogue(small)
    small.file(f"ledger/{vault_path(small.vault)}").unlink()
    _, report = rebuild_city(small.settings, small.catalogue)
    assert ("record-missing", f"vault_records/{small.vault.hex()}") in {(one.code, one.where) for one in report.findings}


def test_rebuild_without_a_sidecar_names_its_documents(small: KeptCity) -> None:
    lose_catalogue(small)
    small.file(f"packs/{small.pack.name.hex()}.side").unlink()
    counts, report = rebuild_city(small.settings, small.catalogue)
    assert counts["lost"] == 3
    assert {"sidecar-missing", "event-missing"} <= {one.code for one in report.findings}


# ---------------------------------------------------------------- checking the ledger


def every_byte_changed(data: bytes, step: int) -> list[bytes]:
    return [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in range(0, len(data), step)]


def test_ledger_changed_anywhere_is_named_and_written_anew(small: KeptCity) -> None:
    for path in (page_path(0), vault_path(small.vault)):
        file = small.file(f"ledger/{path}")
        whole = file.read_bytes()
        for changed in every_byte_changed(whole, len(whole) // 7):
            file.write_bytes(changed)
            found = [(one.code, one.where, one.can_mend) for one in small.fsck(quick=True).findings]
            assert found == [("ledger-damaged", f"ledger/{path}", True)]
        small.fsck(repair=True)
        assert file.read_bytes() == whole


def test_ledger_lost_is_named_and_written_anew(small: KeptCity) -> None:
    files = {path: small.file(f"ledger/{path}").read_bytes() for path in (page_path(0), vault_path(small.vault))}
    for path in files:
        small.file(f"ledger/{path}").unlink()
    assert [(one.code, one.where) for one in small.fsck().findings] == [("ledger-missing", f"ledger/{one}") for one in files]
    assert all(one.is_mended for one in small.fsck(repair=True).findings)
    assert {path: small.file(f"ledger/{path}").read_bytes() for path in files} == files
    assert small.fsck().findings == []


UNPROVEN: Final = (
    ("deliveries", "run", "ledger/page/"),
    ("deliveries", "opened_at", "ledger/page/"),
    ("packs", "stored_at", "ledger/page/"),
    ("lookups", "claimed_at", "ledger/page/"),
    ("methods", "sign_in_key", "ledger/vault/"),
    ("credentials", "public_key", "ledger/vault/"),
    ("credentials", "transports", "ledger/vault/"),
    ("vaults", "claim_digest", "ledger/vault/"),
    ("vault_numbers", "given_at", "ledger/vault/"),
)


@pytest.mark.parametrize(("table", "column", "where"), UNPROVEN, ids=lambda one: one)
def test_ledger_and_catalogue_that_differ_are_both_only_named(small: KeptCity, table: str, column: str, where: str) -> None:
    with sqlite3.connect(small.catalogue) as db:
        condition = {"lookups": "state = 'bound'", "methods": "kind = 'kit'", "deliveries": "state = 'visible'"}.get(
            table, "1 = 1"
        )
        (value,) = db.execute(f"SELECT {column} FROM {table} WHERE {condition}").fetchone()  # noqa: S608
        new = value + 1 if isinstance(value, int) else value[:-1] + (b"?" if isinstance(value, bytes) else "?")
        db.execute(f"UPDATE {table} SET {column} = ? WHERE {condition} AND {column} = ?", (new, value))  # noqa: S608
    found = small.fsck().findings
    assert {(one.code, one.can_mend) for one in found} == {("ledger-differs", False)}
    assert all(one.where.startswith(where) for one in found)
    small.fsck(repair=True)
    with sqlite3.connect(small.catalogue) as db:
        assert (new,) in db.execute(f"SELECT {column} FROM {table}").fetchall()  # noqa: S608


def test_ledger_that_kept_what_was_destroyed_is_emptied(small: KeptCity) -> None:
    file = small.file(f"ledger/{page_path(0)}")
    whole = file.read_bytes()
    page = parse_page(whole)
    old = next(one for one in page.events if isinstance(one, Entry) and one.type == "opened" and not one.data)
    salt = b"s" * 32
    kept = Entry(old.event_id, old.type, old.box_kind, old.box_id, salt, b"event", b"act")
    events = tuple(kept if one == old else one for one in page.events)
    file.write_bytes(encode_page(type(page)(page.number, events, page.salts, page.rows)))
    (found,) = small.fsck().findings
    assert (found.code, found.can_mend) == ("ledger-remains", True)
    small.fsck(repair=True)
    assert file.read_bytes() == whole


# ---------------------------------------------------------------- nothing of a destroyed document is anywhere


def test_ledger_holds_no_salt_of_a_destroyed_document(small: KeptCity) -> None:
    """The salts of its events were in the ledger before: now the events are empty there, and stay so after a rebuild."""
    lose_catalogue(small)
    rebuild_city(small.settings, small.catalogue)
    with sqlite3.connect(small.catalogue) as db:
        empty = db.execute(
            "SELECT type, salt, bytes, act FROM events WHERE salt = x'' AND type != 'release' ORDER BY type"
        ).fetchall()
    assert empty == [("deliver", b"", b"", None), ("opened", b"", b"", None)]
