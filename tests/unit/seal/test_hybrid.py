"""Hybrid keys: strict strings, strict stanzas, and who opens what."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError, NotForThisKeyError
from voute.format.age_header import HYBRID_TYPE, SHARE_SIZE, WRAPPED_SIZE, Stanza, from_raw_base64, to_raw_base64
from voute.format.bech32 import encode_bech32
from voute.seal.file_key import FileKey
from voute.seal.hybrid import RECIPIENT_SIZE, SEED_SIZE, HybridIdentity, HybridRecipient

IDENTITY = HybridIdentity(bytes(range(SEED_SIZE)))
OTHER = HybridIdentity(bytes(SEED_SIZE))
KEY = FileKey(bytes(range(16)))
FIELD = 2**255 - 19
LOW_ORDER = (
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    FIELD - 1,
    FIELD,
    FIELD + 1,
)


def with_share(stanza: Stanza, share: bytes) -> Stanza:
    return Stanza(stanza.type, (to_raw_base64(share).decode(),), stanza.body)


def share_of(stanza: Stanza) -> bytes:
    return from_raw_base64(stanza.args[0].encode())


def test_hybrid_wrap_opens_for_its_identity_alone() -> None:
    stanza = IDENTITY.recipient.wrap(KEY)
    assert IDENTITY.unwrap([stanza]) == KEY
    with pytest.raises(NotForThisKeyError):
        OTHER.unwrap([stanza])


def test_hybrid_wrap_is_fresh_each_time_and_well_formed() -> None:
    first, second = IDENTITY.recipient.wrap(KEY), IDENTITY.recipient.wrap(KEY)
    assert first.args != second.args
    assert first.body != second.body
    assert (first.type, len(share_of(first)), len(first.body)) == (HYBRID_TYPE, SHARE_SIZE, WRAPPED_SIZE)


def test_hybrid_unwrap_finds_its_stanza_among_others() -> None:
    stanzas = [Stanza("Xx-grease", ("a", "b"), b"x"), OTHER.recipient.wrap(KEY), IDENTITY.recipient.wrap(KEY)]
    assert IDENTITY.unwrap(stanzas) == OTHER.unwrap(stanzas) == KEY
    with pytest.raises(NotForThisKeyError):
        IDENTITY.unwrap([])
    with pytest.raises(NotForThisKeyError):
        IDENTITY.unwrap(stanzas[:2])


@pytest.mark.parametrize(
    "bad",
    [
        Stanza(HYBRID_TYPE, (), bytes(WRAPPED_SIZE)),
        Stanza(HYBRID_TYPE, ("AAAA",), bytes(WRAPPED_SIZE)),
        Stanza(HYBRID_TYPE, (to_raw_base64(bytes([9]) * SHARE_SIZE).decode(),), bytes(WRAPPED_SIZE - 1)),
    ],
)
def test_hybrid_unwrap_refuses_a_malformed_stanza_even_behind_a_good_one(bad: Stanza) -> None:
    with pytest.raises(FormatError):
        IDENTITY.unwrap([IDENTITY.recipient.wrap(KEY), bad])


@pytest.mark.parametrize(("u", "top"), list(product(LOW_ORDER, (0, 1 << 255))))
def test_hybrid_x25519_value_of_low_order_is_refused(u: int, top: int) -> None:
    low = (u | top).to_bytes(32, "little")
    stanza = IDENTITY.recipient.wrap(KEY)
    with pytest.raises(FormatError, match="low order"):
        IDENTITY.unwrap([with_share(stanza, share_of(stanza)[:-32] + low)])
    with pytest.raises(FormatError, match="low order"):
        HybridRecipient(IDENTITY.recipient.raw[:-32] + low)


@given(st.integers(0, (SHARE_SIZE + WRAPPED_SIZE) * 8 - 1))
def test_hybrid_stanza_with_a_bit_flipped_does_not_open(bit: int) -> None:
    stanza = IDENTITY.recipient.wrap(KEY)
    sealed = bytearray(share_of(stanza) + stanza.body)
    sealed[bit // 8] ^= 1 << bit % 8
    flipped = Stanza(HYBRID_TYPE, (to_raw_base64(bytes(sealed[:SHARE_SIZE])).decode(),), bytes(sealed[SHARE_SIZE:]))
    if bit == SHARE_SIZE * 8 - 1:
        # RFC 7748 §5 masks this bit of an X25519 share, but X-Wing hashes the share as sent.
        assert sealed[SHARE_SIZE - 1] != share_of(stanza)[-1]
    with pytest.raises(NotForThisKeyError):
        IDENTITY.unwrap([flipped])


def test_hybrid_strings_read_back() -> None:
    assert HybridIdentity.from_string(IDENTITY.to_string()) == IDENTITY
    read = HybridRecipient.from_string(IDENTITY.recipient.to_string())
    assert read == IDENTITY.recipient
    assert hash(read) == hash(IDENTITY.recipient)
    assert IDENTITY.unwrap([read.wrap(KEY)]) == KEY
    assert len(read.to_string()) == 1959


@pytest.mark.parametrize("size", [0, SEED_SIZE - 1, SEED_SIZE + 1])
def test_hybrid_identity_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(FormatError):
        HybridIdentity(bytes(size))
    with pytest.raises(FormatError):
        HybridIdentity.from_string(encode_bech32("AGE-SECRET-KEY-PQ-", bytes(size)))


@pytest.mark.parametrize("raw", [b"", bytes(RECIPIENT_SIZE - 1), bytes(RECIPIENT_SIZE + 1), b"\xff" * RECIPIENT_SIZE])
def test_hybrid_recipient_that_is_no_key_is_refused(raw: bytes) -> None:
    with pytest.raises(FormatError):
        HybridRecipient(raw)
    with pytest.raises(FormatError):
        HybridRecipient.from_string(encode_bech32("age1pq", raw))


@pytest.mark.parametrize(
    "text",
    [
        "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
        IDENTITY.recipient.to_string().upper(),
        IDENTITY.to_string(),
    ],
)
def test_hybrid_recipient_string_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        HybridRecipient.from_string(text)


def test_hybrid_identity_shows_nothing() -> None:
    identity = HybridIdentity.generate()
    assert identity.recipient == identity.recipient
    assert identity != HybridIdentity.generate()
    assert identity != identity.seed
    assert repr(identity) == str(identity) == "HybridIdentity(hidden)"
    with pytest.raises(TypeError):
        hash(identity)


def test_hybrid_recipient_repr_is_its_beginning() -> None:
    assert repr(IDENTITY.recipient) == f"HybridRecipient({IDENTITY.recipient.to_string()[:20]}…)"
    assert IDENTITY.recipient != IDENTITY.recipient.raw
