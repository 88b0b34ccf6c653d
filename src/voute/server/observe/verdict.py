"""What an overview means: each thing that matters is well, needs somebody soon, or needs somebody now. Pure rules.

`voute status` and the alerts in deploy/prometheus draw the same lines.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from voute.app.scrub import Walk, facts_of
from voute.core.values import MICROSECONDS, time_text, unix_time
from voute.server.observe.overview import Counted, LogSeen, Overview, seconds_since

HOUR: Final = 3600
DAY: Final = 24 * HOUR
BACKUP_SOON: Final = 26 * HOUR
"""A night's backup that is two hours late."""
BACKUP_NOW: Final = 3 * DAY
WITNESS_SILENT: Final = HOUR
"""An unchanged checkpoint is cosigned anew every ten minutes: six of those without a witness."""
JOB_STUCK: Final = HOUR
"""Work left by a transaction takes seconds, and waits for nothing but the log."""
MAIL_STUCK: Final = 6 * HOUR
"""Longer than a mail server that asks for patience asks for."""
SHOWN_PLACES: Final = 5
"""Damaged places that one line names; all of them are in the log."""
MAIL_BLOCKED: Final = 24 * HOUR
"""How long a refusal of us is shown: a working day in between."""
STAMP_LATE: Final = HOUR
"""A checkpoint is stamped within a minute or two."""
DISK_SOON: Final = 20
"""Percent free."""
DISK_NOW: Final = 5


