import base64
import os

import httpx
import pytest

from tests.support.city import CITY, DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department, b64
from voute.core.ids import DocumentId, Hash
from voute.format.act import Act
from voute.format.dsse import SigningKey
from voute.format.event import blind, parse_event
from voute.format.subject import Deliver, Opened, vault_actor
from voute.seal.claim import claim_keys
from voute.tlog.merkle import leaf_hash
from voute.tlog.policy import CheckpointState, LogKey, WitnessKey, WitnessPolicy
from voute.tlog.proof import TlogProof, verify_proof


def deliver_to_vault(
    demo: DemoCity, client: httpx.Client, issuer: Department, resident: Resident, many: int, run: str = "run-2"
) -> list[Bill]:
    vault = resident.open_vault
    recipient = vault.reading.recipient.to_string()
    bills = [issuer.bill_for_vault(vault.vault_id, recipient, f"{run}-{n}", b"%PDF" + os.urandom(3_000)) for n in range(many)]
    issuer.deliver(client, bills, run=run)
    demo.settle()
    return bills


def test_api_documents_list_goes_on_from_a_position(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    bills = deliver_to_vault(demo, client, issuer, claimed, 6)
    first = check(claimed.client.get("/api/documents", params={"limit": 4})).json()
    assert len(first["documents"]) == 4
    assert first["next"] == first["documents"][-1]["position"]
    rest = check(claimed.client.get("/api/documents", params={"limit": 4, "after": first["next"]})).json()
    assert rest["next"] is None
    rows = first["documents"] + rest["documents"]
    assert [row["document_id"] for row in rows[1:]] == [bill.sealed.document_id.hex() for bill in bills]
    assert [row["position"] for row in rows] == sorted({row["position"] for row in rows})
    assert {(row["issuer"], row["opened"], row["logged"]) for row in rows} == {("finances", False, True)}
    assert rows[1]["size"] == len(bills[0].sealed.body)


def test_api_documents_list_is_empty_for_another_vault(
    demo: DemoCity, client: httpx.Client, other_issuer: Department, claimed: Resident
) -> None:
    code, keys, _ = other_issuer.code("permit-1")
    other_issuer.deliver(client, [other_issuer.bill_for_code(keys, "permit-1")])
    demo.settle()
    with demo.client() as browser:
        neighbour = Resident(browser, demo.root)
        neighbour.claim(code)
        rows = check(browser.get("/api/documents")).json()["documents"]
        assert len(rows) == 1
        foreign = rows[0]["document_id"]
    mine = check(claimed.client.get("/api/documents")).json()["documents"][0]["document_id"]
    assert mine != foreign
    unknown = os.urandom(16).hex()
    for path in ("", "/body", "/receipt"):
        answers = [claimed.client.get(f"/api/documents/{one}{path}") for one in (foreign, unknown, "nonsense")]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert {answer.json()["code"] for answer in answers} == {"document-unknown"}


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 201}, {"after": -1}, {"limit": "x"}])
def test_api_documents_list_refuses_other_parameters(claimed: Resident, params: dict[str, str]) -> None:
    assert check(claimed.client.get("/api/documents", params=params), 400).json()["code"] == "request-invalid"


@pytest.fixture
def bill(demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident) -> Bill:
    return deliver_to_vault(demo, client, issuer, claimed, 3)[1]


def body_of(claimed: Resident, bill: Bill, wanted: str | None = None) -> httpx.Response:
    headers = {} if wanted is None else {"range": wanted}
    return claimed.client.get(f"/api/documents/{bill.sealed.document_id.hex()}/body", headers=headers)


def test_api_documents_body_opens_to_the_file(claimed: Resident, bill: Bill) -> None:
    reply = check(body_of(claimed, bill))
    assert reply.content == bill.sealed.body
    assert reply.headers["accept-ranges"] == "bytes"
    assert reply.headers["content-type"] == "application/octet-stream"
    assert claimed.read(bill.sealed.document_id.hex()) == bill.plaintext


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=10-", 10, -1), ("bytes=-7", -7, -1), ("bytes=5-999999", 5, -1), ("bytes=-999999", 0, -1)],
)
def test_api_documents_body_gives_one_range(claimed: Resident, bill: Bill, wanted: str, first: int, last: int) -> None:
    whole = bill.sealed.body
    start, end = first % len(whole), last % len(whole)
    reply = body_of(claimed, bill, wanted)
    assert reply.content == whole[start : end + 1]
    if len(reply.content) == len(whole):
        assert reply.status_code == 200
    else:
        assert reply.status_code == 206
        assert reply.headers["content-range"] == f"bytes {start}-{end}/{len(whole)}"


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "lines=0-1", "bytes=9-2", "bytes=-", "bytes=a-b"])
def test_api_documents_body_ignores_ranges_that_are_none_of_ours(claimed: Resident, bill: Bill, wanted: str) -> None:
    reply = check(body_of(claimed, bill, wanted))
    assert reply.content == bill.sealed.body


