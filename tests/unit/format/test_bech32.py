"""Bech32: BIP 173's own examples, age's, and everything that is not exactly one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError
from voute.format.bech32 import MAX_LENGTH, decode_bech32, encode_bech32

# The examples of C2SP age.md.
IDENTITY = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"
IDENTITY_PREFIX = "AGE-SECRET-KEY-PQ-"
CLASSICAL = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


def test_bech32_example_of_the_standard_reads_and_writes_back() -> None:
    for prefix, text in ((IDENTITY_PREFIX, IDENTITY), ("age", CLASSICAL)):
        data = decode_bech32(prefix, text)
        assert len(data) == 32
        assert encode_bech32(prefix, data) == text


@pytest.mark.parametrize(
    ("prefix", "text"),
    [
        # BIP 173, "Test vectors": valid strings whose data part is whole bytes.
        ("A", "A12UEL5L"),
        ("a", "a12uel5l"),
        ("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio",
         "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs"),
        ("?", "?1ezyfcl"),
    ],
)  # fmt: skip
def test_bech32_empty_example_of_bip173_reads_and_writes_back(prefix: str, text: str) -> None:
    assert decode_bech32(prefix, text) == b""
    assert encode_bech32(prefix, b"") == text


@given(st.binary(max_size=1300), st.sampled_from(["age1pq", IDENTITY_PREFIX, "x"]))
def test_bech32_any_bytes_read_back(data: bytes, prefix: str) -> None:
    text = encode_bech32(prefix, data)
    assert text == (text.upper() if prefix.isupper() else text.lower())
    assert decode_bech32(prefix, text) == data


@given(st.text(max_size=40))
def test_bech32_any_text_is_refused_or_writes_back(tail: str) -> None:
    text = f"x1{tail}"
    try:
        data = decode_bech32("x", text)
    except FormatError:
        return
    assert encode_bech32("x", data) == text


def test_bech32_each_symbol_changed_is_refused() -> None:
    for at, symbol in enumerate(IDENTITY):
        for other in "Q2X":
            if other != symbol:
                with pytest.raises(FormatError):
                    decode_bech32(IDENTITY_PREFIX, IDENTITY[:at] + other + IDENTITY[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        IDENTITY.lower(),
        IDENTITY[:-1] + IDENTITY[-1].lower(),
        IDENTITY[:-1],
        IDENTITY + "Q",
        " " + IDENTITY,
        IDENTITY + "\n",
        IDENTITY.replace("K", "\u212a"),
        IDENTITY.replace("-PQ-", "-"),
        IDENTITY_PREFIX + "1",
        IDENTITY_PREFIX + "1QQQQQ",
        IDENTITY_PREFIX,
        "",
    ],
)
def test_bech32_text_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        decode_bech32(IDENTITY_PREFIX, text)


def checksummed(prefix: str, data_symbols: str) -> str:
    """Close a data part with its checksum, found by trying none: the reference loop of BIP 173."""
    symbols = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    values = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    values += [symbols.index(c) for c in data_symbols] + [0] * 6
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= generator if top >> bit & 1 else 0
    state ^= 1
    return f"{prefix}1{data_symbols}" + "".join(symbols[state >> 5 * at & 31] for at in reversed(range(6)))


@given(st.text(alphabet="qpzry9x8gf2tvdw0s3jn54khce6mua7l", max_size=50))
def test_bech32_checksum_agrees_with_the_loop_of_bip173(data: str) -> None:
    text = checksummed("age", data)
    values = ["qpzry9x8gf2tvdw0s3jn54khce6mua7l".index(symbol) for symbol in data]
    spare = len(data) * 5 % 8
    if spare < 5 and (not values or values[-1] & (1 << spare) - 1 == 0):
        assert encode_bech32("age", decode_bech32("age", text)) == text
        return
    # The checksum holds: the only thing wrong is that the symbols do not fill bytes.
    with pytest.raises(FormatError, match="padding"):
        decode_bech32("age", text)


@pytest.mark.parametrize("data", ["q", "qqq", "qp", "qqqq" + "p", "l" * 6])
def test_bech32_padding_that_is_not_zero_or_a_whole_symbol_is_refused(data: str) -> None:
    with pytest.raises(FormatError, match="padding"):
        decode_bech32("age", checksummed("age", data))


def test_bech32_text_longer_than_the_limit_is_refused() -> None:
    size = (MAX_LENGTH - len("x1") - 6) * 5 // 8
    assert decode_bech32("x", encode_bech32("x", bytes(size))) == bytes(size)
    with pytest.raises(FormatError, match="long"):
        decode_bech32("x", encode_bech32("x", bytes(size + 1)))


def test_bech32_longest_text_is_written_and_read_and_none_longer() -> None:
    # 4,096 symbols: a letter, the separator, six of checksum, and 4,088 that are 2,555 bytes.
    text = encode_bech32("a", bytes(range(255)) * 10 + bytes(5))
    assert len(text) == MAX_LENGTH
    assert encode_bech32("a", decode_bech32("a", text)) == text
    with pytest.raises(FormatError):
        encode_bech32("a", bytes(2_556))
