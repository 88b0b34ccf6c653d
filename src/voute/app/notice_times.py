"""When a notice goes: at once, at an hour of the day, or of one day of the week, never in quiet hours (docs/spec/notices.md)."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from voute.core.errors import FormatError

_WEEK: Final = 7
_HOURS: Final = range(24)
_DAYS: Final = range(_WEEK)
_AROUND: Final = range(-2, _WEEK + 2)
"""Days whose notice may be the next one: quiet hours put it off by a day, and by one more where the clock changes."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Pace(StrEnum):
    """How often a holder wants to be told."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"


class Times(Protocol):
    """When a holder wants to be told, on whatever way; equal quiet hours are none."""

    @property
    def pace(self) -> str:
        """How often."""
        ...

    @property
    def hour(self) -> int:
        """At which hour, but for `once`."""
        ...

    @property
    def weekday(self) -> int:
        """On which day, for `weekly`; 0 is Monday."""
        ...

    @property
    def quiet_from(self) -> int:
        """The first quiet hour."""
        ...

    @property
    def quiet_until(self) -> int:
        """The hour that ends them."""
        ...


def check_times(times: Times) -> None:
    """Refuse what can't be.

    Raises:
        FormatError: the fact `field` names it.
    """
    if times.pace not in set(Pace):
        raise FormatError("not a pace", field="pace")
    for name, hour in (("hour", times.hour), ("quiet_from", times.quiet_from), ("quiet_until", times.quiet_until)):
        if hour not in _HOURS:
            raise FormatError("not an hour", field=name)
    if times.weekday not in _DAYS:
        raise FormatError("not a day", field="weekday")


def due_at(row: Times, now: int, zone: ZoneInfo) -> int:
    """Return the first instant from `now` on that suits the holder, in microseconds.

    Hours are those of the wall clock: one that comes twice counts when it comes first, one that a change of the clock leaves out
    when the clock has passed it. What would go in quiet hours goes at their end, that of the night before too.
    """
    local = (_EPOCH + timedelta(microseconds=now)).astimezone(zone)
    if row.pace == Pace.ONCE:
        found = _after_quiet(row, local, zone)
    else:
        days = (local + timedelta(days=days) for days in _AROUND)
        wanted = (day for day in days if row.pace == Pace.DAILY or day.weekday() == row.weekday)
        # As instants: two times of one zone are compared by what the clocks on the wall show.
        all_due = (_after_quiet(row, _at(day, row.hour, zone), zone).astimezone(UTC) for day in wanted)
        found = min(due for due in all_due if due >= local.astimezone(UTC))
    return (found - _EPOCH) // timedelta(microseconds=1)


def _at(day: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """Return when the clock shows an hour of a day, with the time that it shows then: another one when it leaves this one out."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC).astimezone(zone)


def _after_quiet(row: Times, chosen: datetime, zone: ZoneInfo) -> datetime:
    """Put off to the end of the quiet hours; they may go over midnight, equal ones are none."""
    begin, end = row.quiet_from, row.quiet_until
    while begin <= chosen.hour < end if begin <= end else chosen.hour >= begin or chosen.hour < end:
        # Once, but when the end is the hour that is left out: what comes after it may be quiet again.
        chosen = _at(chosen if chosen.hour < end else chosen + timedelta(days=1), end, zone)
    return chosen
