"""Headers and payloads together: round trips, every flipped bit, every cut, re-wrapping."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError, LimitError, NotForThisKeyError, VerificationError, VouteError
from voute.format.age_header import MAX_STANZAS, Header, Stanza, parse_header
from voute.seal.agefile import (
    HeaderMacError,
    check_mac,
    open_file,
    open_file_pieces,
    open_header,
    open_payload,
    open_payload_pieces,
    payload_reader,
    payload_size,
    plaintext_size,
    rewrap_header,
    seal_file,
    seal_header,
    seal_payload,
    seal_payload_into,
    seal_payload_pieces,
)
from voute.seal.file_key import NONCE_SIZE, FileKey
from voute.seal.hybrid import HybridIdentity
from voute.seal.stream import CHUNK_SIZE, PayloadError, range_reader

IDENTITY = HybridIdentity(bytes(range(32)))
OTHER = HybridIdentity(bytes(32))
KEY = FileKey(bytes(range(16)))


@given(st.binary(max_size=3000))
def test_age_file_any_bytes_open_back(plain: bytes) -> None:
    file = seal_file([IDENTITY.recipient], plain)
    assert open_file(file, [OTHER, IDENTITY]) == plain
    assert b"".join(open_file_pieces(io.BytesIO(file), [IDENTITY])) == plain


def test_age_file_sealed_twice_has_nothing_in_common_but_its_form() -> None:
    first, second = (seal_file([IDENTITY.recipient], b"same") for _ in range(2))
    size = parse_header(first)[1]
    assert first[size:] != second[size:]
    assert open_header(first[:size], [IDENTITY]) != open_header(second[:size], [IDENTITY])


def test_age_header_opens_with_each_recipients_identity() -> None:
    header = seal_header(KEY, [IDENTITY.recipient, OTHER.recipient])
    assert [open_header(header, [item]) for item in (IDENTITY, OTHER)] == [KEY, KEY]
    with pytest.raises(NotForThisKeyError):
        open_header(header, [HybridIdentity.generate()])
    with pytest.raises(NotForThisKeyError):
        open_header(header, [])


def test_age_header_for_nobody_or_too_many_is_refused() -> None:
    with pytest.raises(FormatError):
        seal_header(KEY, [])
    with pytest.raises(LimitError):
        seal_header(KEY, [IDENTITY.recipient] * (MAX_STANZAS + 1))


def test_age_header_with_stanzas_swapped_added_or_removed_fails_its_mac() -> None:
    header, _ = parse_header(seal_header(KEY, [IDENTITY.recipient, OTHER.recipient]))
    first, second = header.stanzas
    for stanzas in ((second, first), (first,), (first, second, second)):
        changed = Header(stanzas, header.mac)
        with pytest.raises(HeaderMacError):
            check_mac(changed, KEY)
        with pytest.raises(HeaderMacError):
            open_header(changed.encode(), [IDENTITY])


def test_age_header_with_a_foreign_stanza_is_refused_though_its_mac_holds() -> None:
    foreign = Stanza("X25519", ("x",), bytes(32))
    stanzas = (IDENTITY.recipient.wrap(KEY), foreign)
    mac = KEY.header_mac(Header(stanzas, bytes(32)).encode()[: -len(" ") - 43 - len("\n")])
    header = Header(stanzas, mac)
    check_mac(header, KEY)
    file = header.encode() + seal_payload(KEY, b"mixed")
    with pytest.raises(FormatError, match="does not take"):
        open_header(header.encode(), [IDENTITY])
    with pytest.raises(FormatError, match="does not take"):
        open_file(file, [IDENTITY])
    with pytest.raises(FormatError, match="does not take"):
        list(open_file_pieces(io.BytesIO(file), [IDENTITY]))


SMALL = seal_file([IDENTITY.recipient], b"card")


@pytest.mark.parametrize("bit", range(8))
def test_age_file_with_any_bit_flipped_is_refused(bit: int) -> None:
    for at in range(len(SMALL)):
        flipped = bytearray(SMALL)
        flipped[at] ^= 1 << bit
        with pytest.raises((FormatError, NotForThisKeyError, VerificationError)):
            open_file(bytes(flipped), [IDENTITY])


def test_age_file_cut_at_any_byte_is_refused() -> None:
    for size in range(len(SMALL)):
        with pytest.raises((FormatError, PayloadError)):
            open_file(SMALL[:size], [IDENTITY])


@given(st.integers(0, len(SMALL)), st.binary(min_size=1, max_size=3))
def test_age_file_with_bytes_put_in_is_refused(at: int, extra: bytes) -> None:
    with pytest.raises(VouteError):
        open_file(SMALL[:at] + extra + SMALL[at:], [IDENTITY])


def test_age_rewrapped_header_opens_for_the_new_recipient_alone_and_keeps_the_payload() -> None:
    payload = seal_payload(KEY, b"body")
    header = rewrap_header(seal_header(KEY, [IDENTITY.recipient]), [IDENTITY], [OTHER.recipient])
    assert open_file(header + payload, [OTHER]) == b"body"
    with pytest.raises(NotForThisKeyError):
        open_header(header, [IDENTITY])
    with pytest.raises(NotForThisKeyError):
        rewrap_header(header, [IDENTITY], [IDENTITY.recipient])


def test_age_two_payloads_of_one_file_key_have_nonces_of_their_own() -> None:
    first, second = seal_payload(KEY, b"same"), seal_payload(KEY, b"same")
    assert first[:NONCE_SIZE] != second[:NONCE_SIZE]
    assert first[NONCE_SIZE:] != second[NONCE_SIZE:]
    with pytest.raises(PayloadError):
        open_payload(KEY, first[:NONCE_SIZE] + second[NONCE_SIZE:])


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE, CHUNK_SIZE + 1])
def test_age_payload_all_ways_of_sealing_and_opening_agree(size: int) -> None:
    plain = bytes(range(256)) * (size // 256) + bytes(size % 256)
    place = bytearray(payload_size(size))
    seal_payload_into(KEY, plain, memoryview(place))
    for payload in (bytes(place), seal_payload(KEY, plain), b"".join(seal_payload_pieces(KEY, [plain]))):
        assert plaintext_size(len(payload)) == size
        assert open_payload(KEY, payload) == plain
        assert b"".join(open_payload_pieces(KEY, iter([payload[:7], payload[7:30], payload[30:]]))) == plain
        reader = payload_reader(KEY, range_reader(io.BytesIO(b"head" + payload), 4), len(payload))
        assert reader.read(size // 2, size) == plain[size // 2 :]


def test_age_payload_into_a_place_of_another_size_is_refused() -> None:
    for size in (payload_size(5) - 1, payload_size(5) + 1):
        with pytest.raises(FormatError):
            seal_payload_into(KEY, b"12345", memoryview(bytearray(size)))


@pytest.mark.parametrize("size", range(NONCE_SIZE))
def test_age_payload_without_a_whole_nonce_is_refused(size: int) -> None:
    with pytest.raises(FormatError):
        open_payload(KEY, bytes(size))
    with pytest.raises(FormatError):
        list(open_payload_pieces(KEY, [bytes(1)] * size))
    with pytest.raises(FormatError):
        payload_reader(KEY, range_reader(io.BytesIO(bytes(size))), size)


def test_age_payload_whose_source_lost_its_nonce_is_refused() -> None:
    with pytest.raises(FormatError):
        payload_reader(KEY, lambda _offset, _length: b"", payload_size(5))


def test_age_payload_pieces_after_an_error_of_the_source_pass_it_on() -> None:
    payload = seal_payload(KEY, bytes(2 * CHUNK_SIZE))

    def broken() -> Iterator[bytes]:
        yield payload[: CHUNK_SIZE + 100]
        raise OSError(5, "input")

    opened = open_payload_pieces(KEY, broken())
    assert next(opened) == bytes(CHUNK_SIZE)
    with pytest.raises(OSError, match="input"):
        next(opened)
