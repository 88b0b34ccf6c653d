import base64
import hashlib
import json
import os
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.support.city import DemoCity, check
from tests.support.issuer import Bill, Department, Pack, draft_record
from voute.core.ids import DeliveryId, Hash, Slug
from voute.format.event import parse_event
from voute.format.pack_statement import parse_pack_statement
from voute.format.sidecar import BoxKind, encode_draft, parse_sidecar
from voute.format.subject import Deliver, issuer_actor


def code_of(reply: httpx.Response, status: int) -> str:
    code: str = check(reply, status).json()["code"]
    return code


def state_of(client: httpx.Client, issuer: Department, delivery: bytes) -> dict[str, Any]:
    reply: dict[str, Any] = check(client.get(f"/api/deliveries/{delivery.hex()}", headers=issuer.headers)).json()
    return reply


# -- packs


def test_api_packs_put_is_stored_by_its_hash(demo: DemoCity, client: httpx.Client, issuer: Department, bills: list[Bill]) -> None:
    delivery = os.urandom(16)
    pack = issuer.pack(delivery, bills)
    check(issuer.open(client, delivery), 201)
    assert check(issuer.put_pack(client, delivery, pack), 201).json() == {"pack": pack.name.hex(), "size": len(pack.data)}
    assert check(issuer.put_pack(client, delivery, pack), 200).json() == {"pack": pack.name.hex(), "size": len(pack.data)}
    assert b"".join(demo.city.blobs.read(pack.name, 0, len(pack.data))) == pack.data


def test_api_packs_put_other_bytes_than_the_name_leave_nothing(
    demo: DemoCity, client: httpx.Client, issuer: Department, bills: list[Bill]
) -> None:
    delivery = os.urandom(16)
    pack = issuer.pack(delivery, bills)
    check(issuer.open(client, delivery), 201)
    lie = Pack(pack.data + b"x", pack.name, pack.statement, pack.records)
    assert code_of(issuer.put_pack(client, delivery, lie), 422) == "pack-hash"
    assert demo.city.blobs.size(pack.name) is None
    assert state_of(client, issuer, delivery)["packs"] == []
    check(issuer.put_pack(client, delivery, pack), 201)


def test_api_packs_put_name_that_is_none_is_refused(client: httpx.Client, issuer: Department) -> None:
    delivery = os.urandom(16)
    check(issuer.open(client, delivery), 201)
    reply = client.put(f"/api/deliveries/{delivery.hex()}/packs/zz", content=b"x", headers=issuer.headers)
    assert code_of(reply, 422) == "pack-hash"


def test_api_packs_put_without_length_is_refused(client: httpx.Client, issuer: Department) -> None:
    delivery = os.urandom(16)
    check(issuer.open(client, delivery), 201)
    headers = issuer.headers | {"content-length": "-1"}
    reply = client.put(f"/api/deliveries/{delivery.hex()}/packs/{'00' * 32}", content=b"x", headers=headers)
    assert code_of(reply, 400) == "request-invalid"


def test_api_packs_put_longer_than_a_pack_is_refused_before_it_is_read(client: httpx.Client, issuer: Department) -> None:
    delivery = os.urandom(16)
    check(issuer.open(client, delivery), 201)
    headers = issuer.headers | {"content-length": str(64 * 1024 * 1024 + 2)}
    reply = client.put(f"/api/deliveries/{delivery.hex()}/packs/{'00' * 32}", content=b"x", headers=headers)
    assert code_of(reply, 413) == "limit"


def test_api_packs_put_to_another_issuers_delivery_is_unknown(
    client: httpx.Client, issuer: Department, other_issuer: Department, bills: list[Bill]
) -> None:
    delivery = os.urandom(16)
    check(issuer.open(client, delivery), 201)
    pack = issuer.pack(delivery, bills)
    assert code_of(other_issuer.put_pack(client, delivery, pack), 404) == "delivery-unknown"
    assert code_of(other_issuer.put_draft(client, delivery, pack), 404) == "delivery-unknown"
    assert code_of(other_issuer.commit(client, delivery, 3, [pack]), 404) == "delivery-unknown"


# -- drafts


