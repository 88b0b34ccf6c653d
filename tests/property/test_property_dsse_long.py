"""A long envelope is accepted and refused exactly as any other is, and what is written in pieces is what is written whole."""

import io
from collections.abc import Callable, Sequence
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError, VouteError
from voute.format import dsse
from voute.format.dsse import BadSignatureError, Kind, SigningKey, UnknownKeyError, WrongStatementError
from voute.format.dsse_long import ROOM_BEFORE, open_long, seal_long
from voute.format.fields import to_base64

KEY: Final = SigningKey(bytes(range(32)))
OTHER: Final = SigningKey(bytes(32))
MAXIMUM: Final = 4 * 1024 * 1024
PIECE: Final = 3 * 64 * 1024
HEAD: Final = b'{"payload":"'
TAIL: Final = b'","payloadType":"'
GOOD: Final = dsse.sign(Kind.REGISTRY, b'{"a":1}', KEY)


def whole(raw: bytes, keys: Sequence[bytes], maximum: int) -> bytes:
    envelope = dsse.parse(raw, maximum)
    dsse.verify(envelope, Kind.REGISTRY, keys)
    return dsse.pre_authentication(Kind.REGISTRY, envelope.payload)


def in_pieces(raw: bytes, keys: Sequence[bytes], maximum: int) -> bytes:
    message, start = open_long(io.BytesIO(raw), maximum, Kind.REGISTRY, keys)
    assert message[:start] == dsse.pre_authentication(Kind.REGISTRY, bytes(message[start:]))[:start]
    return bytes(message)


def outcome(
    how: Callable[[bytes, Sequence[bytes], int], bytes], raw: bytes, keys: Sequence[bytes], maximum: int = MAXIMUM
) -> bytes | type[VouteError]:
    """What was signed, or the error that is told."""
    try:
        return how(raw, keys, maximum)
    except VouteError as error:
        return type(error)


def both(raw: bytes, keys: Sequence[bytes] = (KEY.public,), maximum: int = MAXIMUM) -> bytes | type[VouteError]:
    one, other = outcome(whole, raw, keys, maximum), outcome(in_pieces, raw, keys, maximum)
    assert one == other
    return one


