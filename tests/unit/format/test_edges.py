"""The last value that a format takes and the first that it refuses, and that a refusal names what was read."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tools.make_vectors import city, events, holder, pack
from voute.core.errors import FormatError
from voute.core.ids import DeliveryId, DocumentId, Hash
from voute.format import canonical, dsse
from voute.format.act import parse_act
from voute.format.archive import MAX_INDEX, parse_index
from voute.format.canonical import MAX_BYTES, Json
from voute.format.event import MAX_EVENT, NO_CHAIN, Event, parse_event
from voute.format.issuer_auth import parse_issuer_auth
from voute.format.manifest import MAX_CARD, parse_manifest
from voute.format.pack import MAX_DOCUMENTS
from voute.format.pack_statement import parse_pack_statement
from voute.format.receipt import MAX_RECEIPT, parse_line, parse_receipt
from voute.format.registry import read_registry
from voute.format.release import MAX_ENTRY, parse_release
from voute.format.subject import AnySubject, Deliver, KeyringChange, issuer_actor
from voute.format.trust_root import parse_trust_root
from voute.format.vault_record import MAX_RECORDS, RecordChainError, parse_vault_record, verify_chain

PARSERS: list[tuple[str, Callable[[bytes], object], int]] = [
    ("act", parse_act, MAX_EVENT),
    ("archive", parse_index, MAX_INDEX),
    ("event", parse_event, MAX_EVENT),
    ("issuer-auth", parse_issuer_auth, MAX_EVENT),
    ("manifest", parse_manifest, MAX_CARD),
    ("pack", parse_pack_statement, MAX_EVENT),
    ("receipt", parse_receipt, MAX_RECEIPT),
    ("receipt", parse_line, MAX_RECEIPT),
    ("release", parse_release, MAX_ENTRY),
    ("trust-root", parse_trust_root, MAX_BYTES),
    ("vault-record", parse_vault_record, MAX_BYTES),
]
DELIVERY = Deliver(DeliveryId(bytes(16)), DocumentId(bytes(16)), Hash(bytes(32)), Hash(bytes(32)))
EACH = pytest.mark.parametrize(("name", "parse", "limit"), PARSERS, ids=[parse.__name__ for _, parse, _ in PARSERS])


def _of_length(length: int) -> bytes:
    return canonical.dumps({"a": "x" * (length - len('{"a":""}'))})


def _refusal(parse: Callable[[bytes], object], raw: bytes) -> str:
    with pytest.raises(FormatError) as caught:
        parse(raw)
    return caught.value.detail


@EACH
def test_edges_statement_is_read_up_to_its_limit_and_no_further(name: str, parse: Callable[[bytes], object], limit: int) -> None:
    assert _refusal(parse, _of_length(limit)) == f"{name}: missing or unknown key"
    assert _refusal(parse, _of_length(limit + 1)) == f"more than {limit} bytes"


def test_edges_registry_is_read_up_to_its_limit_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refusal(read_registry, _of_length(MAX_BYTES + 1)) == "registry: missing or unknown key"
    monkeypatch.setattr(dsse, "MAX_REGISTRY_ENVELOPE", 100)
    assert _refusal(read_registry, _of_length(100)) == "registry: missing or unknown key"
    assert _refusal(read_registry, _of_length(101)) == "more than 100 bytes"


@pytest.mark.parametrize("what", [events.SUBJECTS["keyring"], (issuer_actor(city.FINANCE), DELIVERY)], ids=["keyring", "deliver"])
def test_edges_event_that_is_no_act_is_not_read_as_one(what: tuple[str, AnySubject]) -> None:
    actor, subject = what
    value: Json = {
        "version": 1,
        "type": subject.type,
        "city": city.CITY,
        "actor": actor,
        "subject": dict(subject.to_json()),
        "time": "2026-02-03T04:05:06Z",
        "nonce": "00" * 32,
    }
    assert _refusal(parse_act, canonical.dumps(value)) == "this type of event is not an act"


def test_edges_vault_record_of_the_last_number_and_epoch_is_taken() -> None:
    record = holder.second_epoch()
    last = replace(record, v=1, number=MAX_RECORDS - 1, reading=replace(record.reading, epoch=MAX_RECORDS))
    assert parse_vault_record(last.encode()) == last
    for beyond, key in (
        (replace(last, number=MAX_RECORDS), "number"),
        (replace(last, reading=replace(last.reading, epoch=MAX_RECORDS + 1)), "epoch"),
        (replace(last, v=0), "v"),
    ):
        with pytest.raises(FormatError) as caught:
            parse_vault_record(beyond.encode())
        assert caught.value.facts["field"] == key


def test_edges_chain_of_the_most_records_is_looked_into() -> None:
    # What stands in them is no envelope, which shows only when the first is opened.
    with pytest.raises(FormatError):
        verify_chain([b""] * MAX_RECORDS)
    with pytest.raises(RecordChainError):
        verify_chain([b""] * (MAX_RECORDS + 1))


@pytest.mark.parametrize(("number", "taken"), [(0, False), (1, True), (2, True)])
def test_edges_keyring_event_is_numbered_from_1(number: int, taken: bool) -> None:  # noqa: FBT001 (a table of cases)
    actor, subject = events.SUBJECTS["keyring"]
    assert isinstance(subject, KeyringChange)
    raw = Event(city.CITY, city.DELIVERED, actor, NO_CHAIN, replace(subject, number=number)).encode()
    if taken:
        assert parse_event(raw).subject == replace(subject, number=number)
    else:
        assert _refusal(parse_event, raw).startswith("event.subject.number: ")


def test_edges_pack_statement_is_of_one_document_or_the_most_of_a_pack() -> None:
    for count in (1, MAX_DOCUMENTS):
        statement = replace(pack.statement(), count=count)
        assert parse_pack_statement(statement.encode()) == statement
    for count in (0, MAX_DOCUMENTS + 1):
        assert _refusal(parse_pack_statement, replace(pack.statement(), count=count).encode()).startswith("pack.count: ")
