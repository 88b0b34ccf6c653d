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


def test_notice_times_never_lie_in_the_past() -> None:
    # Every half hour around the two nights when the clock changes, whatever was asked for.
    for start in ("2026-10-31 20:00:00", "2027-03-13 20:00:00"):
        for step in range(24):
            now = at(start) + step * 1800 * MICROSECONDS
            for hour in (1, 2, 3):
                due = due_at(row("daily", hour=hour, quiet=(1, 3)), now, ZONE)
                assert now <= due <= now + 27 * 3600 * MICROSECONDS
