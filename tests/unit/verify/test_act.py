"""The verdict on what a holder signed: which step fails, and that nothing else than our errors leaves."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.make_vectors import city, holder
from tools.make_vectors.act_receipt import DELETE, Done
from tools.make_vectors.receipt import INDEX, SIZE, World, manifest
from tools.make_vectors.seeds import seed
from voute.core.errors import VerificationError, VouteError
from voute.core.ids import Hash, Slug
from voute.format.consent import PAPER, PAPERLESS, WORDS
from voute.format.dsse import SigningKey, statement_hash
from voute.format.receipt import Receipt
from voute.format.signed_manifest import WrongCityError
from voute.format.subject import Consent
from voute.format.trust_root import TrustRoot
from voute.format.vault_record import verify_chain
from voute.tlog.policy import NoQuorumError
from voute.verify.act import ACT_STEPS, ProvenAct, verify_act, verify_signed_act

RECORDS = tuple(one.encode("ascii") for one in holder.offered().envelopes())
ROOT = city.trust_root()
DONE = Done(DELETE)
CHAIN = verify_chain(RECORDS)


def verify(
    done: Done = DONE,
    act: bytes | None = None,
    receipt: Receipt | None = None,
    root: TrustRoot = ROOT,
    *,
    witnessed: bool = False,
) -> ProvenAct:
    raw = (receipt or done.receipt()).encode()
    return verify_act(act or done.signed(), raw, RECORDS, root, require_witnessed=witnessed)


def test_act_good_one_says_who_what_and_when() -> None:
    proven = verify(witnessed=True)
    assert (proven.state, proven.vault_id, proven.subject) == ("witnessed", holder.vault_id(), DELETE)
    assert proven.act == statement_hash(DONE.act.encode())
    assert (proven.signed_at, proven.event_time) == (city.ISSUED, city.DELIVERED)
    assert (proven.witnessed_at, proven.index, proven.tree_size) == (city.COSIGNED + 120, INDEX, SIZE)
    assert proven.steps == tuple(enumerate(ACT_STEPS))


def test_act_below_the_quorum_is_logged_unless_more_is_asked_for() -> None:
    few = replace(DONE, witnesses=1)
    proven = verify(few)
    assert (proven.state, proven.witnessed_at) == ("logged", None)
    assert verify_act(few.signed(), few.receipt().encode(), RECORDS, ROOT) == proven
    with pytest.raises(NoQuorumError) as caught:
        verify(few, witnessed=True)
    assert caught.value.facts["step"] == ACT_STEPS.index("witnesses")


def _other_log(root: TrustRoot) -> TrustRoot:
    return replace(root, logs=tuple(replace(one, ed25519=seed("x")) for one in root.logs))


WRONG: dict[str, tuple[str, Callable[[], object]]] = {
    "format/act-reads": ("of a document", lambda: verify(receipt=World(manifest()).receipt())),
    "wrong-statement/act-reads": ("no act", lambda: verify(act=manifest().sign(city.ISSUER_KEY))),
    "wrong-city/same-city": ("its receipt", lambda: verify(receipt=replace(DONE.receipt(), city=Slug("autre")))),
    "unknown-key/vault-signed": ("a stranger", lambda: verify(act=DONE.act.sign(SigningKey(seed("stranger"))))),
    "record-chain/vault-signed": ("no chain", lambda: verify_act(DONE.signed(), DONE.receipt().encode(), RECORDS[1:], ROOT)),
    "event-differs/act-logged": (
        "signed again",
        lambda: verify(act=replace(DONE.act, nonce=Hash(seed("x"))).sign(holder.ROOT)),
    ),
    "not-in-log/in-log": ("salt", lambda: verify(receipt=replace(DONE.receipt(), salt=Hash(seed("x"))))),
    "bad-checkpoint/checkpoint-signed": ("another log", lambda: verify(root=_other_log(ROOT))),
}


@pytest.mark.parametrize("wanted", WRONG)
def test_act_each_step_names_what_does_not_hold(wanted: str) -> None:
    code, step = wanted.split("/")
    with pytest.raises(VouteError) as caught:
        WRONG[wanted][1]()
    assert (caught.value.code, caught.value.facts["step"]) == (code, ACT_STEPS.index(step))


def _choice(text: Slug, words: Hash, *, paperless: bool) -> Done:
    return Done(Consent(city.FINANCE, Slug("compte-de-taxes"), 1, paperless, text, "fr", words))


def test_act_no_paper_counts_in_known_words_alone_and_paper_in_any() -> None:
    known = _choice(PAPERLESS, WORDS[PAPERLESS, "fr"], paperless=True)
    assert verify(known).subject == known.subject
    with pytest.raises(VerificationError):
        verify(_choice(PAPERLESS, Hash(seed("x")), paperless=True))
    back = _choice(PAPER, Hash(seed("x")), paperless=False)
    assert verify(back).subject == back.subject


def test_act_without_a_receipt_is_still_the_vaults() -> None:
    assert verify_signed_act(DONE.signed(), CHAIN, ROOT) == DONE.act
    with pytest.raises(WrongCityError):
        verify_signed_act(replace(DONE.act, city=Slug("autre")).sign(holder.ROOT), CHAIN, ROOT)
    with pytest.raises(VerificationError):
        verify_signed_act(DONE.act.sign(SigningKey(seed("stranger"))), CHAIN, ROOT)


@given(st.data())
def test_act_changed_anywhere_is_refused_with_our_errors_alone(data: st.DataObject) -> None:
    parts = [DONE.signed(), DONE.receipt().encode(), RECORDS[0]]
    which = data.draw(st.integers(0, 2))
    changed = bytearray(parts[which])
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    parts[which] = bytes(changed)
    try:
        proven = verify_act(parts[0], parts[1], [parts[2]], ROOT)
    except VouteError:
        return
    # What still holds proves the same: a cosignature line whose key nobody knows may change.
    assert (proven.subject, proven.act, proven.index) == (DELETE, statement_hash(DONE.act.encode()), INDEX)
