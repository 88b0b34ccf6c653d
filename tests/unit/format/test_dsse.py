"""Envelopes: canonical, bounded, verified before anything is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError, VouteError
from voute.format import dsse
from voute.format.dsse import BadSignatureError, Kind, SigningKey, UnknownKeyError, WrongStatementError

KEY, OTHER = SigningKey(b"\1" * 32), SigningKey(b"\2" * 32)


@given(st.binary(max_size=200), st.sampled_from(Kind))
def test_dsse_envelope_reads_back_and_is_canonical_json(payload: bytes, kind: Kind) -> None:
    raw = dsse.sign(kind, payload, KEY)
    envelope = dsse.parse(raw)
    assert (envelope.raw, envelope.kind, envelope.payload) == (raw, kind, payload)
    assert dsse.verify(envelope, kind, [OTHER.public, KEY.public]) == KEY.public
    assert json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":")).encode() == raw


@given(st.data())
def test_dsse_changed_envelope_is_refused(data: st.DataObject) -> None:
    raw = bytearray(dsse.sign(Kind.ACT, b'{"version":1}', KEY))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VouteError):
        dsse.verify(dsse.parse(bytes(raw)), Kind.ACT, [KEY.public])


@given(st.data())
def test_dsse_cut_envelope_is_refused(data: st.DataObject) -> None:
    raw = dsse.sign(Kind.ACT, b'{"version":1}', KEY)
    with pytest.raises(FormatError):
        dsse.parse(raw[: data.draw(st.integers(0, len(raw) - 1))])


def test_dsse_envelope_longer_than_its_limit_is_refused() -> None:
    raw = dsse.sign(Kind.ACT, bytes(800_000), KEY)
    assert len(raw) > dsse.MAX_ENVELOPE
    with pytest.raises(FormatError):
        dsse.parse(raw)
    assert dsse.parse(raw, dsse.MAX_REGISTRY_ENVELOPE).payload == bytes(800_000)


def test_dsse_same_keyid_of_another_key_is_a_bad_signature() -> None:
    raw = dsse.sign(Kind.ACT, b"{}", KEY).replace(dsse.keyid(KEY.public).encode(), dsse.keyid(OTHER.public).encode())
    with pytest.raises(BadSignatureError):
        dsse.verify(dsse.parse(raw), Kind.ACT, [OTHER.public])


def test_dsse_kind_is_checked_before_keys() -> None:
    with pytest.raises(WrongStatementError):
        dsse.verify(dsse.parse(dsse.sign(Kind.ACT, b"{}", KEY)), Kind.PACK, [])


def test_dsse_signers_are_trusted_ones_alone() -> None:
    envelope = dsse.parse(dsse.sign_many(Kind.TRUST_ROOT, b"{}", [KEY, OTHER]))
    assert dsse.signers(envelope, Kind.TRUST_ROOT, [KEY.public]) == {KEY.public}
    assert dsse.signers(envelope, Kind.TRUST_ROOT, []) == frozenset()
    with pytest.raises(FormatError):
        dsse.verify(envelope, Kind.TRUST_ROOT, [KEY.public])


def test_dsse_unknown_key_is_named() -> None:
    with pytest.raises(UnknownKeyError):
        dsse.verify(dsse.parse(dsse.sign(Kind.ACT, b"{}", KEY)), Kind.ACT, [OTHER.public])


def test_dsse_envelope_of_exactly_the_limits_is_taken() -> None:
    keys = [SigningKey(bytes((number,)) * 32) for number in range(dsse.MAX_SIGNATURES)]
    raw = dsse.sign_many(Kind.TRUST_ROOT, b"{}", keys)
    assert len(dsse.parse(raw, len(raw)).signatures) == dsse.MAX_SIGNATURES
    with pytest.raises(FormatError):
        dsse.parse(raw, len(raw) - 1)
