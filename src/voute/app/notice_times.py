"""When a notice goes: at once, at an hour of the day, or of one day of the week, never in quiet hours (docs/spec/notices.md)."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from voute.core.errors import FormatError
from voute.core.values import MICROSECONDS

_WEEK: Final = 7
_HOURS: Final = range(24)
_DAYS: Final = range(_WEEK)


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

    Hours are those of the wall clock: an hour that a change of the clock leaves out comes when the clock has passed it.
    """
    local = datetime.fromtimestamp(now / MICROSECONDS, UTC).astimezone(zone)
    if row.pace == Pace.ONCE:
        chosen = local
    else:
        chosen = _at(local, row.hour, zone)
        days = (row.weekday - local.weekday()) % _WEEK if row.pace == Pace.WEEKLY else 0
        chosen = _at(local + timedelta(days=days), row.hour, zone)
        if chosen.astimezone(UTC) < local.astimezone(UTC):
            chosen = _at(chosen + timedelta(days=_WEEK if row.pace == Pace.WEEKLY else 1), row.hour, zone)
    instant = int(_after_quiet(row, chosen, zone).astimezone(UTC).timestamp()) * MICROSECONDS
    return max(instant, now)


def _at(day: datetime, hour: int, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone)


def _after_quiet(row: Times, chosen: datetime, zone: ZoneInfo) -> datetime:
    """Put off to the end of the quiet hours; they may go over midnight, equal ones are none."""
    begin, end, hour = row.quiet_from, row.quiet_until, chosen.hour
    quiet = begin <= hour < end if begin <= end else hour >= begin or hour < end
    if not quiet:
        return chosen
    return _at(chosen if hour < end else chosen + timedelta(days=1), end, zone)
