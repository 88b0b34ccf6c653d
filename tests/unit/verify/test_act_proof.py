"""Proof files of acts: one file is enough, and no chain but the vault's own is taken for it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.mutants import mutated
from tools.make_vectors import city, holder
from tools.make_vectors.act_proof import STRANGER, proof
from tools.make_vectors.act_receipt import DELETE, Done, records
from tools.make_vectors.seeds import seed
from voute.core.errors import FormatError, VouteError
from voute.core.ids import Hash
from voute.format.act_proof import MAX_ACT_PROOF, ActProof, parse_act_proof
from voute.format.receipt import MAX_TIMESTAMPS
from voute.format.vault_record import VaultRecord
from voute.verify.act import ACT_STEPS, verify_act, verify_act_proof

ROOT = city.trust_root()
DONE = Done(DELETE)
WHOLE = proof(DONE)
SIGNED = ACT_STEPS.index("vault-signed")
GENESIS = holder.genesis()
THEIRS = replace(GENESIS, root_key=STRANGER.public)
"""The first record of a vault whose key the attacker has."""


def chain(*made: tuple[VaultRecord, object]) -> tuple[bytes, ...]:
    return tuple(record.sign(key) for record, key in made)  # type: ignore[arg-type] # a signing key


def following(**changes: object) -> VaultRecord:
    return replace(holder.records()[1], **changes)  # type: ignore[arg-type] # any field of a record


def signed_by_stranger() -> bytes:
    return DONE.act.sign(STRANGER)


FORGERIES: dict[str, tuple[str, Callable[[], ActProof]]] = {
    # The city can log any event: what it says the holder signed is signed by a key of its own, with a genesis of its own.
    "act made up, genesis of another vault": (
        "event-differs",
        lambda: replace(WHOLE, act=signed_by_stranger(), records=chain((THEIRS, STRANGER))),
    ),
    "genesis of another vault": ("unknown-key", lambda: replace(WHOLE, records=chain((THEIRS, STRANGER)))),
    "true key, another genesis": (
        "event-differs",
        lambda: replace(WHOLE, records=chain((replace(GENESIS, nonce=Hash(seed("x"))), holder.ROOT))),
    ),
    "chain without its beginning": ("record-chain", lambda: replace(WHOLE, records=records()[1:])),
    "chain with a gap": (
        "record-chain",
        lambda: replace(WHOLE, records=(records()[0], *chain((following(number=2, previous=Hash(seed("x"))), holder.ROOT)))),
    ),
    "key that the next record takes away, act by the next": (
        "record-chain",
        lambda: replace(
            WHOLE,
            act=signed_by_stranger(),
            records=(records()[0], *chain((following(root_key=STRANGER.public), holder.ROOT))),
        ),
    ),
    "key that the next record takes away": (
        "record-chain",
        lambda: replace(WHOLE, records=(records()[0], *chain((following(root_key=STRANGER.public), holder.ROOT)))),
    ),
    "key that takes over by itself": (
        "unknown-key",
        lambda: replace(
            WHOLE, act=signed_by_stranger(), records=(records()[0], *chain((following(root_key=STRANGER.public), STRANGER)))
        ),
    ),
}


@pytest.mark.control("A1")
@pytest.mark.parametrize("beginning", [records()[:1], records()], ids=["genesis", "all"])
def test_act_proof_says_what_act_receipt_and_records_say(beginning: Sequence[bytes]) -> None:
    raw = replace(WHOLE, records=tuple(beginning)).encode()
    proven = verify_act_proof(raw, ROOT, require_witnessed=True)
    assert proven == verify_act(DONE.signed(), DONE.receipt().encode(), records(), ROOT)
    assert parse_act_proof(raw).encode() == raw


@pytest.mark.attack("A1")
@pytest.mark.parametrize("name", FORGERIES)
def test_act_proof_with_another_chain_is_refused(name: str) -> None:
    code, make = FORGERIES[name]
    with pytest.raises(VouteError) as caught:
        verify_act_proof(make().encode(), ROOT)
    assert (caught.value.code, caught.value.facts["step"]) == (code, SIGNED)


@pytest.mark.mutant("A1")
def test_act_proof_mutant_takes_what_a_stranger_signed_for_the_holders() -> None:
    forged = FORGERIES["act made up, genesis of another vault"][1]()
    with mutated("asks not whose act it is"):
        assert verify_act_proof(forged.encode(), ROOT).subject == DELETE


def test_act_proof_that_does_not_read_fails_at_the_first_step() -> None:
    with pytest.raises(FormatError) as caught:
        verify_act_proof(b"{}", ROOT)
    assert caught.value.facts["step"] == ACT_STEPS.index("act-reads")


def test_act_proof_below_the_quorum_is_logged_unless_more_is_asked_for() -> None:
    raw = proof(replace(DONE, witnesses=1)).encode()
    proven = verify_act_proof(raw, ROOT)
    assert (proven.state, proven.witnessed_at) == ("logged", None)
    with pytest.raises(VouteError) as caught:
        verify_act_proof(raw, ROOT, require_witnessed=True)
    assert (caught.value.code, caught.value.facts["step"]) == ("no-quorum", ACT_STEPS.index("witnesses"))


def test_act_proof_is_never_written_with_a_document() -> None:
    with pytest.raises(FormatError):
        replace(WHOLE, receipt=replace(WHOLE.receipt, manifest=b"manifest")).encode()


def test_act_proof_is_never_written_larger_than_it_is_read() -> None:
    stamped = replace(WHOLE, receipt=replace(WHOLE.receipt, timestamps=(b"x" * 48_000,) * MAX_TIMESTAMPS))
    room = MAX_ACT_PROOF - len(stamped.encode())
    assert 0 < room < len(stamped.encode())
    fill = (room // 4 - 64) * 3
    full = replace(stamped, act=stamped.act + b"x" * fill)
    assert parse_act_proof(full.encode()) == full
    with pytest.raises(FormatError):
        replace(full, act=full.act + b"x" * 300).encode()


@given(st.data())
def test_act_proof_changed_anywhere_is_refused_with_our_errors_alone(data: st.DataObject) -> None:
    changed = bytearray(WHOLE.encode())
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        proven = verify_act_proof(bytes(changed), ROOT)
    except VouteError:
        return
    # What still holds proves the same: a cosignature line whose key nobody knows may change.
    assert (proven.subject, proven.vault_id) == (DELETE, holder.vault_id())
