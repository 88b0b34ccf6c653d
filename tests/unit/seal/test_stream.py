"""STREAM: sizes, borders of chunks, and every way to disturb a payload."""

import io
from itertools import permutations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError
from voute.seal import stream
from voute.seal.stream import CHUNK_SIZE, SEALED_CHUNK_SIZE, TAG_SIZE, PayloadError, StreamReader

KEY = bytes(range(32))
BORDERS = (0, 1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE, 2 * CHUNK_SIZE + 1)


def sample(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def released_before_failing(sealed: bytes) -> bytes:
    released = bytearray()

    def run() -> None:
        for chunk in stream.decrypt_pieces(KEY, [sealed]):
            released.extend(chunk)

    with pytest.raises(PayloadError):
        run()
    return bytes(released)


def demand_refused(sealed: bytes) -> None:
    with pytest.raises(PayloadError):
        stream.decrypt(KEY, sealed)
    with pytest.raises((PayloadError, FormatError)):
        reader = reader_of(sealed)
        reader.read(0, reader.size)


def reader_of(sealed: bytes) -> StreamReader:
    return StreamReader(stream.range_reader(io.BytesIO(sealed)), KEY, len(sealed))


@pytest.mark.parametrize("size", BORDERS)
@pytest.mark.parametrize("piece", [4099, CHUNK_SIZE, SEALED_CHUNK_SIZE, 1 << 20])
def test_stream_payload_opens_back_however_it_is_cut(size: int, piece: int) -> None:
    plain = sample(size)
    sealed = stream.encrypt(KEY, plain)
    assert len(sealed) == stream.sealed_size(size)
    assert stream.plain_size(len(sealed)) == size
    assert b"".join(stream.encrypt_pieces(KEY, in_pieces(plain, piece))) == sealed
    assert stream.decrypt(KEY, sealed) == plain
    assert b"".join(stream.decrypt_pieces(KEY, in_pieces(sealed, piece))) == plain
    assert b"".join(stream.decrypt_pieces(KEY, stream.read_pieces(io.BytesIO(sealed), piece))) == plain


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_stream_payload_takes_any_buffer(kind: type) -> None:
    plain = sample(CHUNK_SIZE + 3)
    sealed = stream.encrypt(KEY, kind(plain))
    assert stream.decrypt(KEY, kind(sealed)) == plain
    assert type(sealed) is bytes


@given(st.integers(0, 3 * SEALED_CHUNK_SIZE + 40))
def test_stream_sizes_are_one_to_one(sealed: int) -> None:
    try:
        size = stream.plain_size(sealed)
    except FormatError:
        assert sealed < TAG_SIZE or 0 < sealed % SEALED_CHUNK_SIZE <= TAG_SIZE
        return
    assert stream.sealed_size(size) == sealed


def test_stream_sizes_of_no_payload_are_refused() -> None:
    for sealed in (-1, 0, TAG_SIZE - 1, SEALED_CHUNK_SIZE + 1, SEALED_CHUNK_SIZE + TAG_SIZE):
        with pytest.raises(FormatError):
            stream.plain_size(sealed)


def test_stream_chunks_in_any_other_order_are_refused() -> None:
    plain = sample(4 * CHUNK_SIZE + 17)
    chunks = in_pieces(stream.encrypt(KEY, plain), SEALED_CHUNK_SIZE)
    assert len(chunks) == 5
    orders = [order for order in permutations(range(5)) if order != (0, 1, 2, 3, 4)]
    for order in orders:
        sealed = b"".join(chunks[at] for at in order)
        demand_refused(sealed)
        assert plain.startswith(released_before_failing(sealed))


def test_stream_chunk_doubled_dropped_or_of_another_payload_is_refused() -> None:
    chunks = in_pieces(stream.encrypt(KEY, sample(3 * CHUNK_SIZE + 1)), SEALED_CHUNK_SIZE)
    other = in_pieces(stream.encrypt(bytes(32), sample(3 * CHUNK_SIZE + 1)), SEALED_CHUNK_SIZE)
    for at in range(4):
        demand_refused(b"".join((*chunks[: at + 1], *chunks[at:])))
        demand_refused(b"".join((*chunks[:at], *chunks[at + 1 :])))
        demand_refused(b"".join((*chunks[:at], other[at], *chunks[at + 1 :])))


def test_stream_payload_cut_is_refused() -> None:
    plain = sample(2 * CHUNK_SIZE + 300)
    sealed = stream.encrypt(KEY, plain)
    last = 2 * SEALED_CHUNK_SIZE
    # Every byte of the last chunk and around the border before it, and a walk through the chunk before.
    for size in (*range(last - 20, len(sealed)), *range(SEALED_CHUNK_SIZE, last, 997)):
        demand_refused(sealed[:size])
        assert plain.startswith(released_before_failing(sealed[:size]))


@pytest.mark.long
def test_stream_payload_cut_at_each_byte_of_the_last_two_chunks_is_refused() -> None:
    sealed = stream.encrypt(KEY, sample(3 * CHUNK_SIZE))
    for size in range(SEALED_CHUNK_SIZE, len(sealed)):
        demand_refused(sealed[:size])


@pytest.mark.parametrize("size", [0, 5])
def test_stream_payload_with_any_bit_flipped_is_refused(size: int) -> None:
    sealed = stream.encrypt(KEY, sample(size))
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        demand_refused(bytes(flipped))
        assert released_before_failing(bytes(flipped)) == b""


@pytest.mark.parametrize("extra", [b"\0", bytes(TAG_SIZE), bytes(CHUNK_SIZE), stream.encrypt(KEY, b"")])
@pytest.mark.parametrize("size", [0, 5, CHUNK_SIZE])
def test_stream_payload_with_bytes_behind_it_is_refused(size: int, extra: bytes) -> None:
    plain = sample(size)
    sealed = stream.encrypt(KEY, plain) + extra
    demand_refused(sealed)
    assert plain.startswith(released_before_failing(sealed))


def test_stream_payload_with_an_empty_last_chunk_behind_others_is_refused() -> None:
    plain = sample(CHUNK_SIZE)
    first = next(stream.encrypt_pieces(KEY, [plain, b"more"]))
    # The empty chunk itself is authentic: only the rule refuses it.
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415

    empty = ChaCha20Poly1305(KEY).encrypt(bytes(10) + b"\1\1", b"", None)
    demand_refused(first + empty)
    assert released_before_failing(first + empty) == plain


@given(st.data())
def test_stream_reader_gives_any_range(data: st.DataObject) -> None:
    size = data.draw(st.sampled_from(BORDERS))
    plain = sample(size)
    reader = reader_of(stream.encrypt(KEY, plain))
    assert reader.size == size
    for _ in range(3):
        start = data.draw(st.integers(0, size))
        end = data.draw(st.integers(start, size))
        assert reader.read(start, end) == plain[start:end]


def test_stream_reader_verifies_the_last_chunk_before_anything() -> None:
    sealed = bytearray(stream.encrypt(KEY, sample(2 * CHUNK_SIZE + 10)))
    sealed[-1] ^= 1
    with pytest.raises(PayloadError):
        reader_of(bytes(sealed))
    # Cut at a border of chunks, every chunk that is left is authentic: the missing mark is what gives it away.
    with pytest.raises(PayloadError):
        reader_of(bytes(sealed[: 2 * SEALED_CHUNK_SIZE]))


def test_stream_reader_reads_each_chunk_once_in_a_row() -> None:
    sealed = stream.encrypt(KEY, sample(2 * CHUNK_SIZE + 10))
    asked: list[int] = []

    def source(offset: int, length: int) -> bytes:
        asked.append(offset)
        return sealed[offset : offset + length]

    reader = StreamReader(source, KEY, len(sealed))
    for start in range(0, reader.size, 1000):
        reader.read(start, min(reader.size, start + 100))
    assert asked == [2 * SEALED_CHUNK_SIZE, 0, SEALED_CHUNK_SIZE, 2 * SEALED_CHUNK_SIZE]


def test_stream_reader_refuses_a_chunk_that_comes_short() -> None:
    sealed = stream.encrypt(KEY, sample(CHUNK_SIZE + 10))
    reader = StreamReader(lambda offset, length: sealed[offset : offset + length - (1 if offset == 0 else 0)], KEY, len(sealed))
    assert reader.read(CHUNK_SIZE, CHUNK_SIZE + 10) == sample(CHUNK_SIZE + 10)[-10:]
    with pytest.raises(PayloadError):
        reader.read(0, 1)


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (2, 1), (0, 6), (6, 6)])
def test_stream_reader_refuses_a_range_outside(start: int, end: int) -> None:
    with pytest.raises(FormatError):
        reader_of(stream.encrypt(KEY, sample(5))).read(start, end)


