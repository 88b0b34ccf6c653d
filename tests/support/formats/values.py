"""Values: hex, base64, Bech32, instants, texts, codes, canonical JSON."""

from tests.support.formats.format import Format, good, text
from tests.support.mutate import Mutator, as_json, as_lines
from tools.make_vectors import holder
from tools.make_vectors.seeds import seed
from voute.core import ids, values
from voute.core.errors import FormatError
from voute.format import bech32, canonical
from voute.format.age_header import from_raw_base64, to_raw_base64
from voute.format.age_text import check_recipient, check_secret
from voute.format.claim_code import group_code, read_code, write_code
from voute.format.fields import from_base64, to_base64
from voute.format.kit import parse_kit
from voute.seal.hybrid import HybridIdentity, HybridRecipient

SYMBOLS = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
TO_DIGITS = bytes.maketrans(SYMBOLS, b"0123456789abcdefghijklmnopqrstuv")
CHECKSUM = 6
SIZES = (0, 1, 2, 3, 4, 5, 30, 31, 32, 33, 48)
STATEMENTS = (("document", "manifest", "payload"), ("receipt", "event", "event"), ("receipt", "act", "payload"))


def as_string(mutator: Mutator, data: bytes, others: object) -> bytes:
    del others
    if mutator.draw() < 0.1:
        return mutator.raw(data)
    return mutator.string(data.decode("utf-8", "replace")).encode("utf-8", "surrogatepass")


def _field(kind: str, field: str = "value") -> list[bytes]:
    return [one[field].encode("utf-8", "surrogatepass") for one in good("encoding", kind)]


def _json() -> list[bytes]:
    written = [bytes.fromhex(one["bytes"]) for one in good("encoding", "canonical-json")]
    return written + [one[field].encode() for folder, kind, field in STATEMENTS for one in good(folder, kind)]


def _texts() -> list[bytes]:
    more = ("Taxe foncière 2026", "e\u0300\u0323", "a\u05ae\u0315", "\uac00\u11a8", "x" * 499, "\U00011935\U00011930", "é" * 500)
    return [*_field("text"), *(one.encode() for one in more)]


def _mend_bech32(raw: bytes) -> bytes:
    """Give a Bech32 text the checksum of its data."""
    head, one, data = raw.rpartition(b"1")
    lower = data.lower()
    if not one or not head.isascii() or lower.translate(None, SYMBOLS) or len(lower) < CHECKSUM or len(raw) > bech32.MAX_LENGTH:
        return raw
    digits = lower[:-CHECKSUM].translate(TO_DIGITS)
    try:
        number = int(digits or b"0", 32)
        bech32._to_bytes(number, len(digits))  # noqa: SLF001 (whether it is data at all)
        # The checksum of what was changed, whatever it is; writing it all anew costs four times as much.
        number <<= 5 * CHECKSUM
        check = bech32._checksum(number, len(lower), bech32._prefix_state(head.decode("ascii"))) ^ 1  # noqa: SLF001 (as above)
        mended = head.lower() + b"1" + lower[:-CHECKSUM] + bytes(SYMBOLS[check >> bits & 31] for bits in (25, 20, 15, 10, 5, 0))
        return mended.upper() if head.isupper() else mended
    except FormatError:
        # Of padding that is none, or longer than any text that is read: refused with whatever checksum.
        return raw


def _recipient(raw: bytes) -> bytes:
    return check_recipient(text(raw)).encode()


def _secret(raw: bytes) -> bytes:
    return HybridIdentity.from_string(check_secret(text(raw))).to_string().encode()


def _date(raw: bytes) -> bytes:
    return values.parse_date(text(raw)).isoformat().encode()


def _time(raw: bytes) -> bytes:
    return values.time_text(values.parse_time(text(raw))).encode()


def _days() -> list[bytes]:
    return [*_field("date"), b"2024-02-29", b"2100-02-28", b"0001-01-01", b"9999-12-31"]


