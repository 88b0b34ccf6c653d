"""Events and their log entries.

Source: `docs/spec/event-receipt.md`. An event is canonical JSON, final when drafted and never signed itself; its log
entry is SHA-256 over a salt, the link of its box's chain and the event's bytes, so that who reads the tiles learns
nothing.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, Hash, Slug, sized
from voute.core.values import UnixTime, time_text
from voute.format import binary, canonical
from voute.format.fields import Fields, write_hex
from voute.format.subject import AnySubject, check_pair, is_asserted, read_subject

# The largest event of this version has under 700 bytes.
MAX_EVENT: Final = 4096
# Stands before the first event of a box, and beside an event of no box.
NO_CHAIN: Final = Hash(bytes(HASH_SIZE))

_KEYS = frozenset({"version", "type", "city", "time", "actor", "act", "subject"})


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
    fields = Fields(canonical.loads(raw, MAX_EVENT), _KEYS, "event")
    fields.version()
    subject, actor = read_subject(fields, act=False)
    statement = fields.optional("act", fields.hash)
    _check_act(subject, statement)
    return Event(fields.slug("city"), fields.time("time"), actor, statement, subject)


def _check_act(subject: AnySubject, statement: Hash | None) -> None:
    if is_asserted(subject) != (statement is None):
        raise FormatError("a statement stands behind every event but those that the service asserts", field="act")


def blind(salt: bytes, chain: bytes, event: bytes) -> Hash:
    """Compute a log entry: SHA-256(salt ‖ chain ‖ event); salt and chain are 32 bytes each."""
    return Hash(hashlib.sha256(sized(salt, HASH_SIZE) + sized(chain, HASH_SIZE) + event).digest())


def chain_link(chain_salt: bytes, number: int, previous: bytes) -> Hash:
    """Compute the link of a box's n-th event (n from 1; `previous` is `NO_CHAIN` at 1)."""
    if number < 1:
        raise FormatError("the events of a box are numbered from 1")
    return binary.labelled_hash("chain/v1", sized(chain_salt, HASH_SIZE), binary.u64(number), sized(previous, HASH_SIZE))
