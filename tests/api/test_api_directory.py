import base64
import os
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from tests.support.city import CITY, DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department, b64
from voute.core.ids import Hash, LookupId, Slug
from voute.core.rows import LookupState
from voute.format.act import parse_act
from voute.format.dsse import parse
from voute.format.event import blind, parse_event
from voute.format.subject import Bound, Claim, Revoked
from voute.format.vault_record import verify_chain
from voute.seal.claim import check_bind
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.merkle import leaf_hash, verify_inclusion


def match(
    client: httpx.Client,
    issuer: Department,
    *lookup_ids: bytes,
    pinned: Sequence[bytes | None] = (),
    types: Sequence[str] = (),
) -> dict[str, Any]:
    body: dict[str, Any] = {"lookup_ids": [one.hex() for one in lookup_ids], "document_types": list(types)}
    if pinned:
        body["pinned"] = [None if one is None else one.hex() for one in pinned]
    reply: dict[str, Any] = check(client.post("/api/directory/match", json=body, headers=issuer.headers)).json()
    return reply


def send(client: httpx.Client, issuer: Department, path: str, *acts: bytes) -> httpx.Response:
    return client.post(path, json={"acts": [b64(one) for one in acts]}, headers=issuer.headers)


def test_api_directory_match_says_what_became_of_codes_in_the_order_asked(
    demo: DemoCity, client: httpx.Client, issuer: Department, other_issuer: Department, claimed: Resident
) -> None:
    _, bound, _ = issuer.code("roll-1")
    _, waiting, _ = issuer.code("roll-2")
    _, revoked, _ = issuer.code("roll-3")
    issuer.deliver(client, [issuer.bill_for_code(keys, f"x{n}") for n, keys in enumerate((waiting, revoked))], run="run-2")
    check(send(client, issuer, "/api/lookups/revoke", issuer.act(Revoked(revoked.lookup_id))))
    demo.settle()
    ids = [revoked.lookup_id, os.urandom(32), bound.lookup_id, waiting.lookup_id]
    reply = match(client, issuer, *ids)
    assert [entry["state"] for entry in reply["entries"]] == ["revoked", "unknown", "bound", "waiting"]
    assert [bytes.fromhex(entry["lookup_id"]) for entry in reply["entries"]] == ids
    assert {entry["state"] for entry in match(client, other_issuer, *ids)["entries"]} == {"unknown"}
    assert claimed.vault is not None