def test_api_drafts_put_keeps_rows_that_nobody_sees_and_the_same_in_the_sidecar(
    demo: DemoCity, client: httpx.Client, issuer: Department, bills: list[Bill], drafted: tuple[bytes, Pack]
) -> None:
    delivery, pack = drafted
    said_hash = hashlib.sha256(base64.b64decode(json.loads(pack.statement)["payload"])).digest()
    sidecar = parse_sidecar(demo.city.sidecars.get(pack.name))
    assert sidecar.statement == pack.statement
    with demo.city.catalogue.read() as tx:
        for bill, record in zip(bills, sidecar.records, strict=True):
            row = tx.documents.get(bill.sealed.document_id)
            assert row is not None
            event = tx.events.get(row.event_id)
            assert event is not None
            assert (row.position, row.box_id, row.header, row.card) == (None, bill.box_id, bill.sealed.header, bill.sealed.card)
            assert (row.dedupe_id, row.content_id) == (bill.dedupe, bill.content)
            assert (record.salt, record.event) == (event.salt, event.data)
            said = parse_event(event.data)
            assert said.subject == Deliver(
                DeliveryId(delivery), bill.sealed.document_id, bill.sealed.manifest_hash, bill.sealed.sealed_hash
            )
            assert (said.actor, said.act) == (issuer_actor(Slug("finances")), said_hash)
        assert tx.events.pending(10) == ()
    assert state_of(client, issuer, delivery)["documents"] == 3
    assert parse_pack_statement(base64.b64decode(json.loads(pack.statement)["payload"])).count == 3


def test_api_drafts_put_again_changes_nothing(
    demo: DemoCity, client: httpx.Client, issuer: Department, drafted: tuple[bytes, Pack]
) -> None:
    delivery, pack = drafted
    before = demo.city.sidecars.get(pack.name)
    assert check(issuer.put_draft(client, delivery, pack), 200).json() == {"documents": 3}
    assert demo.city.sidecars.get(pack.name) == before


def test_api_drafts_put_before_the_pack_is_refused(client: httpx.Client, issuer: Department, bills: list[Bill]) -> None:
    delivery = os.urandom(16)
    check(issuer.open(client, delivery), 201)
    assert code_of(issuer.put_draft(client, delivery, issuer.pack(delivery, bills)), 409) == "pack-unknown"


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"delivery_id": DeliveryId(bytes(16))}, "statement"),
        ({"city": Slug("elsewhere")}, "statement"),
        ({"issuer": Slug("permits")}, "statement"),
        ({"pack": Hash(bytes(32))}, "statement"),
        ({"root": Hash(bytes(32))}, "root"),
        ({"count": 2}, "root"),
    ],
)
def test_api_drafts_put_refuses_statements_about_something_else(
    demo: DemoCity, client: httpx.Client, issuer: Department, bills: list[Bill], changes: dict[str, object], part: str
) -> None:
    delivery = os.urandom(16)
    check(issuer.open(client, delivery), 201)
    lie = issuer.pack(delivery, bills, **changes)
    check(issuer.put_pack(client, delivery, lie), 201)
    reply = check(issuer.put_draft(client, delivery, lie), 422).json()
    assert (reply["code"], reply["facts"]) == ("draft-refused", {"part": part})
    with demo.city.catalogue.read() as tx:
        assert tx.documents.get(bills[0].sealed.document_id) is None
    honest = issuer.pack(delivery, bills)
    check(issuer.put_draft(client, delivery, honest), 201)


def test_api_drafts_put_refuses_a_statement_of_another_key(
    client: httpx.Client, issuer: Department, other_issuer: Department, bills: list[Bill]
) -> None:
    delivery = os.urandom(16)
    check(issuer.open(client, delivery), 201)
    lie = other_issuer.pack(delivery, bills, issuer=Slug("finances"))
    check(issuer.put_pack(client, delivery, lie), 201)
    assert code_of(issuer.put_draft(client, delivery, lie), 422) == "unknown-key"


def test_api_drafts_put_refuses_records_that_are_not_the_packs(
    client: httpx.Client, issuer: Department, bills: list[Bill]
) -> None:
    delivery = os.urandom(16)
    pack = issuer.pack(delivery, bills)
    check(issuer.open(client, delivery), 201)
    check(issuer.put_pack(client, delivery, pack), 201)
    records = [draft_record(bill) for bill in bills]
    swapped = [records[1], records[0], records[2]]
    for lie, part in ((swapped, "index"), (records[:2], "index")):
        reply = check(issuer.put_draft(client, delivery, pack, encode_draft(pack.statement, lie)), 422).json()
        assert reply["facts"] == {"part": part}
    assert code_of(issuer.put_draft(client, delivery, pack, b"rubbish"), 400) == "request-invalid"
    assert code_of(issuer.put_draft(client, delivery, pack, pack.draft + b"x"), 400) == "request-invalid"


