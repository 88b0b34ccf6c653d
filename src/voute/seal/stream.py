"""STREAM: the chunked cipher of an age payload, both ways, as a whole, in pieces, and at random.

Source: C2SP age.md, "Payload". A chunk is 64 KiB of plaintext and a tag of 16 bytes under ChaCha20-Poly1305; its nonce
is an 11-byte counter and a byte that marks the last chunk. The last chunk is empty only if the whole payload is.
Sizes here are without the 16-byte payload nonce, which stands before the first chunk and belongs to `voute.seal.agefile`.
"""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import BinaryIO, Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from voute.core.errors import FormatError, VerificationError

CHUNK_SIZE: Final = 64 * 1024
"""Bytes of plaintext in every chunk but the last."""

TAG_SIZE: Final = 16
"""Bytes that a chunk grows by."""

SEALED_CHUNK_SIZE: Final = CHUNK_SIZE + TAG_SIZE
"""Bytes of every sealed chunk but the last."""

Buffer: TypeAlias = "bytes | bytearray | memoryview"
RangeReader: TypeAlias = Callable[[int, int], bytes]
"""Reads `length` bytes from `offset`: called as `(offset, length)`; may return less at the end of what it reads."""


class PayloadError(VerificationError):
    """A payload was changed, cut, extended or reordered, or is of another key: what it failed to prove is not released."""


