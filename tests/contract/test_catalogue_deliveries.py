"""Promises of the catalogue's ports about deliveries: drafts, the one row of a commit, visibility, events."""

from collections.abc import Sequence

import pytest

from tests.support.rows import FINANCES, delivery, delivery_id, document, event, hash_of, lookup, pack, vault
from voute.core.ids import DocumentId, Slug, VaultId
from voute.core.ports_store import Catalogue, RowExistsError, Transaction
from voute.core.rows import ChainRow, DocumentRow, KnownDocument, LogStateRow, NumberedEvent

VAULT = vault().vault_id
BOX = hash_of("vault")


def draft(tx: Transaction, words: str, documents: Sequence[str], box: bytes = BOX) -> list[DocumentRow]:
    """Keep a whole draft with one event a document."""
    tx.deliveries.add(delivery(words, run=f"run of {words}"))
    ids = tx.events.add_all([event(words, box) for _ in documents])
    rows = [document(name, key, words, box) for name, key in zip(documents, ids, strict=True)]
    tx.documents.add_all(rows)
    return rows


def sequence(tx: Transaction) -> int:
    """Number and log all that is pending, as the sequencer does; return how many."""
    rows = tx.events.pending(1000)
    first = tx.events.next_index()
    tx.events.number([NumberedEvent(row.event_id, hash_of("link"), first + i) for i, row in enumerate(rows)])
    tx.events.set_logged(first + len(rows))
    return len(rows)


def shown(tx: Transaction, box: bytes = BOX, after: int = 0, limit: int = 100) -> list[DocumentId]:
    return [row.document_id for row in tx.documents.page([box], after, limit)]


