"""age: headers, stanzas, payloads. The keys of payloads are fixed, so that parsing is what is tested, not drawing."""

from collections.abc import Iterator, Sequence

from tests.support.formats.format import Format
from tests.support.mutate import Mutator, as_lines
from tools.make_vectors.seeds import seed
from voute.core.errors import FormatError
from voute.format import age_header
from voute.format.age_header import Header, Stanza
from voute.seal import agefile, stream
from voute.seal.file_key import NONCE_SIZE, FileKey

FILE_KEY = bytes(range(16))
SIZES = (0, 1, 15, 16, 17, 100, 400)
LARGE = stream.CHUNK_SIZE + 5


def _stanza(number: int) -> Stanza:
    share = age_header.to_raw_base64(seed(f"share {number}", age_header.SHARE_SIZE)).decode()
    return Stanza(age_header.HYBRID_TYPE, (share,), seed(f"body {number}", age_header.WRAPPED_SIZE))


def _headers() -> list[bytes]:
    classic = Stanza("X25519", ("abc",), seed("x", 32))
    long = Stanza("any", ("a", "~!"), seed("long", 96))
    empty = Stanza("none", (), b"")
    made = ((classic,), (long, empty), (empty, classic, long), (_stanza(1),), (_stanza(1), _stanza(2)))
    return [Header(stanzas, seed("mac")).encode() for stanzas in made]


def _hybrid_headers() -> list[bytes]:
    return [Header(stanzas, seed("mac")).encode() for stanzas in ((_stanza(1),), (_stanza(1), _stanza(2)))]


def _header(raw: bytes) -> bytes:
    header, size = age_header.parse_header(raw)
    if size != len(raw):
        raise FormatError("bytes after the header")
    return header.encode()


def payload(size: int) -> bytes:
    """Seal a plaintext of this size behind a fixed nonce."""
    nonce = seed(f"nonce {size}", NONCE_SIZE)
    return nonce + stream.encrypt(FileKey(FILE_KEY).payload_key(nonce), seed("plaintext", 64) * (size // 64) + bytes(size % 64))


def _payloads() -> list[bytes]:
    # The large one, one seed of many, is there for the border between chunks.
    return [*(payload(size) for size in SIZES * 3), *(payload(size) for size in range(40, 60)), payload(LARGE)]


def _payload(raw: bytes) -> bytes:
    key = FileKey(FILE_KEY)
    plaintext = agefile.open_payload(key, raw)
    return raw[:NONCE_SIZE] + stream.encrypt(key.payload_key(raw[:NONCE_SIZE]), plaintext)


def as_header(mutator: Mutator, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change a header; one time in eight its stanza's point becomes one of small order."""
    if mutator.draw() < 1 / 8:
        return _small_order(mutator, data)
    return as_lines(mutator, data, others)


def _small_order(mutator: Mutator, data: bytes) -> bytes:
    at = data.find(b"mlkem768x25519 ")
    end = data.find(b"\n", at)
    if at < 0 or end < 0:
        return data
    share = seed("share", age_header.SHARE_SIZE)[:-32] + mutator.pick(tuple(_u_coordinates()))
    return data[: at + 15] + age_header.to_raw_base64(share) + data[end:]


def _u_coordinates() -> Iterator[bytes]:
    field = 2**255 - 19
    order_8 = 325606250916557431795983626356110631294008115727848805560023387167927233504
    for u in (0, 1, 2, 9, order_8, field - 1, field, field + 1, field + 2, 2**255 - 1):
        yield u.to_bytes(32, "little")
        yield (u | 1 << 255).to_bytes(32, "little")


SEALED = (
    Format("age-header", _header, _headers, ("format.age_header.parse_header", "format.age_header.read_header"), as_header),
    Format(
        "sealed-header",
        lambda raw: age_header.parse_hybrid_header(raw).encode(),
        _hybrid_headers,
        ("format.age_header.parse_hybrid_header",),
        as_header,
    ),
    Format("age-payload", _payload, _payloads, ("seal.stream.read_pieces",)),
)