def count_chunks(size: int) -> int:
    """Return how many chunks a plaintext of `size` bytes has: at least one."""
    return max(1, -(-size // CHUNK_SIZE))


def sealed_size(size: int) -> int:
    """Return the bytes of the chunks of a plaintext of `size` bytes."""
    return size + count_chunks(size) * TAG_SIZE


def plain_size(sealed: int) -> int:
    """Return the bytes of the plaintext of `sealed` bytes of chunks; `FormatError` if no plaintext has that size."""
    size = sealed - max(1, -(-sealed // SEALED_CHUNK_SIZE)) * TAG_SIZE
    if size < 0 or sealed_size(size) != sealed:
        raise FormatError("age: no payload has this size")
    return size


def build_bytes(size: int, fill: Callable[[memoryview], None]) -> bytes:
    """Return bytes of a known size that `fill` writes in place; what `fill` raises passes and nothing is returned.

    A `bytearray` turned to `bytes` would be copied once more: three times the time for a payload of some megabytes.
    """
    if size == 0:
        fill(memoryview(bytearray()))
        return b""
    buffer = BytesIO()
    buffer.seek(size - 1)
    buffer.write(b"\0")
    with buffer.getbuffer() as view:
        fill(view)
    return buffer.getvalue()


def _nonce(counter: int, *, last: bool) -> bytes:
    return (counter << 8 | last).to_bytes(12, "big")


def encrypt_into(key: bytes, plaintext: Buffer, out: memoryview) -> None:
    """Seal a whole plaintext into a writable view of exactly `sealed_size(len(plaintext))` bytes; nothing is copied."""
    cipher = ChaCha20Poly1305(key)
    source = memoryview(plaintext)
    final = count_chunks(len(source)) - 1
    for counter in range(final + 1):
        chunk = source[counter * CHUNK_SIZE : (counter + 1) * CHUNK_SIZE]
        at = counter * SEALED_CHUNK_SIZE
        target = out[at : at + SEALED_CHUNK_SIZE]
        cipher.encrypt_into(_nonce(counter, last=counter == final), chunk, None, target)


def encrypt(key: bytes, plaintext: Buffer) -> bytes:
    """Seal a whole plaintext."""
    return build_bytes(sealed_size(len(plaintext)), lambda out: encrypt_into(key, plaintext, out))


def _decrypt_into(key: bytes, source: memoryview, out: memoryview) -> None:
    cipher = ChaCha20Poly1305(key)
    final = count_chunks(len(out)) - 1
    try:
        for counter in range(final + 1):
            at = counter * SEALED_CHUNK_SIZE
            chunk = source[at : at + SEALED_CHUNK_SIZE]
            target = out[counter * CHUNK_SIZE : (counter + 1) * CHUNK_SIZE]
            cipher.decrypt_into(_nonce(counter, last=counter == final), chunk, None, target)
    except InvalidTag as error:
        raise PayloadError("age: a chunk does not hold") from error


def decrypt(key: bytes, sealed: Buffer) -> bytes:
    """Open a whole payload; `PayloadError`, and nothing released, if any of it does not hold."""
    try:
        size = plain_size(len(sealed))
    except FormatError as error:
        raise PayloadError("age: the payload was cut or extended") from error
    return build_bytes(size, lambda out: _decrypt_into(key, memoryview(sealed), out))


def read_pieces(file: BinaryIO, size: int = SEALED_CHUNK_SIZE) -> Iterator[bytes]:
    """Read a file to its end in pieces of at most `size` bytes."""
    while piece := file.read(size):
        yield piece


def _regroup(pieces: Iterable[Buffer], size: int) -> Iterator[tuple[bytes, bool]]:
    """Cut pieces of any size to chunks of exactly `size` bytes; the last, marked so, has 0 to `size`.

    A full chunk is held back until it is known whether another follows.
    """
    pending = bytearray()
    for piece in pieces:
        pending += piece
        while len(pending) > size:
            chunk = bytes(pending[:size])
            del pending[:size]
            yield chunk, False
    yield bytes(pending), True


def encrypt_pieces(key: bytes, pieces: Iterable[Buffer]) -> Iterator[bytes]:
    """Seal a plaintext that comes in pieces of any size; yields sealed chunks, all of them one payload."""
    cipher = ChaCha20Poly1305(key)
    for counter, (chunk, last) in enumerate(_regroup(pieces, CHUNK_SIZE)):
        yield cipher.encrypt(_nonce(counter, last=last), chunk, None)


class _Opener:
    """Opens chunks one by one."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    def open(self, counter: int, sealed: Buffer, *, last: bool) -> bytes | None:
        """Return a chunk's plaintext, or None if it does not hold at this place with this mark."""
        if len(sealed) < TAG_SIZE or (not last and len(sealed) != SEALED_CHUNK_SIZE):
            return None
        if counter > 0 and len(sealed) == TAG_SIZE:
            # Empty though the payload is not: a second encoding of the same plaintext.
            return None
        try:
            return self._cipher.decrypt(_nonce(counter, last=last), sealed, None)
        except InvalidTag:
            return None


def decrypt_pieces(key: bytes, pieces: Iterable[Buffer]) -> Iterator[bytes]:
    """Open a payload that comes in pieces of any size; yields the plaintext of each chunk once it has proven itself.

    Only the end of the iteration proves that the payload was whole: until then the receiver must be able to throw away
    what it has. Raises `PayloadError`.
    """
    opener = _Opener(key)
    for counter, (sealed, last) in enumerate(_regroup(pieces, SEALED_CHUNK_SIZE)):
        chunk = opener.open(counter, sealed, last=last)
        if chunk is None:
            # An authentic full chunk whose mark is at odds with what follows it: the age kit fixes that a reader
            # releases it, as one would that had not yet looked at what follows.
            misplaced = opener.open(counter, sealed, last=not last)
            if misplaced is not None:
                yield misplaced
            raise PayloadError("age: the last chunk is missing" if last else "age: a chunk does not hold")
        yield chunk


def range_reader(file: BinaryIO, start: int = 0) -> RangeReader:
    """Read ranges of a seekable file, counted from `start`."""

    def read(offset: int, length: int) -> bytes:
        file.seek(start + offset)
        return file.read(length)

    return read


class StreamReader:
    """Opens any part of a payload. The last chunk is verified first, so `size` (bytes of plaintext) is authentic."""

    def __init__(self, source: RangeReader, key: bytes, sealed: int) -> None:
        """Take a reader of the chunks, their key, and how many bytes they have together; reads the last chunk.

        Raises `FormatError` for a size that no payload has and `PayloadError` if the last chunk does not hold.
        """
        self.size = plain_size(sealed)
        self._source = source
        self._sealed = sealed
        self._opener = _Opener(key)
        self._final = count_chunks(self.size) - 1
        # The chunk that was opened last: reading a file bit by bit opens each chunk once.
        self._held = (self._final, self._open(self._final))

    def _open(self, counter: int) -> bytes:
        offset = counter * SEALED_CHUNK_SIZE
        length = min(SEALED_CHUNK_SIZE, self._sealed - offset)
        sealed = self._source(offset, length)
        chunk = self._opener.open(counter, sealed, last=counter == self._final) if len(sealed) == length else None
        if chunk is None:
            raise PayloadError("age: a chunk is cut or does not hold")
        return chunk

    def _chunk(self, counter: int) -> bytes:
        if self._held[0] != counter:
            self._held = (counter, self._open(counter))
        return self._held[1]

    def read(self, start: int, end: int) -> bytes:
        """Return the plaintext from `start` up to and without `end`.

        Raises `FormatError` for a range outside the payload and `PayloadError` if a chunk does not hold.
        """
        if not 0 <= start <= end <= self.size:
            raise FormatError("age: a range outside the payload")
        parts = []
        for counter in range(start // CHUNK_SIZE, -(-end // CHUNK_SIZE)):
            base = counter * CHUNK_SIZE
            parts.append(self._chunk(counter)[max(0, start - base) : end - base])
        return b"".join(parts)