def chunk(counter: int, data: bytes, *, last: bool) -> bytes:
    """Seal one chunk as the standard says: eleven bytes of counter, one of mark."""
    return ChaCha20Poly1305(KEY).encrypt(counter.to_bytes(11, "big") + bytes((last,)), data, None)


def test_stream_nonces_are_those_of_the_standard() -> None:
    plaintext = sample(2 * CHUNK_SIZE + 1)
    sealed = [
        chunk(0, plaintext[:CHUNK_SIZE], last=False),
        chunk(1, plaintext[CHUNK_SIZE : 2 * CHUNK_SIZE], last=False),
        chunk(2, plaintext[2 * CHUNK_SIZE :], last=True),
    ]
    assert stream.encrypt(KEY, plaintext) == b"".join(sealed)


def test_stream_file_is_read_in_pieces_of_the_size_asked_for() -> None:
    assert [len(piece) for piece in stream.read_pieces(io.BytesIO(bytes(25)), 10)] == [10, 10, 5]


def test_stream_full_chunk_with_the_wrong_mark_is_released_and_refused() -> None:
    data = sample(CHUNK_SIZE)
    assert released_before_failing(chunk(0, data, last=False)) == data
    assert released_before_failing(chunk(0, data, last=True) + chunk(1, b"x", last=True)) == data


def test_stream_short_chunk_marked_as_not_the_last_is_not_released() -> None:
    assert released_before_failing(chunk(0, b"short", last=False)) == b""


def test_stream_reader_refuses_a_chunk_of_another_size_even_if_it_holds() -> None:
    shorter = chunk(0, b"four", last=True)
    with pytest.raises(PayloadError):
        StreamReader(lambda _offset, _length: shorter, KEY, len(shorter) + 1)
