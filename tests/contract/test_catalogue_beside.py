"""Two transactions at once: whatever the second one does beside an open first one, the outcome is that of one after the other.

SQLite has one writer, so that the second waits for its turn; on PostgreSQL it runs until it meets a lock. Each test would fail
there without the lock, upsert or condition that it is about.
"""

from collections.abc import Iterator

import pytest

from tests.contract.test_catalogue_deliveries import draft
from tests.support.beside import Beside, beside
from tests.support.rows import delivery, document, event, hash_of, lookup, pack, vault
from voute.core.errors import StateError
from voute.core.ids import Hash, VaultId
from voute.core.ports_store import Catalogue, RowExistsError, Transaction
from voute.core.rows import (
    ChainRow,
    ChallengeRow,
    CredentialRow,
    IndexRow,
    LogStateRow,
    MailRow,
    MethodRow,
    NoticeRow,
    NumberedEvent,
    SessionRow,
)

VAULT = vault().vault_id
CODE = lookup("a").lookup_id


@pytest.fixture
def second(catalogue: Catalogue, catalogue_url: str) -> Iterator[Beside]:
    with beside(catalogue, catalogue_url) as made:
        yield made


def notice(state: str = "confirmed") -> NoticeRow:
    return NoticeRow(VAULT, b"n" * 16, "a@ville.test", "fr", "once", 8, 0, 22, 7, state, 0, 0, 5)


def mail(words: str = "mail") -> MailRow:
    return MailRow(hash_of(words)[:16], VAULT, "documents", "finances", 5, 6, 0)


def session(words: str) -> SessionRow:
    return SessionRow(hash_of(words), "holder", VAULT, 1, 1, 1_000)


# ---------------------------------------------------------------- numbers, challenges, choices


