"""Ed25519 at its edges: C2SP's vectors and our own points; a key or nonce point that is not torsion-free is refused.

The rule is docs/spec/statements.md's. `web/tests/core/ed25519-edges.test.ts` runs the same vectors in WebCrypto and noble.
"""

import pytest

from tests.support.formats.signatures import cctv, check_signature, small_points
from voute.core.errors import VouteError
from voute.format.ed25519 import BadSignatureError, SigningKey, check_public_key, verify

KEY = SigningKey(bytes(range(32)))


@pytest.mark.attack("E5")
def test_ed25519_vectors_of_c2sp_are_refused_but_the_plain_one() -> None:
    wrong = []
    for data, good in cctv():
        try:
            check_signature(data)
        except VouteError as error:
            assert error.code == "bad-signature"
            wrong += [data.hex()] if good else []
        else:
            wrong += [] if good else [data.hex()]
    assert wrong == []
    assert len(cctv()) == 914


@pytest.mark.control("E5")
def test_ed25519_vector_of_c2sp_without_a_flag_is_taken() -> None:
    plain = [data for data, good in cctv() if good]
    assert [check_signature(data) for data in plain] == plain
    assert len(plain) == 1


@pytest.mark.mutant("E5")
def test_ed25519_without_the_check_of_points_takes_what_is_refused() -> None:
    # OpenSSL alone: it refuses non-canonical R and residues, and takes keys and nonce points of small order.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 (the check that is left when ours is taken out)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 (the same)

    taken = 0
    for data, good in cctv():
        try:
            Ed25519PublicKey.from_public_bytes(data[:32]).verify(data[32:96], data[96:])
        except (InvalidSignature, ValueError):
            continue
        taken += not good
    assert taken > 100


@pytest.mark.attack("E5")
@pytest.mark.parametrize("point", small_points(), ids=bytes.hex)
def test_ed25519_point_of_small_order_is_no_key_and_no_nonce_point(point: bytes) -> None:
    with pytest.raises(BadSignatureError):
        check_public_key(point)
    with pytest.raises(BadSignatureError):
        verify(KEY.public, point + bytes(32), b"")
    with pytest.raises(BadSignatureError):
        verify(point, point + bytes(32), b"")


def test_ed25519_small_points_are_all_fourteen_encodings() -> None:
    assert len(small_points()) == 14
