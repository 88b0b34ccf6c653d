"""Events and their log entries.

Source: `docs/spec/event-receipt.md`. An event is canonical JSON, final when drafted and never signed itself; its log
entry is SHA-256 over a salt, the link of its box's chain and the event's bytes, so that who reads the tiles learns
nothing.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, ID_SIZE, DeliveryId, DocumentId, Hash, Slug, sized, slug
from voute.core.values import UnixTime, parse_time, time_text
from voute.format import binary, canonical
from voute.format.fields import Fields, write_hex
from voute.format.subject import AnySubject, Deliver, check_pair, is_asserted, issuer_actor, read_subject

# The largest event of this version has under 700 bytes.
MAX_EVENT: Final = 4096
# Stands before the first event of a box, and beside an event of no box.
NO_CHAIN: Final = Hash(bytes(HASH_SIZE))

_KEYS = frozenset({"version", "type", "city", "time", "actor", "act", "subject"})

_OF_HASH: Final = binary.u32(HASH_SIZE)
_OF_NUMBER: Final = binary.u32(8)
_LINK: Final = binary.length_prefixed("voute/chain/v1") + _OF_HASH

# The canonical bytes of a `deliver` event are a regular language, and nearly all events are of it: they are read by one match
# and written by one format, ten times as fast as by way of a JSON value (docs/adr/0042). All others go the general way.
_HASH: Final = rb'"([0-9a-f]{64})"'
_ID: Final = rb'"([0-9a-f]{32})"'
_SLUG: Final = rb"([a-z][a-z0-9-]{0,39})"
_DELIVER: Final = re.compile(
    rb'\{"act":' + _HASH + rb',"actor":"issuer:' + _SLUG + rb'","city":"' + _SLUG + rb'","subject":\{"delivery_id":' + _ID + rb","
    rb'"document_id":' + _ID + rb',"manifest_hash":' + _HASH + rb',"sealed_hash":' + _HASH + rb'\},"time":"([0-9TZ:-]{20})",'
    rb'"type":"deliver","version":1\}'
)
_instant = lru_cache(maxsize=1024)(parse_time)
_written = lru_cache(maxsize=1024)(time_text)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, when, by whom.

    `act` is the hash of the statement behind it (pack, act, vault record); None where the service alone asserts it.
    """

    city: Slug
    time: UnixTime
    actor: str
    act: Hash | None
    subject: AnySubject

    @property
    def type(self) -> str:
        """The event's type word."""
        return self.subject.type

    def encode(self) -> bytes:
        """Write the event's bytes."""
        check_pair(self.subject, self.actor, act=False)
        _check_act(self.subject, self.act)
        if isinstance(self.subject, Deliver) and self.act is not None:
            return _write_deliver(self, self.subject, self.act)
        return canonical.dumps(
            {
                "version": 1,
                "type": self.subject.type,
                "city": self.city,
                "time": time_text(self.time),
                "actor": self.actor,
                "act": write_hex(self.act),
                "subject": self.subject.to_json(),
            }
        )


def parse_event(raw: bytes) -> Event:
    """Parse an event's bytes; raises `FormatError` alone."""
    found = _DELIVER.fullmatch(raw)
    if found is not None:
        return _read_deliver(found)
    fields = Fields(canonical.loads(raw, MAX_EVENT), _KEYS, "event")
    fields.version()
    subject, actor = read_subject(fields, act=False)
    statement = fields.optional("act", fields.hash)
    _check_act(subject, statement)
    return Event(fields.slug("city"), fields.time("time"), actor, statement, subject)


def _write_deliver(event: Event, said: Deliver, act: Hash) -> bytes:
    delivery, document = sized(said.delivery_id, ID_SIZE).hex(), sized(said.document_id, ID_SIZE).hex()
    manifest, sealed = sized(said.manifest_hash, HASH_SIZE).hex(), sized(said.sealed_hash, HASH_SIZE).hex()
    return (
        f'{{"act":"{sized(act, HASH_SIZE).hex()}","actor":"{event.actor}","city":"{slug(event.city)}","subject":{{'
        f'"delivery_id":"{delivery}","document_id":"{document}","manifest_hash":"{manifest}","sealed_hash":"{sealed}"}},'
        f'"time":"{_written(event.time)}","type":"deliver","version":1}}'
    ).encode("ascii")


def _read_deliver(found: re.Match[bytes]) -> Event:
    act, issuer, city, delivery, document, manifest, sealed, time = (part.decode("ascii") for part in found.groups())
    try:
        at = _instant(time)
    except FormatError as error:
        raise FormatError(f"event.time: {error.detail}", field="time") from error
    subject = Deliver(
        DeliveryId(bytes.fromhex(delivery)),
        DocumentId(bytes.fromhex(document)),
        Hash(bytes.fromhex(manifest)),
        Hash(bytes.fromhex(sealed)),
    )
    return Event(Slug(city), at, issuer_actor(Slug(issuer)), Hash(bytes.fromhex(act)), subject)


def _check_act(subject: AnySubject, statement: Hash | None) -> None:
    if is_asserted(subject) != (statement is None):
        raise FormatError("a statement stands behind every event but those that the service asserts", field="act")


def blind(salt: bytes, chain: bytes, event: bytes) -> Hash:
    """Compute a log entry: SHA-256(salt ‖ chain ‖ event); salt and chain are 32 bytes each."""
    if len(salt) != HASH_SIZE or len(chain) != HASH_SIZE:
        raise FormatError("salt and chain have 32 bytes each")
    return Hash(hashlib.sha256(salt + chain + event).digest())


def chain_link(chain_salt: bytes, number: int, previous: bytes) -> Hash:
    """Compute the link of a box's n-th event (n from 1; `previous` is `NO_CHAIN` at 1)."""
    if number < 1:
        raise FormatError("the events of a box are numbered from 1")
    # `labelled_hash("chain/v1", salt, number, previous)`, written out: one for every event of a city.
    if len(chain_salt) != HASH_SIZE or len(previous) != HASH_SIZE:
        raise FormatError("salt and chain have 32 bytes each")
    return Hash(hashlib.sha256(_LINK + chain_salt + _between(number) + previous).digest())


@lru_cache(maxsize=1024)
def _between(number: int) -> bytes:
    """Write what stands between salt and link: nearly all boxes have few events."""
    return _OF_NUMBER + binary.u64(number) + _OF_HASH