def test_contract_lookups_add_missing_leaves_known_ones(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.lookups.add_missing([lookup("a")])
        tx.lookups.add_missing([lookup("a")._replace(issuer=Slug("permits")), lookup("b")])
        tx.lookups.add_missing([])
        assert tx.lookups.get(lookup("a").lookup_id) == lookup("a")
        ids = [lookup(words).lookup_id for words in "abc"]
        assert tx.lookups.get_many(ids) == {row.lookup_id: row for row in (lookup("a"), lookup("b"))}


def test_contract_lookups_get_many_takes_ten_thousand(catalogue: Catalogue) -> None:
    rows = [lookup(str(number)) for number in range(2_500)]
    with catalogue.write() as tx:
        tx.lookups.add_missing(rows)
        ids = [lookup(str(number)).lookup_id for number in range(10_000)]
        assert tx.lookups.get_many(ids) == {row.lookup_id: row for row in rows}


def test_contract_lookups_bind_only_waiting_ones(catalogue: Catalogue) -> None:
    key = lookup("a").lookup_id
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.lookups.add_missing([lookup("a")])
        assert not tx.lookups.set_bound_event(key, 4)
        assert tx.lookups.bind(key, VAULT, hash_of("bind"), 7, 3)
        assert not tx.lookups.bind(key, VAULT, hash_of("other"), 8, 4)
        assert not tx.lookups.revoke(key, 9)
        bound = lookup("a")._replace(
            state="bound", vault_id=VAULT, bind=hash_of("bind"), claimed_at=7, claim_event=3, bound_event=5
        )
        assert tx.lookups.set_bound_event(key, 5)
        assert not tx.lookups.set_bound_event(key, 6)
        assert tx.lookups.get(key) == bound
        assert tx.lookups.of_vault(VAULT) == (bound,)


def test_contract_lookups_revoke_only_waiting_ones(catalogue: Catalogue) -> None:
    key = lookup("a").lookup_id
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.lookups.add_missing([lookup("a")])
        assert tx.lookups.revoke(key, 9)
        assert not tx.lookups.revoke(key, 10)
        assert not tx.lookups.bind(key, VAULT, hash_of("bind"), 11, 1)
        assert tx.lookups.get(key) == lookup("a")._replace(state="revoked", revoked_at=9)


def test_contract_lookups_vaults_of_knows_open_vaults_of_the_issuer(catalogue: Catalogue) -> None:
    closed = vault("closed", 2)._replace(state="closed")
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.vaults.add(closed)
        tx.lookups.add_missing([lookup("a"), lookup("b"), lookup("c")])
        for words, owner in (("a", VAULT), ("b", VAULT), ("c", closed.vault_id)):
            tx.lookups.bind(lookup(words).lookup_id, owner, hash_of("bind"), 1, 1)
        ids = [VAULT, closed.vault_id, VaultId(hash_of("stranger"))]
        assert tx.lookups.vaults_of(FINANCES, ids, 10) == {VAULT}
        assert tx.lookups.vaults_of(Slug("permits"), ids, 10) == frozenset()
        # Bound by two codes: one that is frozen leaves the other.
        tx.lookups.freeze(lookup("a").lookup_id, 9, 5)
        assert tx.lookups.vaults_of(FINANCES, ids, 10) == {VAULT}
        tx.lookups.freeze(lookup("b").lookup_id, 10, 6)
        assert tx.lookups.vaults_of(FINANCES, ids, 10) == frozenset()
        # A delivery that was opened before the freeze may still come.
        assert tx.lookups.vaults_of(FINANCES, ids, 9) == {VAULT}


def test_contract_lookups_freeze_once_and_then_bind_no_more(catalogue: Catalogue) -> None:
    key = lookup("a").lookup_id
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.lookups.add_missing([lookup("a")])
        assert tx.lookups.freeze(key, 9, 3)
        assert not tx.lookups.freeze(key, 10, 4)
        assert not tx.lookups.bind(key, VAULT, hash_of("bind"), 11, 1)
        assert tx.lookups.get(key) == lookup("a")._replace(frozen_at=9, frozen_event=3)


def test_contract_deliveries_add_one_draft_a_run(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.deliveries.add(delivery())
        assert tx.deliveries.get(delivery().delivery_id, lock=True) == delivery()
        assert tx.deliveries.draft_of(FINANCES, "taxes") == delivery()
        assert tx.deliveries.draft_of(Slug("permits"), "taxes") is None
    for twin in (delivery(run="another"), delivery("twin")):
        with pytest.raises(RowExistsError), catalogue.write() as tx:
            tx.deliveries.add(twin)
    with catalogue.write() as tx:
        assert tx.deliveries.commit(delivery().delivery_id, 0, 0, 5)
        tx.deliveries.add(delivery("second of the run"))


def test_contract_deliveries_commit_is_one_row_once(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.deliveries.add(delivery())
        assert tx.deliveries.commit(delivery().delivery_id, 3, 900, 20)
        assert not tx.deliveries.commit(delivery().delivery_id, 4, 901, 21)
        committed = delivery()._replace(state="committed", documents=3, size=900, committed_at=20)
        assert tx.deliveries.get(delivery().delivery_id) == committed
        assert tx.deliveries.committed() == (committed,)


def test_contract_events_of_a_draft_wait_for_its_commit(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        draft(tx, "one", ["a", "b"])
        (ready,) = tx.events.add_all([event(None)])
        assert [row.event_id for row in tx.events.pending(10)] == [ready]
        tx.deliveries.commit(delivery_id("one"), 2, 0, 20)
        assert [row.event_id for row in tx.events.pending(10)] == [ready - 2, ready - 1, ready]
        assert [row.event_id for row in tx.events.pending(2)] == [ready - 2, ready - 1]


def test_contract_events_add_all_gives_rising_ids_never_twice(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.deliveries.add(delivery())
        first = tx.events.add_all([event() for _ in range(3)])
        tx.deliveries.remove(delivery().delivery_id)
    with catalogue.write() as tx:
        second = tx.events.add_all([event(None), event(None)])
        assert tx.events.add_all([]) == ()
    assert list(first + second) == sorted({*first, *second})


def test_contract_events_are_read_back_as_kept(catalogue: Catalogue) -> None:
    new = event(None, BOX)._replace(act=b"act")
    with catalogue.write() as tx:
        (key,) = tx.events.add_all([new])
        row = tx.events.get(key)
        assert row is not None
        assert (row.type, row.box_kind, row.box_id, row.salt, row.data, row.act) == new[1:]
        assert (row.state, row.chain, row.log_index) == ("ready", None, None)
        assert tx.events.get_many([key, key + 1]) == {key: row}
        assert tx.events.get(key + 1) is None


def test_contract_events_are_numbered_then_logged(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        assert tx.events.next_index() == 0
        ids = tx.events.add_all([event(None) for _ in range(3)])
        tx.events.number([NumberedEvent(key, hash_of(str(key)), place) for place, key in enumerate(ids[:2])])
        assert [row.event_id for row in tx.events.pending(9)] == [ids[2]]
        assert [(row.event_id, row.log_index, row.chain) for row in tx.events.numbered(1, 9)] == [
            (ids[1], 1, hash_of(str(ids[1])))
        ]
        assert tx.events.next_index() == 2
        tx.events.set_logged(1)
        assert [row.state for row in tx.events.numbered(0, 9)] == ["logged", "ready"]
        tx.events.set_logged(2)
        tx.events.set_logged(2)
        assert [row.state for row in tx.events.numbered(0, 9)] == ["logged", "logged"]
    with pytest.raises(RowExistsError), catalogue.write() as tx:
        tx.events.number([NumberedEvent(ids[2], hash_of("x"), 1)])


def test_contract_deliveries_publish_shows_all_at_once(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        rows = draft(tx, "one", ["a", "b", "c"])
        assert not tx.deliveries.publish(delivery_id("one"), 30)
        tx.deliveries.commit(delivery_id("one"), 3, 0, 20)
        assert not tx.deliveries.publish(delivery_id("one"), 30)
        pending = tx.events.pending(2)
        tx.events.number([NumberedEvent(row.event_id, hash_of("link"), i) for i, row in enumerate(pending)])
        tx.events.set_logged(2)
        assert not tx.deliveries.publish(delivery_id("one"), 30)
        assert shown(tx) == []
        sequence(tx)
        assert tx.deliveries.publish(delivery_id("one"), 31)
        assert not tx.deliveries.publish(delivery_id("one"), 32)
        assert shown(tx) == [row.document_id for row in rows]
        visible = tx.deliveries.get(delivery_id("one"))
        assert visible is not None
        assert (visible.state, visible.visible_at) == ("visible", 31)
        assert tx.deliveries.committed() == ()


def test_contract_deliveries_publish_waits_for_numbered_events_to_be_logged(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        draft(tx, "one", ["a"])
        tx.deliveries.commit(delivery_id("one"), 1, 0, 20)
        (row,) = tx.events.pending(9)
        tx.events.number([NumberedEvent(row.event_id, hash_of("link"), 0)])
        assert not tx.deliveries.publish(delivery_id("one"), 30)
        tx.events.set_logged(1)
        assert tx.deliveries.publish(delivery_id("one"), 30)


def test_contract_deliveries_publish_places_later_ones_above(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        early = draft(tx, "early", ["a", "b"])
        late = draft(tx, "late", ["c", "d"])
        # The second draft is committed and shown first: who has paged past it must still meet the first one.
        for words in ("late", "early"):
            tx.deliveries.commit(delivery_id(words), 2, 0, 20)
            sequence(tx)
            assert tx.deliveries.publish(delivery_id(words), 30)
        everything = [row.document_id for row in (*late, *early)]
        assert shown(tx) == everything
        middle = tx.documents.page([BOX], 0, 2)[-1].position
        assert shown(tx, after=middle) == everything[2:]


def test_contract_deliveries_without_documents_can_be_shown(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.deliveries.add(delivery())
        tx.deliveries.commit(delivery().delivery_id, 0, 0, 20)
        assert tx.deliveries.publish(delivery().delivery_id, 30)


def test_contract_deliveries_remove_leaves_nothing_of_a_draft(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        rows = draft(tx, "kept", ["a"], lookup("shared").lookup_id)
        tx.packs.put(pack("shared pack", "kept"))
        draft(tx, "gone", ["b", "c"], lookup("own").lookup_id)
        for words in ("shared pack", "own pack"):
            tx.packs.put(pack(words, "gone"))
        tx.lookups.add_missing([lookup("shared", "gone"), lookup("own", "gone")])
        assert tx.deliveries.remove(delivery_id("gone")) == (hash_of("own pack"),)
        assert tx.deliveries.remove(delivery_id("gone")) is None
        assert tx.deliveries.get(delivery_id("gone")) is None
        assert tx.packs.of_delivery(delivery_id("gone")) == ()
        assert tx.lookups.get(lookup("own").lookup_id) is None
        assert tx.lookups.get(lookup("shared").lookup_id) is not None
        assert tx.documents.get(rows[0].document_id) == rows[0]
        assert tx.documents.known(FINANCES, [hash_of("dedupe b"), hash_of("dedupe c")]) == ()
        draft(tx, "again", ["b", "c"])


def test_contract_deliveries_remove_refuses_a_committed_one(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        draft(tx, "one", ["a"])
        tx.deliveries.commit(delivery_id("one"), 1, 0, 20)
        assert tx.deliveries.remove(delivery_id("one")) is None
        assert len(tx.events.pending(9)) == 1


def test_contract_packs_put_replaces_and_lists(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.deliveries.add(delivery())
        for row in (pack("a"), pack("b")._replace(statement_hash=None, documents=0), pack("b")):
            tx.packs.put(row)
        assert tx.packs.get(delivery().delivery_id, hash_of("b")) == pack("b")
        assert tx.packs.get(delivery().delivery_id, hash_of("c")) is None
        assert set(tx.packs.of_delivery(delivery().delivery_id)) == {pack("a"), pack("b")}


def test_contract_documents_are_read_back_as_kept(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        (row,) = draft(tx, "one", ["a"])
        assert tx.documents.get(row.document_id) == row
        assert tx.documents.get(DocumentId(bytes(16))) is None
        assert tx.documents.listed(row.document_id) is None
        tx.documents.add_all([])


@pytest.mark.parametrize("changed", ["document_id", "dedupe_id"])
def test_contract_documents_add_all_refuses_a_second_one(catalogue: Catalogue, changed: str) -> None:
    with catalogue.write() as tx:
        (row,) = draft(tx, "one", ["a"])
    with pytest.raises(RowExistsError), catalogue.write() as tx:
        (key,) = tx.events.add_all([event("one")])
        other = document("b", key, "one")
        tx.documents.add_all([other._replace(**{changed: getattr(row, changed)})])
    with catalogue.read() as tx:
        assert tx.documents.get(document("b", 0).document_id) is None


def test_contract_documents_dedupe_is_by_issuer(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        (row,) = draft(tx, "one", ["a"])
        (key,) = tx.events.add_all([event("one")])
        twin = document("b", key, "one")._replace(issuer=Slug("permits"), dedupe_id=row.dedupe_id)
        tx.documents.add_all([twin])
        known = KnownDocument(row.dedupe_id, row.content_id, row.document_id, delivery_id("one"), "run of one", "draft")
        assert tx.documents.known(FINANCES, [row.dedupe_id, hash_of("unknown")]) == (known,)


@pytest.mark.parametrize("many", [1, 39, 40, 41, 80, 90])
def test_contract_documents_known_once_in_lists_of_any_length(catalogue: Catalogue, many: int) -> None:
    with catalogue.write() as tx:
        rows = draft(tx, "one", [str(number) for number in range(90)])
        asked = [row.dedupe_id for row in rows[:many]]
        assert sorted(row.dedupe_id for row in tx.documents.known(FINANCES, asked)) == sorted(asked)
        assert tx.documents.known(Slug("permits"), asked) == ()
        assert len(tx.events.get_many([row.event_id for row in rows[:many]])) == many


def test_contract_documents_page_has_what_a_list_needs(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        (row,) = draft(tx, "one", ["a"])
        draft(tx, "not committed", ["b"])
        tx.deliveries.commit(delivery_id("one"), 1, 0, 20)
        sequence(tx)
        tx.deliveries.publish(delivery_id("one"), 30)
        tx.documents.set_headers([(row.document_id, b"wrapped")])
        assert tx.documents.opened(row.document_id, 40)
        assert not tx.documents.opened(row.document_id, 41)
        (listed,) = tx.documents.page([BOX, hash_of("no box")], 0, 9)
        assert listed == tx.documents.listed(row.document_id)
        assert listed[2:] == (b"wrapped", row.card, row.body_length, row.issuer, 30, 40, 0)
        assert tx.documents.page([], 0, 9) == ()


def test_contract_documents_page_merges_boxes_by_position(catalogue: Catalogue) -> None:
    other = lookup("code").lookup_id
    with catalogue.write() as tx:
        expected = []
        for words, box in (("one", BOX), ("two", other), ("three", BOX)):
            expected += draft(tx, words, [f"{words} {n}" for n in range(3)], box)
            tx.deliveries.commit(delivery_id(words), 3, 0, 20)
            sequence(tx)
            tx.deliveries.publish(delivery_id(words), 30)
        found, after = [], 0
        while page := tx.documents.page([other, BOX], after, 4):
            found += [row.document_id for row in page]
            after = page[-1].position
        assert found == [row.document_id for row in expected]


def test_contract_documents_receipts_page_through_a_delivery(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        draft(tx, "other", ["x", "y"])
        rows = draft(tx, "one", ["a", "b", "c"])
        tx.deliveries.commit(delivery_id("one"), 3, 0, 20)
        assert tx.documents.receipts(delivery_id("one"), -1, 9) == ()
        sequence(tx)
        first = tx.documents.receipts(delivery_id("one"), -1, 2)
        rest = tx.documents.receipts(delivery_id("one"), first[-1].log_index, 9)
        assert [row.document_id for row in first + rest] == [row.document_id for row in rows]
        assert [row.log_index for row in first + rest] == [0, 1, 2]
        kept = tx.events.get(rows[0].event_id)
        assert kept is not None
        assert first[0] == (rows[0].document_id, 0, kept.salt, kept.chain, kept.data)


def test_contract_chains_put_all_replaces(catalogue: Catalogue) -> None:
    first, second = (ChainRow(hash_of(words), hash_of("salt"), 1, hash_of("head")) for words in "ab")
    with catalogue.write() as tx:
        tx.chains.put_all([first])
        tx.chains.put_all([first._replace(n=2, head=hash_of("newer")), second])
        assert tx.chains.get_many([first.box_id, second.box_id, hash_of("c")]) == {
            first.box_id: first._replace(n=2, head=hash_of("newer")),
            second.box_id: second,
        }


def test_contract_log_states_hold_one(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        assert tx.log_states.get() is None
        tx.log_states.put(LogStateRow(1, hash_of("root 1"), "note 1", 5))
        newer = LogStateRow(2, hash_of("root 2"), "note 2", 6)
        tx.log_states.put(newer)
        assert tx.log_states.get() == newer
