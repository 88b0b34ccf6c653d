"""The age header: limits, what the kit leaves out, and that whatever parses writes back."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError, LimitError, VouteError
from voute.format.age_header import (
    HYBRID_TYPE,
    MAC_SIZE,
    MAX_HEADER,
    MAX_STANZAS,
    SHARE_SIZE,
    WRAPPED_SIZE,
    Header,
    Stanza,
    demand_hybrid,
    from_raw_base64,
    hybrid_share,
    parse_header,
    parse_hybrid_header,
    read_header,
    to_raw_base64,
    unsigned_header,
)

MAC = bytes(range(MAC_SIZE))
VISIBLE = st.text(alphabet=[chr(code) for code in range(0x21, 0x7F)], min_size=1, max_size=20)
STANZAS = st.builds(Stanza, VISIBLE, st.lists(VISIBLE, max_size=3).map(tuple), st.binary(max_size=200))


def hybrid_stanza(share: bytes = bytes([9]) * SHARE_SIZE, body: bytes = bytes(WRAPPED_SIZE)) -> Stanza:
    return Stanza(HYBRID_TYPE, (to_raw_base64(share).decode(),), body)


@given(st.lists(STANZAS, min_size=1, max_size=5), st.binary(min_size=MAC_SIZE, max_size=MAC_SIZE), st.binary(max_size=9))
def test_age_header_any_reads_back_with_its_size(stanzas: list[Stanza], mac: bytes, rest: bytes) -> None:
    header = Header(tuple(stanzas), mac)
    data = header.encode()
    assert parse_header(data + rest) == (header, len(data))
    source = io.BytesIO(data + rest)
    assert read_header(source) == (header, len(data))
    assert source.read() == rest
    assert data.startswith(unsigned_header(stanzas) + b" ")


SMALL = Header((Stanza("a", ("b", "c"), b"body"), Stanza("d", (), bytes(48))), MAC).encode()


@pytest.mark.parametrize("at", range(len(SMALL)))
def test_age_header_cut_at_each_byte_is_refused(at: int) -> None:
    with pytest.raises(FormatError):
        parse_header(SMALL[:at])


@given(st.integers(0, len(SMALL) - 1), st.binary(min_size=0, max_size=3), st.integers(0, 3))
def test_age_header_changed_is_refused_or_writes_back(at: int, new: bytes, removed: int) -> None:
    data = SMALL[:at] + new + SMALL[at + removed :]
    try:
        header, size = parse_header(data)
    except VouteError:
        return
    assert header.encode() == data[:size]


@given(st.binary(max_size=200))
def test_age_header_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_header(data)


@pytest.mark.parametrize("argument", ["", " ", "a b", "é", "\x7f", "a\n", "\x1f"])
def test_age_stanza_with_an_argument_that_is_none_is_refused(argument: str) -> None:
    with pytest.raises(FormatError):
        Stanza(argument, (), b"")
    with pytest.raises(FormatError):
        Stanza("a", (argument,), b"")


@pytest.mark.parametrize("byte", [0x00, 0x09, 0x0D, 0x20, 0x7F, 0x80, 0xE9, 0xFF])
def test_age_header_with_a_byte_that_is_not_visible_ascii_is_refused(byte: int) -> None:
    data = Header((Stanza("aQb", (), b""),), MAC).encode().replace(b"aQb", bytes((ord("a"), byte, ord("b"))))
    if byte == ord(" "):
        assert parse_header(data)[0].stanzas[0] == Stanza("a", ("b",), b"")
        return
    with pytest.raises(FormatError):
        parse_header(data)


def test_age_header_with_most_stanzas_is_taken_and_one_more_refused() -> None:
    most = (Stanza("a", (), b""),) * MAX_STANZAS
    data = Header(most, MAC).encode()
    assert parse_header(data)[0].stanzas == most
    with pytest.raises(LimitError):
        Header((*most, most[0]), MAC)
    with pytest.raises(LimitError):
        unsigned_header((*most, most[0]))
    with pytest.raises(LimitError):
        parse_header(data.replace(b"-> a\n\n", b"-> a\n\n-> a\n\n", 1))


def test_age_header_of_the_largest_size_is_taken_and_one_byte_more_refused() -> None:
    empty = len(Header((Stanza("a", ("b",), b""),), MAC).encode())
    largest = Header((Stanza("a", ("b" * (MAX_HEADER - empty + 1),), b""),), MAC).encode()
    assert parse_header(largest)[1] == len(largest) == MAX_HEADER
    with pytest.raises(LimitError):
        parse_header(largest.replace(b"b", b"bb", 1))


def test_age_header_without_end_reads_no_more_than_the_limit() -> None:
    source = io.BytesIO(b"age-encryption.org/v1\n-> " + b"a" * (2 * MAX_HEADER))
    with pytest.raises(LimitError):
        read_header(source)
    assert source.tell() == MAX_HEADER + 1


def test_age_header_without_stanza_or_with_a_short_mac_is_refused() -> None:
    with pytest.raises(FormatError):
        Header((), MAC)
    with pytest.raises(FormatError):
        unsigned_header(())
    with pytest.raises(FormatError):
        Header((Stanza("a", (), b""),), MAC[:-1])
    with pytest.raises(FormatError):
        parse_header(b"age-encryption.org/v1\n--- " + to_raw_base64(MAC) + b"\n")


@pytest.mark.parametrize("text", [b"=", b"AA==", b"A", b"AB", b"AAB", b"AA\n", b" AA", b"A-_A", b"AAAAA"])
def test_raw_base64_of_another_form_is_refused(text: bytes) -> None:
    with pytest.raises(FormatError):
        from_raw_base64(text)


@given(st.binary(max_size=100))
def test_raw_base64_any_bytes_read_back(data: bytes) -> None:
    assert from_raw_base64(to_raw_base64(data)) == data


def test_raw_base64_loses_its_padding_and_no_letter() -> None:
    assert to_raw_base64(b"\x5d\x75\xd7") == b"XXXX"
    assert to_raw_base64(b"\x5d\x75") == b"XXU"
    assert to_raw_base64(b"") == b""


# 46 bytes fill 62 columns of base64, 47 fill 63, 48 all 64: the line after a full one is written even if empty.
@pytest.mark.parametrize(("size", "columns"), [(0, [0]), (46, [62]), (47, [63]), (48, [64, 0]), (49, [64, 2]), (95, [64, 63])])
def test_age_stanza_body_ends_with_a_line_that_is_not_full(size: int, columns: list[int]) -> None:
    stanza = Stanza("a", (), bytes(size))
    lines = stanza.encode().split(b"\n")
    assert (lines[0], lines[-1]) == (b"-> a", b"")
    assert [len(line) for line in lines[1:-1]] == columns
    assert parse_header(Header((stanza,), MAC).encode())[0].stanzas == (stanza,)


def test_hybrid_header_of_the_product_is_taken() -> None:
    data = Header((hybrid_stanza(), hybrid_stanza(bytes([1]) * SHARE_SIZE)), MAC).encode()
    assert len(parse_hybrid_header(data).stanzas) == 2
    assert hybrid_share(parse_hybrid_header(data).stanzas[1]) == bytes([1]) * SHARE_SIZE
    with pytest.raises(FormatError, match="after"):
        parse_hybrid_header(data + b"\n")


LOW_ORDER = (0, 1, 39382357235489614581723060781553021112529911719440698176882885853963445705823, 2**255 - 20, 2**255 - 18)


@pytest.mark.parametrize("u", LOW_ORDER)
@pytest.mark.parametrize("top", [0, 1 << 255])
def test_hybrid_header_whose_share_is_of_low_order_is_refused(u: int, top: int) -> None:
    share = bytes([1]) * (SHARE_SIZE - 32) + (u | top).to_bytes(32, "little")
    with pytest.raises(FormatError, match="low order"):
        parse_hybrid_header(Header((hybrid_stanza(), hybrid_stanza(share)), MAC).encode())


@pytest.mark.parametrize(
    "stanza",
    [
        Stanza("X25519", hybrid_stanza().args, bytes(WRAPPED_SIZE)),
        Stanza("MLKEM768X25519", hybrid_stanza().args, bytes(WRAPPED_SIZE)),
        Stanza("Ds-grease", ("x",), b""),
        Stanza(HYBRID_TYPE, (), bytes(WRAPPED_SIZE)),
        Stanza(HYBRID_TYPE, (*hybrid_stanza().args, "x"), bytes(WRAPPED_SIZE)),
        Stanza(HYBRID_TYPE, ("not=base64",), bytes(WRAPPED_SIZE)),
        hybrid_stanza(share=bytes(SHARE_SIZE - 1)),
        hybrid_stanza(share=bytes(SHARE_SIZE + 1)),
        hybrid_stanza(body=bytes(WRAPPED_SIZE - 1)),
        hybrid_stanza(body=bytes(WRAPPED_SIZE + 1)),
    ],
)
def test_hybrid_header_with_another_stanza_in_any_place_is_refused(stanza: Stanza) -> None:
    for stanzas in ((stanza,), (stanza, hybrid_stanza()), (hybrid_stanza(), stanza)):
        with pytest.raises(FormatError):
            demand_hybrid(Header(stanzas, MAC))
