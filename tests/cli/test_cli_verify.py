"""`voute receipts` and `voute verify`: what holds, and which step names what does not."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.conftest import Department, NewOffice
from tests.support.command import small_pdf
from tests.support.tsa import serving_authority
from voute.core.ids import Slug
from voute.format.dsse import SigningKey, parse
from voute.format.receipt import Receipt, parse_receipt
from voute.format.trust_root import IssuerKey, TrustRoot, WitnessKey, parse_trust_root, sign_trust_root
from voute.tlog.proof import TlogProof
from voute.tlog.timestamp import Query, Stamped
from voute.verify.receipt import STEPS


@dataclass
class Proven:
    """A delivered document with its receipt, and another one's."""

    office: Department
    document: Path
    receipt: Path
    other: Path

    def verify(self, *args: str | Path, document: Path | None = None, receipt: Path | None = None) -> "list[str | Path]":
        return ["verify", document or self.document, receipt or self.receipt, "--home", self.office.home.home, *args]

    def changed(self, change: Callable[[Receipt, Receipt], Receipt]) -> Path:
        """A receipt of which one part is the other's, or no one's."""
        path = self.office.folder / "changed.json"
        mine, other = (parse_receipt(one.read_bytes()) for one in (self.receipt, self.other))
        path.write_bytes(change(mine, other).encode())
        return path

    def root(self, change: Callable[[TrustRoot], TrustRoot]) -> Path:
        """A trust root that its own officers signed, but not this city's."""
        path = self.office.folder / "other-root.json"
        path.write_bytes(sign_trust_root(change(self.office.city.root), self.office.city.officers))
        return path


@pytest.fixture(scope="module")
def proven(new_office: NewOffice) -> Proven:
    office = new_office()
    said = office.deliver(office.bills("a-1", "a-2")).ended(0).json
    paths = []
    for reference in ("a-1", "a-2"):
        path = office.folder / f"{reference}.json"
        office.voute("receipts", said["receipts"], "--reference", reference, "-o", path).ended(0)
        paths.append(path)
    return Proven(office, office.folder / "pdf" / "a-1.pdf", *paths)


def test_cli_receipts_by_line_and_document_give_the_same_file(office: Department) -> None:
    said = office.deliver(office.bills("a-1", "a-2")).ended(0).json
    path = office.folder / "r.json"
    ran = office.voute("receipts", said["receipts"], "--line", "3", "-o", path, "--json").ended(0)
    by_line = path.read_bytes()
    assert ran.json == {"receipt": str(path), "bytes": len(by_line)}
    manifest = parse(parse_receipt(by_line).manifest or b"").payload
    document = json.loads(manifest)["document_id"]
    office.voute("receipts", said["receipts"], "--document", document, "-o", path).ended(0)
    assert path.read_bytes() == by_line
    ran = office.voute("receipts", said["receipts"], "--reference", "absent", "-o", path, "--json").ended(1)
    assert ran.json["error"] == "receipt-missing"
    office.voute("receipts", said["receipts"]).ended(2)


def test_cli_verify_says_what_is_proven(proven: Proven) -> None:
    said = proven.office.voute(*proven.verify("--witnessed", "--json")).ended(0).json
    assert said["verdict"] == "witnessed"
    assert said["steps"] == list(STEPS)
    assert (said["city"], said["issuer"], said["title"]) == ("ville", proven.office.home.issuer, "Compte de taxes a-1")
    ran = proven.office.voute(*proven.verify()).ended(0)
    assert ran.out.count("✓") == len(STEPS)
    assert said["fingerprint"] in ran.out
    # As the page counts them: the log from zero, people from one.
    assert f"(ligne {said['index'] + 1})" in " ".join(ran.out.split())


def _key_of_another(root: TrustRoot) -> TrustRoot:
    keys = [SigningKey(bytes([number]) * 32).public for number, _ in enumerate(root.issuers)]
    issuers = [replace(one, keys=(IssuerKey(key, 0, None),)) for one, key in zip(root.issuers, keys, strict=True)]
    return replace(root, issuers=tuple(issuers))


def _other_log(root: TrustRoot) -> TrustRoot:
    (log,) = root.logs
    return replace(root, logs=(replace(log, ed25519=SigningKey(bytes(32)).public),))


def _other_witness(root: TrustRoot) -> TrustRoot:
    (witness,) = root.witnesses
    return replace(root, witnesses=(WitnessKey("elsewhere/witness", witness.mldsa44),))


def _other_event(mine: Receipt, other: Receipt) -> Receipt:
    return replace(mine, event=other.event)


def _other_salt(mine: Receipt, other: Receipt) -> Receipt:
    return replace(mine, salt=other.salt)


def _other_place(mine: Receipt, other: Receipt) -> Receipt:
    proof, strange = (TlogProof.parse(one.proof.encode()) for one in (mine, other))
    return replace(mine, proof=replace(proof, index=strange.index).encode().decode())