def test_contract_beside_a_number_is_given_once(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        mine = tx.vaults.number_for(CODE, 5)
        theirs = second.begin(lambda tx: tx.vaults.number_for(CODE, 6))
    assert theirs.result() == mine


def test_contract_beside_a_challenge_is_good_once(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.challenges.add(ChallengeRow(hash_of("c"), "claim", None, 100))
    with catalogue.write() as tx:
        assert tx.challenges.take(hash_of("c"), "claim", 5) is not None
        theirs = second.begin(lambda tx: tx.challenges.take(hash_of("c"), "claim", 5))
    assert theirs.result() is None


def test_contract_beside_the_first_index_is_kept_once(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.vaults.add(vault())
    with catalogue.write() as tx:
        assert tx.vaults.put_index(0, IndexRow(VAULT, 1, hash_of("1"), 5, b"one"))
        theirs = second.begin(lambda tx: tx.vaults.put_index(0, IndexRow(VAULT, 1, hash_of("2"), 5, b"two")))
    with pytest.raises(RowExistsError):
        theirs.result()


def test_contract_beside_a_code_is_bound_or_frozen(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.lookups.add_missing([lookup("a")])

    def bind(tx: Transaction) -> bool:
        return tx.lookups.bind(CODE, VAULT, hash_of("proof"), 7, 3)

    with catalogue.write() as tx:
        # Who freezes decides by what the code is, and it stays so until the end.
        row = tx.lookups.get(CODE, lock=True)
        assert row is not None
        assert row.vault_id is None
        theirs = second.begin(bind)
        assert not theirs.done()
        assert tx.lookups.freeze(CODE, 6, 2)
    assert not theirs.result()


def test_contract_beside_an_issuers_bound_is_noted_once(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.lookups.add_missing([lookup("a")])
        assert tx.lookups.bind(CODE, VAULT, hash_of("proof"), 7, 3)

    def note(tx: Transaction) -> int:
        row = tx.lookups.get(CODE, lock=True)
        assert row is not None
        if row.bound_event is not None:
            return 0
        (event_id,) = tx.events.add_all([event(None, VAULT)])
        return int(tx.lookups.set_bound_event(CODE, event_id))

    with catalogue.write() as tx:
        assert note(tx) == 1
        theirs = second.begin(note)
    assert theirs.result() == 0
    with catalogue.read() as tx:
        assert len(tx.events.pending(10)) == 1


# ---------------------------------------------------------------- deliveries


def test_contract_beside_a_cancel_leaves_a_code_that_another_draft_counts_on(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.deliveries.add(delivery("gone", "first"))
        tx.deliveries.add(delivery("kept", "second"))
        tx.lookups.add_missing([lookup("a", "gone")])
    with catalogue.write() as tx:
        assert CODE in tx.lookups.hold([CODE])
        (number,) = tx.events.add_all([event("kept", CODE)])
        tx.documents.add_all([document("d", number, "kept", CODE)])
        theirs = second.begin(lambda tx: tx.deliveries.remove(delivery("gone").delivery_id))
    assert theirs.result() == ()
    with catalogue.read() as tx:
        assert tx.lookups.get(CODE) is not None


def test_contract_beside_a_cancel_a_code_is_known_no_more(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.deliveries.add(delivery("gone"))
        tx.lookups.add_missing([lookup("a", "gone")])

    def bring(tx: Transaction) -> tuple[int, int]:
        return len(tx.lookups.hold([CODE])), tx.lookups.add_missing([lookup("a", "kept")])

    with catalogue.write() as tx:
        tx.deliveries.remove(delivery("gone").delivery_id)
        theirs = second.begin(bring)
    assert theirs.result() == (0, 1)


def test_contract_beside_two_drafts_bring_a_code_once(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        assert tx.lookups.add_missing([lookup("a", "one"), lookup("b", "one")]) == 2
        theirs = second.begin(lambda tx: tx.lookups.add_missing([lookup("a", "two"), lookup("c", "two")]))
    # One less than asked: whoever brought it looks again at whose it is.
    assert theirs.result() == 1


@pytest.mark.parametrize("many", [1, 40])
def test_contract_beside_a_document_comes_once(catalogue: Catalogue, second: Beside, many: int) -> None:
    with catalogue.write() as tx:
        tx.deliveries.add(delivery("one", "one"))
        tx.deliveries.add(delivery("two", "two"))

    def bring(tx: Transaction, of: str) -> None:
        numbers = tx.events.add_all([event(of) for _ in range(many)])
        rows = [document(f"{of} {n}", number, of)._replace(dedupe_id=hash_of(f"d{n}")) for n, number in enumerate(numbers)]
        tx.documents.add_all(rows)

    with catalogue.write() as tx:
        bring(tx, "one")
        theirs = second.begin(lambda tx: bring(tx, "two"))
    with pytest.raises(RowExistsError):
        theirs.result()


def test_contract_beside_a_draft_its_delivery_is_not_committed(catalogue: Catalogue, second: Beside) -> None:
    key = delivery("one").delivery_id
    with catalogue.write() as tx:
        tx.deliveries.add(delivery("one"))

    def commit(tx: Transaction) -> int:
        tx.deliveries.get(key, lock=True)
        return len(tx.packs.of_delivery(key))

    with catalogue.write() as tx:
        tx.deliveries.get(key, lock=True)
        tx.packs.put(pack(delivery="one"))
        theirs = second.begin(commit)
    assert theirs.result() == 1


def test_contract_beside_a_deletion_nothing_is_opened(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        (row,) = draft(tx, "one", ["a"])
    with catalogue.write() as tx:
        assert tx.documents.delete(row.document_id, 8)
        theirs = second.begin(lambda tx: tx.documents.opened(row.document_id, 9))
    assert not theirs.result()


# ---------------------------------------------------------------- the log


def test_contract_beside_one_who_gives_places_another_gives_the_next(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.events.add_all([event(None, VAULT) for _ in range(3)])

    def number(tx: Transaction) -> list[int]:
        tx.events.hold_log()
        first = tx.events.next_index()
        rows = tx.events.pending(2)
        tx.events.number([NumberedEvent(row.event_id, hash_of("link"), first + n) for n, row in enumerate(rows)])
        chain = tx.chains.get_many([VAULT]).get(VAULT)
        n = 0 if chain is None else chain.n
        tx.chains.put_all([ChainRow(VAULT, hash_of("salt"), n + len(rows), hash_of("head"))])
        return list(range(first, first + len(rows)))

    with catalogue.write() as tx:
        assert number(tx) == [0, 1]
        theirs = second.begin(number)
    assert theirs.result() == [2]
    with catalogue.read() as tx:
        assert tx.chains.get_many([VAULT])[VAULT].n == 3
        assert [row.log_index for row in tx.events.numbered(0, 10)] == [0, 1, 2]


def test_contract_beside_ids_that_are_not_committed_later_ones_go_first(catalogue: Catalogue, catalogue_url: str) -> None:
    """On PostgreSQL an id is given before its transaction ends: what has ended goes into the log, the rest when it has."""
    if catalogue_url.startswith("sqlite"):
        with catalogue.write() as tx:
            early = tx.events.add_all([event(None)])
            late = tx.events.add_all([event(None)])
    else:
        with catalogue.write() as tx:
            early = tx.events.add_all([event(None)])
            with catalogue.write() as other:
                late = other.events.add_all([event(None)])
            with catalogue.read() as seen:
                assert [row.event_id for row in seen.events.pending(5)] == list(late)
    assert early < late
    with catalogue.read() as tx:
        assert [row.event_id for row in tx.events.pending(5)] == [*early, *late]


def test_contract_log_state_does_not_go_back(catalogue: Catalogue) -> None:
    for size, expected in ((5, 5), (3, 5), (5, 5), (8, 8)):
        with catalogue.write() as tx:
            tx.log_states.put(LogStateRow(size, hash_of("root"), f"checkpoint {size}", 7))
            found = tx.log_states.get()
        assert found is not None
        assert found.size == expected


def test_contract_beside_one_release_another_is_not_announced(catalogue: Catalogue, second: Beside) -> None:
    def announce(tx: Transaction) -> bool:
        if tx.events.newest_release(lock=True) is not None:
            return False
        tx.events.add_all([event(None)._replace(type="release")])
        return True

    with catalogue.write() as tx:
        assert announce(tx)
        theirs = second.begin(announce)
    assert not theirs.result()


# ---------------------------------------------------------------- ways in and sessions


def test_contract_beside_the_removal_of_a_passkey_nobody_signs_in(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.credentials.add(CredentialRow(b"key", VAULT, b"public", 1, "usb", 5, None))

    def sign_in(tx: Transaction) -> bool:
        if tx.credentials.get(b"key", lock=True) is None:
            return False
        tx.sessions.add(session("theirs"))
        return True

    with catalogue.write() as tx:
        tx.credentials.remove(b"key")
        tx.sessions.remove_of("holder", VAULT)
        theirs = second.begin(sign_in)
    assert not theirs.result()
    with catalogue.read() as tx:
        assert tx.sessions.of("holder", VAULT) == ()


def test_contract_beside_a_sign_in_its_kit_is_removed_with_its_session(catalogue: Catalogue, second: Beside) -> None:
    kit = MethodRow(VAULT, b"m" * 16, "kit", None, b"k" * 32)  # type: ignore[arg-type]
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.vaults.replace_methods(VAULT, [kit])

    def remove(tx: Transaction) -> int:
        assert tx.vaults.advance(vault().head_hash, vault()._replace(head_hash=hash_of("head 2"), head_number=2))
        tx.vaults.replace_methods(VAULT, [])
        return tx.sessions.remove_of("holder", VAULT)

    with catalogue.write() as tx:
        tx.vaults.get(VAULT, lock=True)
        assert tx.vaults.method(VAULT, kit.method_id) is not None
        theirs = second.begin(remove)
        tx.sessions.add(session("mine"))
    assert theirs.result() == 1


def test_contract_beside_a_sign_out_the_session_does_not_come_back(catalogue: Catalogue, second: Beside) -> None:
    mine = hash_of("mine")
    with catalogue.write() as tx:
        tx.sessions.add(session("mine"))
        tx.sessions.add(session("other"))
    with catalogue.write() as tx:
        tx.sessions.remove(mine)
        theirs = second.begin(lambda tx: tx.sessions.remove_of("holder", VAULT, keep=mine))
    assert theirs.result() == 1
    with catalogue.read() as tx:
        assert tx.sessions.of("holder", VAULT) == ()


# ---------------------------------------------------------------- notices


def test_contract_beside_one_try_another_counts_on(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.notices.put(notice("unconfirmed"))

    def miss(tx: Transaction) -> int:
        row = tx.notices.get(VAULT, lock=True)
        assert row is not None
        tx.notices.put(row._replace(tries=row.tries + 1))
        return row.tries + 1

    with catalogue.write() as tx:
        assert miss(tx) == 1
        theirs = second.begin(miss)
    assert theirs.result() == 2


def test_contract_beside_a_mail_the_address_is_forgotten_with_it(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        draft(tx, "one", ["a"])
        tx.notices.put(notice())
    with catalogue.write() as tx:
        assert [row.vault_id for row in tx.notices.reached_by(delivery("one").delivery_id)] == [VaultId(hash_of("vault"))]
        theirs = second.begin(lambda tx: tx.notices.remove(VAULT))
        tx.notices.put_mails([mail()])
    theirs.result()
    with catalogue.read() as tx:
        assert tx.notices.due(1_000, 5) == ()


def test_contract_beside_a_stop_no_mail_is_left(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        draft(tx, "one", ["a"])
        tx.notices.put(notice())

    def tell(tx: Transaction) -> int:
        reached = tx.notices.reached_by(delivery("one").delivery_id)
        tx.notices.put_mails([mail() for _ in reached])
        return len(reached)

    with catalogue.write() as tx:
        tx.notices.remove(VAULT)
        theirs = second.begin(tell)
    assert theirs.result() == 0


def test_contract_beside_a_mail_that_is_taken_another_is_made(catalogue: Catalogue, second: Beside) -> None:
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.notices.put(notice())
        tx.notices.put_mails([mail()])
    with catalogue.write() as tx:
        (taken,) = tx.notices.due(10, 5, lock=True)
        theirs = second.begin(lambda tx: dict(tx.notices.waiting([VAULT], "documents")))
        tx.notices.put_mails([taken._replace(tries=1)])
    assert theirs.result() == {}


# ---------------------------------------------------------------- errors


def test_contract_refused_rows_are_not_in_the_message(catalogue: Catalogue) -> None:
    with pytest.raises(StateError) as caught, catalogue.write() as tx:
        for _ in range(2):
            tx.deliveries.add(delivery("secret run")._replace(run="secret run"))
    assert "secret" not in str(caught.value)
    assert Hash(delivery("secret run").delivery_id).hex() not in str(caught.value)
