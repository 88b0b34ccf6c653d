import base64
import copy
import os
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.support.authenticator import Passkey
from tests.support.city import CITY, DemoCity, check
from tests.support.holder import Lookup, Resident, now
from tests.support.issuer import Department, b64
from voute.core.ids import Hash, LookupId, VaultId
from voute.core.rows import BoxKind, EventState, LookupState
from voute.format.act import Act
from voute.format.dsse import SigningKey
from voute.format.event import parse_event
from voute.format.subject import Claim, KeyringChange, vault_actor
from voute.seal.claim import claim_keys

Body = dict[str, Any]


@pytest.fixture
def code(demo: DemoCity, client: httpx.Client, issuer: Department) -> bytes:
    code, keys, _ = issuer.code("roll-1")
    issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1"), issuer.bill_for_code(keys, "bill-2")])
    demo.settle()
    return code


def state_of(demo: DemoCity, code: bytes) -> tuple[str, int]:
    """State of the code's lookup, and how many events wait: what a refused claim must not change."""
    with demo.city.catalogue.read() as tx:
        row = tx.lookups.get(claim_keys(code).lookup_id)
        return "" if row is None else row.state, len(tx.events.pending(100))


def test_api_claims_create_keeps_everything_at_once(demo: DemoCity, code: bytes, resident: Resident) -> None:
    body = resident.claim_body(code, with_kit=True)
    reply = check(resident.client.post("/api/claims", json=body), 201)
    vault = resident.open_vault
    vault_id = VaultId(bytes.fromhex(reply.json()["vault_id"]))
    assert vault_id == vault.vault_id
    assert reply.json()["documents"] == [one["document_id"] for one in body["headers"]]
    with demo.city.catalogue.read() as tx:
        row = tx.vaults.get(vault_id)
        assert row is not None
        assert (row.v, row.head_number, row.head_hash, row.keyring_number) == (1, 1, vault.chain.head, 1)
        assert [b64(one) for one in tx.vaults.records([vault_id])[vault_id]] == [body["genesis"], body["record"]]
        keyring = tx.vaults.keyring(vault_id)
        assert keyring is not None
        assert b64(keyring.data) == body["keyring"]
        assert {one.kind for one in tx.vaults.methods(vault_id)} == {"passkey", "kit"}
        assert resident.passkey is not None
        assert [one.credential_id for one in tx.credentials.of_vault(vault_id)] == [resident.passkey.credential_id]
        lookup = tx.lookups.get(claim_keys(code).lookup_id)
        assert lookup is not None
        assert (lookup.state, lookup.vault_id, lookup.bind) == (
            LookupState.BOUND,
            vault_id,
            bytes.fromhex(body["bind"]),
        )
        events = tx.events.pending(10)
    assert [(event.type, event.box_kind, event.box_id) for event in events] == [
        ("claim", BoxKind.VAULT, vault_id),
        ("keyring", BoxKind.VAULT, vault_id),
    ]
    claim, keyring_event = (parse_event(event.data) for event in events)
    assert claim.actor == vault_actor(vault_id)
    assert isinstance(claim.subject, Claim)
    assert claim.subject.record_hash == vault.chain.head
    assert events[0].act == base64.b64decode(body["act"])
    assert keyring_event.subject == KeyringChange(vault_id, 1, vault.chain.head)
    assert keyring_event.act == vault.chain.head


@pytest.mark.control("A12")
def test_api_claims_create_signs_in_and_serves_the_rewrapped_headers(demo: DemoCity, code: bytes, resident: Resident) -> None:
    reply = resident.claim(code)
    assert check(resident.client.get("/api/session")).json()["vault_id"] == reply["vault_id"]
    for document in reply["documents"]:
        assert resident.read(document) == b"%PDF-1.7 bill"
    cookie = resident.client.cookies["__Host-voute"]
    demo.settle()
    with demo.city.catalogue.read() as tx:
        stored = tx.log_states.get()
    assert stored is not None
    assert stored.size == 4
    assert len(cookie) == 64


def test_api_claims_create_sets_a_cookie_that_scripts_and_other_sites_never_get(code: bytes, resident: Resident) -> None:
    reply = resident.client.post("/api/claims", json=resident.claim_body(code))
    header = reply.headers["set-cookie"]
    for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/", "Max-Age=43200"):
        assert word in header
    assert "Domain" not in header


def test_api_claims_create_with_a_kit_alone_needs_no_credential(demo: DemoCity, code: bytes, resident: Resident) -> None:
    resident.claim(code, with_kit=True, with_passkey=False)
    with demo.city.catalogue.read() as tx:
        assert tx.credentials.of_vault(resident.open_vault.vault_id) == ()
    resident.client.cookies.clear()
    check(resident.sign_in_with_kit())


