"""When a notice goes: the city's clock, its changes, quiet hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from voute.app.notice_times import due_at
from voute.core.ids import HASH_SIZE, VaultId
from voute.core.rows import NoticeRow
from voute.core.values import MICROSECONDS

ZONE = ZoneInfo("America/Toronto")


def row(pace: str, hour: int = 8, weekday: int = 0, quiet: tuple[int, int] = (0, 0)) -> NoticeRow:
    vault = VaultId(bytes(HASH_SIZE))
    return NoticeRow(vault, bytes(16), "a@b.test", "fr", pace, hour, weekday, *quiet, "confirmed", 0, 0, 0)


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * MICROSECONDS


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()) * MICROSECONDS


@pytest.mark.parametrize(
    ("wish", "now", "due"),
    [
        (row("once"), "2026-11-26 10:21:19", "2026-11-26 10:21:19"),
        (row("once", quiet=(21, 7)), "2026-11-26 22:30:00", "2026-11-27 07:00:00"),
        (row("once", quiet=(21, 7)), "2026-11-27 06:59:59", "2026-11-27 07:00:00"),
        (row("once", quiet=(21, 7)), "2026-11-27 07:00:00", "2026-11-27 07:00:00"),
        (row("once", quiet=(12, 14)), "2026-11-27 13:10:00", "2026-11-27 14:00:00"),
        (row("daily"), "2026-11-26 07:59:00", "2026-11-26 08:00:00"),
        (row("daily"), "2026-11-26 08:00:01", "2026-11-27 08:00:00"),
        (row("daily", hour=3, quiet=(22, 6)), "2026-11-26 12:00:00", "2026-11-27 06:00:00"),
        (row("weekly"), "2026-11-26 12:00:00", "2026-11-30 08:00:00"),
        (row("weekly", weekday=3), "2026-11-26 07:00:00", "2026-11-26 08:00:00"),
        (row("weekly", weekday=3), "2026-11-26 09:00:00", "2026-12-03 08:00:00"),
        (row("daily"), "2026-10-31 12:00:00", "2026-11-01 08:00:00"),
        (row("daily"), "2027-03-13 12:00:00", "2027-03-14 08:00:00"),
    ],
)
def test_notice_times_are_those_of_the_wall_clock(wish: NoticeRow, now: str, due: str) -> None:
    assert due_at(wish, at(now), ZONE) == at(due)


@pytest.mark.parametrize(
    ("wish", "now", "due"),
    [
        # 14 March 2027, 02:00 to 03:00 EST is left out.
        (row("daily", hour=2), "2027-03-14T00:30:00-05:00", "2027-03-14T03:00:00-04:00"),
        (row("daily", hour=2), "2027-03-14T03:00:00-04:00", "2027-03-14T03:00:00-04:00"),
        (row("daily", hour=2), "2027-03-14T03:00:01-04:00", "2027-03-15T02:00:00-04:00"),
        (row("daily", hour=2, quiet=(3, 8)), "2027-03-14T00:30:00-05:00", "2027-03-14T08:00:00-04:00"),
        (row("once", quiet=(21, 2)), "2027-03-14T01:59:59-05:00", "2027-03-14T03:00:00-04:00"),
        (row("once", quiet=(3, 2)), "2027-03-14T00:30:00-05:00", "2027-03-15T02:00:00-04:00"),
        (row("once", quiet=(2, 3)), "2027-03-14T01:59:59-05:00", "2027-03-14T01:59:59-05:00"),
        (row("weekly", weekday=6, hour=2), "2027-03-14T01:00:00-05:00", "2027-03-14T03:00:00-04:00"),
        (row("weekly", weekday=6, hour=2), "2027-03-14T03:30:00-04:00", "2027-03-21T02:00:00-04:00"),
        # 1 November 2026, 01:00 to 02:00 comes twice: EDT, then EST.
        (row("daily", hour=1), "2026-11-01T00:30:00-04:00", "2026-11-01T01:00:00-04:00"),
        (row("daily", hour=1), "2026-11-01T01:30:00-04:00", "2026-11-02T01:00:00-05:00"),
        (row("daily", hour=1), "2026-11-01T01:00:00-05:00", "2026-11-02T01:00:00-05:00"),
        (row("daily", hour=2), "2026-11-01T01:59:59-04:00", "2026-11-01T02:00:00-05:00"),
        (row("once", quiet=(21, 1)), "2026-11-01T00:59:59-04:00", "2026-11-01T01:00:00-04:00"),
        (row("once", quiet=(21, 1)), "2026-11-01T01:00:00-05:00", "2026-11-01T01:00:00-05:00"),
        (row("once", quiet=(1, 2)), "2026-11-01T01:00:00-04:00", "2026-11-01T02:00:00-05:00"),
        # What quiet hours put off last night is not lost to who comes after its hour.
        (row("daily", hour=3, quiet=(22, 6)), "2026-11-27T04:30:00-05:00", "2026-11-27T06:00:00-05:00"),
        (row("weekly", weekday=3, hour=23, quiet=(21, 7)), "2026-11-27T00:30:00-05:00", "2026-11-27T07:00:00-05:00"),
    ],
)
def test_notice_times_hold_where_the_clock_changes(wish: NoticeRow, now: str, due: str) -> None:
    found = due_at(wish, instant(now), ZONE)
    assert datetime.fromtimestamp(found / MICROSECONDS, ZONE).isoformat() == due
