"""Lists of bytes, derivations against an independent HKDF, and the reader."""

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError
from voute.format import binary
from voute.format.binary import Reader

PARTS = st.lists(st.binary(max_size=20), max_size=5)


@given(PARTS, PARTS)
def test_binary_two_lists_never_share_bytes(left: list[bytes], right: list[bytes]) -> None:
    assert (binary.length_prefixed(*left) == binary.length_prefixed(*right)) == (left == right)


@given(st.binary(min_size=1, max_size=64), st.from_regex(r"[a-z/0-9]{1,20}", fullmatch=True), PARTS)
def test_binary_derive_equals_another_hkdf(key: bytes, label: str, parts: list[bytes]) -> None:
    info = binary.length_prefixed(f"voute/{label}", *parts)
    assert binary.derive(key, label, *parts) == HKDF(SHA256(), 32, None, info).derive(key)


def test_binary_texts_are_utf_8_and_no_surrogate() -> None:
    assert binary.length_prefixed("é") == b"\0\0\0\2\xc3\xa9"
    with pytest.raises(FormatError):
        binary.length_prefixed("\ud800")


@pytest.mark.parametrize("number", [-1, 2**32])
def test_binary_u32_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(FormatError):
        binary.u32(number)


@pytest.mark.parametrize("number", [-1, 2**64])
def test_binary_u64_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(FormatError):
        binary.u64(number)


def test_binary_mac_is_over_prefixed_parts() -> None:
    assert binary.mac(b"key", b"ab", b"c") != binary.mac(b"key", b"a", b"bc")


def test_binary_reader_takes_all_and_no_more() -> None:
    reader = Reader(b"MA" + binary.u32(7) + binary.u64(9) + binary.length_prefixed(b"part"), "case")
    reader.magic(b"MA")
    assert (reader.u32(), reader.u64(), reader.part(4)) == (7, 9, b"part")
    reader.end()
    with pytest.raises(FormatError):
        reader.take(1)


@pytest.mark.parametrize("raw", [b"", b"\0\0\0", b"\0\0\0\5abcd", b"\0\0\0\4abcde"])
def test_binary_reader_refuses_short_long_and_oversized(raw: bytes) -> None:
    reader = Reader(raw, "case")
    with pytest.raises(FormatError):
        reader.part(4)
        reader.end()


def test_binary_reader_refuses_other_magic() -> None:
    with pytest.raises(FormatError):
        Reader(b"MB", "case").magic(b"MA")


def test_binary_reader_names_its_format_in_a_refusal() -> None:
    for read in (
        lambda: Reader(b"", "case").take(1),
        lambda: Reader(b"\0\0\0\1a", "case").part(0),
        lambda: Reader(b"MB", "case").magic(b"MA"),
        lambda: Reader(b"M", "case").end(),
    ):
        with pytest.raises(FormatError, match=r"^case: "):
            read()
