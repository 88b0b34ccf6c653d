"""Checkpoints, cosignatures, proofs: parsing is strict, what is changed is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.support.log_world import NOW, World, entry
from voute.core.errors import FormatError, LimitError, VouteError
from voute.format.ed25519 import BadSignatureError
from voute.tlog.checkpoint import Checkpoint, CheckpointError, SignedCheckpoint
from voute.tlog.cosignature import MAX_TIME, MIN_TIME, Cosigner, cosigned_message, verify_cosignature
from voute.tlog.merkle import leaf_hash
from voute.tlog.note import ED25519, SignatureLine, VerifierKey
from voute.tlog.proof import MAX_PATH, MAX_PROOF, TlogProof, TlogProofError, verify_proof
from voute.tlog.tree import MAX_TREE_SIZE, MemoryTree, Prover

WORLD = World()
TREE = MemoryTree(leaf_hash(entry(index)) for index in range(9))
SIGNED = WORLD.signed(9, Prover(9, TREE).root)
PROOF = TlogProof(3, Prover(9, TREE).inclusion(3), SIGNED)
RAW = PROOF.encode()


@given(st.integers(0, MAX_TREE_SIZE), st.binary(min_size=32, max_size=32))
def test_checkpoint_parse_random_round_trip(size: int, root: bytes) -> None:
    head = Checkpoint("log.example", size, root)
    assert Checkpoint.parse(head.encode()) == head


@pytest.mark.parametrize(("size", "root"), [(-1, bytes(32)), (MAX_TREE_SIZE + 1, bytes(32)), (1, bytes(31))])
def test_checkpoint_impossible_head_refused(size: int, root: bytes) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint("log.example", size, root)


def test_signed_checkpoint_round_trip() -> None:
    assert SignedCheckpoint.parse(SIGNED.encode()) == SIGNED


@given(st.integers(0, len(RAW) - 1), st.binary(max_size=2))
def test_proof_parse_any_edit_refused_or_verdict_equal(at: int, put: bytes) -> None:
    edited = RAW[:at] + put + RAW[at + 1 :]
    try:
        proof = TlogProof.parse(edited)
    except (FormatError, LimitError):
        return
    assert proof.encode() == edited
    if edited == RAW:
        return
    try:
        verify_proof(proof, leaf_hash(entry(3)), [WORLD.signer.log], WORLD.policy)
    except VouteError:
        return
    pytest.fail("an edited proof was believed")


def test_proof_verify_gives_state() -> None:
    verdict = verify_proof(PROOF, leaf_hash(entry(3)), [WORLD.signer.log], WORLD.policy)
    assert (verdict.state, verdict.log_time, verdict.head) == ("logged", NOW, SIGNED.head)


def test_proof_impossible_parts_refused() -> None:
    for index, path in ((9, PROOF.path), (-1, PROOF.path), (3, (bytes(32),) * 64)):
        with pytest.raises(TlogProofError):
            TlogProof(index, path, SIGNED)
    with pytest.raises(LimitError):
        TlogProof.parse(bytes(MAX_PROOF + 1))


def test_proof_of_exactly_the_limits_is_read() -> None:
    longest = TlogProof(3, (bytes(32),) * MAX_PATH, SIGNED)
    assert TlogProof.parse(longest.encode()) == longest
    # The limit of bytes is above any proof: what is as long as that is judged by what it holds.
    with pytest.raises(TlogProofError):
        TlogProof.parse(bytes(MAX_PROOF))


def test_proof_path_too_long_refused_before_its_hashes_are_read() -> None:
    raw = RAW.replace(b"\n\n", b"\n" + b"not a hash\n" * (MAX_PATH + 1 - len(PROOF.path)) + b"\n", 1)
    with pytest.raises(TlogProofError):
        TlogProof.parse(raw)
    with pytest.raises(CheckpointError):
        TlogProof.parse(raw.replace(b"not a hash\n", b"", 1))


def test_cosignature_verify_good() -> None:
    line = WORLD.cosigner.sign(SIGNED.head, NOW)
    assert verify_cosignature(SIGNED.head, line, WORLD.cosigner.public) == NOW
    assert WORLD.cosigner.name == "witness.example"


def test_cosignature_verify_by_other_kind_of_key_refused() -> None:
    line = WORLD.cosigner.sign(SIGNED.head, NOW)
    for key in (
        VerifierKey(WORLD.cosigner.name, ED25519, WORLD.signer.log.ed25519),
        Cosigner("other.example", b"\x03" * 32).public,
    ):
        with pytest.raises(BadSignatureError):
            verify_cosignature(SIGNED.head, line, key)


@pytest.mark.parametrize("timestamp", [-1, 0, 946_684_799, 253_402_300_800, 2**63])
def test_cosigner_sign_impossible_time_refused(timestamp: int) -> None:
    with pytest.raises(LimitError):
        WORLD.cosigner.sign(SIGNED.head, timestamp)


def test_cosignature_line_by_a_key_of_another_kind_refused() -> None:
    """The line bears the very key's name and id, and is as long as a cosignature: the kind alone is wrong."""
    key = WORLD.signer.log.note_key
    line = SignatureLine(key.name, key.key_id, WORLD.cosigner.sign(SIGNED.head, NOW).signature)
    with pytest.raises(BadSignatureError, match="by another key"):
        verify_cosignature(SIGNED.head, line, key)


@pytest.mark.parametrize("timestamp", [MIN_TIME, MAX_TIME])
def test_cosignature_first_and_last_second_taken(timestamp: int) -> None:
    line = WORLD.cosigner.sign(SIGNED.head, timestamp)
    assert verify_cosignature(SIGNED.head, line, WORLD.cosigner.public) == timestamp


@pytest.mark.parametrize("timestamp", [MIN_TIME - 1, MAX_TIME + 1])
def test_cosignature_time_outside_the_range_refused_though_signed(timestamp: int) -> None:
    """A cosigner of another make signs any time; ours does not take it."""
    seed, public = b"\x03" * 32, WORLD.cosigner.public
    signature = MLDSA44PrivateKey.from_seed_bytes(seed).sign(cosigned_message(public.name, timestamp, SIGNED.head))
    line = SignatureLine(public.name, public.key_id, timestamp.to_bytes(8, "big") + signature)
    with pytest.raises(BadSignatureError):
        verify_cosignature(SIGNED.head, line, public)


def test_cosigner_short_seed_refused() -> None:
    with pytest.raises(FormatError):
        Cosigner("a", bytes(31))


def test_cosigner_repr_shows_no_secret() -> None:
    assert ("03" * 4) not in repr(WORLD.cosigner)
