"""Every parser of ours: what it takes it writes back, changed or cut bytes are refused by our own errors alone."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.make_vectors import city, events, holder, pack, receipt
from tools.make_vectors.claim import registry_entries
from voute.core.errors import FormatError, VouteError
from voute.core.ids import Hash
from voute.core.values import parse_time
from voute.format import dsse
from voute.format.act import Act, parse_act
from voute.format.dsse import Kind
from voute.format.event import Event, parse_event
from voute.format.issuer_auth import IssuerAuth, parse_issuer_auth
from voute.format.keyring import parse_keyring
from voute.format.kit import parse_kit
from voute.format.manifest import parse_manifest
from voute.format.pack_statement import parse_pack_statement
from voute.format.receipt import parse_line, parse_receipt
from voute.format.registry import Registry, read_registry, write_registry
from voute.format.sidecar import Sidecar, encode_sidecar, parse_sidecar
from voute.format.trust_root import parse_trust_root
from voute.format.vault_record import parse_vault_record


@dataclass(frozen=True)
class Format:
    name: str
    good: bytes
    rewrite: Callable[[bytes], bytes]


def _formats() -> list[Format]:
    world = receipt.World(receipt.manifest())
    auth = IssuerAuth(city.CITY, city.FINANCE, bytes(32), city.ORIGIN, city.DELIVERED)
    actor, subject = events.SUBJECTS["claim"]
    act = Act(city.CITY, actor, subject, city.DELIVERED, Hash(bytes(32)))
    registry = Registry(city.CITY, city.FINANCE, 1, None, parse_time("2026-02-03T04:05:06Z"), registry_entries())
    return [
        Format("manifest", world.manifest.encode(), lambda raw: parse_manifest(raw).encode()),
        Format("event", world.event_bytes(), lambda raw: parse_event(raw).encode()),
        Format("act", act.encode(), lambda raw: parse_act(raw).encode()),
        Format("issuer-auth", auth.encode(), lambda raw: parse_issuer_auth(raw).encode()),
        Format("pack", pack.statement().encode(), lambda raw: parse_pack_statement(raw).encode()),
        Format("receipt", world.receipt().encode(), lambda raw: parse_receipt(raw).encode()),
        Format("registry", write_registry(registry), lambda raw: write_registry(read_registry(raw))),
        Format("trust-root", city.trust_root().encode(), lambda raw: parse_trust_root(raw).encode()),
        Format("vault-record", holder.second_epoch().encode(), lambda raw: parse_vault_record(raw).encode()),
        Format("keyring", holder.keyring(2).encode(), lambda raw: parse_keyring(raw).encode()),
        Format("sidecar", _sidecar(), lambda raw: encode_sidecar(parse_sidecar(raw))),
    ]


def _sidecar() -> bytes:
    sidecar: Sidecar = pack.sidecar()
    return encode_sidecar(sidecar)


FORMATS = _formats()
EACH = pytest.mark.parametrize("one", FORMATS, ids=[one.name for one in FORMATS])


@EACH
def test_statements_good_bytes_are_written_back(one: Format) -> None:
    assert one.rewrite(one.good) == one.good


@EACH
@given(data=st.data())
def test_statements_changed_bytes_are_written_back_or_refused(one: Format, data: st.DataObject) -> None:
    raw = bytearray(one.good)
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        written = one.rewrite(bytes(raw))
    except VouteError:
        return
    assert written == raw


@EACH
@given(data=st.data())
def test_statements_cut_bytes_are_refused(one: Format, data: st.DataObject) -> None:
    with pytest.raises(FormatError):
        one.rewrite(one.good[: data.draw(st.integers(0, len(one.good) - 1))])


@EACH
@given(raw=st.binary(max_size=100))
def test_statements_any_bytes_are_refused(one: Format, raw: bytes) -> None:
    with pytest.raises(FormatError):
        one.rewrite(raw)


@given(raw=st.binary(max_size=100))
def test_statements_any_bytes_as_kit_or_line_are_refused(raw: bytes) -> None:
    for parse in (parse_kit, parse_line):
        with pytest.raises(FormatError):
            parse(raw)


@given(data=st.data())
def test_statements_changed_kit_is_refused_or_says_the_same_or_another_value(data: st.DataObject) -> None:
    raw = bytearray(holder.kit().encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        kit = parse_kit(bytes(raw))
    except FormatError:
        return
    # The key line has a checksum: what still reads is the same key.
    assert kit.secret == holder.kit().secret


def test_statements_acts_and_answers_are_signed_as_their_kind() -> None:
    actor, subject = events.SUBJECTS["opened"]
    act = Act(city.CITY, actor, subject, city.DELIVERED, Hash(bytes(32)))
    auth = IssuerAuth(city.CITY, city.FINANCE, bytes(32), city.ORIGIN, city.DELIVERED)
    for raw, kind, payload in (
        (act.sign(city.ISSUER_KEY), Kind.ACT, act.encode()),
        (auth.sign(city.ISSUER_KEY), Kind.ISSUER_AUTH, auth.encode()),
    ):
        envelope = dsse.parse(raw)
        assert dsse.verify(envelope, kind, [city.ISSUER_KEY.public]) == city.ISSUER_KEY.public
        assert envelope.payload == payload
    assert (act.type, parse_act(act.encode())) == ("opened", act)


def test_statements_act_that_is_none_cannot_be_written() -> None:
    actor, subject = events.SUBJECTS["keyring"]
    with pytest.raises(FormatError):
        Act(city.CITY, actor, subject, city.DELIVERED, Hash(bytes(32))).encode()


def test_statements_event_by_the_wrong_actor_cannot_be_written() -> None:
    _, subject = events.SUBJECTS["claim"]
    with pytest.raises(FormatError):
        Event(city.CITY, city.DELIVERED, "service", Hash(bytes(32)), subject).encode()


def test_statements_slug_of_a_manifest_is_checked_when_read() -> None:
    raw = receipt.manifest().encode().replace(b'"type":"compte-de-taxes"', b'"type":"Compte"')
    with pytest.raises(FormatError) as caught:
        parse_manifest(raw)
    assert caught.value.facts["field"] == "type"