def test_api_drafts_put_refuses_a_document_that_came_before(
    demo: DemoCity, client: httpx.Client, issuer: Department, bills: list[Bill]
) -> None:
    first = issuer.deliver(client, bills)
    _, keys, _ = issuer.code("roll-1")
    for body, same in ((bills[1].plaintext, 1), (b"%PDF other", 0)):
        again = issuer.bill_for_code(keys, "bill-1", body)
        delivery = os.urandom(16)
        pack = issuer.pack(delivery, [again])
        check(issuer.open(client, delivery, run=f"run-{same}"), 201)
        check(issuer.put_pack(client, delivery, pack), 201)
        reply = check(issuer.put_draft(client, delivery, pack), 409).json()
        assert reply["code"] == "duplicate-document"
        assert reply["facts"] == {
            "document_id": bills[1].sealed.document_id.hex(),
            "delivery_id": first.hex(),
            "dedupe_id": bills[1].dedupe.hex(),
            "run": "run-1",
            "same": same,
        }
    with demo.city.catalogue.read() as tx:
        assert tx.documents.get(bills[0].sealed.document_id) is not None


def test_api_drafts_put_refuses_boxes_that_are_not_the_issuers(
    demo: DemoCity, client: httpx.Client, issuer: Department, other_issuer: Department, bills: list[Bill]
) -> None:
    issuer.deliver(client, bills)
    demo.settle()
    _, keys, _ = issuer.code("roll-1")
    stolen = other_issuer.bill_for_code(keys, "other")
    to_nobody = other_issuer.bill_for_vault(
        Hash(bytes(32)),  # type: ignore[arg-type]
        keys.identity().recipient.to_string(),
        "nobody",
    )
    for n, bill in enumerate((stolen, to_nobody)):
        delivery = os.urandom(16)
        pack = other_issuer.pack(delivery, [bill])
        check(other_issuer.open(client, delivery, run=f"run-{n}"), 201)
        check(other_issuer.put_pack(client, delivery, pack), 201)
        assert code_of(other_issuer.put_draft(client, delivery, pack), 422) == "lookup-refused"
        assert bill.box_kind in (BoxKind.CLAIM, BoxKind.VAULT)


def test_api_drafts_put_of_two_tokens_for_one_code_is_refused(client: httpx.Client, issuer: Department) -> None:
    _, keys, _ = issuer.code("roll-1")
    good, bad = issuer.bill_for_code(keys, "a"), issuer.bill_for_code(keys, "b")
    lie = Bill(bad.sealed, bad.box_id, bad.box_kind, bytes(31) + b"x", bad.dedupe, bad.content, bad.plaintext)
    delivery = os.urandom(16)
    pack = issuer.pack(delivery, [good, lie])
    check(issuer.open(client, delivery), 201)
    check(issuer.put_pack(client, delivery, pack), 201)
    assert code_of(issuer.put_draft(client, delivery, pack), 422) == "lookup-refused"


def test_api_drafts_put_refused_leaves_the_sidecar_of_a_pack_that_was_sent_before(
    demo: DemoCity, client: httpx.Client, issuer: Department, bills: list[Bill]
) -> None:
    first = issuer.deliver(client, bills)
    with demo.city.catalogue.read() as tx:
        (name,) = (pack.pack_hash for pack in tx.packs.of_delivery(DeliveryId(first)))
    kept = demo.city.sidecars.get(name)
    # The same sealed documents under other keys: nothing says that they were sent, but their ids are taken.
    again = [replace(bill, dedupe=Hash(os.urandom(32))) for bill in bills]
    delivery = os.urandom(16)
    pack = issuer.pack(delivery, again)
    assert pack.name == name
    check(issuer.open(client, delivery, run="again"), 201)
    check(issuer.put_pack(client, delivery, pack), 201)
    reply = check(issuer.put_draft(client, delivery, pack), 422).json()
    assert (reply["code"], reply["facts"]["part"]) == ("draft-refused", "document_id")
    assert demo.city.sidecars.get(name) == kept
    check(client.delete(f"/api/deliveries/{delivery.hex()}", headers=issuer.headers), 204)
    assert demo.city.sidecars.get(name) == kept
    assert demo.city.blobs.size(name) == len(pack.data)