@pytest.mark.parametrize("wanted", ["bytes=99999-", "bytes=99999-100000", "bytes=-0"])
def test_api_documents_body_outside_is_refused_with_the_size(claimed: Resident, bill: Bill, wanted: str) -> None:
    reply = check(body_of(claimed, bill, wanted), 416)
    assert reply.headers["content-range"] == f"bytes */{len(bill.sealed.body)}"
    assert reply.json()["code"] == "range-refused"


def test_api_documents_body_of_several_megabytes_is_streamed(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    vault = claimed.open_vault
    recipient = vault.reading.recipient.to_string()
    large = issuer.bill_for_vault(vault.vault_id, recipient, "large", os.urandom(3_000_000))
    issuer.deliver(client, [large], run="run-3")
    demo.settle()
    reply = check(body_of(claimed, large))
    assert reply.content == large.sealed.body
    assert reply.headers["content-length"] == str(len(large.sealed.body))


def test_api_documents_opened_is_kept_once(demo: DemoCity, claimed: Resident, bill: Bill) -> None:
    document = bill.sealed.document_id.hex()
    for _ in range(2):
        act = claimed.opened_act(document, bill.sealed.manifest_hash)
        check(claimed.client.post(f"/api/documents/{document}/opened", json={"act": b64(act)}), 204)
    with demo.city.catalogue.read() as tx:
        events = tx.events.pending(10)
    assert [event.type for event in events] == ["opened"]
    assert parse_event(events[0].data).subject == Opened(bill.sealed.document_id, bill.sealed.manifest_hash)
    assert check(claimed.client.get(f"/api/documents/{document}")).json()["opened"] is True


def test_api_documents_opened_refuses_acts_that_do_not_hold(demo: DemoCity, claimed: Resident, bill: Bill) -> None:
    document = bill.sealed.document_id.hex()
    vault = claimed.open_vault.vault_id
    subject = Opened(bill.sealed.document_id, bill.sealed.manifest_hash)
    stranger = SigningKey(b"s" * 32)
    lies = [
        (claimed.opened_act(document, Hash(bytes(32))), 422),
        (claimed.opened_act("00" * 16, bill.sealed.manifest_hash), 422),
        (Act(CITY, vault_actor(vault), subject, 1_790_000_000, Hash(bytes(32))).sign(stranger), 422),  # type: ignore[arg-type]
        (b"rubbish", 400),
    ]
    for act, status in lies:
        check(claimed.client.post(f"/api/documents/{document}/opened", json={"act": b64(act)}), status)
    with demo.city.catalogue.read() as tx:
        assert tx.events.pending(10) == ()


def test_api_documents_receipt_proves_the_delivery(demo: DemoCity, claimed: Resident, bill: Bill) -> None:
    reply = check(claimed.client.get(f"/api/documents/{bill.sealed.document_id.hex()}/receipt")).json()
    event = base64.b64decode(reply["event"])
    subject = parse_event(event).subject
    assert isinstance(subject, Deliver)
    assert (subject.document_id, subject.sealed_hash) == (bill.sealed.document_id, bill.sealed.sealed_hash)
    entry = blind(bytes.fromhex(reply["salt"]), bytes.fromhex(reply["chain"]), event)
    proof = TlogProof.parse(reply["proof"].encode())
    assert proof.index == reply["index"]
    logs = [LogKey(one.origin, one.ed25519, one.mldsa44) for one in demo.root.logs]
    witnesses = tuple(WitnessKey(one.name, one.mldsa44) for one in demo.root.witnesses)
    verdict = verify_proof(proof, leaf_hash(entry), logs, WitnessPolicy(1, witnesses))
    assert verdict.state is CheckpointState.WITNESSED


def test_api_documents_of_a_claim_stay_readable_after_it(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    code, _, _ = issuer.code("roll-1")
    late = issuer.bill_for_code(claim_keys(code), "late")
    issuer.deliver(client, [late], run="run-late")
    demo.settle()
    rows = check(claimed.client.get("/api/documents")).json()["documents"]
    assert DocumentId(bytes.fromhex(rows[-1]["document_id"])) == late.sealed.document_id
    assert claimed.read(rows[-1]["document_id"]) == late.plaintext