@st.composite
def envelopes(draw: st.DrawFn) -> bytes:
    payload = draw(st.binary(max_size=100))
    kind = draw(st.sampled_from([Kind.REGISTRY, Kind.REGISTRY, Kind.MANIFEST]))
    keys = draw(st.sampled_from([(KEY,), (KEY,), (OTHER,), (KEY, OTHER)]))
    return dsse.sign_many(kind, payload, keys)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An envelope with up to three of its bytes changed, cut out or added, and perhaps less of it."""
    raw = bytearray(draw(envelopes()))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(raw) - 1))
        how = draw(st.sampled_from(["flip", "add", "drop", "swap"]))
        if how == "flip":
            raw[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "add":
            raw[at:at] = draw(st.sampled_from([b"=", b"A", b" ", b"\n", b'"', b"\x00", b"\xff", b'","payloadType":"']))
        elif how == "drop":
            del raw[at : at + draw(st.integers(1, 5))]
        else:
            raw[at] = ord(draw(st.sampled_from("AB+/=-_")))
        if not raw:
            break
    return bytes(raw[: draw(st.sampled_from([len(raw), len(raw), len(raw), len(raw) // 2]))])


@given(damaged(), st.sampled_from([(KEY.public,), (OTHER.public, KEY.public), ()]), st.sampled_from([MAXIMUM, 300]))
def test_property_long_envelope_is_judged_as_any_other(raw: bytes, keys: Sequence[bytes], maximum: int) -> None:
    both(raw, keys, maximum)


PAYLOAD: Final = b'{"payload":"eyJhIjoxfQ=="'
TYPE: Final = b'"payloadType":"application/vnd.voute.registry.v1+json"'
DAMAGES: Final[dict[str, tuple[bytes, type[VouteError]]]] = {
    "nothing": (b"", FormatError),
    "its last byte is missing": (GOOD[:-1], FormatError),
    "half of it": (GOOD[: len(GOOD) // 2], FormatError),
    "its head alone": (b'{"payload":"', FormatError),
    "its tail alone": (GOOD[GOOD.index(b'","payloadType') :], FormatError),
    "a byte behind it": (GOOD + b"\n", FormatError),
    "twice": (GOOD + GOOD, FormatError),
    "a mark before it": (b"\xef\xbb\xbf" + GOOD, FormatError),
    "white space": (GOOD.replace(b'":', b'": '), FormatError),
    "another order of keys": (GOOD.replace(PAYLOAD + b"," + TYPE, b"{" + TYPE + b"," + PAYLOAD[1:]), FormatError),
    "base64 of another alphabet": (dsse.sign(Kind.REGISTRY, b"\xff\xff\xff", KEY).replace(b"////", b"____"), FormatError),
    "base64 without its padding": (GOOD.replace(b"fQ==", b"fQ"), FormatError),
    "base64 with bits left over": (GOOD.replace(b"fQ==", b"fR=="), FormatError),
    "base64 with padding amidst": (GOOD.replace(b"eyJh", b"ey=="), FormatError),
    "a payload outside ASCII": (GOOD.replace(b"eyJh", b"ey\xc3\xa9"), FormatError),
    "another payload": (GOOD.replace(b"eyJh", b"eyJi"), BadSignatureError),
    "another kind": (dsse.sign(Kind.MANIFEST, b'{"a":1}', KEY), WrongStatementError),
    "another key": (dsse.sign(Kind.REGISTRY, b'{"a":1}', OTHER), UnknownKeyError),
    "two signatures": (dsse.sign_many(Kind.REGISTRY, b'{"a":1}', (KEY, OTHER)), FormatError),
    "no signature": (GOOD[: GOOD.index(b"[") + 1] + b"]}", FormatError),
    "the signature of another payload": (GOOD.replace(b"eyJhIjoxfQ==", b"eyJhIjoyfQ=="), BadSignatureError),
    "two things at once, form first": (dsse.sign(Kind.MANIFEST, b'{"a":1}', KEY).replace(b"fQ==", b"fR=="), FormatError),
    "two things at once, kind next": (dsse.sign_many(Kind.MANIFEST, b'{"a":1}', (KEY, OTHER)), WrongStatementError),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_property_long_envelope_that_is_damaged_is_refused_by_the_same_error(what: str) -> None:
    raw, error = DAMAGES[what]
    assert raw != GOOD
    assert both(raw) is error


@pytest.mark.parametrize("length", [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, PIECE + 2, 2 * PIECE, 2 * PIECE + 1])
def test_property_long_envelope_in_pieces_is_the_one_written_whole(length: int) -> None:
    payload = (bytes(range(251)) * (length // 251 + 1))[:length]
    raw = dsse.sign(Kind.REGISTRY, payload, KEY)
    assert both(raw) == dsse.pre_authentication(Kind.REGISTRY, payload)
    assert both(raw, maximum=len(raw)) == dsse.pre_authentication(Kind.REGISTRY, payload)
    assert both(raw, maximum=len(raw) - 1) is FormatError
    assert b"".join(seal_long(Kind.REGISTRY, bytearray(ROOM_BEFORE) + payload, ROOM_BEFORE, KEY)) == raw
    if length > 2 * PIECE:
        at = raw.index(b"=") - PIECE // 3 * 4 - 1
        assert both(raw[:at] + b"=" + raw[at + 1 :]) is FormatError


@pytest.mark.parametrize("padding", [1, 2])
def test_property_long_envelope_with_padding_at_the_end_of_a_piece_is_refused(padding: int) -> None:
    """Each piece is base64 by itself, and the signature is of what they hold: only the last may be padded all the same."""
    first, last = bytes(PIECE - padding), b"last"
    text = to_base64(first).encode() + to_base64(last).encode()
    assert len(to_base64(first)) == PIECE // 3 * 4
    signed = dsse.sign(Kind.REGISTRY, first + last, KEY)
    raw = HEAD + text + signed[signed.index(TAIL) :]
    assert both(raw) is FormatError


@given(st.binary(max_size=50), st.integers(0, 5))
def test_property_long_envelope_sealed_is_the_one_signed_whole(payload: bytes, more: int) -> None:
    start = ROOM_BEFORE + more
    assert b"".join(seal_long(Kind.REGISTRY, bytearray(start) + payload, start, KEY)) == dsse.sign(Kind.REGISTRY, payload, KEY)
