"""A catalogue that is wholly lost is made anew from raw storage; a city goes on with it as if nothing had been."""

import base64
import hashlib
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.support.asgi import Loop
from tests.support.city import Clock, DemoCity, check, open_demo_city
from tests.support.holder import Resident
from tests.support.kept_city import MANY, KeptCity
from tests.support.rebuilt import NOT_THE_SAME, PASSING, differing, differing_from_raw, rows_of
from voute.app import destroy
from voute.cli.fsck import rebuild_city
from voute.format.event import blind
from voute.format.ledger import Entry, encode_index, encode_page, index_path, page_path, parse_index, parse_page, vault_path
from voute.fsck.findings import CannotCheckError
from voute.seal import unlock
from voute.seal.keyring import OpenVault, open_keyring
from voute.store.schema import metadata
from voute.tlog.merkle import leaf_hash
from voute.tlog.policy import CheckpointState, LogKey, WitnessKey, WitnessPolicy
from voute.tlog.proof import TlogProof, verify_proof

ORPHANS: Final = {"pack-orphan", "sidecar-orphan"}


def lose_catalogue(kept: KeptCity) -> Path:
    """Take the catalogue away, wholly; returns where the lost one lies, for comparing."""
    lost = kept.settings.data.parent / "lost.sqlite"
    for suffix in ("-wal", "-shm"):
        Path(f"{kept.catalogue}{suffix}").unlink(missing_ok=True)
    return kept.catalogue.rename(lost)


def test_rebuild_of_a_lost_catalogue_gives_every_row_back(kept: KeptCity) -> None:
    lost = lose_catalogue(kept)
    counts, report = rebuild_city(kept.settings, kept.catalogue)
    assert differing(lost, kept.catalogue) == []
    assert {one.code for one in report.findings} == ORPHANS
    assert counts["documents"] == MANY + 9
    assert kept.fsck(repair=True).damage == ()
    assert kept.fsck().findings == []


def test_rebuild_is_compared_in_every_column_of_the_schema(small: KeptCity) -> None:
    """A new column fails here until the city of this test fills it: only then does it show that a rebuild brings it back."""
    columns = {(name, column.name) for name, table in metadata.tables.items() for column in table.columns}
    known = {(name, column) for name, rows in rows_of(small.catalogue).items() for row in rows.values() for column in row}
    assert columns - known == {one for one in columns if one[0] in PASSING}
    filled = {
        (name, column)
        for name, rows in rows_of(small.catalogue).items()
        for row in rows.values()
        for column, value in row.items()
        if value is not None
    }
    assert known - filled <= NOT_THE_SAME


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


def test_ledger_that_the_disk_cannot_read_is_named_and_written_anew(small: KeptCity) -> None:
    for path in (page_path(0), vault_path(small.vault), index_path(small.vault)):
        file = small.file(f"ledger/{path}")
        whole = file.read_bytes()
        file.unlink()
        file.symlink_to("/proc/self/mem")
        found = [(one.code, one.where, one.can_mend) for one in small.fsck().findings]
        assert found == [("ledger-damaged", f"ledger/{path}", True)]
        small.fsck(repair=True)
        assert not file.is_symlink()
        assert file.read_bytes() == whole


def test_ledger_index_is_whole_and_never_older_than_the_catalogue_s(small: KeptCity) -> None:
    file = small.file(f"ledger/{index_path(small.vault)}")
    whole = file.read_bytes()
    row = parse_index(whole)
    for changed in (whole[:-9] + b"0" + whole[-8:] if whole[-9:-8] != b"0" else whole[:-9] + b"1" + whole[-8:], None):
        if changed is None:
            file.unlink()
        else:
            file.write_bytes(changed)
        (found,) = small.fsck().findings
        assert (found.code.removeprefix("ledger-"), found.can_mend) == ("missing" if changed is None else "damaged", True)
        small.fsck(repair=True)
        assert file.read_bytes() == whole
    number = row[1]
    assert isinstance(number, int)
    for other_row, codes in (
        ((row[0], number - 1, *row[2:]), ["ledger-damaged"]),
        ((*row[:4], b"another"), ["ledger-differs"]),
        # About to be kept when the process ended: its holder writes it again.
        ((row[0], number + 1, *row[2:]), []),
    ):
        file.write_bytes(encode_index(other_row))
        assert [one.code for one in small.fsck().findings] == codes