def _other_city(root: TrustRoot) -> TrustRoot:
    return replace(root, city=Slug("autre-ville"))


ByReceipt = Callable[[Receipt, Receipt], Receipt]
ByRoot = Callable[[TrustRoot], TrustRoot]


def _assert_stops(proven: Proven, step: str, *command: str | Path) -> None:
    number = STEPS.index(step)
    ran = proven.office.voute(*command, "--json").ended(1)
    assert ran.json["facts"]["step"] == number
    ran = proven.office.voute(*command).ended(1)
    assert (ran.out.count("✓"), ran.out.count("✗")) == (number, 1)
    assert "Authentique" not in ran.said


@pytest.mark.parametrize(("change", "step"), [(_other_event, "event-same"), (_other_salt, "in-log"), (_other_place, "in-log")])
def test_cli_verify_changed_receipt_names_the_step(proven: Proven, change: ByReceipt, step: str) -> None:
    _assert_stops(proven, step, *proven.verify(receipt=proven.changed(change)))


@pytest.mark.parametrize(
    ("change", "step"),
    [
        (_other_city, "same-city"),
        (_key_of_another, "issuer-signed"),
        (_other_log, "checkpoint-signed"),
    ],
)
def test_cli_verify_other_root_names_the_step(proven: Proven, change: ByRoot, step: str) -> None:
    _assert_stops(proven, step, *proven.verify("--trust-root", proven.root(change)))


def test_cli_verify_without_quorum_is_refused_only_when_asked(proven: Proven) -> None:
    root = proven.root(_other_witness)
    assert proven.office.voute(*proven.verify("--trust-root", root, "--json")).ended(0).json["verdict"] == "logged"
    _assert_stops(proven, "witnesses", *proven.verify("--trust-root", root, "--witnessed"))


def test_cli_verify_other_document_names_the_step(proven: Proven) -> None:
    _assert_stops(proven, "document-same", *proven.verify(document=proven.document.with_name("a-2.pdf")))
    longer = proven.office.folder / "longer.pdf"
    longer.write_bytes(proven.document.read_bytes() + b"\n")
    _assert_stops(proven, "document-same", *proven.verify(document=longer))


def test_cli_verify_broken_receipt_names_the_step(proven: Proven) -> None:
    broken = proven.office.folder / "broken.json"
    broken.write_bytes(proven.receipt.read_bytes()[:-1])
    _assert_stops(proven, "receipt-reads", *proven.verify(receipt=broken))


def test_cli_verify_asks_nobody(proven: Proven) -> None:
    mark = proven.office.city.proxy.mark
    proven.office.voute(*proven.verify()).ended(0)
    assert proven.office.city.proxy.since(mark) == []


def test_cli_verify_without_a_pinned_root_says_what_to_do(office: Department) -> None:
    for name in ("d.pdf", "r.json"):
        (office.folder / name).write_bytes(small_pdf("x"))
    command = ["verify", str(office.folder / "d.pdf"), str(office.folder / "r.json"), "--home", str(office.folder)]
    assert office.voute(*command, "--json").ended(1).json["error"] == "trust-not-pinned"
    assert "voute trust pin" in office.voute(*command).ended(1).out
    assert parse_trust_root(parse(office.city.trust_root_file.read_bytes()).payload) == office.city.root


def test_cli_verify_says_when_a_timestamp_authority_saw_the_log(proven: Proven, tmp_path: Path) -> None:
    with serving_authority(tmp_path / "tsa") as authority, serving_authority(tmp_path / "other") as stranger:
        checkpoint = TlogProof.parse(parse_receipt(proven.receipt.read_bytes()).proof.encode()).checkpoint
        answer = authority.answer(Query.about(checkpoint.head).body)
        stamped = tmp_path / "stamped"
        stamped.write_bytes(Stamped(answer, checkpoint).encode())
        inside = proven.changed(lambda mine, _: replace(mine, timestamps=(answer,)))
        voute, tsa = proven.office.voute, ("--tsa", authority.certificates)
        beside = voute(*proven.verify(*tsa, "--timestamp", stamped, "--json")).ended(0).json
        within = voute(*proven.verify(*tsa, "--json", receipt=inside)).ended(0).json
        assert beside["stamped_at"] == within["stamped_at"]
        assert beside["stamped_at"].startswith("20")
        assert "horodatage" in voute(*proven.verify(*tsa, receipt=inside)).ended(0).out
        assert voute(*proven.verify("--json", receipt=inside)).ended(0).json["stamped_at"] is None
        assert voute(*proven.verify(*tsa, "--json")).ended(1).json["error"] == "timestamp-bad"
        other = voute(*proven.verify("--tsa", stranger.certificates, "--json", receipt=inside)).ended(1)
        assert other.json["error"] == "timestamp-bad"
