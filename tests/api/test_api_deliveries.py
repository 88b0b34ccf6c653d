import base64
import hashlib
import json
import os
from typing import Any

import httpx
import pytest

from tests.support.city import CITY, DemoCity, check
from tests.support.issuer import Bill, Department, Pack
from voute.core.ids import DeliveryId, Hash
from voute.format.event import blind, parse_event
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.merkle import leaf_hash, verify_inclusion


def state_of(client: httpx.Client, issuer: Department, delivery: bytes) -> dict[str, Any]:
    reply: dict[str, Any] = check(client.get(f"/api/deliveries/{delivery.hex()}", headers=issuer.headers)).json()
    return reply


def code_of(reply: httpx.Response, status: int) -> str:
    code: str = check(reply, status).json()["code"]
    return code


# -- opening


def test_api_deliveries_open_again_changes_nothing(client: httpx.Client, issuer: Department) -> None:
    delivery = os.urandom(16)
    assert check(issuer.open(client, delivery), 201).json() == {"delivery_id": delivery.hex(), "state": "draft"}
    assert check(issuer.open(client, delivery), 200).json() == {"delivery_id": delivery.hex(), "state": "draft"}


def test_api_deliveries_open_second_draft_of_a_run_names_the_first(client: httpx.Client, issuer: Department) -> None:
    first = os.urandom(16)
    check(issuer.open(client, first), 201)
    reply = check(issuer.open(client, os.urandom(16)), 409).json()
    assert (reply["code"], reply["facts"]) == ("delivery-open", {"delivery_id": first.hex()})
    check(issuer.open(client, os.urandom(16), run="run-2"), 201)


def test_api_deliveries_open_id_of_another_issuer_or_run_is_unknown(
    client: httpx.Client, issuer: Department, other_issuer: Department
) -> None:
    delivery = os.urandom(16)
    check(issuer.open(client, delivery), 201)
    assert code_of(other_issuer.open(client, delivery), 404) == "delivery-unknown"
    assert code_of(issuer.open(client, delivery, run="run-2"), 404) == "delivery-unknown"


@pytest.mark.parametrize("run", ["", "x" * 101, "a\nb", "e\u0301"])
def test_api_deliveries_open_refuses_other_names(client: httpx.Client, issuer: Department, run: str) -> None:
    assert code_of(issuer.open(client, os.urandom(16), run=run), 400) == "request-invalid"


# -- commit and cancel


def test_api_deliveries_commit_is_one_moment_for_all(
    demo: DemoCity, client: httpx.Client, issuer: Department, drafted: tuple[bytes, Pack]
) -> None:
    delivery, pack = drafted
    first = check(issuer.commit(client, delivery, 3, [pack])).json()
    demo.settle()
    assert check(issuer.commit(client, delivery, 3, [pack])).json() == first
    state = state_of(client, issuer, delivery)
    assert (state["state"], state["documents"], state["bytes"]) == ("visible", 3, len(pack.data))
    assert state["packs"] == [pack.name.hex()]
    assert state["committed_at"] == first["committed_at"]
    assert state["visible_at"] is not None


@pytest.mark.parametrize(("documents", "packs"), [(2, 1), (4, 1), (3, 2), (3, -1)])
def test_api_deliveries_commit_of_other_figures_changes_nothing(
    client: httpx.Client, issuer: Department, drafted: tuple[bytes, Pack], documents: int, packs: int
) -> None:
    delivery, pack = drafted
    other = Pack(b"", Hash(bytes(32)), b"", [])
    named = {1: [pack], 2: [pack, other], -1: [other]}[packs]
    assert code_of(issuer.commit(client, delivery, documents, named), 409) == "delivery-differs"
    assert state_of(client, issuer, delivery)["state"] == "draft"


def test_api_deliveries_commit_with_an_undrafted_pack_is_refused(
    client: httpx.Client, issuer: Department, bills: list[Bill], drafted: tuple[bytes, Pack]
) -> None:
    delivery, pack = drafted
    _, keys, _ = issuer.code("roll-1")
    second = issuer.pack(delivery, [issuer.bill_for_code(keys, "more")])
    check(issuer.put_pack(client, delivery, second), 201)
    assert code_of(issuer.commit(client, delivery, 3, [pack]), 409) == "delivery-differs"
    check(issuer.put_draft(client, delivery, second), 201)
    check(issuer.commit(client, delivery, len(bills) + 1, [pack, second]))


def test_api_deliveries_commit_of_a_lost_pack_is_refused(
    demo: DemoCity, client: httpx.Client, issuer: Department, drafted: tuple[bytes, Pack]
) -> None:
    delivery, pack = drafted
    demo.city.blobs.delete(pack.name)
    assert code_of(issuer.commit(client, delivery, 3, [pack]), 409) == "pack-unknown"
    check(issuer.put_pack(client, delivery, pack), 201)
    check(issuer.commit(client, delivery, 3, [pack]))


def test_api_deliveries_committed_takes_and_loses_nothing(
    client: httpx.Client, issuer: Department, drafted: tuple[bytes, Pack]
) -> None:
    delivery, pack = drafted
    check(issuer.commit(client, delivery, 3, [pack]))
    _, keys, _ = issuer.code("roll-1")
    late = issuer.pack(delivery, [issuer.bill_for_code(keys, "late")])
    assert code_of(issuer.put_pack(client, delivery, late), 409) == "delivery-committed"
    reply = client.delete(f"/api/deliveries/{delivery.hex()}", headers=issuer.headers)
    assert code_of(reply, 409) == "delivery-committed"


