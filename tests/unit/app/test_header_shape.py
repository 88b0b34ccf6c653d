import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.app.header_shape import check_header, check_sealed
from voute.core.errors import FormatError
from voute.format.age_header import parse_hybrid_header
from voute.seal.agefile import seal_file, seal_header
from voute.seal.file_key import FileKey
from voute.seal.hybrid import HybridIdentity

RECIPIENTS = [HybridIdentity.generate().recipient for _ in range(3)]
HEADERS = {many: seal_header(FileKey.generate(), RECIPIENTS[:many]) for many in (1, 2, 3)}


@pytest.mark.parametrize("many", [1, 2, 3])
def test_header_shape_takes_headers_of_as_many_recipients(many: int) -> None:
    check_header(HEADERS[many], many)
    for other in {1, 2, 3} - {many}:
        with pytest.raises(FormatError):
            check_header(HEADERS[many], other)


def agrees(data: bytes) -> None:
    """The one match and the parser give the same verdict."""
    try:
        parse_hybrid_header(data)
        good = True
    except FormatError:
        good = False
    try:
        check_header(data)
        found = True
    except FormatError:
        found = False
    assert found == good


@given(st.integers(0, len(HEADERS[1]) - 1), st.integers(0, 255))
def test_header_shape_agrees_with_the_parser_on_every_changed_byte(place: int, value: int) -> None:
    header = HEADERS[1]
    agrees(header[:place] + bytes([value]) + header[place + 1 :])


@pytest.mark.parametrize("place", [22 + 18 + 1493, -1, -2, -3, -45, -47, -48, -49])
def test_header_shape_agrees_with_the_parser_where_base64_ends(place: int) -> None:
    header = bytearray(HEADERS[1])
    for value in range(256):
        header[place] = value
        agrees(bytes(header))


@pytest.mark.parametrize("change", [b"", b"\n", b"x", b"-> grease\n\n"])
def test_header_shape_refuses_what_is_added_or_missing(change: bytes) -> None:
    header = HEADERS[1]
    for data in (header[:-1] + change, change + header[1:], header + change + b"x"):
        agrees(data)
        if data != header:
            with pytest.raises(FormatError):
                check_header(data)


def test_header_shape_of_a_file_wants_a_payload() -> None:
    data = seal_file(RECIPIENTS[:2], os.urandom(10))
    check_sealed(data, 2)
    with pytest.raises(FormatError):
        check_sealed(data, 1)
    with pytest.raises(FormatError):
        check_sealed(HEADERS[2], 2)
