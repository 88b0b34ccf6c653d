"""Promises of the catalogue's ports about deleting, and about work that a transaction leaves."""

from tests.contract.test_catalogue_deliveries import BOX, draft, sequence, shown
from tests.support.rows import delivery, event, pack
from voute.core.ids import Hash
from voute.core.ports_store import Catalogue
from voute.core.rows import JobKind, JobRow


def test_contract_documents_delete_hides_once_and_erase_empties(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        rows = draft(tx, "one", ["a", "b"])
        tx.deliveries.commit(delivery("one").delivery_id, 2, 100, 20)
        sequence(tx)
        assert tx.deliveries.publish(delivery("one").delivery_id, 30)
        (opened, gone) = tx.events.add_all([event(None, BOX), event(None, BOX)])
        first, other = rows[0].document_id, rows[1].document_id
        tx.documents.set_opened_event(first, opened)
        assert tx.documents.delete(first, 40)
        assert not tx.documents.delete(first, 41)
        tx.documents.set_delete_event(first, gone)
        assert shown(tx) == [other]
        assert tx.documents.deleted([BOX, b"another box"], 5) == {first: gone}
        assert tx.documents.deleted([b"another box"], 5) == tx.documents.deleted([BOX], 0) == {}
        row = tx.documents.get(first)
        assert row == rows[0]._replace(position=1, opened_event=opened, deleted_at=40, delete_event=gone)
        for _ in range(2):
            tx.documents.erase([first])
            assert tx.documents.get(first) == row._replace(header=b"", card=b"")
            events = tx.events.get_many([row.event_id, opened, gone, rows[1].event_id])
            assert [one.event_id for one in events.values() if not (one.salt or one.data)] == [row.event_id, opened]
        found = tx.documents.get(other)
        assert found is not None
        assert (found.header, found.card) == (rows[1].header, rows[1].card)


def test_contract_packs_is_used_while_a_delivery_has_it(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        assert not tx.packs.is_used(pack().pack_hash)
        tx.deliveries.add(delivery())
        tx.packs.put(pack())
        assert tx.packs.is_used(pack().pack_hash)
        assert tx.deliveries.remove(delivery().delivery_id) == (pack().pack_hash,)
        assert not tx.packs.is_used(pack().pack_hash)


def test_contract_packs_after_gives_those_of_committed_deliveries_in_order(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        for name in ("one", "two", "draft"):
            tx.deliveries.add(delivery(name, run=name))
            for part in ("a", "b"):
                tx.packs.put(pack(f"{name} {part}", name))
        for name in ("one", "two"):
            tx.deliveries.commit(delivery(name).delivery_id, 0, 0, 5)
        names = sorted(pack(f"{name} {part}").pack_hash for name in ("one", "two") for part in ("a", "b"))
        assert tx.packs.after(Hash(b""), 10) == tuple(names)
        assert tx.packs.after(Hash(b""), 2) == tuple(names[:2])
        assert tx.packs.after(names[1], 10) == tuple(names[2:])
        assert tx.packs.after(names[3], 10) == ()


def test_contract_jobs_stay_until_they_are_done(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.jobs.add(JobKind.DESTROY, [b"b"], 5)
        tx.jobs.add(JobKind.DESTROY, [b"a", b"b"], 6)
        tx.jobs.add(JobKind.REMOVE_PACK, [b"a"], 4)
    with catalogue.write() as tx:
        assert tx.jobs.pending(JobKind.DESTROY, 10) == (JobRow("destroy", b"b", 5), JobRow("destroy", b"a", 6))
        assert tx.jobs.pending(JobKind.DESTROY, 1) == (JobRow("destroy", b"b", 5),)
        assert tx.jobs.take(JobKind.DESTROY, b"a")
        tx.jobs.done(JobKind.DESTROY, [b"a", b"c"])
        assert not tx.jobs.take(JobKind.DESTROY, b"a")
        assert tx.jobs.take(JobKind.REMOVE_PACK, b"a")
