"""Ed25519 with one verdict: what lax verifiers take is refused, what good keys sign is taken."""

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.make_vectors import statements
from tools.make_vectors.statements import P
from voute.core.errors import FormatError, VerificationError
from voute.format import ed25519
from voute.format.ed25519 import BadSignatureError, SigningKey

VECTORS = Path(__file__).resolve().parents[3] / "vectors" / "statements"


@pytest.fixture(autouse=True)
def _no_key_is_remembered() -> None:
    """Check every key anew: one that another test has had checked would be taken unseen."""
    ed25519._checked_key.cache_clear()  # noqa: SLF001 (the cache has no other door)


def _openssl_takes(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50))
def test_ed25519_signature_of_any_key_verifies(seed: bytes, message: bytes) -> None:
    key = SigningKey(seed)
    ed25519.verify(key.public, key.sign(message), message)
    with pytest.raises(BadSignatureError):
        ed25519.verify(key.public, key.sign(message), message + b"x")


@pytest.mark.parametrize("name", ["order-2", "order-4", "order-8", "order-8-other"])
def test_ed25519_key_of_mixed_order_is_refused_though_openssl_takes_it(name: str) -> None:
    case = json.loads((VECTORS / f"ed25519-key-mixed-{name}.json").read_bytes())
    public, signature, message = (bytes.fromhex(case["input"][key]) for key in ("public", "signature", "message"))
    assert _openssl_takes(public, signature, message)
    with pytest.raises(BadSignatureError):
        ed25519.verify(public, signature, message)


@pytest.mark.parametrize("name", ["order-1", "order-2", "order-4", "order-8"])
def test_ed25519_key_of_small_order_is_refused(name: str) -> None:
    case = json.loads((VECTORS / f"ed25519-key-{name}.json").read_bytes())
    with pytest.raises(BadSignatureError):
        ed25519.check_public_key(bytes.fromhex(case["input"]["public"]))


@given(st.binary(min_size=32, max_size=32))
def test_ed25519_any_bytes_as_key_are_taken_or_refused_by_name(raw: bytes) -> None:
    try:
        assert ed25519.check_public_key(raw) == raw
    except VerificationError as error:
        caught = error.code
    else:
        caught = "bad-signature"
    assert caught == "bad-signature"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_ed25519_wrong_sizes_are_refused(size: int) -> None:
    key = SigningKey(bytes(32))
    with pytest.raises(FormatError):
        SigningKey(bytes(size))
    with pytest.raises(FormatError):
        ed25519.check_public_key(bytes(size))
    with pytest.raises(BadSignatureError):
        ed25519.verify(bytes(size), key.sign(b""), b"")
    with pytest.raises(BadSignatureError):
        ed25519.verify(key.public, bytes(size), b"")


def test_ed25519_good_key_or_signature_with_a_byte_more_or_less_is_refused() -> None:
    key = SigningKey(bytes(32))
    signature = key.sign(b"")
    ed25519.verify(key.public, signature, b"")
    for public, signed in (
        (key.public + b"\0", signature),
        (key.public[:-1], signature),
        (key.public, signature + b"\0"),
        (key.public, signature[:-1]),
    ):
        with pytest.raises(BadSignatureError, match="64 bytes"):
            ed25519.verify(public, signed, b"")


def _is_good(raw: bytes) -> bool:
    """Decide by the textbook: canonical, on the curve, [L]A = O, not O itself."""
    if int.from_bytes(raw, "little") % 2**255 >= P:
        return False
    x, y = statements.decode(raw)
    d = -121665 * pow(121666, -1, P)
    if (y * y - x * x - 1 - d * x * x * y * y) % P or (x, y) == (0, 1):
        return False
    result, power, number = (0, 1), (x, y), statements.L
    while number:
        result = statements.add(result, power) if number & 1 else result
        power, number = statements.add(power, power), number >> 1
    return result == (0, 1)


def _is_taken(raw: bytes) -> bool:
    try:
        ed25519.check_public_key(raw)
    except BadSignatureError:
        return False
    return True


@settings(max_examples=25)
@given(st.binary(min_size=32, max_size=32))
def test_ed25519_key_check_is_that_of_the_textbook(seed: bytes) -> None:
    public = SigningKey(seed).public
    torsion = statements.SMALL_ORDER["order-8"]
    for raw in (seed, public, statements.mixed(public, torsion)):
        assert _is_taken(raw) == _is_good(raw)
    assert _is_taken(public)


def test_ed25519_key_shows_no_seed() -> None:
    key = SigningKey(b"\xaa" * 32)
    assert key.seed.hex() not in repr(key)
    assert key.public.hex() in repr(key)
