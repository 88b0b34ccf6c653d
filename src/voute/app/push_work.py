"""Sending messages to devices: each is put off before it is tried, so that a crash repeats it (docs/spec/push.md)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from voute.app.city import City
from voute.app.notice_work import MAX_TRIES, rest_after
from voute.core.rows_push import DeviceRow, PushRow
from voute.core.values import MICROSECONDS


class Pushed(Enum):
    """What became of one message."""

    ACCEPTED = "accepted"
    LATER = "later"
    """The push service asked for patience, did not answer, or answered what we don't know."""
    GONE = "gone"
    """The push service says that this browser takes no more messages."""


LONGEST_WAIT: Final = 24 * 3600 * MICROSECONDS
"""For how long a push service is believed that asks for patience: what says that something came is of use for days, not weeks."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one message, and for how long (microseconds) its service asked for patience, if it did."""

    outcome: Pushed
    wait: int = 0


@dataclass(frozen=True, slots=True)
class ToDevice:
    """A message that is to be sent now, and to which device."""

    message: PushRow
    device: DeviceRow


def send_due(city: City, send: Callable[[Sequence[ToDevice]], Sequence[Tried]], limit: int) -> int:
    """Try the messages that are due, at most `limit`, all in one call; returns how many were accepted.

    A device that is gone is forgotten, with every message to it.

    Raises:
        VouteError: the store failed.
    """
    taken = _take(city, limit)
    if not taken:
        return 0
    found = send(taken)
    now = city.now()
    with city.catalogue.write() as tx:
        for one, tried in zip(taken, found, strict=True):
            if tried.outcome is Pushed.GONE:
                # The browser may have said meanwhile where it is now.
                tx.devices.gone(one.device.device_id, one.device.endpoint)
            elif tried.outcome is Pushed.ACCEPTED:
                tx.devices.message_done(one.message.message_id)
            elif tried.wait:
                until = now + min(tried.wait, LONGEST_WAIT)
                tx.devices.put_off(one.message.message_id, max(one.message.due_at, until))
    return sum(tried.outcome is Pushed.ACCEPTED for tried in found)


def _take(city: City, limit: int) -> tuple[ToDevice, ...]:
    now = city.now()
    with city.catalogue.read() as tx:
        if not tx.devices.due(now, 1):
            return ()
    taken: list[ToDevice] = []
    with city.catalogue.write() as tx:
        for message in tx.devices.due(now, limit, lock=True):
            device = tx.devices.get(message.device_id)
            if device is None or message.tries >= MAX_TRIES:
                tx.devices.message_done(message.message_id)
                continue
            message = message._replace(tries=message.tries + 1, due_at=now + rest_after(message.tries))  # noqa: PLW2901 - the row as it is from now on
            tx.devices.put_messages([message])
            taken.append(ToDevice(message, device))
    return tuple(taken)
