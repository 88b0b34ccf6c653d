"""When a notice goes, against a clock on a wall that is looked at every quarter of an hour, around nights when it is changed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from voute.app.notice_times import Pace, due_at
from voute.core.values import MICROSECONDS

STEP = timedelta(minutes=15)
REACH = timedelta(days=11)
EARLIER = timedelta(days=3)
DAYS = range(-3, 12)
# An hour at two in the morning, at midnight in and out, half an hour, and none.
NIGHTS = [
    ("America/Toronto", "2027-03-14T07:00:00+00:00"),
    ("America/Toronto", "2026-11-01T06:00:00+00:00"),
    ("America/Havana", "2027-03-14T05:00:00+00:00"),
    ("America/Havana", "2026-11-01T05:00:00+00:00"),
    ("Asia/Beirut", "2027-03-27T22:00:00+00:00"),
    ("Asia/Beirut", "2026-10-24T21:00:00+00:00"),
    ("Australia/Lord_Howe", "2027-04-03T15:00:00+00:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00+00:00"),
    ("UTC", "2026-11-27T00:00:00+00:00"),
]


@dataclass(frozen=True)
class Wish:
    """What a holder asked for."""

    pace: str
    hour: int
    weekday: int
    quiet_from: int
    quiet_until: int

    def is_quiet(self, hour: int) -> bool:
        """Walk round the clock from the first quiet hour to the one that ends them."""
        while hour != self.quiet_until:
            if hour == self.quiet_from:
                return self.quiet_from != self.quiet_until
            hour = (hour - 1) % 24
        return False


HOURS = st.integers(0, 23)
WISHES = st.builds(Wish, st.sampled_from([str(pace) for pace in Pace]), HOURS, st.integers(0, 6), HOURS, HOURS)


def looked_up(wish: Wish, now: datetime, zone: ZoneInfo) -> datetime:
    """Find the same by looking at the clock: the first moment from `now` on, none that a rule has calculated."""
    begin = now.replace(minute=0, second=0, microsecond=0) - EARLIER
    moments = sorted({now, *(begin + number * STEP for number in range((EARLIER + REACH) // STEP))})
    walls = [moment.astimezone(zone).replace(tzinfo=None) for moment in moments]

    def spoken(first: int) -> datetime | None:
        return next((moments[at] for at in range(first, len(moments)) if not wish.is_quiet(walls[at].hour)), None)

    if wish.pace == Pace.ONCE:
        starts = [moments.index(now)]
    else:
        today = now.astimezone(zone).replace(tzinfo=None, hour=wish.hour, minute=0, second=0, microsecond=0)
        hours = [today + timedelta(days=days) for days in DAYS]
        wanted = [one for one in hours if wish.pace == Pace.DAILY or one.weekday() == wish.weekday]
        inside = [one for one in wanted if walls[0] < one <= walls[-1]]
        starts = [next(at for at, wall in enumerate(walls) if wall >= one) for one in inside]
    return min(due for due in map(spoken, starts) if due is not None and due >= now)


@given(WISHES, st.sampled_from(NIGHTS), st.integers(-3 * 86_400, 86_400))
@example(Wish("once", 0, 0, 3, 2), NIGHTS[0], -9_000)
@example(Wish("daily", 2, 0, 3, 8), NIGHTS[0], -9_000)
@example(Wish("daily", 1, 0, 0, 0), NIGHTS[1], 0)
@example(Wish("daily", 3, 0, 22, 6), NIGHTS[8], 16_200)
def test_property_a_notice_goes_at_the_first_moment_that_the_clock_on_the_wall_allows(
    wish: Wish, night: tuple[str, str], seconds: int
) -> None:
    zone = ZoneInfo(night[0])
    now = datetime.fromisoformat(night[1]) + timedelta(seconds=seconds)
    found = due_at(wish, int(now.timestamp()) * MICROSECONDS, zone)
    assert datetime.fromtimestamp(found / MICROSECONDS, UTC) == looked_up(wish, now.astimezone(UTC), zone)


@given(WISHES, st.sampled_from(NIGHTS), st.integers(-3 * 86_400 * MICROSECONDS, 86_400 * MICROSECONDS))
def test_property_a_notice_is_never_early_never_in_quiet_hours_and_asked_again_stays(
    wish: Wish, night: tuple[str, str], apart: int
) -> None:
    zone = ZoneInfo(night[0])
    now = int(datetime.fromisoformat(night[1]).timestamp()) * MICROSECONDS + apart
    due = due_at(wish, now, zone)
    assert now <= due <= now + 9 * 86_400 * MICROSECONDS
    assert not wish.is_quiet(datetime.fromtimestamp(due // MICROSECONDS, zone).hour)
    assert due_at(wish, due, zone) == due
