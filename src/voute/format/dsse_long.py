"""Envelopes too long to be held several times over (the registry): read from a file and written to one in pieces.

Source: `docs/spec/statements.md`; the same bytes and the same refusals as `voute.format.dsse`. Ed25519 wants the whole message,
so that one copy of the payload is in memory; its base64 never is.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from voute.core.errors import FormatError
from voute.format import ed25519
from voute.format.dsse import Kind, Signature, UnknownKeyError, assemble, expect_kind, keyid, parse, pre_authentication
from voute.format.ed25519 import SigningKey
from voute.format.fields import from_base64, to_base64

_HEAD: Final = b'{"payload":"'
_TAIL: Final = b'","payloadType":"'
_TAIL_ROOM: Final = 4_096
"""Bytes at the end of an envelope in which its payload ends: sixteen signatures have 2,000."""
_PIECE: Final = 3 * 64 * 1024
"""Bytes of a payload that are in base64 at a time."""


def open_long(file: BinaryIO, maximum: int, kind: Kind, keys: Iterable[bytes]) -> tuple[bytearray, int]:
    """Verify an envelope of one signature, as `parse` and `verify` do.

    Returns the message that is signed, and where its payload begins in it. Raises `FormatError`, `WrongStatementError`,
    `UnknownKeyError`, `BadSignatureError`.
    """
    size = file.seek(0, 2)
    if size > maximum:
        raise FormatError(f"an envelope has at most {maximum} bytes")
    rest = _read(file, max(size - _TAIL_ROOM, 0), min(size, _TAIL_ROOM))
    at = rest.rfind(_TAIL)
    end = size - len(rest) + at
    if at < 0 or end < len(_HEAD) or _read(file, 0, len(_HEAD)) != _HEAD:
        raise FormatError("not an envelope in canonical form")
    # Without its payload it is a short envelope like any other.
    envelope = parse(_HEAD + rest[at:])
    length = (end - len(_HEAD)) // 4 * 3 - _read(file, end - 2, 2).count(b"=")
    message = bytearray(_before(kind, length))
    start = len(message)
    for piece in _decoded(file, len(_HEAD), end):
        message += piece
    expect_kind(envelope, kind)
    if len(envelope.signatures) != 1:
        raise FormatError("exactly one signature is expected")
    (only,) = envelope.signatures
    public = next((key for key in keys if keyid(key) == only.keyid), None)
    if public is None:
        raise UnknownKeyError("no trusted key has this keyid")
    ed25519.verify(public, only.sig, message)
    return message, start


def _decoded(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, _PIECE // 3 * 4):
        text = _read(file, at, min(end - at, _PIECE // 3 * 4))
        if b"=" in text and at + len(text) < end:
            raise FormatError("base64 not canonical")
        try:
            yield from_base64(text.decode("ascii"), len(text))
        except UnicodeDecodeError as error:
            raise FormatError("an envelope is ASCII") from error


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)


def _before(kind: Kind, length: int) -> bytes:
    """Write what stands before a payload of this length in the message that is signed (DSSE v1, PAE)."""
    empty = pre_authentication(kind, b"")
    return empty.removesuffix(b"0 ") + f"{length} ".encode("ascii")


def seal_long(kind: Kind, message: bytearray, start: int, key: SigningKey) -> Iterator[bytes]:
    """Sign a payload that stands in `message` from `start`, at least `ROOM_BEFORE`; gives the envelope in pieces."""
    payload = memoryview(message)[start:]
    before = _before(kind, len(payload))
    message[start - len(before) : start] = before
    signature = Signature(keyid(key.public), key.sign(memoryview(message)[start - len(before) :]))
    text = assemble(kind, b"", (signature,))
    yield _HEAD
    for at in range(0, len(payload), _PIECE):
        yield to_base64(payload[at : at + _PIECE]).encode("ascii")
    yield text.removeprefix(_HEAD)


ROOM_BEFORE: Final = 128
"""Bytes that `seal_long` needs before a payload: the names of the scheme and of the kind, and two lengths."""