def test_ledger_lost_is_named_and_written_anew(small: KeptCity) -> None:
    files = {path: small.file(f"ledger/{path}").read_bytes() for path in (page_path(0), vault_path(small.vault))}
    for path in files:
        small.file(f"ledger/{path}").unlink()
    assert [(one.code, one.where) for one in small.fsck().findings] == [("ledger-missing", f"ledger/{one}") for one in files]
    assert all(one.is_mended for one in small.fsck(repair=True).findings)
    assert {path: small.file(f"ledger/{path}").read_bytes() for path in files} == files
    assert small.fsck().findings == []


def other(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    return value + 1 if isinstance(value, int) else value + "?"


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
        new = other(value)
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


# ---------------------------------------------------------------- the city goes on


def test_rebuild_city_goes_on_as_if_nothing_had_been(small: KeptCity) -> None:
    """Both ways in open the vault, each document and its receipt are there; a delivery comes in, the log is the same log."""
    lost = lose_catalogue(small)
    rebuild_city(small.settings, small.catalogue)
    size = small.fsck().counts["entries"]
    with sqlite3.connect(lost) as db:
        gone = [row[0].hex() for row in db.execute("SELECT document_id FROM documents WHERE deleted_at IS NOT NULL")]
        boxes = (small.vault, small.claimed)
        ask = "SELECT document_id FROM documents WHERE box_id IN (?, ?) AND deleted_at IS NULL ORDER BY position"
        there = [row[0].hex() for row in db.execute(ask, boxes)]
    loop = Loop()
    demo = open_demo_city(small.settings, small.root, Clock(), loop)
    with demo.client() as client:
        holder, finances = replace(small.holder, client=client), replace(small.finances)
        assert holder.kit is not None
        check(holder.sign_in_with_kit())
        vault = open_again(holder, unlock.kit_method(holder.kit))
        documents = check(client.get("/api/documents")).json()["documents"]
        assert [row["document_id"] for row in documents] == there
        for row in documents:
            assert holder.read(row["document_id"]) == b"%PDF-1.7 bill"
            prove(client, demo, row["document_id"])
        assert {client.get(f"/api/documents/{one}").status_code for one in gone} == {410}
        assert all(check(client.get(f"/api/documents/{one}/deletion")) for one in gone)
        check(client.delete("/api/session"), 204)
        check(holder.sign_in())
        assert holder.unlock_again().chain.head == vault.chain.head
        finances.sign_in(client)
        code, keys, _ = finances.code("after")
        finances.deliver(client, [finances.bill_for_code(keys, f"after-{n}") for n in range(2)], run="run-after")
        demo.settle()
        # A document is destroyed, and its pack gives its bytes back.
        assert destroy.work(demo.city) == 2
        neighbour = Resident(client, small.root)
        new = neighbour.claim(code)["documents"]
        demo.settle()
        assert [neighbour.read(one) for one in new] == [b"%PDF-1.7 bill"] * 2
        prove(client, demo, new[-1])
    demo.close()
    loop.close()
    # The draft of before is sent again by its department: its files belong to nobody until then.
    assert {one.code for one in small.fsck().findings} == ORPHANS
    assert small.fsck().counts["entries"] == size + 4
    assert differing_from_raw(small.settings) == []


def open_again(holder: Resident, method: unlock.UnlockMethod) -> OpenVault:
    """Fetch records and keyring and open them with this method alone."""
    reply = check(holder.client.get("/api/vault")).json()
    records = [base64.b64decode(one) for one in reply["records"]]
    holder.vault = open_keyring(holder.open_vault.vault_id, records, base64.b64decode(reply["keyring"]), method)
    return holder.vault


def prove(client: httpx.Client, demo: DemoCity, document: str) -> None:
    """The receipt's leaf is in a tree whose checkpoint witnesses signed."""
    parts = check(client.get(f"/api/documents/{document}/receipt")).json()
    event, salt, chain = base64.b64decode(parts["event"]), bytes.fromhex(parts["salt"]), bytes.fromhex(parts["chain"])
    proof = TlogProof.parse(parts["proof"].encode())
    logs = [LogKey(one.origin, one.ed25519, one.mldsa44) for one in demo.root.logs]
    witnesses = tuple(WitnessKey(one.name, one.mldsa44) for one in demo.root.witnesses)
    verdict = verify_proof(proof, leaf_hash(blind(salt, chain, event)), logs, WitnessPolicy(1, witnesses))
    assert verdict.state is CheckpointState.WITNESSED
    assert proof.checkpoint.head == demo.parts.sequencer.recover().head