def test_api_claims_create_takes_a_passkey_that_only_signs_in(demo: DemoCity, code: bytes, resident: Resident) -> None:
    body = resident.claim_body(code, with_kit=True, with_passkey=False)
    passkey = make_passkey(demo, resident)
    body["credential"] = passkey.create(base64.b64decode(body["challenge"]))
    check(resident.client.post("/api/claims", json=body), 201)
    resident.passkey = passkey
    resident.client.cookies.clear()
    check(resident.sign_in())


def make_passkey(demo: DemoCity, resident: Resident) -> Passkey:
    return Passkey(demo.root.rp_id, demo.root.origin, resident.open_vault.vault_id)


def test_api_claims_create_again_gives_the_same_answer_and_a_new_session(demo: DemoCity, code: bytes, resident: Resident) -> None:
    body = resident.claim_body(code)
    first = check(resident.client.post("/api/claims", json=body), 201)
    with demo.client() as other:
        second = check(other.post("/api/claims", json=body), 201)
    assert first.json() == second.json()
    assert first.cookies["__Host-voute"] != second.cookies["__Host-voute"]
    with demo.city.catalogue.read() as tx:
        assert len(tx.events.pending(10)) == 2


def test_api_claims_create_again_after_ten_minutes_is_used(demo: DemoCity, code: bytes, resident: Resident) -> None:
    body = resident.claim_body(code)
    check(resident.client.post("/api/claims", json=body), 201)
    demo.clock.advance(601)
    assert check(resident.client.post("/api/claims", json=body), 409).json()["code"] == "claim-used"


@pytest.mark.attack("A12")
def test_api_claims_create_second_claim_of_a_code_is_refused(demo: DemoCity, code: bytes, resident: Resident) -> None:
    with demo.client() as browser:
        rival = Resident(browser, demo.root)
        late = rival.claim_body(code)
        resident.claim(code)
        before = state_of(demo, code)
        assert check(browser.post("/api/claims", json=late), 409).json()["code"] == "claim-used"
        assert browser.cookies.get("__Host-voute") is None
    assert state_of(demo, code) == before
    with demo.city.catalogue.read() as tx:
        assert tx.vaults.get(rival.open_vault.vault_id) is None


def test_api_claims_create_challenge_is_good_once_and_five_minutes(demo: DemoCity, code: bytes, resident: Resident) -> None:
    body = resident.claim_body(code)
    demo.clock.advance(301)
    assert check(resident.client.post("/api/claims", json=body), 409).json()["code"] == "challenge-expired"
    assert state_of(demo, code) == (LookupState.WAITING, 0)


def test_api_claims_create_documents_that_arrive_meanwhile_keep_their_claim_header(
    demo: DemoCity, client: httpx.Client, code: bytes, issuer: Department, resident: Resident
) -> None:
    body = resident.claim_body(code)
    late = issuer.bill_for_code(claim_keys(code), "bill-late")
    issuer.deliver(client, [late], run="run-2")
    demo.settle()
    check(resident.client.post("/api/claims", json=body), 201)
    rows = check(resident.client.get("/api/documents")).json()["documents"]
    assert len(rows) == 3
    assert base64.b64decode(rows[-1]["header"]) == late.sealed.header
    assert resident.read(rows[-1]["document_id"]) == late.plaintext


Lie = Callable[[Body, Resident, DemoCity], None]