def _instants() -> list[bytes]:
    return [*_field("time"), b"2000-01-01T00:00:00Z", b"9999-12-31T23:59:59Z", b"2024-02-29T12:00:00Z"]


def _codes() -> list[bytes]:
    return [one["typed"].encode() for one in good("claim", "code-read")]


def _recipients() -> list[bytes]:
    return [HybridIdentity(seed(f"fuzz {number}")).recipient.to_string().encode() for number in range(3)]


def _key(raw: bytes) -> bytes:
    return HybridRecipient.from_string(text(raw)).to_string().encode()


def _id(raw: bytes) -> bytes:
    return ids.parse_hex(text(raw), ids.ID_SIZE).hex().encode()


def _code(raw: bytes) -> bytes:
    return group_code(write_code(read_code(text(raw)))).encode()


def _json_of_nothing(raw: bytes) -> bytes:
    """Read JSON of at most 64 bytes: the limit is the caller's."""
    return canonical.dumps(canonical.loads(raw, 64))


def _names(raw: bytes) -> bytes:
    value = canonical.loads(raw)
    if not isinstance(value, dict) or value.keys() != {"en", "fr"} or not all(isinstance(one, str) for one in value.values()):
        raise FormatError("not names")
    names = values.Names(en=str(value["en"]), fr=str(value["fr"]))
    return canonical.dumps({"en": names.en, "fr": names.fr})


VALUES = (
    Format("canonical-json", lambda raw: canonical.dumps(canonical.loads(raw)), _json, ("format.canonical.loads",), as_json),
    Format("short-json", _json_of_nothing, _json, ("format.canonical.loads",), as_json),
    Format("hex", _id, lambda: [seed(f"hex {n}", 16).hex().encode() for n in range(5)], ("core.ids.parse_hex",), as_string),
    Format(
        "base64",
        lambda raw: to_base64(from_base64(text(raw))).encode(),
        lambda: [to_base64(seed(f"b {size}", size)).encode() for size in SIZES],
        ("format.fields.from_base64",),
        as_string,
    ),
    Format(
        "raw-base64",
        lambda raw: to_raw_base64(from_raw_base64(raw)),
        lambda: [to_raw_base64(seed(f"b {size}", size)) for size in SIZES],
        ("format.age_header.from_raw_base64",),
        as_string,
    ),
    Format("time", _time, _instants, ("core.values.parse_time",), as_string),
    Format("date", _date, _days, ("core.values.parse_date",), as_string),
    Format("slug", lambda raw: ids.slug(text(raw)).encode(), lambda: _field("slug"), ("core.ids.slug",), as_string),
    Format("text", lambda raw: values.text_of(text(raw)).encode(), _texts, ("core.values.text_of",), as_string),
    Format("names", _names, lambda: [canonical.dumps(one["value"]) for one in good("encoding", "names")], (), as_json),
    Format(
        "secret-key",
        _secret,
        lambda: [HybridIdentity(seed(f"fuzz {n}")).to_string().encode() for n in range(2)] + [holder.CLAIM.to_string().encode()],
        ("format.age_text.check_secret", "format.bech32.decode_bech32", "seal.hybrid.HybridIdentity.from_string"),
        as_string,
        mend=_mend_bech32,
    ),
    Format(
        "recipient",
        _recipient,
        _recipients,
        ("format.age_text.check_recipient", "format.bech32.decode_bech32"),
        as_string,
        mend=_mend_bech32,
    ),
    Format("recipient-key", _key, _recipients, ("seal.hybrid.HybridRecipient.from_string",), as_string, mend=_mend_bech32),
    Format("claim-code", _code, _codes, ("format.claim_code.read_code",), as_string, exact=False),
    Format(
        "kit",
        lambda raw: parse_kit(raw).encode(),
        lambda: [one["kit"].encode() for one in good("vault", "kit")],
        ("format.kit.parse_kit",),
        as_lines,
        exact=False,
    ),
)
