"""When an authority saw a receipt's checkpoint: out of the receipt, out of a file beside it, the earliest of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from tests.support.tsa import Authority, make_authority
from tools.make_vectors.receipt import World, manifest
from voute.core.errors import FormatError, LimitError
from voute.tlog.proof import TlogProof
from voute.tlog.timestamp import Chain, Query, Stamped, TimestampBadError, verify_response
from voute.verify.timestamp import MAX_STAMPED, receipt_stamped_at

RECEIPT = World(manifest()).receipt()
PROOF = TlogProof.parse(RECEIPT.proof.encode())
HEAD = PROOF.checkpoint.head


@dataclass(frozen=True)
class Seen:
    """An authority's chain, and its answer about the receipt's checkpoint."""

    authority: Authority
    chain: Chain
    answer: bytes

    @property
    def file(self) -> bytes:
        return Stamped(self.answer, PROOF.checkpoint).encode()


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    authority = make_authority(tmp_path_factory.mktemp("tsa"))
    return Seen(authority, Chain.of_pem(authority.certificates.read_bytes()), authority.answer(Query.about(HEAD).body))


def test_timestamp_of_a_receipt_is_found_inside_or_beside_it(seen: Seen) -> None:
    bare, inside = RECEIPT, replace(RECEIPT, timestamps=(seen.answer,))
    told = receipt_stamped_at(inside, seen.chain)
    assert receipt_stamped_at(bare, seen.chain, seen.file) == told
    assert receipt_stamped_at(inside, seen.chain, seen.file) == told
    with pytest.raises(TimestampBadError, match="there is none"):
        receipt_stamped_at(bare, seen.chain)


def test_timestamp_of_a_receipt_is_the_earliest(seen: Seen) -> None:
    first = later = seen.answer
    told = verify_response(first, HEAD, seen.chain)
    # The authority's clock goes by seconds.
    while verify_response(later, HEAD, seen.chain) == told:
        later = seen.authority.answer(Query.about(HEAD).body)
    for inside in ((first, later), (later, first)):
        assert receipt_stamped_at(replace(RECEIPT, timestamps=inside), seen.chain) == told
    for within, beside in ((first, later), (later, first)):
        file = Stamped(beside, PROOF.checkpoint).encode()
        assert receipt_stamped_at(replace(RECEIPT, timestamps=(within,)), seen.chain, file) == told
    late = verify_response(later, HEAD, seen.chain)
    assert receipt_stamped_at(replace(RECEIPT, timestamps=(later,)), seen.chain) == late > told


def test_timestamp_that_does_not_hold_is_refused_beside_one_that_does(
    seen: Seen, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = make_authority(tmp_path_factory.mktemp("stranger"))
    foreign = stranger.answer(Query.about(HEAD).body)
    other = seen.authority.answer(Query.about(replace(HEAD, size=HEAD.size + 1)).body)

    def refused(act: Callable[[], object]) -> None:
        with pytest.raises(TimestampBadError):
            act()

    for bad in (foreign, other):
        refused(lambda bad=bad: receipt_stamped_at(replace(RECEIPT, timestamps=(seen.answer, bad)), seen.chain))  # type: ignore[misc]
        file = Stamped(bad, PROOF.checkpoint).encode()
        refused(lambda file=file: receipt_stamped_at(replace(RECEIPT, timestamps=(seen.answer,)), seen.chain, file))  # type: ignore[misc]


def test_timestamp_of_a_receipt_that_cannot_be_read_is_refused(seen: Seen) -> None:
    for receipt, file in ((replace(RECEIPT, proof="{}"), None), (RECEIPT, b""), (RECEIPT, b"\n\n")):
        with pytest.raises((FormatError, LimitError)):
            receipt_stamped_at(receipt, seen.chain, file)
    assert len(seen.file) < MAX_STAMPED
