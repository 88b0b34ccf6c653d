"""`voute verify` before receipts that a city forged, exchanged or changed: by the function that the command calls."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.support.mutants import mutated
from tests.support.own_archive import COSIGNED, OwnVault, log_receipts, make_archive
from tools.make_vectors.city import FINANCE, ISSUER_KEY, LOG, LOG_KEY, PERMITS_KEY, cosigner, ending, trust_root
from voute.core.errors import VouteError
from voute.format import canonical, dsse
from voute.format.dsse import SigningKey
from voute.format.manifest import Manifest, parse_manifest
from voute.format.receipt import parse_receipt
from voute.format.trust_root import TrustRoot
from voute.seal.document import SealedDocument
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.note import Note, sign_ed25519
from voute.tlog.policy import CheckpointState, LogEndedError
from voute.tlog.proof import TlogProof
from voute.verify.receipt import Verdict, digest_bytes, verify_receipt

LIAR = SigningKey(b"the liar's own key".ljust(32))
DOCUMENTS = 50
UNTIL = COSIGNED + 1_000
"""When the log of the receipts ends, in a root that says so."""
Case = tuple[bytes, bytes]


def complete(sealed: list[SealedDocument]) -> list[bytes]:
    """Receipts as a department or a holder has them: with the manifest."""
    return [
        replace(parse_receipt(raw), manifest=one.envelope).encode() for one, raw in zip(sealed, log_receipts(sealed), strict=True)
    ]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Documents, each with its receipt."""
    archive = make_archive(DOCUMENTS)
    by_hash = {digest_bytes(body).sha256: body for body in archive.bodies.values()}
    bodies = [by_hash[one.plaintext_hash] for one in archive.sealed]
    return list(zip(bodies, complete(archive.sealed), strict=True))


def verify(body: bytes, receipt: bytes, *, witnessed: bool = False, root: TrustRoot | None = None) -> Verdict:
    return verify_receipt(digest_bytes(body), receipt, root or trust_root(), require_witnessed=witnessed)


def verdict_or_none(body: bytes, receipt: bytes) -> Verdict | None:
    try:
        return verify(body, receipt)
    except VouteError:
        return None


@pytest.mark.control("B1", "B2", "B3", "B5", "D1")
def test_sim_receipts_control_each_proves_its_document(cases: list[Case]) -> None:
    verdicts = [verify(*case, witnessed=True) for case in cases]
    assert {one.issuer for one in verdicts} == {FINANCE}
    assert {one.state for one in verdicts} == {CheckpointState.WITNESSED}
    assert len({one.title for one in verdicts}) == DOCUMENTS


@pytest.mark.attack("B2")
def test_sim_receipts_of_every_other_document_are_refused(cases: list[Case]) -> None:
    tried = 0
    for here, (body, _) in enumerate(cases):
        for there, (_, receipt) in enumerate(cases):
            if here != there:
                assert verdict_or_none(body, receipt) is None
                tried += 1
    assert tried == DOCUMENTS * (DOCUMENTS - 1)


@pytest.mark.attack("B5", "B3")
def test_sim_receipts_with_a_bit_changed_anywhere_prove_nothing_else(cases: list[Case]) -> None:
    """One bit of every third byte; a change that leaves the verdict as it was is in nothing that is shown or relied on."""
    (body, receipt), chance = cases[0], random.Random(5)
    true, kept = verify(body, receipt), 0
    changed = bytearray(receipt)
    for at in range(0, len(receipt), 3):
        bit = 1 << chance.randrange(8)
        changed[at] ^= bit
        found = verdict_or_none(body, bytes(changed))
        assert found in {None, true}, at
        kept += found is not None
        changed[at] ^= bit
    # Names and key ids of signature lines that become a stranger's are passed over; with the quorum still there.
    assert kept < len(receipt) / 50


