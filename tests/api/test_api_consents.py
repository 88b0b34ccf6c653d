"""Choices between paper and none: one type at a time, the next number only, never twice, at once, and what an issuer is shown."""

import base64
import io
import zipfile
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.support.city import DemoCity, check
from tests.support.holder import Resident
from tests.support.issuer import Department, b64
from voute.core.ids import Hash, Slug
from voute.format.act import parse_act
from voute.format.archive import ArchiveReader
from voute.format.consent import PAPER, PAPERLESS, WORDS
from voute.format.dsse import SigningKey, parse, statement_hash
from voute.format.event import blind, parse_event
from voute.format.receipt import parse_receipt
from voute.format.subject import Consent, vault_actor
from voute.tlog.merkle import leaf_hash, verify_inclusion
from voute.tlog.proof import TlogProof


def send(resident: Resident, act: bytes) -> httpx.Response:
    return resident.client.post("/api/consents", json={"act": b64(act)})


def listed(resident: Resident) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = check(resident.client.get("/api/consents")).json()["consents"]
    return found


def given(client: httpx.Client, issuer: Department, code: str = "roll-1", *types: str) -> list[dict[str, Any]]:
    """What an issuer is shown of the choices of the vault behind a code."""
    body = {"lookup_ids": [issuer.code(code)[1].lookup_id.hex()], "document_types": list(types or ("tax-bill",))}
    reply = check(client.post("/api/directory/match", json=body, headers=issuer.headers)).json()
    found: list[dict[str, Any]] = reply["entries"][0]["binding"]["consents"]
    return found


def problem(answer: httpx.Response) -> tuple[int, str, object]:
    said = answer.json()
    return answer.status_code, said["code"], next(iter(said["facts"].values()), None)


def test_api_consents_nothing_is_chosen_beforehand(client: httpx.Client, issuer: Department, claimed: Resident) -> None:
    assert listed(claimed) == []
    assert given(client, issuer) == []


def test_api_consents_a_choice_counts_at_once_and_gets_its_receipt(demo: DemoCity, claimed: Resident) -> None:
    act = claimed.choice(1, paperless=True)
    check(send(claimed, act), 204)
    (one,) = listed(claimed)
    assert (one["issuer"], one["document_type"], one["number"], one["paperless"]) == ("finances", "tax-bill", 1, True)
    assert (base64.b64decode(one["act"]), one["receipt"]) == (act, None)
    demo.settle()
    receipt = listed(claimed)[0]["receipt"]
    data = base64.b64decode(receipt["event"])
    event = parse_event(data)
    assert (event.actor, event.subject) == (vault_actor(claimed.open_vault.vault_id), parse_act(parse(act).payload).subject)
    assert event.act == statement_hash(parse(act).payload)
    proof = TlogProof.parse(receipt["proof"].encode())
    leaf = leaf_hash(blind(bytes.fromhex(receipt["salt"]), bytes.fromhex(receipt["chain"]), data))
    head = proof.checkpoint.head
    verify_inclusion(proof.index, head.size, leaf, proof.path, head.root)
    assert proof.index == receipt["index"]


def test_api_consents_the_same_act_again_changes_nothing(demo: DemoCity, claimed: Resident) -> None:
    act = claimed.choice(1, paperless=True)
    check(send(claimed, act), 204)
    first = listed(claimed)
    check(send(claimed, act), 204)
    assert listed(claimed) == first
    with demo.city.catalogue.read() as tx:
        assert [event.type for event in tx.events.pending(10)] == ["consent"]


@pytest.mark.parametrize("number", [1, 3, 7])
def test_api_consents_another_number_than_the_next_is_refused(claimed: Resident, number: int) -> None:
    """An old choice that is played again after a newer one changes nothing: a thief of the session has no old acts to use."""
    check(send(claimed, claimed.choice(1, paperless=True)), 204)
    assert problem(send(claimed, claimed.choice(number, paperless=True))) == (409, "consent-conflict", 1)
    assert [one["number"] for one in listed(claimed)] == [1]


def test_api_consents_an_old_act_after_a_revocation_is_refused(claimed: Resident) -> None:
    old = claimed.choice(1, paperless=True)
    check(send(claimed, old), 204)
    check(send(claimed, claimed.choice(2, paperless=False)), 204)
    assert problem(send(claimed, old)) == (409, "consent-conflict", 2)
    assert [(one["number"], one["paperless"]) for one in listed(claimed)] == [(2, False)]


