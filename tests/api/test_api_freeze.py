"""A code that is not theirs: frozen by the letter or by the holder's act, for good, and with paper as its only effect."""

import os
import time

import httpx
import pytest

from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department, b64
from voute.core.ids import Hash, LookupId, VaultId
from voute.core.rows import EventRow, LookupRow, LookupState
from voute.format.event import parse_event
from voute.format.subject import Disown, Freeze, Revoked
from voute.seal.claim import ClaimKeys


def freeze(client: httpx.Client, keys: ClaimKeys) -> httpx.Response:
    return client.post("/api/claims/freeze", json={"lookup_id": keys.lookup_id.hex(), "token": b64(keys.token)})


def lookup_of(demo: DemoCity, keys: ClaimKeys) -> LookupRow:
    with demo.city.catalogue.read() as tx:
        row = tx.lookups.get(keys.lookup_id)
    assert row is not None
    return row


def event_of(demo: DemoCity, row: LookupRow) -> EventRow:
    assert row.frozen_event is not None
    with demo.city.catalogue.read() as tx:
        event = tx.events.get(row.frozen_event)
    assert event is not None
    return event


def state_at_the_department(client: httpx.Client, issuer: Department, keys: ClaimKeys) -> object:
    body = {"lookup_ids": [keys.lookup_id.hex()]}
    entry = check(client.post("/api/directory/match", json=body, headers=issuer.headers)).json()["entries"][0]
    assert entry["binding"] is None or entry["state"] == "bound"
    return entry["state"]


@pytest.fixture
def waiting(demo: DemoCity, client: httpx.Client, issuer: Department) -> tuple[bytes, ClaimKeys]:
    """A code behind which a bill waits."""
    code, keys, _ = issuer.code("roll-9")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-9")])
    demo.settle()
    return code, keys


def test_api_freeze_of_an_unused_code_opens_nothing_any_more(
    demo: DemoCity, client: httpx.Client, issuer: Department, resident: Resident, waiting: tuple[bytes, ClaimKeys]
) -> None:
    code, keys = waiting
    body = resident.claim_body(code)
    first = check(freeze(client, keys)).json()
    assert check(freeze(client, keys)).json() == first
    row = lookup_of(demo, keys)
    assert (row.state, row.vault_id) == (LookupState.WAITING, None)
    event = event_of(demo, row)
    assert (event.box_kind, event.box_id, event.act) == ("claim", keys.lookup_id, None)
    assert parse_event(event.data).subject == Freeze(LookupId(keys.lookup_id), None)
    refused = check(client.post("/api/claims/lookup", json={"lookup_id": keys.lookup_id.hex(), "token": b64(keys.token)}), 410)
    assert (refused.json()["code"], refused.json()["facts"]) == ("claim-frozen", {"used": 0})
    # Who was reading the letter when it was put aside opens nothing either.
    assert check(client.post("/api/claims", json=body), 410).json()["code"] == "claim-frozen"
    assert state_at_the_department(client, issuer, keys) == "frozen"
    with demo.city.catalogue.read() as tx:
        assert tx.vaults.records((resident.open_vault.vault_id,)) == {}