def test_api_directory_match_proves_the_binding(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    _, keys, party = issuer.code("roll-1")
    reply = match(client, issuer, keys.lookup_id)
    binding = reply["entries"][0]["binding"]
    chain = verify_chain([base64.b64decode(one) for one in binding["records"]])
    assert chain.vault_id.hex() == binding["vault_id"] == claimed.open_vault.vault_id.hex()
    check_bind(keys, party, chain.vault_id, bytes.fromhex(binding["bind"]))
    proof = binding["proof"]
    event = base64.b64decode(proof["event"])
    subject = parse_event(event).subject
    assert subject == Claim(keys.lookup_id, issuer.name, chain.vault_id, chain.head, Hash(bytes.fromhex(binding["bind"])))
    head = SignedCheckpoint.parse(reply["checkpoint"].encode()).head
    entry = blind(bytes.fromhex(proof["salt"]), bytes.fromhex(proof["chain"]), event)
    path = [bytes.fromhex(part) for part in proof["path"]]
    verify_inclusion(proof["index"], head.size, leaf_hash(entry), path, head.root)
    assert demo.root.number == 1


def test_api_directory_match_of_a_pinned_head_says_that_it_is_the_same_and_no_more(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    keys, head = issuer.code("roll-1")[1], claimed.open_vault.chain.head
    full = match(client, issuer, keys.lookup_id)
    same = match(client, issuer, keys.lookup_id, os.urandom(32), pinned=[head, head])
    assert same["entries"][0] == {
        "lookup_id": keys.lookup_id.hex(),
        "state": "bound",
        "binding": None,
        "same": {"consents": []},
    }
    assert (same["entries"][1]["state"], set(same["entries"][1])) == ("unknown", {"lookup_id", "state", "binding"})
    # The checkpoint is the one by which the binding would be proven.
    assert same["checkpoint"] == full["checkpoint"] != ""
    # Another head, or none: everything, as it is shown to who has pinned nothing.
    for pinned in ([os.urandom(32)], [None], []):
        assert match(client, issuer, keys.lookup_id, pinned=pinned) == full
    check(claimed.client.post("/api/consents", json={"act": b64(claimed.choice(1, paperless=True))}), 204)
    demo.settle()
    shown = match(client, issuer, keys.lookup_id, pinned=[head], types=["tax-bill"])["entries"][0]
    whole = match(client, issuer, keys.lookup_id, types=["tax-bill"])["entries"][0]
    assert len(shown["same"]["consents"]) == 1
    assert shown["same"]["consents"] == whole["binding"]["consents"]


def test_api_directory_match_shows_the_chain_once_the_pinned_head_is_an_older_one(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    keys, head = issuer.code("roll-1")[1], claimed.open_vault.chain.head
    body, vault = claimed.keyring_body()
    check(claimed.client.put("/api/vault/keyring", json=body))
    demo.settle()
    (entry,) = match(client, issuer, keys.lookup_id, pinned=[head])["entries"]
    assert "same" not in entry
    chain = verify_chain([base64.b64decode(one) for one in entry["binding"]["records"]])
    assert (chain.hashes[:-1][-1], chain.head) == (head, vault.chain.head)
    (entry,) = match(client, issuer, keys.lookup_id, pinned=[chain.head])["entries"]
    assert entry["same"] == {"consents": []}


def test_api_directory_match_says_frozen_of_a_pinned_head(
    demo: DemoCity, client: httpx.Client, issuer: Department, other_issuer: Department, claimed: Resident
) -> None:
    keys, head = issuer.code("roll-1")[1], claimed.open_vault.chain.head
    assert match(client, other_issuer, keys.lookup_id, pinned=[head])["entries"][0]["state"] == "unknown"
    token = {"lookup_id": keys.lookup_id.hex(), "token": b64(keys.token)}
    check(client.post("/api/claims/freeze", json=token))
    (entry,) = match(client, issuer, keys.lookup_id, pinned=[head])["entries"]
    assert entry == {"lookup_id": keys.lookup_id.hex(), "state": "frozen", "binding": None}
    assert demo.root.number == 1


@pytest.mark.parametrize("pinned", [["00" * 32, None], ["0" * 63], [1], "00" * 32, None])
def test_api_directory_match_refuses_heads_that_are_not_one_for_each_code(
    client: httpx.Client, issuer: Department, pinned: object
) -> None:
    body = {"lookup_ids": ["00" * 32], "pinned": pinned}
    reply = check(client.post("/api/directory/match", json=body, headers=issuer.headers), 400)
    assert reply.json()["code"] == "request-invalid"


def test_api_directory_match_takes_ten_thousand_heads(client: httpx.Client, issuer: Department) -> None:
    body = {"lookup_ids": [f"{n:064x}" for n in range(10_000)], "pinned": ["ff" * 32] * 10_000}
    entries = check(client.post("/api/directory/match", json=body, headers=issuer.headers)).json()["entries"]
    assert {entry["state"] for entry in entries} == {"unknown"}
    assert len(entries) == 10_000


def test_api_directory_match_of_a_claim_that_is_not_logged_yet_still_waits(
    demo: DemoCity, client: httpx.Client, issuer: Department, resident: Resident
) -> None:
    code, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
    demo.settle()
    resident.claim(code)
    assert match(client, issuer, keys.lookup_id)["entries"][0]["state"] == "waiting"
    demo.settle()
    assert match(client, issuer, keys.lookup_id)["entries"][0]["state"] == "bound"


def test_api_directory_match_before_the_first_checkpoint_has_none(client: httpx.Client, issuer: Department) -> None:
    assert match(client, issuer)["checkpoint"] == ""


def test_api_directory_match_refuses_more_than_ten_thousand(client: httpx.Client, issuer: Department) -> None:
    body = {"lookup_ids": ["00" * 32] * 10_001}
    check(client.post("/api/directory/match", json=body, headers=issuer.headers), 400)


def bound_subject(issuer: Department, claimed: Resident) -> Bound:
    _, keys, _ = issuer.code("roll-1")
    return Bound(keys.lookup_id, claimed.open_vault.vault_id, claimed.open_vault.chain.head)


def test_api_directory_bound_becomes_one_event_of_the_vault(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    act = issuer.act(bound_subject(issuer, claimed))
    for _ in range(2):
        assert check(send(client, issuer, "/api/directory/bound", act)).json() == {"accepted": 1}
    again = issuer.act(bound_subject(issuer, claimed))
    check(send(client, issuer, "/api/directory/bound", again))
    with demo.city.catalogue.read() as tx:
        events = tx.events.pending(10)
    assert [(event.type, event.box_id, event.act) for event in events] == [("bound", claimed.open_vault.vault_id, act)]
    assert parse_event(events[0].data).subject == parse_act(parse(act).payload).subject


def test_api_directory_bound_refuses_all_when_one_does_not_hold(
    demo: DemoCity, client: httpx.Client, issuer: Department, other_issuer: Department, claimed: Resident
) -> None:
    good = bound_subject(issuer, claimed)
    lies = [
        (other_issuer.act(good), 422, "unknown-key"),
        (issuer.act(good, city=Slug("elsewhere")), 422, "statement-refused"),
        (issuer.act(Revoked(good.lookup_id)), 422, "statement-refused"),
        (issuer.act(Bound(LookupId(bytes(32)), good.vault_id, good.record_hash)), 422, "lookup-refused"),
        (issuer.act(Bound(good.lookup_id, good.vault_id, Hash(bytes(32)))), 422, "lookup-refused"),
        (issuer.act(Bound(good.lookup_id, Hash(bytes(32)), good.record_hash)), 422, "lookup-refused"),  # type: ignore[arg-type]
        (b"rubbish", 400, "request-invalid"),
    ]
    for act, status, code in lies:
        reply = send(client, issuer, "/api/directory/bound", issuer.act(good), act)
        assert check(reply, status).json()["code"] == code
    with demo.city.catalogue.read() as tx:
        assert tx.events.pending(10) == ()
    assert CITY


@pytest.mark.parametrize("path", ["/api/directory/bound", "/api/lookups/revoke"])
def test_api_directory_acts_more_than_a_thousand_are_refused(client: httpx.Client, issuer: Department, path: str) -> None:
    check(send(client, issuer, path, *[b"x"] * 1_001), 400)


def test_api_lookups_revoke_is_kept_once(demo: DemoCity, client: httpx.Client, issuer: Department) -> None:
    _, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
    demo.settle()
    act = issuer.act(Revoked(keys.lookup_id))
    for _ in range(2):
        assert check(send(client, issuer, "/api/lookups/revoke", act)).json() == {"revoked": 1}
    with demo.city.catalogue.read() as tx:
        row = tx.lookups.get(keys.lookup_id)
        assert row is not None
        assert row.state == LookupState.REVOKED
        assert [(event.type, event.box_id) for event in tx.events.pending(10)] == [("revoked", keys.lookup_id)]


def test_api_lookups_revoke_takes_no_more_documents(demo: DemoCity, client: httpx.Client, issuer: Department) -> None:
    _, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
    demo.settle()
    check(send(client, issuer, "/api/lookups/revoke", issuer.act(Revoked(keys.lookup_id))))
    delivery = os.urandom(16)
    pack = issuer.pack(delivery, [issuer.bill_for_code(keys, "bill-2")])
    check(issuer.open(client, delivery, run="run-2"), 201)
    check(issuer.put_pack(client, delivery, pack), 201)
    reply = check(issuer.put_draft(client, delivery, pack), 410).json()
    assert (reply["code"], reply["facts"]) == ("claim-revoked", {"lookup_id": keys.lookup_id.hex()})


def test_api_lookups_revoke_of_a_used_code_changes_nothing(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    _, used, _ = issuer.code("roll-1")
    _, fresh, _ = issuer.code("roll-2")
    issuer.deliver(client, [issuer.bill_for_code(fresh, "bill-2")], run="run-2")
    demo.settle()
    acts = [issuer.act(Revoked(keys.lookup_id)) for keys in (fresh, used)]
    assert check(send(client, issuer, "/api/lookups/revoke", *acts), 409).json()["code"] == "claim-used"
    with demo.city.catalogue.read() as tx:
        row = tx.lookups.get(fresh.lookup_id)
    assert row is not None
    assert row.state == LookupState.WAITING
    assert claimed.vault is not None


def test_api_lookups_revoke_of_another_issuers_code_is_refused(
    demo: DemoCity, client: httpx.Client, issuer: Department, other_issuer: Department
) -> None:
    _, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
    demo.settle()
    act = other_issuer.act(Revoked(keys.lookup_id))
    assert check(send(client, other_issuer, "/api/lookups/revoke", act), 422).json()["code"] == "lookup-refused"
