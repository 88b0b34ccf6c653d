"""A chain whose head was verified before: signatures need not hold again, everything else must."""

import pytest

from tools.make_vectors import holder
from voute.core.errors import FormatError
from voute.core.ids import Hash
from voute.format import dsse
from voute.format.dsse import Kind, Signature
from voute.format.ed25519 import BadSignatureError
from voute.format.vault_record import RecordChainError, verify_chain

ENVELOPES = [one.encode("ascii") for one in holder.offered().envelopes()]
CHAIN = verify_chain(ENVELOPES)


def _unsigned(raw: bytes) -> bytes:
    """Give the envelope of the same payload under a signature that does not hold."""
    envelope = dsse.parse(raw)
    wrong = [Signature(one.keyid, bytes(64)) for one in envelope.signatures]
    return dsse.assemble(Kind.VAULT_RECORD, envelope.payload, wrong)


def test_pinned_chain_is_the_chain() -> None:
    assert len(ENVELOPES) > 1
    assert verify_chain(ENVELOPES, CHAIN.head) == CHAIN


def test_pinned_chain_stands_by_its_hashes() -> None:
    assert verify_chain([_unsigned(raw) for raw in ENVELOPES], CHAIN.head) == CHAIN


def test_pinned_chain_has_one_signature_a_record() -> None:
    for number, raw in enumerate(ENVELOPES):
        envelope = dsse.parse(raw)
        twice = dsse.assemble(Kind.VAULT_RECORD, envelope.payload, [*envelope.signatures, Signature("0" * 16, bytes(64))])
        with pytest.raises(FormatError):
            verify_chain([twice if at == number else one for at, one in enumerate(ENVELOPES)], CHAIN.head)


@pytest.mark.parametrize("pinned", [None, CHAIN.hashes[0], Hash(bytes(32))], ids=["none", "an older head", "another"])
def test_pinned_chain_with_another_head_is_verified(pinned: Hash | None) -> None:
    assert verify_chain(ENVELOPES, pinned) == CHAIN
    for number in range(len(ENVELOPES)):
        lied = [_unsigned(raw) if at == number else raw for at, raw in enumerate(ENVELOPES)]
        with pytest.raises(BadSignatureError):
            verify_chain(lied, pinned)


def test_pinned_chain_holds_no_other_record_before_its_head() -> None:
    genesis, *rest = ENVELOPES
    with pytest.raises(RecordChainError):
        verify_chain([genesis, *rest[:-1], rest[-1], rest[-1]], CHAIN.head)
    with pytest.raises(RecordChainError):
        verify_chain([genesis, rest[-1]] if len(rest) > 1 else [rest[-1]], CHAIN.head)
