"""What must hold of a city's bytes at any moment after recovery, whatever broke before: nothing half, nothing lost, no fork."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.city import LOG_ORIGIN
from tests.support.faults.keys import Keys
from tests.support.faults.view import View
from voute.core.ids import DocumentId
from voute.format.event import NO_CHAIN, blind, chain_link, parse_event
from voute.format.sidecar import SidecarRecord, deleted, parse_sidecar
from voute.format.trust_root import TrustRoot
from voute.format.vault_record import verify_chain
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.policy import LogKey, verify_log
from voute.tlog.reader import TileTree
from voute.tlog.sequencer import lock_key

Summary = dict[str, Any]


@dataclass(frozen=True)
class Checker:
    """Checks a view with the holders' keys; each part asserts."""

    root: TrustRoot
    keys: Keys

    def check(self, view: View) -> None:
        assert view.rows("PRAGMA integrity_check") == [("ok",)]
        assert view.rows("PRAGMA foreign_key_check") == []
        entries = check_log(view, self.root)
        check_events(view, entries)
        check_chains(view)
        check_vaults(view)
        check_deliveries(view)
        self.plaintexts(view)

    def plaintexts(self, view: View) -> Counter[str]:
        """Every document that may be read, opened from catalogue and pack, and from the sidecar too where that opens it."""
        found: Counter[str] = Counter()
        rows = view.rows(
            "SELECT document_id, header, card, pack_hash, body_offset, body_length, deleted_at, sealed_hash, position"
            " FROM documents JOIN document_parts USING (event_id)"
        )
        sidecars = read_sidecars(view)
        packs = view.pack_files(".pack")
        for document, header, card, pack, offset, length, gone, sealed, position in rows:
            body = packs[pack].read_bytes()[offset : offset + length]
            # A destroyed document has no header and no bytes.
            assert hashlib.sha256(body).digest() == sealed if header else not any(body)
            if gone is None:
                record = sidecars[pack][document].placement
                opened = self.keys.open(DocumentId(document), header, card, body)
                assert record.card == card
                assert self.keys.open(DocumentId(document), record.header, card, body) == opened
                if position is not None:
                    found[opened.hex()] += 1
        return found

    def summary(self, view: View) -> Summary:
        """What an unbroken run and a broken one that was repeated must have in common."""
        tables = {
            "events": "SELECT type, state, count(*) FROM events GROUP BY 1, 2",
            "documents": "SELECT hex(document_id), position, opened_at IS NULL, deleted_at IS NULL, length(card) FROM documents"
            " JOIN document_parts USING (event_id)",
            "deliveries": "SELECT hex(delivery_id), state, documents, bytes FROM deliveries",
            "packs": "SELECT hex(delivery_id), hex(pack_hash), size, documents FROM packs",
            "vaults": "SELECT hex(vault_id), state, head_number, hex(head_hash), keyring_number FROM vaults",
            "keyrings": "SELECT hex(vault_id), number, hex(sha256) FROM keyrings",
            "indexes": "SELECT hex(vault_id), number, hex(sha256) FROM vault_indexes",
            "methods": "SELECT hex(vault_id), hex(method_id), kind FROM methods",
            "credentials": "SELECT hex(credential_id), hex(vault_id) FROM credentials",
            "lookups": "SELECT hex(lookup_id), state, hex(vault_id), bound_event IS NULL FROM lookups",
            "chains": "SELECT hex(box_id), n FROM chains",
            "log": "SELECT size FROM log_state",
            "jobs": "SELECT * FROM jobs",
        }
        found: Summary = {name: sorted([list(row) for row in view.rows(sql)], key=repr) for name, sql in tables.items()}
        found["files"] = sorted(path.name for suffix in (".pack", ".side") for path in view.pack_files(suffix).values())
        found["opened"] = dict(self.plaintexts(view))
        return found


def check_log(view: View, root: TrustRoot) -> list[bytes]:
    """Checkpoint, lock, tiles and catalogue say the same; returns the entries of the whole log."""
    log = next(LogKey(one.origin, one.ed25519, one.mldsa44) for one in root.logs if one.origin == LOG_ORIGIN)
    folder = view.settings.data / "log"
    signed = SignedCheckpoint.parse((folder / "checkpoint").read_bytes())
    verify_log(signed, log)
    lock = Checkpoint.parse((view.settings.locks_folder / lock_key(LOG_ORIGIN)).read_text())
    assert signed.head == lock
    tree = TileTree(signed.head.size, signed.head.root, lambda path: (folder / path).read_bytes())
    state = view.rows("SELECT size, root FROM log_state")
    assert state in ([], [(signed.head.size, signed.head.root)])
    return list(tree.entries(0, signed.head.size))


def check_events(view: View, entries: list[bytes]) -> None:
    """Every entry is an event's and every logged event is an entry, unless it was destroyed: then its place is known still."""
    rows = view.rows("SELECT log_index, salt, chain, bytes, state FROM events WHERE log_index IS NOT NULL ORDER BY log_index")
    assert [row[0] for row in rows] == list(range(len(entries)))
    gone = view.one(
        "SELECT count(*) FROM documents JOIN document_parts USING (event_id) WHERE length(card) = 0 AND length(header) = 0"
    )
    erased = view.one(
        "SELECT count(*) FROM documents JOIN document_parts USING (event_id) WHERE length(card) = 0 AND opened_event IS NOT NULL"
    )
    empty = 0
    for index, salt, chain, data, state in rows:
        assert state == "logged"
        if not data:
            assert not salt
            empty += 1
            continue
        parse_event(data)
        assert blind(salt, chain, data) == entries[index]
    assert empty == gone + erased