def test_api_deliveries_cancel_leaves_nothing(
    demo: DemoCity, client: httpx.Client, issuer: Department, bills: list[Bill], drafted: tuple[bytes, Pack]
) -> None:
    delivery, pack = drafted
    for _ in range(2):
        check(client.delete(f"/api/deliveries/{delivery.hex()}", headers=issuer.headers), 204)
    assert list(demo.city.blobs.names()) == []
    assert list(demo.city.sidecars.names()) == []
    with demo.city.catalogue.read() as tx:
        assert tx.deliveries.get(DeliveryId(delivery)) is None
        assert tx.documents.get(bills[0].sealed.document_id) is None
        assert tx.lookups.get_many([bill.box_id for bill in bills]) == {}  # type: ignore[misc]
        assert tx.packs.get(DeliveryId(delivery), pack.name) is None
    issuer.deliver(client, bills)


def test_api_deliveries_cancel_of_another_issuers_changes_nothing(
    client: httpx.Client, issuer: Department, other_issuer: Department, drafted: tuple[bytes, Pack]
) -> None:
    delivery, _ = drafted
    check(client.delete(f"/api/deliveries/{delivery.hex()}", headers=other_issuer.headers), 204)
    assert state_of(client, issuer, delivery)["state"] == "draft"


def test_api_deliveries_cancel_keeps_what_another_delivery_needs(
    demo: DemoCity, client: httpx.Client, issuer: Department, drafted: tuple[bytes, Pack]
) -> None:
    delivery, _ = drafted
    code, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, "other")], run="run-2")
    check(client.delete(f"/api/deliveries/{delivery.hex()}", headers=issuer.headers), 204)
    demo.settle()
    with demo.city.catalogue.read() as tx:
        assert tx.lookups.get(keys.lookup_id) is not None
        assert len(tx.documents.page((keys.lookup_id,), 0, 10)) == 1
    assert code


# -- what is known, and receipts


def test_api_deliveries_known_tells_of_committed_ones_only(
    client: httpx.Client, issuer: Department, other_issuer: Department, bills: list[Bill], drafted: tuple[bytes, Pack]
) -> None:
    delivery, pack = drafted
    ask = {"dedupe_ids": [bill.dedupe.hex() for bill in bills] + ["00" * 32]}
    assert check(client.post("/api/deliveries/known", json=ask, headers=issuer.headers)).json() == {"known": []}
    check(issuer.commit(client, delivery, 3, [pack]))
    known = check(client.post("/api/deliveries/known", json=ask, headers=issuer.headers)).json()["known"]
    assert {entry["dedupe_id"] for entry in known} == {bill.dedupe.hex() for bill in bills}
    assert {entry["run"] for entry in known} == {"run-1"}
    assert check(client.post("/api/deliveries/known", json=ask, headers=other_issuer.headers)).json() == {"known": []}


def test_api_deliveries_known_refuses_more_than_ten_thousand(client: httpx.Client, issuer: Department) -> None:
    ask = {"dedupe_ids": ["00" * 32] * 10_001}
    assert code_of(client.post("/api/deliveries/known", json=ask, headers=issuer.headers), 400) == "request-invalid"


def test_api_deliveries_receipts_prove_every_document(
    demo: DemoCity, client: httpx.Client, issuer: Department, bills: list[Bill], drafted: tuple[bytes, Pack]
) -> None:
    delivery, pack = drafted
    address = f"/api/deliveries/{delivery.hex()}/receipts"
    assert code_of(client.get(address, headers=issuer.headers), 425) == "not-yet-logged"
    check(issuer.commit(client, delivery, 3, [pack]))
    assert code_of(client.get(address, headers=issuer.headers), 425) == "not-yet-logged"
    demo.settle()
    reply = check(client.get(address, headers=issuer.headers))
    assert reply.headers["content-type"].startswith("application/x-ndjson")
    head, *lines = [json.loads(line) for line in reply.text.splitlines()]
    assert head["kind"] == "checkpoint"
    assert head["id"] == hashlib.sha256(head["note"].encode()).hexdigest()
    checkpoint = SignedCheckpoint.parse(head["note"].encode()).head
    assert {line["document_id"] for line in lines} == {bill.sealed.document_id.hex() for bill in bills}
    for line in lines:
        assert line["checkpoint"] == head["id"]
        event = base64.b64decode(line["event"])
        entry = blind(bytes.fromhex(line["salt"]), bytes.fromhex(line["chain"]), event)
        path = [bytes.fromhex(part) for part in line["path"]]
        verify_inclusion(line["index"], checkpoint.size, leaf_hash(entry), path, checkpoint.root)
        assert parse_event(event).city == CITY


def test_api_deliveries_receipts_of_another_issuer_are_unknown(
    client: httpx.Client, other_issuer: Department, drafted: tuple[bytes, Pack]
) -> None:
    delivery, _ = drafted
    for path in ("", "/receipts"):
        reply = client.get(f"/api/deliveries/{delivery.hex()}{path}", headers=other_issuer.headers)
        assert code_of(reply, 404) == "delivery-unknown"
