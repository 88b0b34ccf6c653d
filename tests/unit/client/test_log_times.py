"""Logs that do not follow one another are named before officers sign."""

from dataclasses import replace

from tools.make_vectors.city import trust_root
from voute.client.log_times import log_warnings
from voute.core.values import UnixTime
from voute.format.trust_root import LogKey, TrustRoot

ROOT = trust_root()
(OLD,) = ROOT.logs
END = UnixTime(ROOT.effective_at + 100)


def told(*logs: LogKey, before: TrustRoot | None = ROOT, root: TrustRoot = ROOT) -> list[tuple[str, str, int]]:
    return [(one.why, one.origin, one.at) for one in log_warnings(replace(root, logs=logs), before)]


def successor(since: int, until: int | None = None) -> LogKey:
    return replace(OLD, origin="second", since=UnixTime(since), until=None if until is None else UnixTime(until))


def test_log_times_that_meet_are_well() -> None:
    assert told(OLD, before=None) == []
    assert told(replace(OLD, until=END), successor(END)) == []


def test_log_times_gaps_and_overlaps_are_named_with_their_time() -> None:
    assert told(replace(OLD, until=END)) == [("none", "", END)]
    assert told(replace(OLD, until=END), successor(END + 1)) == [("none", "", END)]
    assert told(replace(OLD, until=END), successor(END - 1)) == [("several", f"{OLD.origin}, second", END - 1)]
    assert told(OLD, successor(END, END + 1)) == [("several", f"{OLD.origin}, second", END)]


def test_log_times_log_that_ends_before_its_root_counts_is_named_once() -> None:
    early = UnixTime(ROOT.effective_at - 1)
    begun = replace(OLD, since=UnixTime(early - 10))
    assert told(replace(begun, until=early), successor(early)) == [("early", OLD.origin, early)]
    later = replace(ROOT, logs=(replace(begun, until=early), successor(early)))
    assert told(*later.logs, before=later) == []
