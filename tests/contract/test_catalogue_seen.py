"""Promises of the catalogue's sums and notes."""

from tests.contract.test_catalogue_deliveries import BOX, draft, sequence
from tests.support.rows import delivery, event, hash_of, pack, vault
from voute.core.ports_seen import DeadCount, DeliveryCount, JobCount, MailCount, MarkRow
from voute.core.ports_store import Catalogue
from voute.core.rows import JobKind, MailRow, NoticeRow, SessionRow


def test_contract_counts_of_an_empty_city_are_zero(catalogue: Catalogue) -> None:
    with catalogue.read() as tx:
        counts = tx.counts
        assert (counts.deliveries(), counts.jobs(), counts.addresses(), counts.sessions(5)) == ({}, {}, {}, {})
        assert (counts.unsequenced(), counts.mails(), counts.dead()) == (0, MailCount(0, 0, None), DeadCount(0, 0, 0))


def test_contract_counts_of_work_are_by_kind_with_the_oldest(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.jobs.add(JobKind.DESTROY, (hash_of("a")[:16], hash_of("b")[:16]), 70)
        tx.jobs.add(JobKind.DESTROY, (hash_of("c")[:16],), 50)
        tx.jobs.add(JobKind.COMPACT, (hash_of("pack"),), 90)
        assert tx.counts.jobs() == {"destroy": JobCount(3, 50), "compact": JobCount(1, 90)}


def test_contract_counts_of_mails_tell_those_tried_in_vain(catalogue: Catalogue) -> None:
    own = vault()
    wish = NoticeRow(own.vault_id, b"n" * 16, "a@ville.test", "fr", "once", 8, 0, 22, 7, "confirmed", 0, 0, 1)
    mails = [MailRow(hash_of(f"mail {n}")[:16], own.vault_id, "documents", "finances", 100 - n, 200, n) for n in range(3)]
    with catalogue.write() as tx:
        tx.vaults.add(own)
        tx.notices.put(wish)
        tx.notices.put_mails(mails)
        assert tx.counts.mails() == MailCount(1, 2, 98)
        assert tx.counts.messages() == MailCount(0, 0, None)
        assert tx.counts.addresses() == {"confirmed": 1}


def test_contract_counts_of_sessions_leave_out_what_ended(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        for kind, ends in (("holder", 10), ("holder", 5), ("issuer", 10)):
            tx.sessions.add(SessionRow(hash_of(f"{kind} {ends}"), kind, b"subject", 1, 1, ends))
        assert tx.counts.sessions(5) == {"holder": 1, "issuer": 1}


def test_contract_marks_are_replaced_whole(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        assert tx.marks.get("scrub") is None
        tx.marks.put(MarkRow("scrub", b"first", 1))
        tx.marks.put(MarkRow("other", b"else", 2))
    with catalogue.write() as tx:
        tx.marks.put(MarkRow("scrub", b"second", 3))
    with catalogue.read() as tx:
        assert tx.marks.get("scrub") == MarkRow("scrub", b"second", 3)
        assert tx.marks.get("other") == MarkRow("other", b"else", 2)


def test_contract_counts_follow_a_delivery_and_what_is_deleted_of_it(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        rows = draft(tx, "one", ["a", "b"])
        assert tx.counts.deliveries() == {"draft": DeliveryCount(1, 0, 0)}
        tx.events.add_all([event(None, BOX)])
        assert tx.counts.unsequenced() == 1
        tx.deliveries.commit(delivery("one").delivery_id, 2, 100, 20)
        assert tx.counts.deliveries() == {"committed": DeliveryCount(1, 2, 100)}
        assert tx.counts.unsequenced() == 3
        sequence(tx)
        tx.deliveries.publish(delivery("one").delivery_id, 30)
        assert tx.counts.deliveries() == {"visible": DeliveryCount(1, 2, 100)}
        assert tx.counts.unsequenced() == 0
        tx.documents.delete(rows[0].document_id, 40)
        tx.documents.delete(rows[1].document_id, 41)
        tx.jobs.add(JobKind.DESTROY, (rows[0].document_id,), 40)
        assert tx.counts.dead() == DeadCount(2, 66, 33)
        tx.jobs.done(JobKind.DESTROY, (rows[0].document_id,))
        assert tx.counts.dead() == DeadCount(2, 66, 0)
        tx.jobs.add(JobKind.COMPACT, (pack().pack_hash,), 42)
        assert tx.counts.dead() == DeadCount(2, 66, 66)