def test_api_consents_each_type_and_issuer_counts_alone(claimed: Resident) -> None:
    check(send(claimed, claimed.choice(1, paperless=True)), 204)
    check(send(claimed, claimed.choice(1, paperless=True, issuer="permits")), 204)
    assert [(one["issuer"], one["number"]) for one in listed(claimed)] == [("finances", 1), ("permits", 1)]


def signed(resident: Resident, **changes: object) -> bytes:
    """A choice with fields of its subject changed, and signed."""
    good = Consent(Slug("finances"), Slug("tax-bill"), 1, True, PAPERLESS, "fr", WORDS[PAPERLESS, "fr"])  # noqa: FBT003 -- a record
    return resident.act(replace(good, **changes))  # type: ignore[arg-type]


def test_api_consents_words_must_be_known_and_say_what_is_chosen(claimed: Resident) -> None:
    for changes in (
        {"words": Hash(bytes(32))},
        {"words": WORDS[PAPERLESS, "en"]},
        {"text": Slug("paperless-9")},
        {"text": PAPER, "words": WORDS[PAPER, "fr"]},
        {"paperless": False},
    ):
        assert problem(send(claimed, signed(claimed, **changes))) == (422, "statement-refused", "words")
    assert listed(claimed) == []


def test_api_consents_only_for_what_the_trust_root_has_but_paper_may_always_come_back(demo: DemoCity, claimed: Resident) -> None:
    for changes in ({"document_type": Slug("made-up")}, {"issuer": Slug("nobody")}):
        assert problem(send(claimed, signed(claimed, **changes))) == (422, "statement-refused", "document_type")
    back = claimed.choice(1, paperless=False, document_type="gone-since")
    check(send(claimed, back), 204)
    assert [(one["document_type"], one["paperless"]) for one in listed(claimed)] == [("gone-since", False)]
    demo.settle()


def test_api_consents_of_anybody_else_are_refused(claimed: Resident) -> None:
    act = parse_act(parse(claimed.choice(1, paperless=True)).payload)
    other = replace(act, actor=vault_actor(claimed.open_vault.vault_id[::-1]))  # type: ignore[arg-type]
    refused = {
        replace(act, city=Slug("autre")).sign(claimed.open_vault.root_key): (422, "statement-refused"),
        other.sign(claimed.open_vault.root_key): (422, "statement-refused"),
        act.sign(SigningKey(b"x" * 32)): (422, "unknown-key"),
        b"{}": (400, "request-invalid"),
    }
    for raw, expected in refused.items():
        assert problem(send(claimed, raw))[:2] == expected
    assert listed(claimed) == []


def test_api_consents_an_issuer_sees_the_newest_logged_one_of_its_own_types(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    act = claimed.choice(1, paperless=True)
    check(send(claimed, act), 204)
    check(send(claimed, claimed.choice(1, paperless=True, issuer="permits")), 204)
    assert given(client, issuer) == []
    demo.settle()
    (one,) = given(client, issuer)
    assert base64.b64decode(one["act"]) == act
    assert given(client, issuer, "roll-1", "another-type") == []
    check(send(claimed, claimed.choice(2, paperless=False)), 204)
    # Not logged yet: the revocation hides the older choice at once.
    assert given(client, issuer) == []
    demo.settle()
    (newer,) = given(client, issuer)
    subject = parse_act(parse(base64.b64decode(newer["act"])).payload).subject
    assert isinstance(subject, Consent)
    assert (subject.number, subject.paperless) == (2, False)
    proof = newer["proof"]
    assert parse_event(base64.b64decode(proof["event"])).subject == subject


def test_api_consents_are_taken_along_in_the_archive(demo: DemoCity, claimed: Resident) -> None:
    act = claimed.choice(1, paperless=True)
    check(send(claimed, act), 204)
    demo.settle()
    raw = check(claimed.client.get("/api/vault/archive")).content
    reader = ArchiveReader(io.BytesIO(raw))
    assert reader.choices == [("finances", "tax-bill")]
    kept, receipt = reader.choice(*reader.choices[0])
    assert kept == act
    assert receipt is not None
    assert parse_event(parse_receipt(receipt).event).act == statement_hash(parse(act).payload)
    assert "consents/finances.tax-bill.act.json" in zipfile.ZipFile(io.BytesIO(raw)).namelist()
