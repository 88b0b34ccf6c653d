"""When a notice goes: at once, at an hour of the day, or of one day of the week, never in quiet hours (docs/spec/notices.md)."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from voute.core.rows import NoticeRow

MICROSECONDS: Final = 1_000_000
_WEEK: Final = 7


class Pace(StrEnum):
    """How often a holder wants to be told."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"


def due_at(row: NoticeRow, now: int, zone: ZoneInfo) -> int:
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


def _after_quiet(row: NoticeRow, chosen: datetime, zone: ZoneInfo) -> datetime:
    """Put off to the end of the quiet hours; they may go over midnight, equal ones are none."""
    begin, end, hour = row.quiet_from, row.quiet_until, chosen.hour
    quiet = begin <= hour < end if begin <= end else hour >= begin or hour < end
    if not quiet:
        return chosen
    return _at(chosen if hour < end else chosen + timedelta(days=1), end, zone)
