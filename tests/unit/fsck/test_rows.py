"""Every table, taken from the schema, loses a row or gets one too many: named at its place, put back where that is proven."""

import os
import sqlite3
from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.support.kept_city import KeptCity
from tests.unit.fsck.test_columns import ROWS, text, written
from voute.core.rows import JobKind
from voute.fsck.tables import UNCHECKED
from voute.store.schema import metadata

PASSING: Final = {"challenges", "sessions", "rate_limits", "notices", "notice_mails", "push_devices", "push_messages", "marks"}
"""What ends by itself, the wish for notices, which nothing else says, and notes of the city's own work."""

# Table and row → what must be found when it is gone, nothing else; whether it is put back (but for what no check can prove).
LOST: Final[Mapping[tuple[str, str], tuple[tuple[str, ...], bool]]] = {
    ("chains", ROWS["chains"]): (("chain-missing chains/{box_id} ",), False),
    ("consents", ROWS["consents"]): (("consent-missing consents/{vault_id}/finances/tax-bill ",), True),
    ("deliveries", ROWS["deliveries"]): (("catalogue-corrupt catalogue ", "delivery-missing deliveries/{delivery_id} "), False),
    ("document_parts", ROWS["document_parts"]): (("parts-missing document_parts/{event_id} ",), True),
    ("document_parts", "header = x''"): (("parts-missing document_parts/{event_id} ",), True),
    ("documents", ROWS["documents"]): (("document-missing documents/{document_id} ",), True),
    ("documents", "opened_event IS NOT NULL AND deleted_at IS NULL"): (("document-missing documents/{document_id} ",), True),
    ("documents", "position IS NULL"): (("document-missing documents/{document_id} ",), False),
    ("events", ROWS["events"]): (("event-missing events/10 ",), True),
    ("events", "type = 'claim'"): (
        ("event-missing log/entry/{log_index} ", "lookup-column lookups/{lookup} claim_event"),
        False,
    ),
    ("events", "type = 'bound'"): (
        ("event-missing log/entry/{log_index} ", "lookup-column lookups/{lookup} bound_event"),
        False,
    ),
    ("events", "type = 'disown'"): (
        ("event-missing log/entry/{log_index} ", "lookup-column lookups/{lookup} frozen_event"),
        False,
    ),
    ("events", "type = 'opened' AND bytes != x''"): (("event-missing log/entry/{log_index} ",), False),
    ("events", "type = 'delete'"): (("event-missing log/entry/{log_index} ",), False),
    ("events", "type = 'keyring'"): (("event-missing log/entry/{log_index} ",), False),
    ("events", "type = 'revoked'"): (("event-missing log/entry/{log_index} ",), False),
    ("events", "type = 'consent'"): (("event-missing log/entry/{log_index} ",), False),
    ("events", "state = 'draft'"): (("event-missing events/{event_id} ",), False),
    ("jobs", "1 = 1"): (("deleted-remains documents/{subject} ",), True),
    ("log_state", "1 = 1"): (("log-state-missing log_state/1 ",), True),
    ("vault_numbers", ROWS["vault_numbers"]): (("number-differs vault_numbers/{v} v",), False),
    ("vaults", "1 = 1"): (("catalogue-corrupt catalogue ", "vault-missing vaults/{vault_id} "), False),
    ("vault_records", "number = 0"): (("records-bad vault_records/{vault_id} ",), False),
    ("vault_records", "number = 1"): (
        ("records-bad vault_records/{vault_id} ", "record-missing vault_records/{vault_id} "),
        False,
    ),
    ("keyrings", "1 = 1"): (("keyring-missing keyrings/{vault_id} ",), False),
    ("methods", ROWS["methods"]): (("method-missing methods/{vault_id}/{method_id} ",), False),
    ("credentials", "1 = 1"): (("credential-missing credentials/{credential_id} ",), False),
    ("lookups", "state = 'waiting'"): (("lookup-missing lookups/{lookup_id} ",), False),
    ("lookups", "state = 'revoked'"): (("lookup-missing lookups/{lookup_id} ",), False),
    ("lookups", "state = 'bound'"): (
        ("lookup-missing lookups/{lookup_id} ", "number-differs vault_numbers/1 lookup_id"),
        False,
    ),
    ("packs", ROWS["packs"]): (("pack-row-missing packs/{pack_hash}/{delivery_id} ",), True),
}


