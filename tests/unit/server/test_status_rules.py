"""What an overview means: each line is drawn where it says, on both sides of it."""

from dataclasses import replace

import pytest

from tests.support.overviews import AT, GIGABYTE, NOW, WELL
from voute.app.health import Health
from voute.app.scrub import Damage, Walk
from voute.app.stamp import LastStamp
from voute.core.ports_seen import JobCount, MailCount
from voute.core.values import MICROSECONDS
from voute.messages import messages
from voute.server.observe.overview import Counted, Disk, LogSeen, Overview, WitnessSeen
from voute.server.observe.verdict import Level, judge, needs_somebody

COUNTED = WELL.counted
assert COUNTED is not None
HOUR = 3600


def ago(seconds: int) -> int:
    return AT - seconds * MICROSECONDS


def counted(**changes: object) -> Overview:
    assert isinstance(COUNTED, Counted)
    return replace(WELL, counted=replace(COUNTED, **changes))  # type: ignore[arg-type] # fields by name


def health(**changes: bool) -> Overview:
    return replace(WELL, health=replace(WELL.health, **changes))


def witnesses(*times: int | None) -> Overview:
    return replace(WELL, witnesses=tuple(WitnessSeen(f"w{number}", time) for number, time in enumerate(times)))


def signs(until: int | None, shown: str = "ville.test/1", successor: str | None = None) -> Overview:
    return replace(WELL, signs=LogSeen("ville.test/1", until, shown, successor))


CASES = [
    (WELL, {}),
    (health(blobs=False), {"packs": Level.NOW}),
    (health(log=False), {"log": Level.NOW}),
    (signs(None), {}),
    (signs(None, successor="ville.test/2"), {"log-prepared": Level.SOON}),
    (signs(NOW + 1, successor="ville.test/2"), {"log-changes": Level.SOON}),
    (signs(NOW + 1), {"log-ends": Level.SOON}),
    (signs(NOW, successor="ville.test/2"), {"log-over": Level.NOW}),
    (signs(NOW), {"log-over-alone": Level.NOW}),
    (signs(NOW, shown="ville.test/2"), {"log-elsewhere": Level.NOW}),
    # What follows from the end is not said beside it; what does not, is.
    (replace(signs(NOW), health=health(log=False).health), {"log-over-alone": Level.NOW}),
    (replace(signs(NOW + 1), health=health(log=False).health), {"log-ends": Level.SOON, "log": Level.NOW}),
    (witnesses(NOW, None), {"witnesses": Level.NOW}),
    (witnesses(NOW, NOW, None), {"witnesses": Level.SOON}),
    (witnesses(NOW, NOW - HOUR), {}),
    (witnesses(NOW, NOW - HOUR - 1), {"witnesses": Level.SOON}),
    (counted(jobs={"destroy": JobCount(1, ago(HOUR))}), {}),
    (counted(jobs={"destroy": JobCount(1, ago(HOUR + 1))}), {"jobs": Level.SOON}),
    (counted(jobs={"destroy": JobCount(0, ago(9 * HOUR))}), {}),
    (counted(mails=MailCount(0, 1, ago(6 * HOUR))), {}),
    (counted(mails=MailCount(0, 1, ago(6 * HOUR + 1))), {"mails": Level.SOON}),
    (counted(stamp=LastStamp(399_999, NOW - HOUR)), {}),
    (counted(stamp=LastStamp(399_999, NOW - HOUR - 1)), {"timestamp": Level.SOON}),
    (counted(stamp=LastStamp(400_000, NOW - 99 * HOUR)), {}),
    (counted(stamp=None, published_at=ago(HOUR + 1)), {"timestamp": Level.SOON}),
    (counted(walk=Walk(ended_at=ago(60 * 24 * HOUR))), {}),
    (counted(walk=Walk(ended_at=ago(61 * 24 * HOUR))), {"scrub": Level.SOON}),
    (counted(walk=Walk(begun_at=ago(60 * 24 * HOUR))), {}),
    (counted(walk=Walk(begun_at=ago(61 * 24 * HOUR))), {"scrub-first": Level.SOON}),
    (counted(walk=Walk(ended_at=ago(9), damage=(Damage("pack-damaged", "packs/00", AT),))), {"scrub": Level.NOW}),
    (counted(mail_blocked_at=ago(24 * HOUR)), {"mails-blocked": Level.SOON}),
    (counted(mail_blocked_at=ago(24 * HOUR + 1)), {}),
    (counted(backup_at=None), {"backup-never": Level.SOON}),
    (replace(WELL, cors="fits"), {}),
    (replace(WELL, cors="refused"), {"cors": Level.SOON}),
    (replace(WELL, cors="silent"), {"cors-silent": Level.SOON}),
    (counted(backup_at=ago(26 * HOUR)), {}),
    (counted(backup_at=ago(26 * HOUR + 1)), {"backup": Level.SOON}),
    (counted(backup_at=ago(72 * HOUR + 1)), {"backup": Level.NOW}),
    (replace(WELL, disks=(Disk("data", 100 * GIGABYTE, 20 * GIGABYTE),)), {}),
    (replace(WELL, disks=(Disk("data", 100 * GIGABYTE, 19 * GIGABYTE),)), {"disk": Level.SOON}),
    (replace(WELL, disks=(Disk("data", 100 * GIGABYTE, 4 * GIGABYTE),)), {"disk": Level.NOW}),
    (
        replace(WELL, counted=None, health=Health(catalogue=False, blobs=True, log=False, checkpoint_age=None)),
        {"catalogue": Level.NOW},
    ),
]


@pytest.mark.parametrize(("seen", "expected"), CASES)
def test_status_rules_draw_their_lines(seen: Overview, expected: dict[str, Level]) -> None:
    checks = judge(seen, is_served=True)
    assert {one.name: one.level for one in checks if one.level is not Level.WELL} == expected
    assert needs_somebody(checks) == bool(expected)
    for language in ("fr", "en"):
        words = messages(language)
        for one in checks:
            assert words.text(f"status-{one.name}-{one.level}", one.facts)
            assert one.level is Level.WELL or words.text(f"status-{one.name}-{one.level}.fix", one.facts)


def test_status_rules_a_city_that_nobody_serves_needs_somebody_now() -> None:
    bad = [one for one in judge(WELL, is_served=False) if one.level is not Level.WELL]
    assert [(one.name, one.level) for one in bad] == [("server", Level.NOW)]


def test_status_rules_a_full_disk_is_said_first_and_explains_a_log_that_nobody_writes() -> None:
    full = replace(WELL, disks=(Disk("data", 100 * GIGABYTE, 0), Disk("locks", GIGABYTE, GIGABYTE)))
    checks = judge(full, is_served=False)
    assert checks[0].name == "disk"
    bad = [one for one in checks if one.level is not Level.WELL]
    assert [(one.name, one.level) for one in bad] == [("disk", Level.NOW), ("server-full", Level.NOW)]
    for language in ("fr", "en"):
        words = messages(language)
        assert words.text("status-server-full-now", bad[1].facts) != words.text("status-server-full-now.fix", bad[1].facts)
        assert "(0\N{NO-BREAK SPACE}M" in words.text("status-disk-now", bad[0].facts).replace(" ", "\N{NO-BREAK SPACE}")


def test_status_rules_a_city_without_mail_says_nothing_of_mails() -> None:
    assert "mails" not in {one.name for one in judge(replace(WELL, sends_mail=False), is_served=True)}
