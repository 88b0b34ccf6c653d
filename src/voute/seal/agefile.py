"""Headers and payloads under one file key, and whole age files.

Source: C2SP age.md; `docs/spec/age.md` for what the product narrows (hybrid stanzas alone) and widens (two payloads, a
card and a body, under one file key, each behind a fresh nonce of its own and written once).
"""

import hmac
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from voute.core.errors import FormatError, NotForThisKeyError, VerificationError
from voute.format.age_header import (
    Header,
    demand_hybrid,
    encode_header,
    expect_hybrid,
    parse_header,
    parse_hybrid_header,
    read_header,
    unsigned_header,
)
from voute.seal import stream
from voute.seal.file_key import NONCE_SIZE, FileKey
from voute.seal.hybrid import HybridIdentity, HybridRecipient
from voute.seal.stream import Buffer, RangeReader, StreamReader

__all__ = [
    "FileKey",
    "HeaderMacError",
    "check_mac",
    "open_file",
    "open_file_pieces",
    "open_header",
    "open_payload",
    "open_payload_pieces",
    "payload_reader",
    "payload_size",
    "plaintext_size",
    "rewrap_header",
    "seal_file",
    "seal_header",
    "seal_payload",
    "seal_payload_into",
    "seal_payload_pieces",
]


class HeaderMacError(VerificationError):
    """A header was changed by someone who does not hold its file key."""


def seal_header(file_key: FileKey, recipients: Sequence[HybridRecipient]) -> bytes:
    """Write the header of a file key for 1 to 64 recipients, in this order; `FormatError` for a stanza that is not hybrid.

    Types say that recipients are hybrid; one that is not would make the whole file classically safe only, so the stanzas
    are looked at as well (`docs/spec/age.md`, "Recipients").
    """
    stanzas = [recipient.wrap(file_key) for recipient in recipients]
    expect_hybrid(stanzas)
    unsigned = unsigned_header(stanzas)
    return encode_header(unsigned, file_key.header_mac(unsigned))


def check_mac(header: Header, file_key: FileKey) -> None:
    """Raise `HeaderMacError` unless the header's MAC holds under the file key."""
    if not hmac.compare_digest(file_key.header_mac(unsigned_header(header.stanzas)), header.mac):
        raise HeaderMacError("age: the header's MAC does not hold")


def _unlock(header: Header, identities: Iterable[HybridIdentity]) -> FileKey:
    for identity in identities:
        try:
            file_key = identity.unwrap(header.stanzas)
        except NotForThisKeyError:
            continue
        check_mac(header, file_key)
        return file_key
    raise NotForThisKeyError("no stanza is for any of these keys")


def open_header(header: bytes, identities: Iterable[HybridIdentity]) -> FileKey:
    """Open bytes that are one header and nothing else with the first identity that fits.

    Raises `FormatError` or `LimitError` for a header that the product does not take, `NotForThisKeyError`, and
    `HeaderMacError`. The payload's key is then sound, not yet the payload.
    """
    return _unlock(parse_hybrid_header(header), identities)


def rewrap_header(header: bytes, identities: Iterable[HybridIdentity], recipients: Sequence[HybridRecipient]) -> bytes:
    """Write a new header for other recipients of the same file key; payloads stay as they are. Raises as `open_header`.

    Who could open the old header still can, for as long as a copy of it exists.
    """
    return seal_header(open_header(header, identities), recipients)


def payload_size(size: int) -> int:
    """Return the bytes of a payload (nonce and chunks) whose plaintext has `size` bytes."""
    return NONCE_SIZE + stream.sealed_size(size)


def plaintext_size(payload: int) -> int:
    """Return the bytes of plaintext in a payload of `payload` bytes; `FormatError` if no payload has that size."""
    return stream.plain_size(payload - NONCE_SIZE)


def seal_payload_into(file_key: FileKey, plaintext: Buffer, out: memoryview) -> None:
    """Seal a payload into a writable view of exactly `payload_size(len(plaintext))` bytes; nothing is copied."""
    if len(out) != payload_size(len(plaintext)):
        raise FormatError("age: the place for a payload has another size")
    nonce = os.urandom(NONCE_SIZE)
    out[:NONCE_SIZE] = nonce
    stream.encrypt_into(file_key.payload_key(nonce), plaintext, out[NONCE_SIZE:])


def seal_payload(file_key: FileKey, plaintext: Buffer) -> bytes:
    """Seal a payload behind a fresh nonce."""
    return stream.build_bytes(payload_size(len(plaintext)), lambda out: seal_payload_into(file_key, plaintext, out))


def open_payload(file_key: FileKey, payload: Buffer) -> bytes:
    """Open a payload that is there in full; `FormatError` or `PayloadError`, and nothing released, if it does not hold."""
    view = memoryview(payload)
    return stream.decrypt(file_key.payload_key(bytes(view[:NONCE_SIZE])), view[NONCE_SIZE:])


def seal_payload_pieces(file_key: FileKey, pieces: Iterable[Buffer]) -> Iterator[bytes]:
    """Seal a payload that comes in pieces; yields its nonce, then its sealed chunks."""
    nonce = os.urandom(NONCE_SIZE)
    yield nonce
    yield from stream.encrypt_pieces(file_key.payload_key(nonce), pieces)


def open_payload_pieces(file_key: FileKey, pieces: Iterable[Buffer]) -> Iterator[bytes]:
    """Open a payload that comes in pieces; yields chunks as they prove themselves, see `stream.decrypt_pieces`."""
    source = iter(pieces)
    head = bytearray()
    while len(head) < NONCE_SIZE and (piece := next(source, None)) is not None:
        head += piece
    key = file_key.payload_key(bytes(head[:NONCE_SIZE]))
    yield from stream.decrypt_pieces(key, _chain(head[NONCE_SIZE:], source))


def _chain(first: Buffer, rest: Iterator[Buffer]) -> Iterator[Buffer]:
    yield first
    yield from rest


def payload_reader(file_key: FileKey, source: RangeReader, payload: int) -> StreamReader:
    """Open a payload of `payload` bytes for reading at random; `source` counts from the payload's nonce.

    Raises `FormatError` and `PayloadError` as `StreamReader`.
    """
    plaintext_size(payload)
    key = file_key.payload_key(source(0, NONCE_SIZE))
    return StreamReader(lambda offset, length: source(NONCE_SIZE + offset, length), key, payload - NONCE_SIZE)


def seal_file(recipients: Sequence[HybridRecipient], plaintext: Buffer) -> bytes:
    """Seal a complete age file under a fresh file key."""
    file_key = FileKey.generate()
    return seal_header(file_key, recipients) + seal_payload(file_key, plaintext)


def open_file(data: bytes, identities: Iterable[HybridIdentity]) -> bytes:
    """Open a complete age file; raises as `open_header` and `open_payload`."""
    header, size = parse_header(data)
    demand_hybrid(header)
    return open_payload(_unlock(header, identities), memoryview(data)[size:])


def open_file_pieces(file: BinaryIO, identities: Iterable[HybridIdentity]) -> Iterator[bytes]:
    """Open a complete age file as it is read; yields chunks as they prove themselves, see `stream.decrypt_pieces`."""
    header, _ = read_header(file)
    demand_hybrid(header)
    yield from open_payload_pieces(_unlock(header, identities), stream.read_pieces(file))