def proven_rows(kept: KeptCity) -> dict[str, list[tuple[Any, ...]]]:
    """All rows without the columns that no check can prove."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with sqlite3.connect(kept.catalogue) as db:
        for name, table in metadata.tables.items():
            columns = [f'"{one}"' for one in table.columns.keys() if (name, one) not in UNCHECKED]  # noqa: SIM118
            if columns:
                found[name] = sorted(db.execute(f"SELECT {', '.join(columns)} FROM {name}"), key=repr)  # noqa: S608
    return found


def lose(kept: KeptCity, table: str, where: str) -> dict[str, str]:
    db = sqlite3.connect(kept.catalogue)
    db.row_factory = sqlite3.Row
    row = db.execute(f"SELECT rowid AS the_row, * FROM {table} WHERE {where} LIMIT 1").fetchone()  # noqa: S608
    db.execute(f"DELETE FROM {table} WHERE rowid = ?", (row["the_row"],))  # noqa: S608
    db.commit()
    db.close()
    return {**{name: text(row[name]) for name in row.keys()}, "lookup": kept.claimed.hex()}  # noqa: SIM118


def test_rows_of_all_tables_are_lost_once() -> None:
    assert {table for table, _ in LOST} == set(metadata.tables) - PASSING - {"vault_indexes"}


def test_rows_a_lost_index_is_named_by_nobody(small: KeptCity) -> None:
    """What the holder said about documents is the holder's alone: nothing else of the store says that there was any."""
    lose(small, "vault_indexes", "1 = 1")
    assert small.fsck().findings == []


@pytest.mark.parametrize(("table", "where"), LOST)
def test_rows_lost_are_named_and_put_back_where_proven(small: KeptCity, table: str, where: str) -> None:
    before = proven_rows(small)
    values = lose(small, table, where)
    codes, is_restored = LOST[table, where]
    assert sorted(map(written, small.fsck().findings)) == sorted(one.format(**values) for one in codes)
    report = small.fsck(repair=True)
    assert (proven_rows(small) == before) == is_restored
    assert (report.damage == ()) == is_restored


def test_rows_of_a_whole_pack_lost_are_put_back(small: KeptCity) -> None:
    """Documents, parts, events and the pack's row: the log proves each event, so everything comes back at its place."""
    before = proven_rows(small)
    with sqlite3.connect(small.catalogue) as db:
        ours = "(SELECT event_id FROM documents JOIN deliveries USING (delivery_id) WHERE run = 'run-3')"
        db.execute(f"DELETE FROM document_parts WHERE event_id IN {ours}")  # noqa: S608
        db.execute(f"DELETE FROM events WHERE event_id IN {ours} AND act IS NULL")  # noqa: S608
        db.execute(f"DELETE FROM documents WHERE event_id IN {ours} AND event_id > (SELECT min(event_id) FROM {ours})")  # noqa: S608
    report = small.fsck(repair=True)
    assert report.damage == ()
    assert {one.code for one in report.findings} == {"event-missing", "document-missing", "parts-missing"}
    assert proven_rows(small) == before


def test_rows_of_a_restored_older_catalogue_are_brought_up_to_the_log(small: KeptCity) -> None:
    """A backup from before a delivery: chains of its boxes are older than the log, and events still find their places."""
    with sqlite3.connect(small.catalogue) as db:
        vault = small.vault
        (last,) = db.execute("SELECT max(log_index) FROM events WHERE box_id = ? AND type = 'deliver'", (vault,)).fetchone()
        (links,) = db.execute("SELECT count(*) FROM events WHERE box_id = ? AND log_index >= ?", (vault, last)).fetchone()
        (chain,) = db.execute(
            "SELECT chain FROM events WHERE box_id = ? AND log_index < ? ORDER BY log_index DESC", (vault, last)
        ).fetchone()
        db.execute("UPDATE chains SET n = n - ?, head = ? WHERE box_id = ?", (links, chain, vault))
        (document,) = db.execute("SELECT event_id FROM events WHERE log_index = ?", (last,)).fetchone()
        db.execute("DELETE FROM documents WHERE event_id = ?", (document,))
        db.execute("DELETE FROM document_parts WHERE event_id = ?", (document,))
        db.execute("DELETE FROM events WHERE event_id = ?", (document,))
    report = small.fsck(repair=True)
    assert [one.code for one in report.findings if one.is_mended][:2] == ["event-missing", "document-missing"]
    assert small.fsck().findings == []


# ---------------------------------------------------------------- what is too many


