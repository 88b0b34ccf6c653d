"""The quick way of a `deliver` event, which skips the JSON value, and the general way give the same bytes and verdicts."""

import json

import pytest

from tools.make_vectors import city
from voute.core.errors import FormatError
from voute.core.ids import DeliveryId, DocumentId, Hash
from voute.core.values import time_text
from voute.format import canonical
from voute.format.binary import labelled_hash, u64
from voute.format.canonical import Json
from voute.format.event import Event, chain_link, parse_event
from voute.format.subject import Deliver, issuer_actor

ACTOR = issuer_actor(city.FINANCE)
SUBJECT = Deliver(
    DeliveryId(bytes(range(16))), DocumentId(bytes(range(16, 32))), Hash(bytes(range(32, 64))), Hash(bytes(range(64, 96)))
)
EVENT = Event(city.CITY, city.DELIVERED, ACTOR, Hash(bytes(range(32))), SUBJECT)


def test_deliver_event_is_canonical_json() -> None:
    value: Json = {
        "version": 1,
        "type": "deliver",
        "city": EVENT.city,
        "time": time_text(EVENT.time),
        "actor": ACTOR,
        "act": bytes(range(32)).hex(),
        "subject": dict(SUBJECT.to_json()),
    }
    assert EVENT.encode() == canonical.dumps(value)
    assert parse_event(EVENT.encode()) == EVENT


def test_deliver_event_of_another_form_is_refused_with_the_place() -> None:
    for key, wrong in (
        ("act", None),
        ("act", "00" * 31),
        ("act", "AA" * 32),
        ("actor", "issuer:"),
        ("actor", "issuer:" + "x" * 41),
        ("actor", "service"),
        ("city", "Ville"),
        ("time", "2026-02-30T00:00:00Z"),
        ("time", "2026-02-03T04:05:60Z"),
        ("time", "2026-02-03 04:05:06Z"),
        ("type", "delivered"),
        ("version", 2),
        ("subject", {}),
    ):
        value = json.loads(EVENT.encode()) | {key: wrong}
        with pytest.raises(FormatError):
            parse_event(canonical.dumps(value))


def test_deliver_event_in_other_bytes_is_refused() -> None:
    raw = EVENT.encode()
    for other in (raw + b"\n", b" " + raw, raw.replace(b",", b", ", 1), raw[:-1], raw.replace(b'"version":1', b'"version":01')):
        with pytest.raises(FormatError):
            parse_event(other)


def test_deliver_event_link_is_the_labelled_hash() -> None:
    salt, before = bytes(range(32)), bytes(range(32, 64))
    for number in (1, 2, 1 << 40):
        assert chain_link(salt, number, before) == labelled_hash("chain/v1", salt, u64(number), before)