def test_api_freeze_of_a_used_code_leaves_the_vault_what_it_had(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    _, keys, _ = issuer.code("roll-1")
    before = claimed.client.get("/api/documents").json()
    check(freeze(client, keys))
    vault = claimed.open_vault.vault_id
    row = lookup_of(demo, keys)
    assert (row.state, row.vault_id) == (LookupState.BOUND, vault)
    event = event_of(demo, row)
    assert (event.box_kind, event.box_id) == ("vault", vault)
    assert parse_event(event.data).subject == Freeze(LookupId(keys.lookup_id), VaultId(vault))
    assert claimed.client.get("/api/documents").json() == before
    assert claimed.read(before["documents"][0]["document_id"]).startswith(b"%PDF")
    assert state_at_the_department(client, issuer, keys) == "frozen"
    demo.settle()
    assert state_at_the_department(client, issuer, keys) == "frozen"


def test_api_freeze_tells_nobody_which_codes_there_are(
    client: httpx.Client, issuer: Department, waiting: tuple[bytes, ClaimKeys]
) -> None:
    _, keys = waiting
    guesses = [
        {"lookup_id": keys.lookup_id.hex(), "token": b64(os.urandom(32))},
        {"lookup_id": os.urandom(32).hex(), "token": b64(keys.token)},
    ]
    answers = [check(client.post("/api/claims/freeze", json=one), 404).json() for one in guesses]
    assert [{**one, "instance": ""} for one in answers] == [{**answers[0], "instance": ""}] * 2
    assert state_at_the_department(client, issuer, keys) == "waiting"


def test_api_used_code_says_when_to_the_hour_and_to_its_bearer_alone(
    client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    _, keys, _ = issuer.code("roll-1")
    body = {"lookup_id": keys.lookup_id.hex(), "token": b64(keys.token)}
    facts = check(client.post("/api/claims/lookup", json=body), 409).json()["facts"]
    assert list(facts) == ["at"]
    assert facts["at"].endswith(":00:00Z")
    assert claimed.vault is not None
    strange = check(client.post("/api/claims/lookup", json={**body, "token": b64(bytes(32))}), 404).json()
    assert strange["facts"] == {}


def test_api_disown_is_signed_by_the_holder_and_kept_once(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    _, keys, _ = issuer.code("roll-1")
    subject = Disown(LookupId(keys.lookup_id), claimed.open_vault.vault_id)
    acts = [claimed.act(subject) for _ in range(2)]
    replies = [check(claimed.client.post("/api/vault/disown", json={"act": b64(act)})).json() for act in acts]
    assert replies[0] == replies[1]
    event = event_of(demo, lookup_of(demo, keys))
    assert (event.type, event.box_id, event.act) == ("disown", claimed.open_vault.vault_id, acts[0])
    assert parse_event(event.data).subject == subject
    assert state_at_the_department(client, issuer, keys) == "frozen"


def test_api_disown_takes_no_other_act_and_no_code_of_others(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, waiting: tuple[bytes, ClaimKeys]
) -> None:
    _, own, _ = issuer.code("roll-1")
    _, foreign = waiting
    vault = claimed.open_vault.vault_id
    lies = [
        (claimed.act(Disown(LookupId(foreign.lookup_id), vault)), 404, "claim-unknown"),
        (claimed.act(Disown(LookupId(bytes(32)), vault)), 404, "claim-unknown"),
        (claimed.act(Disown(LookupId(own.lookup_id), VaultId(bytes(32)))), 422, "statement-refused"),
        (claimed.opened_act("00" * 16, Hash(bytes(32))), 422, "statement-refused"),
        (b"rubbish", 400, "request-invalid"),
    ]
    for act, status, code in lies:
        reply = check(claimed.client.post("/api/vault/disown", json={"act": b64(act)}), status)
        assert reply.json()["code"] == code
    assert lookup_of(demo, own).frozen_at is None
    assert lookup_of(demo, foreign).frozen_at is None
    assert client is not claimed.client


def test_api_frozen_code_takes_documents_of_deliveries_that_were_open_and_of_no_others(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, waiting: tuple[bytes, ClaimKeys]
) -> None:
    _, used, _ = issuer.code("roll-1")
    _, unused = waiting
    vault = claimed.open_vault
    recipient = vault.reading.recipient.to_string()

    def to_vault(key: str) -> Bill:
        return issuer.bill_for_vault(vault.vault_id, recipient, key)

    def to_code(key: str) -> Bill:
        return issuer.bill_for_code(unused, key)

    def draft(delivery: bytes, bill: Bill) -> httpx.Response:
        pack = issuer.pack(delivery, [bill])
        check(issuer.put_pack(client, delivery, pack), 201)
        return issuer.put_draft(client, delivery, pack)

    before, late = os.urandom(16), os.urandom(16)
    check(issuer.open(client, before, run="run-before"), 201)
    time.sleep(0.002)
    for keys in (used, unused):
        check(freeze(client, keys))
    check(issuer.open(client, late, run="run-late"), 201)
    refusals = [check(draft(late, to_vault("late-1")), 422), check(draft(late, to_code("late-2")), 410)]
    assert [one.json()["code"] for one in refusals] == ["lookup-refused", "claim-frozen"]
    check(draft(before, to_vault("early-1")), 201)
    check(draft(before, to_code("early-2")), 201)
    assert demo.root.number == 1


def test_api_freeze_of_a_code_that_the_department_revoked_says_so(
    client: httpx.Client, issuer: Department, waiting: tuple[bytes, ClaimKeys]
) -> None:
    _, keys = waiting
    act = issuer.act(Revoked(LookupId(keys.lookup_id)))
    check(client.post("/api/lookups/revoke", json={"acts": [b64(act)]}, headers=issuer.headers))
    assert check(freeze(client, keys), 410).json()["code"] == "claim-revoked"
    assert state_at_the_department(client, issuer, keys) == "revoked"