class Level(StrEnum):
    """Whether somebody is needed."""

    WELL = "well"
    SOON = "soon"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that matters; words are `status-NAME-LEVEL` and, where somebody is needed, its `.fix`."""

    name: str
    level: Level
    facts: Mapping[str, str | int]


MOVED_AWAY: Final = Check("moved", Level.NOW, {})
"""All that there is to say of stores from which a city was moved."""


def judge(seen: Overview, *, is_served: bool) -> tuple[Check, ...]:
    """Return every check, in the order in which they matter."""
    disks = list(_of_disks(seen))
    full = [one for one in disks if one.level is Level.NOW]
    checks = [
        # It explains whatever else does not go on.
        *full,
        Check("catalogue", _now_unless(seen.health.catalogue), {}),
        Check("packs", _now_unless(seen.health.blobs), {}),
        # The writer of the log steps down when it can write nothing: the server may well run.
        Check("server-full" if full and not is_served else "server", _now_unless(is_served), {}),
    ]
    if seen.counted is not None:
        checks += _of_log(seen, seen.counted)
        checks += _of_work(seen, seen.counted)
        if seen.is_stamped:
            checks.append(_of_stamps(seen, seen.counted))
        checks.append(_of_bytes(seen, seen.counted.walk))
    if seen.cors is not None:
        name = "cors-silent" if seen.cors == "silent" else "cors"
        checks.append(Check(name, Level.WELL if seen.cors == "fits" else Level.SOON, {}))
    checks += (one for one in disks if one not in full)
    return tuple(checks)


def needs_somebody(checks: tuple[Check, ...]) -> bool:
    """Tell whether any check does."""
    return any(one.level is not Level.WELL for one in checks)


def _now_unless(well: bool) -> Level:  # noqa: FBT001 -- the one thing that it turns into a level
    return Level.WELL if well else Level.NOW


def _of_log(seen: Overview, counted: Counted) -> Iterator[Check]:
    now = seen.at // MICROSECONDS
    changes = None if seen.signs is None else _of_successor(seen.signs, now)
    if changes is not None:
        yield changes
    # A log that has ended keeps up with nothing: the reason is said, not what follows from it.
    if changes is None or changes.level is not Level.NOW:
        facts = {"entries": counted.entries, "waiting": counted.unsequenced}
        yield Check("log", _now_unless(seen.health.log), facts)
    signed = [one for one in seen.witnesses if one.cosigned_at is not None]
    facts = {"have": len(signed), "need": seen.quorum, "listed": len(seen.witnesses)}
    if len(signed) < seen.quorum:
        yield Check("witnesses", Level.NOW, facts)
    else:
        silent = [one.name for one in seen.witnesses if one.cosigned_at is None or now - one.cosigned_at > WITNESS_SILENT]
        yield Check("witnesses", Level.SOON if silent else Level.WELL, {**facts, "silent": ", ".join(silent)})


def _of_successor(signs: LogSeen, now: int) -> Check | None:
    """Say that the log ends, or has ended, and what is missing for another one to take it over; None: it simply goes on."""
    facts = {"origin": signs.origin, "next": signs.successor or ""}
    if signs.until is None:
        return None if signs.successor is None else Check("log-prepared", Level.SOON, facts)
    facts["end"] = time_text(unix_time(signs.until))
    if now < signs.until:
        return Check("log-ends" if signs.successor is None else "log-changes", Level.SOON, facts)
    if signs.shown != signs.origin:
        return Check("log-elsewhere", Level.NOW, {**facts, "next": signs.shown})
    return Check("log-over-alone" if signs.successor is None else "log-over", Level.NOW, facts)


def _of_work(seen: Overview, counted: Counted) -> Iterator[Check]:
    waiting = [one for one in counted.jobs.values() if one.waiting]
    oldest = max((seconds_since(one.oldest, seen.at) or 0 for one in waiting), default=0)
    facts = {"waiting": sum(one.waiting for one in waiting), "hours": oldest // HOUR}
    yield Check("jobs", Level.SOON if oldest > JOB_STUCK else Level.WELL, facts)
    if seen.sends_mail:
        age = seconds_since(counted.mails.oldest, seen.at) or 0
        mails = {"waiting": counted.mails.untried + counted.mails.tried, "tried": counted.mails.tried, "hours": age // HOUR}
        yield Check("mails", Level.SOON if age > MAIL_STUCK else Level.WELL, mails)
        blocked = seconds_since(counted.mail_blocked_at, seen.at)
        if blocked is not None and blocked <= MAIL_BLOCKED:
            yield Check("mails-blocked", Level.SOON, {"hours": blocked // HOUR})
    age_of_backup = seconds_since(counted.backup_at, seen.at)
    if age_of_backup is None:
        yield Check("backup-never", Level.SOON, {})
    else:
        level = Level.NOW if age_of_backup > BACKUP_NOW else Level.SOON if age_of_backup > BACKUP_SOON else Level.WELL
        yield Check("backup", level, {"hours": age_of_backup // HOUR})


def _of_stamps(seen: Overview, counted: Counted) -> Check:
    """The last stamp may lie a while behind a log that goes on."""
    size = 0 if counted.stamp is None else counted.stamp.size
    behind = counted.entries - size
    age = seconds_since(counted.published_at, seen.at) or 0
    since = age if counted.stamp is None else max(0, seen.at // MICROSECONDS - counted.stamp.time)
    late = behind > 0 and since > STAMP_LATE
    return Check("timestamp", Level.SOON if late else Level.WELL, {"behind": max(0, behind), "hours": since // HOUR})


def _of_bytes(seen: Overview, walk: Walk) -> Check:
    """Damage needs somebody now; a walk that does not come round in its time, soon."""
    places = list(dict.fromkeys(f"{one.where} ({one.code})" for one in walk.damage))
    if places:
        shown = ", ".join(places[:SHOWN_PLACES])
        return Check("scrub", Level.NOW, {"damaged": facts_of(walk)["damaged"], "places": shown})
    since = walk.ended_at if walk.ended_at is not None else walk.begun_at
    days = (seconds_since(since, seen.at) or 0) // DAY
    late = days > 2 * seen.scrub_days
    if walk.ended_at is None:
        return Check("scrub-first", Level.SOON if late else Level.WELL, {"days": days, "gigabytes": walk.size // 1_000_000_000})
    return Check("scrub", Level.SOON if late else Level.WELL, {"days": days, "gigabytes": walk.last_size // 1_000_000_000})


def _of_disks(seen: Overview) -> Iterator[Check]:
    for disk in seen.disks:
        percent = 100 * disk.free // max(1, disk.size)
        level = Level.NOW if percent < DISK_NOW else Level.SOON if percent < DISK_SOON else Level.WELL
        room = {"gigabytes": disk.free // 1_000_000_000, "megabytes": disk.free // 1_000_000}
        yield Check("disk", level, {"folder": disk.name, "percent": percent, **room})