def check_chains(view: View) -> None:
    """The n-th event of a box has the n-th link of its chain."""
    heads: dict[bytes, tuple[int, bytes]] = {}
    salts = dict(view.rows("SELECT box_id, chain_salt FROM chains"))
    for box, chain in view.rows("SELECT box_id, chain FROM events WHERE log_index IS NOT NULL ORDER BY log_index"):
        if box is None:
            assert chain == NO_CHAIN
            continue
        n, head = heads.get(box, (0, NO_CHAIN))
        assert chain == chain_link(salts[box], n + 1, head)
        heads[box] = (n + 1, chain)
    assert dict(heads) == {box: (n, head) for box, n, head in view.rows("SELECT box_id, n, head FROM chains")}


def check_vaults(view: View) -> None:
    """A vault is whole or absent: records, keyring, methods, binding, events."""
    for vault, v, head_hash, head_number, number in view.rows(
        "SELECT vault_id, v, head_hash, head_number, keyring_number FROM vaults"
    ):
        envelopes = view.rows("SELECT envelope FROM vault_records WHERE vault_id = ? ORDER BY number", vault)
        chain = verify_chain([row[0] for row in envelopes])
        assert (chain.vault_id, chain.head, chain.newest.number, chain.newest.v) == (vault, head_hash, head_number, v)
        named = chain.newest.keyring
        assert named is not None
        kept = view.rows("SELECT number, sha256, bytes FROM keyrings WHERE vault_id = ?", vault)
        assert kept == [(number, named.sha256, kept[0][2])]
        assert (named.number, hashlib.sha256(kept[0][2]).digest()) == (number, named.sha256)
        methods = view.rows("SELECT method_id FROM methods WHERE vault_id = ?", vault)
        assert len(methods) == len(chain.newest.methods)
        assert view.one("SELECT count(*) FROM lookups WHERE vault_id = ? AND state = 'bound'", vault) >= 1
        changes = view.one("SELECT count(*) FROM events WHERE type = 'keyring' AND box_id = ?", vault)
        assert changes == number
    bound = view.one("SELECT count(*) FROM lookups WHERE state = 'bound'")
    assert view.one("SELECT count(*) FROM events WHERE type = 'claim'") == bound
    for table in ("vault_records", "keyrings", "vault_indexes", "methods", "credentials"):
        assert view.one(f"SELECT count(*) FROM {table} WHERE vault_id NOT IN (SELECT vault_id FROM vaults)") == 0  # noqa: S608


def check_deliveries(view: View) -> None:
    """Every pack that a delivery refers to is whole, its sidecar says what the catalogue says, positions are given once."""
    sidecars = read_sidecars(view)
    for delivery, state in view.rows("SELECT delivery_id, state FROM deliveries"):
        packs = view.rows("SELECT pack_hash, size, statement_hash, documents FROM packs WHERE delivery_id = ?", delivery)
        for pack, size, statement, documents in packs:
            assert view.pack_is_whole(pack)
            assert view.pack_files(".pack")[pack].stat().st_size == size
            rows = view.rows("SELECT document_id FROM documents WHERE pack_hash = ? AND delivery_id = ?", pack, delivery)
            assert len(rows) == documents
            if statement is not None:
                assert {row[0] for row in rows} == set(sidecars[pack])
        positions = view.rows("SELECT position FROM documents WHERE delivery_id = ?", delivery)
        assert all((row[0] is not None) == (state == "visible") for row in positions)
    for row in view.rows(
        "SELECT document_id, pack_hash, header, card, box_id, dedupe_id, content_id, salt, bytes, deleted_at, delete_event,"
        " type, box_kind FROM documents JOIN document_parts USING (event_id)"
        " JOIN (SELECT event_id, salt, bytes, type FROM events) USING (event_id)"
    ):
        check_document(row, sidecars[row[1]][row[0]])


def check_document(row: tuple[Any, ...], record: SidecarRecord) -> None:
    document, _, header, card, box, dedupe, content, salt, data, gone, delete_event, kind, _ = row
    assert kind == "deliver"
    assert (gone is None) == (delete_event is None)
    if not card:
        assert gone is not None
        assert (header, salt, data, record) == (b"", b"", b"", deleted(DocumentId(document)))
        return
    # The city was let come to rest: what was deleted is destroyed by now.
    assert gone is None
    assert not record.is_deleted
    one = record.placement
    assert (one.card, one.box_id, one.dedupe_id, one.content_id) == (card, box, dedupe, content)
    assert (record.salt, record.event) == (salt, data)


def read_sidecars(view: View) -> dict[bytes, dict[bytes, SidecarRecord]]:
    """The records of each sidecar by document; a sidecar that does not parse is an error."""
    found: dict[bytes, dict[bytes, SidecarRecord]] = {}
    for pack, path in view.pack_files(".side").items():
        sidecar = parse_sidecar(path.read_bytes())
        assert sidecar.pack == pack
        found[pack] = {one.placement.document_id: one for one in sidecar.records}
    return found


Holds = Callable[[View], bool]
