"""Promises of looks: the same answers as transactions give, and sums that tell of every change of a list."""

import inspect
from collections.abc import Callable
from typing import Final

import pytest

from tests.contract.conftest import OpenCatalogue
from tests.contract.test_catalogue_deliveries import BOX, VAULT, draft, sequence
from tests.support.rows import delivery, delivery_id, event, hash_of, lookup, pack, vault
from voute.core.errors import StoreError
from voute.core.ids import DocumentId
from voute.core.ports_deliveries import Deliveries, Documents, Lookups
from voute.core.ports_looks import NOTHING, HeldBody, ListSums, Look
from voute.core.ports_store import Catalogue, Transaction
from voute.core.rows import DocumentRow, ListedDocument, SessionRow

CODE = lookup("code").lookup_id
STRANGER = vault("stranger").vault_id
GONE = DocumentId(hash_of("one 1")[:16])
ALL = 1_000
TOKEN = SessionRow(hash_of("token of the vault"), "holder", VAULT, 1, 2, 3)
OTHER = SessionRow(hash_of("token of the stranger"), "holder", STRANGER, 1, 2, 3)


def publish(tx: Transaction, words: str, names: list[str], box: bytes = BOX) -> list[DocumentRow]:
    rows = draft(tx, words, names, box)
    tx.deliveries.commit(delivery_id(words), len(names), 0, 20)
    sequence(tx)
    assert tx.deliveries.publish(delivery_id(words), 30)
    return rows


def bind(tx: Transaction) -> None:
    assert tx.lookups.bind(CODE, VAULT, hash_of("bind"), 7, 3)


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    """A vault with its own box and a code, both with documents, and a draft that nobody sees."""
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.vaults.add(vault("stranger", 2)._replace(vault_id=STRANGER))
        tx.sessions.add(TOKEN)
        tx.sessions.add(OTHER)
        tx.lookups.add_missing([lookup("code")])
        for words, box in (("one", BOX), ("two", CODE), ("three", BOX)):
            publish(tx, words, [f"{words} {n}" for n in range(3)], box)
        draft(tx, "draft", ["not yet"])
    return catalogue


def test_contract_looks_find_sessions(catalogue: Catalogue) -> None:
    row = SessionRow(hash_of("token"), "holder", VAULT, 1, 2, 3)
    with catalogue.write() as tx:
        tx.sessions.add(row)
    with catalogue.look() as look:
        assert look.session(row.token_hash) == row
        assert look.session(hash_of("other")) is None
        with catalogue.write() as tx:
            tx.sessions.remove(row.token_hash)
        # Each look is of its own moment: who was signed out is out at once.
        assert look.session(row.token_hash) is None


@pytest.mark.parametrize("is_bound", [False, True])
def test_contract_looks_page_as_the_table_does(filled: Catalogue, is_bound: bool) -> None:  # noqa: FBT001 - a parameter
    with filled.write() as tx:
        if is_bound:
            bind(tx)
        some = tx.documents.page([BOX], 0, 2)[1].document_id
        tx.documents.opened(some, 40)
        tx.documents.delete(tx.documents.page([BOX], 0, 3)[2].document_id, 50)
    boxes = [BOX, CODE] if is_bound else [BOX]
    for after, limit in ((0, ALL), (0, 4), (2, 3), (8, ALL), (100, ALL)):
        with filled.read() as tx, filled.look() as look:
            expected = tx.documents.page(boxes, after, limit)
            assert look.page(VAULT, after, limit) == expected
            assert all(isinstance(row, ListedDocument) for row in expected)
    with filled.look() as look:
        assert look.page(STRANGER, 0, ALL) == ()
        assert sums(look, 0, ALL, OTHER) == NOTHING


def test_contract_looks_find_bodies_of_the_vault_alone(filled: Catalogue) -> None:
    with filled.read() as tx:
        own, of_code = (tx.documents.page([box], 0, 1)[0].document_id for box in (BOX, CODE))
        row = tx.documents.get(own)
    assert row is not None
    where = HeldBody(row.pack_hash, row.body_offset, row.body_length, None)
    with filled.look() as look:
        assert look.body(VAULT, own) == where
        assert look.body(STRANGER, own) is None
        assert look.body(VAULT, of_code) is None
    with filled.write() as tx:
        bind(tx)
        tx.documents.delete(own, 60)
        (drafted,) = [one.document_id for one in draft(tx, "later", ["hidden"])]
    with filled.look() as look:
        assert look.body(VAULT, own) == where._replace(deleted_at=60)
        assert look.body(VAULT, of_code) is not None
        assert look.body(VAULT, drafted) is None


def sums(look: Look, after: int, most: int, asker: SessionRow = TOKEN) -> ListSums:
    found = look.asked_list(asker.token_hash, after, most)
    assert found is not None
    assert found[0] == asker
    return found[1]


def test_contract_looks_tell_who_asks_with_what_for(filled: Catalogue) -> None:
    """What `session` and `body` find, in one look; a session of somebody who has no boxes finds nothing in any."""
    issuer = SessionRow(hash_of("token of a department"), "issuer", b"finances", 1, 2, 3)
    with filled.write() as tx:
        tx.sessions.add(issuer)
        own, of_code = (tx.documents.page([box], 0, 1)[0].document_id for box in (BOX, CODE))
    nobody, unknown = hash_of("nobody"), DocumentId(b"\x07" * 16)
    with filled.look() as look:
        assert look.asked_body(TOKEN.token_hash, own) == (TOKEN, look.body(VAULT, own))
        for asker, document in ((OTHER, own), (issuer, own), (TOKEN, of_code), (TOKEN, unknown)):
            assert look.asked_body(asker.token_hash, document) == (asker, None)
        assert look.asked_body(nobody, own) is None
        assert look.asked_list(nobody, 0, ALL) is None
        assert look.asked_list(issuer.token_hash, 0, ALL) == (issuer, NOTHING)
    with filled.write() as tx:
        bind(tx)
        tx.documents.delete(own, 60)
    with filled.look() as look:
        for document in (own, of_code):
            assert look.asked_body(TOKEN.token_hash, document) == (TOKEN, look.body(VAULT, document))
            assert look.body(VAULT, document) is not None
        assert look.asked_body(OTHER.token_hash, of_code) == (OTHER, None)
    with filled.look() as look, filled.write() as tx:
        tx.sessions.remove(TOKEN.token_hash)
    with filled.look() as look:
        assert look.asked_body(TOKEN.token_hash, own) is None
        assert look.asked_list(TOKEN.token_hash, 0, ALL) is None


