"""The CCTV age kit, all of it: header grammar, hybrid stanza and STREAM are ours, classical parts are test support."""

import hashlib
import io
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import pytest
from typing_extensions import Buffer, override

from tests.support.age_classic import ArmorError, decode_armor, encode_armor
from tests.support.age_kit import Vector, list_vectors, read_vector
from voute.core.errors import FormatError, NotForThisKeyError, VerificationError, VouteError
from voute.format.age_header import HYBRID_TYPE, Header, parse_header, read_header
from voute.seal import stream
from voute.seal.agefile import (
    HeaderMacError,
    check_mac,
    open_file,
    open_payload,
    open_payload_pieces,
    payload_reader,
)
from voute.seal.file_key import NONCE_SIZE, FileKey
from voute.seal.hybrid import HybridIdentity
from voute.seal.stream import PayloadError

NAMES: Final = list_vectors()
EXPECTED: Final = {
    "success": 26,
    "header failure": 62,
    "armor failure": 22,
    "payload failure": 19,
    "no match": 13,
    "HMAC failure": 1,
}
# One byte at a time for all but the files of several megabytes.
SLOW_SIZE: Final = 300_000
LARGE_PIECE: Final = 30_011


class TrickleSource(io.RawIOBase):
    """A source that gives one byte a read, as the slowest connection does."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data
        self.at = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        piece = self._data[self.at : self.at + 1]
        memoryview(buffer)[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)


@dataclass(frozen=True)
class Opened:
    """A verdict in the words of the kit, and what was released on the way to it."""

    verdict: str
    released: bytes = b""


@dataclass(frozen=True)
class Unlocked:
    """A header that opened: its file key, its own bytes and those of the payload."""

    header: Header
    file_key: FileKey
    head: bytes
    payload: bytes


def find_key(header: Header, vector: Vector) -> FileKey:
    for identity in vector.identities:
        try:
            return identity.unwrap(header.stanzas)
        except NotForThisKeyError:
            continue
    raise NotForThisKeyError(vector.name)


def unlock(vector: Vector, read: Callable[[bytes], tuple[Header, int]]) -> Unlocked | Opened:
    try:
        data = decode_armor(vector.data) if vector.armored else vector.data
        header, size = read(data)
        file_key = find_key(header, vector)
        check_mac(header, file_key)
    except ArmorError:
        return Opened("armor failure")
    except FormatError:
        return Opened("header failure")
    except NotForThisKeyError:
        return Opened("no match")
    except HeaderMacError:
        return Opened("HMAC failure")
    return Unlocked(header, file_key, data[:size], data[size:])


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def open_pieces(unlocked: Unlocked, size: int) -> Opened:
    released = bytearray()
    try:
        for chunk in open_payload_pieces(unlocked.file_key, cut(unlocked.payload, size)):
            released += chunk
    except PayloadError:
        return Opened("payload failure", bytes(released))
    except FormatError:
        # The kit counts a missing nonce as part of the header.
        return Opened("header failure", bytes(released))
    return Opened("success", bytes(released))


def trickle_header(data: bytes) -> tuple[Header, int]:
    source = TrickleSource(data)
    header, size = read_header(source)
    # Not a byte more than the header was taken: what follows is the payload's.
    assert source.at == size
    return header, size


def demand_verdict(vector: Vector, opened: Opened) -> None:
    assert opened.verdict == vector.expect
    if vector.payload is not None:
        assert hashlib.sha256(opened.released).hexdigest() == vector.payload
    else:
        assert opened.released == b""


def whole(name: str) -> tuple[Vector, Unlocked | Opened]:
    vector = read_vector(name)
    return vector, unlock(vector, parse_header)


def test_age_kit_folder_is_complete() -> None:
    assert Counter(read_vector(name).expect for name in NAMES) == EXPECTED


@pytest.mark.parametrize("name", NAMES)
def test_age_kit_file_opens_as_expected_in_large_pieces(name: str) -> None:
    vector, unlocked = whole(name)
    demand_verdict(vector, open_pieces(unlocked, 1 << 30) if isinstance(unlocked, Unlocked) else unlocked)


@pytest.mark.parametrize("name", NAMES)
def test_age_kit_file_opens_as_expected_byte_by_byte(name: str) -> None:
    vector = read_vector(name)
    unlocked = unlock(vector, trickle_header)
    size = 1 if len(vector.data) < SLOW_SIZE else LARGE_PIECE
    demand_verdict(vector, open_pieces(unlocked, size) if isinstance(unlocked, Unlocked) else unlocked)


REACH_PAYLOAD: Final = [name for name in NAMES if read_vector(name).expect in {"success", "payload failure"}]


@pytest.mark.parametrize("name", REACH_PAYLOAD)
def test_age_kit_payload_opens_whole_or_not_at_all(name: str) -> None:
    vector, unlocked = whole(name)
    assert isinstance(unlocked, Unlocked)
    if vector.expect == "success":
        demand_verdict(vector, Opened("success", open_payload(unlocked.file_key, unlocked.payload)))
        return
    with pytest.raises(PayloadError):
        open_payload(unlocked.file_key, unlocked.payload)


@pytest.mark.parametrize("name", REACH_PAYLOAD)
def test_age_kit_payload_opens_at_random(name: str) -> None:
    vector, unlocked = whole(name)
    assert isinstance(unlocked, Unlocked)
    source = stream.range_reader(io.BytesIO(unlocked.head + unlocked.payload), len(unlocked.head))
    if vector.expect != "success":
        with pytest.raises((PayloadError, FormatError)):
            reader = payload_reader(unlocked.file_key, source, len(unlocked.payload))
            reader.read(0, reader.size)
        return
    reader = payload_reader(unlocked.file_key, source, len(unlocked.payload))
    plain = open_payload(unlocked.file_key, unlocked.payload)
    assert reader.size == len(plain)
    assert reader.read(0, reader.size) == plain
    choose = random.Random(name)
    for _ in range(20):
        start = choose.randint(0, len(plain))
        end = choose.randint(start, min(len(plain), start + 2 * stream.CHUNK_SIZE))
        assert reader.read(start, end) == plain[start:end]


PARSED: Final = [name for name in NAMES if read_vector(name).expect not in {"header failure", "armor failure"}]


@pytest.mark.parametrize("name", PARSED)
def test_age_kit_header_encodes_back(name: str) -> None:
    vector = read_vector(name)
    data = decode_armor(vector.data) if vector.armored else vector.data
    header, size = parse_header(data)
    assert header.encode() == data[:size]


@pytest.mark.parametrize("name", [name for name in NAMES if read_vector(name).expect == "success"])
def test_age_kit_payload_seals_back(name: str) -> None:
    vector, unlocked = whole(name)
    assert isinstance(unlocked, Unlocked)
    if vector.file_key is not None:
        assert unlocked.file_key.raw.hex() == vector.file_key
    nonce, sealed = unlocked.payload[:NONCE_SIZE], unlocked.payload[NONCE_SIZE:]
    key = unlocked.file_key.payload_key(nonce)
    plain = open_payload(unlocked.file_key, unlocked.payload)
    assert stream.encrypt(key, plain) == sealed
    assert b"".join(stream.encrypt_pieces(key, cut(plain, LARGE_PIECE))) == sealed


ARMORED: Final = [name for name in NAMES if read_vector(name).armored and read_vector(name).expect != "armor failure"]


@pytest.mark.parametrize("name", ARMORED)
def test_age_kit_armor_encodes_back(name: str) -> None:
    text = read_vector(name).data
    assert encode_armor(decode_armor(text)).split() == text.split()


TAKEN_BY_THE_PRODUCT: Final = {"hybrid", "hybrid_multiple_recipients"}


@pytest.mark.parametrize("name", NAMES)
def test_age_kit_file_product_takes_hybrid_stanzas_alone(name: str) -> None:
    vector = read_vector(name)
    identities = [item for item in vector.identities if isinstance(item, HybridIdentity)]
    if name in TAKEN_BY_THE_PRODUCT:
        demand_verdict(vector, Opened("success", open_file(vector.data, identities)))
        return
    with pytest.raises(VouteError) as caught:
        open_file(vector.data, identities)
    assert isinstance(caught.value, FormatError | NotForThisKeyError | VerificationError)


def test_age_kit_files_the_product_takes_are_all_its_hybrid_ones() -> None:
    binary = [vector for vector in map(read_vector, NAMES) if vector.expect == "success" and not vector.armored]
    hybrid = {
        vector.name for vector in binary if all(stanza.type == HYBRID_TYPE for stanza in parse_header(vector.data)[0].stanzas)
    }
    assert hybrid == TAKEN_BY_THE_PRODUCT
