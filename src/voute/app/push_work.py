"""Sending messages to devices: each is put off before it is tried, so that a crash repeats it (docs/spec/push.md)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from voute.app.city import City
from voute.app.notice_work import MAX_TRIES, rest_after
from voute.core.rows_push import DeviceRow, PushRow


class Pushed(Enum):
    """What became of one message."""

    ACCEPTED = "accepted"
    LATER = "later"
    """The push service asked for patience, did not answer, or answered what we don't know."""
    GONE = "gone"
    """The push service says that this browser takes no more messages."""


@dataclass(frozen=True, slots=True)
class ToDevice:
    """A message that is to be sent now, and to which device."""

    message: PushRow
    device: DeviceRow


def send_due(city: City, send: Callable[[Sequence[ToDevice]], Sequence[Pushed]], limit: int) -> int:
    """Try the messages that are due, at most `limit`, all in one call; returns how many were accepted.

    A device that is gone is forgotten, with every message to it.

    Raises:
        VouteError: the store failed.
    """
    taken = _take(city, limit)
    if not taken:
        return 0
    outcomes = send(taken)
    with city.catalogue.write() as tx:
        for one, outcome in zip(taken, outcomes, strict=True):
            if outcome is Pushed.GONE:
                tx.devices.remove([one.device.device_id])
            elif outcome is Pushed.ACCEPTED:
                tx.devices.message_done(one.message.message_id)
    return sum(outcome is Pushed.ACCEPTED for outcome in outcomes)


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
