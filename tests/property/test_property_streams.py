"""What is read as it arrives gives the same, whatever the pieces: byte by byte, in odd pieces, or whole."""

import io
from collections.abc import Iterator

import pytest

from tests.support.formats.sealed import FILE_KEY, LARGE, payload
from tests.support.formats.table import FORMATS
from tests.support.mutate import Mutator
from tools.make_vectors import pack
from voute.core.errors import VouteError
from voute.core.ids import DocumentId
from voute.format import age_header
from voute.format.pack import PackWriter, read_index
from voute.seal import agefile, stream
from voute.seal.file_key import FileKey

Outcome = tuple[bytes, str]
PIECES = (1, 7, stream.SEALED_CHUNK_SIZE)


def _in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def _opened(data: bytes, size: int) -> Outcome:
    """What was released, and how it ended."""
    released = bytearray()
    try:
        for chunk in agefile.open_payload_pieces(FileKey(FILE_KEY), _in_pieces(data, size)):
            released.extend(chunk)
    except VouteError as error:
        return bytes(released), error.code
    return bytes(released), ""


def _whole(data: bytes) -> str:
    try:
        agefile.open_payload(FileKey(FILE_KEY), data)
    except VouteError as error:
        return error.code
    return ""


def test_stream_payload_opens_alike_in_any_pieces() -> None:
    mutator = Mutator(11)
    one = FORMATS["age-payload"]
    for _ in range(600):
        data = one.make(mutator)[:4000]
        outcomes = {_opened(data, size) for size in PIECES}
        assert len(outcomes) == 1
        assert {code for _, code in outcomes} == {_whole(data)}


@pytest.mark.parametrize("change", [-1, 0, stream.SEALED_CHUNK_SIZE + 15, stream.SEALED_CHUNK_SIZE + 16, None])
def test_stream_payload_of_two_chunks_opens_alike_in_any_pieces(change: int | None) -> None:
    data = bytearray(payload(LARGE))
    if change is not None:
        data[change] ^= 1
    outcomes = {_opened(bytes(data), size) for size in PIECES}
    assert len(outcomes) == 1
    assert {code for _, code in outcomes} == {_whole(bytes(data))}


def test_stream_plaintext_seals_alike_in_any_pieces() -> None:
    plaintext = bytes(range(256)) * 300
    sealed = {b"".join(stream.encrypt_pieces(FILE_KEY * 2, _in_pieces(plaintext, size))) for size in (1, 1000, 10**6)}
    assert sealed == {stream.encrypt(FILE_KEY * 2, plaintext)}


class _Drops:
    """A source that gets one byte at a time, as over a slow connection, and counts them."""

    def __init__(self, data: bytes) -> None:
        self._left = io.BytesIO(data)
        self.taken = 0

    def readline(self, size: int, /) -> bytes:
        line = bytearray()
        while len(line) < size and (drop := self._left.read(1)):
            self.taken += 1
            line += drop
            if drop == b"\n":
                break
        return bytes(line)


def _header(source: age_header.LineSource) -> tuple[bytes | str, int]:
    try:
        header, size = age_header.read_header(source)
    except VouteError as error:
        return error.code, 0
    return header.encode(), size


@pytest.mark.parametrize("name", ["age-header", "sealed-header"])
def test_stream_header_reads_alike_byte_by_byte_and_takes_no_byte_more(name: str) -> None:
    mutator = Mutator(12)
    for _ in range(300):
        data = FORMATS[name].make(mutator) + b"payload"
        source = _Drops(data)
        expected, taken = _header(io.BytesIO(data))
        assert _header(source) == (expected, taken)
        assert taken in {0, source.taken}


def test_stream_reader_gives_any_range_as_the_whole() -> None:
    data, size = payload(LARGE), LARGE
    whole = agefile.open_payload(FileKey(FILE_KEY), data)
    reader = agefile.payload_reader(FileKey(FILE_KEY), stream.range_reader(io.BytesIO(data)), len(data))
    mutator = Mutator(13)
    ranges = [sorted((mutator.below(size + 1), mutator.below(size + 1))) for _ in range(200)]
    borders = [[at, at + 1] for at in (0, stream.CHUNK_SIZE - 1, stream.CHUNK_SIZE, size - 1)]
    for start, end in (*ranges, *borders, [0, size], [size, size]):
        assert reader.read(start, end) == whole[start:end]


def test_stream_pack_is_written_and_read_alike_in_any_pieces() -> None:
    raw = pack._pack()  # noqa: SLF001 (the pack of the vectors)
    entries = read_index(lambda offset, length: raw[offset : offset + length], len(raw))
    out = io.BytesIO()
    writer = PackWriter(out.write)
    for one in entries:
        writer.add(DocumentId(one.document_id), raw[one.offset : one.offset + one.length])
    assert (writer.finish().size, out.getvalue()) == (len(raw), raw)

    def drops(offset: int, length: int) -> bytes:
        return b"".join(raw[at : at + 1] for at in range(offset, offset + length))

    assert read_index(drops, len(raw)) == entries