EXTRA: Final[Mapping[str, tuple[dict[str, Any], tuple[str, ...]]]] = {
    "chains": (
        {"box_id": b"b" * 32, "chain_salt": b"s" * 32, "n": 1, "head": b"h" * 32},
        (f"chain-stray chains/{(b'b' * 32).hex()} ",),
    ),
    "jobs": (
        {"subject": b"d" * 16, "kind": str(JobKind.DESTROY), "created_at": 1},
        (f"job-stray jobs/destroy/{(b'd' * 16).hex()} ",),
    ),
    "consents": (
        {
            "vault_id": b"v" * 32,
            "issuer": "finances",
            "document_type": "permit",
            "number": 1,
            "paperless": 1,
            "chosen_at": 1,
            "event_id": 1,
        },
        ("catalogue-corrupt catalogue ", f"consent-stray consents/{(b'v' * 32).hex()}/finances/permit "),
    ),
    "document_parts": ({"event_id": 900, "header": b"h", "card": b"c"}, ("parts-stray document_parts/900 ",)),
    "vault_numbers": ({"v": 900, "lookup_id": b"n" * 32, "given_at": 1}, ("number-differs vault_numbers/900 lookup_id",)),
    "deliveries": (
        {
            "delivery_id": b"e" * 16,
            "issuer": "finances",
            "run": "made-up",
            "state": "visible",
            "documents": 0,
            "bytes": 0,
            "opened_at": 1,
            "committed_at": 2,
            "visible_at": 3,
        },
        (f"delivery-stray deliveries/{(b'e' * 16).hex()} ",),
    ),
    "lookups": (
        {
            "lookup_id": b"l" * 32,
            "issuer": "finances",
            "token_hash": b"t" * 32,
            "state": "bound",
            "vault_id": None,
            "bind": b"b" * 32,
            "claimed_at": 1,
            "claim_event": 1,
            "bound_event": None,
            "revoked_at": None,
            "created_delivery": b"c" * 16,
            "frozen_at": None,
            "frozen_event": None,
        },
        (f"lookup-column lookups/{(b'l' * 32).hex()} claim_event",),
    ),
    "vaults": (
        {
            "vault_id": b"v" * 32,
            "v": 800,
            "kind": "person",
            "state": "open",
            "head_number": 1,
            "head_hash": b"h" * 32,
            "keyring_number": 1,
            "created_at": 1,
            "claim_digest": b"c" * 32,
        },
        (f"records-bad vault_records/{(b'v' * 32).hex()} ", "number-differs vault_numbers/800 v"),
    ),
    "events": (
        {
            "event_id": 900,
            "delivery_id": None,
            "type": "revoked",
            "box_kind": "claim",
            "box_id": b"b" * 32,
            "salt": b"s" * 32,
            "bytes": b"not an event",
            "act": None,
            "state": "ready",
            "chain": None,
            "log_index": None,
        },
        ("event-bad events/900 ",),
    ),
}


@pytest.mark.parametrize("table", EXTRA)
def test_rows_made_up_are_named_and_never_taken_away(small: KeptCity, table: str) -> None:
    values, codes = EXTRA[table]
    with sqlite3.connect(small.catalogue) as db:
        marks = ", ".join("?" for _ in values)
        db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))  # noqa: S608
    assert sorted(map(written, small.fsck().findings)) == sorted(codes)
    small.fsck(repair=True)
    with sqlite3.connect(small.catalogue) as db:
        key = next(iter(values))
        assert db.execute(f"SELECT count(*) FROM {table} WHERE {key} = ?", (values[key],)).fetchone() == (1,)  # noqa: S608


def test_rows_two_events_that_changed_places_are_put_back(small: KeptCity) -> None:
    with sqlite3.connect(small.catalogue) as db:
        db.execute("UPDATE events SET log_index = 900 WHERE event_id = 8")
        db.execute("UPDATE events SET log_index = 7 WHERE event_id = 9")
        db.execute("UPDATE events SET log_index = 8 WHERE event_id = 8")
    found = small.fsck().findings
    assert {written(one) for one in found} == {"event-column events/8 log_index", "event-column events/9 log_index"}
    assert small.fsck(repair=True).damage == ()
    with sqlite3.connect(small.catalogue) as db:
        assert db.execute("SELECT log_index FROM events WHERE event_id IN (8, 9) ORDER BY event_id").fetchall() == [(7,), (8,)]


def test_rows_of_a_pack_that_two_deliveries_sent_are_no_difference(small: KeptCity) -> None:
    """The same bytes again in a draft that was not drafted: one file, two rows."""
    with sqlite3.connect(small.catalogue) as db:
        delivery = os.urandom(16)
        db.execute("INSERT INTO deliveries VALUES (?, 'finances', 'again', 'draft', 0, 0, 1, NULL, NULL)", (delivery,))
        (size,) = db.execute("SELECT size FROM packs WHERE pack_hash = ?", (small.pack.name,)).fetchone()
        db.execute("INSERT INTO packs VALUES (?, ?, ?, NULL, 0, 1)", (delivery, small.pack.name, size))
    assert small.fsck().findings == []