def first(tx: Transaction, box: bytes = BOX) -> ListedDocument:
    return tx.documents.page([box], 0, 1)[0]


# Every call of the ports that can change what a list shows, or that leaves it as it is: a new one has to be entered here.
CHANGING: Final[dict[str, Callable[[Transaction], object]]] = {
    "Lookups.bind": bind,
    "Deliveries.publish": lambda tx: publish(tx, "new", ["new"]),
    "Documents.opened": lambda tx: tx.documents.opened(first(tx).document_id, 40),
    "Documents.delete": lambda tx: tx.documents.delete(first(tx).document_id, 40),
}
KEEPING: Final[dict[str, Callable[[Transaction], object]]] = {
    "Lookups.add_missing": lambda tx: tx.lookups.add_missing([lookup("new")]),
    "Lookups.set_bound_event": lambda tx: tx.lookups.set_bound_event(CODE, 5),
    "Lookups.revoke": lambda tx: tx.lookups.revoke(CODE, 9),
    "Lookups.freeze": lambda tx: tx.lookups.freeze(CODE, 9, 5),
    "Lookups.hold": lambda tx: tx.lookups.hold([CODE]),
    "Deliveries.add": lambda tx: tx.deliveries.add(delivery("new", run="new")),
    "Deliveries.commit": lambda tx: tx.deliveries.commit(delivery_id("draft"), 1, 1, 1),
    "Deliveries.remove": lambda tx: tx.deliveries.remove(delivery_id("draft")),
    "Documents.add_all": lambda tx: draft(tx, "new", ["new"]),
    "Documents.set_opened_event": lambda tx: tx.documents.set_opened_event(first(tx).document_id, 1),
    "Documents.set_delete_event": lambda tx: tx.documents.set_delete_event(first(tx).document_id, 1),
    # A document is deleted before it is erased: no list shows it by then.
    "Documents.erase": lambda tx: tx.documents.erase([GONE]),
    # At a claim alone, in the transaction that binds.
    "Documents.set_headers": lambda tx: tx.documents.set_headers([(first(tx, CODE).document_id, b"wrapped")]),
}
READING: Final = {
    "Lookups": {"get", "get_many", "of_vault", "vaults_of"},
    "Deliveries": {"get", "draft_of", "committed", "first_event"},
    "Documents": {"get", "bodies", "known", "page", "places", "newest_places", "listed", "deleted", "receipts"},
}


def test_contract_looks_know_every_call_that_could_change_a_list() -> None:
    calls = {
        f"{port.__name__}.{name}"
        for port in (Lookups, Deliveries, Documents)
        for name, _ in inspect.getmembers(port, inspect.isfunction)
        if not name.startswith("_") and name not in READING[port.__name__]
    }
    assert calls == CHANGING.keys() | KEEPING.keys()


@pytest.mark.parametrize("call", CHANGING)
def test_contract_looks_sums_rise_with_every_change(filled: Catalogue, call: str) -> None:
    with filled.look() as look:
        before, page = sums(look, 0, ALL), look.page(VAULT, 0, ALL)
    with filled.write() as tx:
        CHANGING[call](tx)
    with filled.look() as look:
        after = sums(look, 0, ALL)
        assert look.page(VAULT, 0, ALL) != page
    assert after != before
    assert all(new >= old for new, old in zip(after, before, strict=True))


@pytest.mark.parametrize("call", KEEPING)
def test_contract_looks_pages_stay_where_sums_stay(filled: Catalogue, call: str) -> None:
    with filled.write() as tx:
        tx.documents.delete(GONE, 35)
    with filled.look() as look:
        before, page = sums(look, 0, ALL), look.page(VAULT, 0, ALL)
    with filled.write() as tx:
        KEEPING[call](tx)
    with filled.look() as look:
        assert sums(look, 0, ALL) == before
        assert look.page(VAULT, 0, ALL) == page


def test_contract_looks_sums_count_at_most_what_is_asked(filled: Catalogue) -> None:
    with filled.look() as look:
        assert sums(look, 0, ALL).many == 6
        assert sums(look, 0, 2).many == 2
        assert sums(look, 3, ALL).many == 3


def test_contract_looks_that_fail_are_errors_of_the_store(open_catalogue: OpenCatalogue) -> None:
    catalogue = open_catalogue(None)
    with pytest.raises(StoreError) as raised, catalogue.look() as look:
        look.session(object())  # type: ignore[arg-type] # nothing that a driver takes
    assert "object at" not in str(raised.value)
    with catalogue.look() as look:
        assert look.session(hash_of("nobody")) is None


def test_contract_looks_leave_no_transaction_behind(filled: Catalogue) -> None:
    with filled.look() as look:
        assert look.page(VAULT, 0, 1)
    with filled.write() as tx:
        tx.packs.put(pack("later", "draft"))
        tx.events.add_all([event("draft", BOX)])
    assert filled.scrub()