def _other_token(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    body["token"] = b64(os.urandom(32))


def _other_keyring(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    body["keyring"] = b64(base64.b64decode(body["keyring"])[:-1] + b"x")


def _other_bind(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    body["bind"] = "11" * 32


def _foreign_act(body: Body, resident: Resident, _demo: DemoCity) -> None:
    vault = resident.open_vault
    subject = Claim(
        LookupId(bytes.fromhex(body["lookup_id"])),
        vault.keyring.claims[0].issuer,
        vault.vault_id,
        vault.chain.head,
        Hash(bytes.fromhex(body["bind"])),
    )
    stranger = SigningKey(b"s" * 32)
    body["act"] = b64(Act(CITY, vault_actor(vault.vault_id), subject, now(), Hash(bytes(32))).sign(stranger))


def _unsigned_record(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    body["record"] = body["genesis"]


def _missing_method(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    body["methods"] = body["methods"][:1]


def _method_of_another_credential(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    for one in body["methods"]:
        if one["kind"] == "passkey":
            one["credential_id"] = "AAAA"


def _kit_without_key(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    for one in body["methods"]:
        one["sign_in_key"] = None


def _no_credential(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    body["credential"] = None


def _credential_of_another_origin(body: Body, resident: Resident, _demo: DemoCity) -> None:
    assert resident.passkey is not None
    resident.passkey.origin = "https://evil.test"
    body["credential"] = resident.passkey.create(base64.b64decode(body["challenge"]))


def _credential_without_user_verification(body: Body, resident: Resident, _demo: DemoCity) -> None:
    assert resident.passkey is not None
    resident.passkey.verifies_user = False
    body["credential"] = resident.passkey.create(base64.b64decode(body["challenge"]))


def _credential_for_another_challenge(body: Body, resident: Resident, _demo: DemoCity) -> None:
    assert resident.passkey is not None
    body["credential"] = resident.passkey.create(os.urandom(32))


def _damaged_attestation(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    body["credential"]["response"]["attestationObject"] = "oA"


def _classical_header(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    body["headers"][0]["header"] = b64(b"age-encryption.org/v1\n-> X25519 abc\nabc\n--- abc\n")


def _header_of_a_stranger(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    body["headers"][0]["document_id"] = "22" * 16


def _header_twice(body: Body, _resident: Resident, _demo: DemoCity) -> None:
    body["headers"].append(body["headers"][0])


LIES: list[tuple[Lie, int, str]] = [
    (_other_token, 404, "claim-unknown"),
    (_other_keyring, 422, "claim-refused"),
    (_other_bind, 422, "claim-refused"),
    (_foreign_act, 422, "unknown-key"),
    (_unsigned_record, 422, "record-chain"),
    (_missing_method, 422, "method-refused"),
    (_method_of_another_credential, 422, "method-refused"),
    (_kit_without_key, 422, "method-refused"),
    (_no_credential, 422, "credential-refused"),
    (_credential_of_another_origin, 422, "credential-refused"),
    (_credential_without_user_verification, 422, "credential-refused"),
    (_credential_for_another_challenge, 422, "credential-refused"),
    (_damaged_attestation, 422, "credential-refused"),
    (_classical_header, 400, "request-invalid"),
    (_header_of_a_stranger, 422, "claim-refused"),
    (_header_twice, 422, "claim-refused"),
]


@pytest.mark.parametrize(("lie", "status", "problem"), LIES, ids=lambda value: getattr(value, "__name__", None))
def test_api_claims_create_refuses_what_does_not_hold_and_changes_nothing(
    demo: DemoCity, code: bytes, resident: Resident, lie: Lie, status: int, problem: str
) -> None:
    body = resident.claim_body(code, with_kit=True)
    honest = copy.deepcopy(body)
    lie(body, resident, demo)
    assert check(resident.client.post("/api/claims", json=body), status).json()["code"] == problem
    assert state_of(demo, code) == (LookupState.WAITING, 0)
    with demo.city.catalogue.read() as tx:
        assert tx.vaults.get(resident.open_vault.vault_id) is None
    check(resident.client.post("/api/claims", json=honest), 201)


def test_api_claims_create_refuses_extension_results(code: bytes, resident: Resident) -> None:
    body = resident.claim_body(code)
    for place in (body["credential"], body["credential"]["response"]):
        place["clientExtensionResults"] = {"prf": {"results": {"first": "AAAA"}}}
        assert check(resident.client.post("/api/claims", json=body), 400).json()["code"] == "request-invalid"
        del place["clientExtensionResults"]


def test_api_claims_create_refuses_another_vault_number(demo: DemoCity, code: bytes, resident: Resident) -> None:
    numbers = iter([7, 1])
    honest = resident.look_up

    def lying_look_up(code: bytes) -> Lookup:
        found = honest(code)
        found.reply["v"] = next(numbers)
        return found

    resident.look_up = lying_look_up  # type: ignore[method-assign]
    refused = check(resident.client.post("/api/claims", json=resident.claim_body(code)), 422).json()
    assert (refused["code"], refused["facts"]) == ("claim-refused", {"part": "v"})
    assert state_of(demo, code) == (LookupState.WAITING, 0)
    check(resident.client.post("/api/claims", json=resident.claim_body(code)), 201)


def test_api_claims_create_events_get_into_the_log_with_the_vaults_chain(demo: DemoCity, code: bytes, resident: Resident) -> None:
    resident.claim(code)
    demo.settle()
    vault = resident.open_vault.vault_id
    with demo.city.catalogue.read() as tx:
        events = tx.events.numbered(2, 10)
        chain = tx.chains.get_many([vault])[vault]
    assert [event.state for event in events] == [EventState.LOGGED, EventState.LOGGED]
    assert chain.n == 2
    assert chain.head == events[-1].chain