def members(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 -- JSON is any
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from members(one, (*at, key))
    yield at


def put(value: Any, place: tuple[str | int, ...], new: object) -> Any:  # noqa: ANN401 -- JSON is any
    if not place:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = put(copy[place[0]], place[1:], new)
    return copy


@pytest.mark.attack("B3")
def test_sim_receipts_with_any_member_of_the_event_or_the_file_changed_are_refused(cases: list[Case]) -> None:
    body, receipt = cases[0]
    parsed = parse_receipt(receipt)
    values: tuple[object, ...] = (None, 0, 1, "", "x", "finances", "2026-02-01T09:30:01Z", [], {}, "00" * 32, True)
    whole, event = json.loads(receipt), json.loads(parsed.event)
    for new in values:
        for place in members(whole):
            changed = canonical.dumps(put(whole, place, new))
            assert changed == receipt or verdict_or_none(body, changed) is None, place
        for place in members(event):
            changed = canonical.dumps(put(event, place, new))
            assert changed == parsed.event or verdict_or_none(body, replace(parsed, event=changed).encode()) is None, place


def forged(key: SigningKey) -> tuple[Case, Manifest]:
    """A bill that the city wrote itself, in a log that it and its witnesses have really signed."""
    own, body = OwnVault(), b"%PDF pay 9,999.99 $"
    sealed = own.seal("Dernier avis", body)
    manifest = parse_manifest(dsse.parse(sealed.envelope).payload)
    envelope = manifest.sign(key)
    return (body, complete([replace(sealed, envelope=envelope)])[0]), manifest


@pytest.mark.attack("B1")
def test_sim_receipts_of_a_bill_that_the_city_wrote_are_refused_though_it_is_logged() -> None:
    for key in (LIAR, PERMITS_KEY):
        case, _ = forged(key)
        with pytest.raises(VouteError) as caught:
            verify(*case)
        assert caught.value.facts["step"] == 3
    case, manifest = forged(ISSUER_KEY)
    assert verify(*case).title == manifest.title


@pytest.mark.mutant("B1")
def test_sim_receipts_mutant_that_believes_any_signature_takes_the_citys_bill() -> None:
    case, manifest = forged(LIAR)
    with mutated("believes any signature"):
        assert verify(*case).title == manifest.title


@pytest.mark.mutant("B2")
def test_sim_receipts_mutant_that_does_not_compare_the_file_takes_another_receipt(cases: list[Case]) -> None:
    with mutated("compares no file"):
        assert verify(cases[0][0], cases[1][1]).title == verify(*cases[1]).title


def without_witnesses(receipt: bytes) -> bytes:
    parsed = parse_receipt(receipt)
    proof = TlogProof.parse(parsed.proof.encode())
    note = proof.checkpoint.note
    kept = tuple(line for line in note.signatures if line.name == proof.checkpoint.head.origin)
    bare = SignedCheckpoint.parse(Note(note.text, kept).encode())
    return replace(parsed, proof=replace(proof, checkpoint=bare).encode().decode()).encode()


@pytest.mark.attack("D1")
def test_sim_receipts_that_no_witness_saw_are_never_called_witnessed(cases: list[Case]) -> None:
    body, receipt = cases[0]
    bare = without_witnesses(receipt)
    assert verify(body, bare).state is CheckpointState.LOGGED
    with pytest.raises(VouteError):
        verify(body, bare, witnessed=True)


@pytest.mark.mutant("D1")
def test_sim_receipts_mutant_that_asks_no_witness_takes_it(cases: list[Case]) -> None:
    with mutated("asks no witness"):
        verify(cases[0][0], without_witnesses(cases[0][1]), witnessed=True)


def signed_again(receipt: bytes, time: int, *, seen: bool = False) -> bytes:
    """The receipt under a checkpoint that whoever has the log's keys signs at this time; `seen`: the witnesses' lines stay."""
    parsed = parse_receipt(receipt)
    proof = TlogProof.parse(parsed.proof.encode())
    head, note = proof.checkpoint.head, proof.checkpoint.note
    kept = (line for line in note.signatures if seen and line.name != LOG)
    lines = (sign_ed25519(head.encode(), LOG, LOG_KEY), cosigner(LOG).sign(head, time), *kept)
    again = SignedCheckpoint(head, Note(head.encode(), lines))
    return replace(parsed, proof=replace(proof, checkpoint=again).encode().decode()).encode()


@pytest.mark.attack("D7")
def test_sim_receipts_of_a_log_that_signs_after_its_end_are_refused(cases: list[Case]) -> None:
    body, receipt = cases[0]
    for time in (UNTIL, UNTIL + 1, UNTIL + 365 * 86_400):
        for seen in (False, True):
            with pytest.raises(LogEndedError) as caught:
                verify(body, signed_again(receipt, time, seen=seen), root=ending(UNTIL))
            assert caught.value.facts == {"origin": LOG, "step": 6}
    # Its keys can date it back: then it is one more log that no witness has seen.
    back = signed_again(receipt, UNTIL - 1)
    assert verify(body, back, root=ending(UNTIL)).state is CheckpointState.LOGGED
    with pytest.raises(VouteError) as unseen:
        verify(body, back, root=ending(UNTIL), witnessed=True)
    assert unseen.value.code == "no-quorum"


@pytest.mark.control("D7")
def test_sim_receipts_control_what_the_log_signed_before_its_end_holds(cases: list[Case]) -> None:
    for body, receipt in cases:
        assert verify(body, receipt, root=ending(UNTIL), witnessed=True) == verify(body, receipt, witnessed=True)


@pytest.mark.mutant("D7")
def test_sim_receipts_mutant_without_the_end_of_a_log_takes_what_it_signs_later(cases: list[Case]) -> None:
    body, receipt = cases[0]
    with mutated("takes what an ended log signs"):
        assert verify(body, signed_again(receipt, UNTIL), root=ending(UNTIL)).state is CheckpointState.LOGGED
