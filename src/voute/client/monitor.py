"""`voute monitor`'s rules: one look at a city or a log, what it found wrong, what it remembers."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import httpx

from voute.client.disk import DISK
from voute.client.monitor_fetch import Fetcher
from voute.client.monitor_log import (
    CheckpointStaleError,
    Judge,
    LogForkedError,
    LogLook,
    LogRolledBackError,
    SignedHead,
    look_at_log,
)
from voute.client.monitor_pages import MANIFEST, ReleaseNotLoggedError, check_manifest, check_pages
from voute.client.monitor_roots import TrustRootReplacedError, TrustRootWithdrawnError, Waiting, expect_same, follow, look_ahead
from voute.client.monitor_stamp import check_stamp
from voute.client.monitor_state import MonitorState, read_state, write_state
from voute.core.errors import VouteError
from voute.format.release import ServedFile
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import NoQuorumError, checkpoint_policy, verify_checkpoint
from voute.tlog.reader import GetTile
from voute.tlog.timestamp import Chain
from voute.verify.trust import TrustedRoot

MAX_AGE: Final = 1_800
"""Seconds that a checkpoint may have: a city has it cosigned anew every ten minutes, also when nothing happens."""
PATIENCE: Final = 20.0
"""Seconds for what is still on its way: witnesses' lines on a new checkpoint, the log entry of a new release."""
_RETRY: Final = 1.0


@dataclass
class Report:
    """What one look gave; `problems` are the gravest first."""

    time: int
    look: LogLook | None = None
    release: str | None = None
    addresses: int = 0
    problems: list[VouteError] = field(default_factory=list)
    evidence: Path | None = None
    stamped_at: int | None = None
    """When the timestamp authority saw the log."""
    waiting: Waiting | None = None
    """The trust root that waits for its time."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched: an address, and by what a checkpoint is believed.

    `root` is the trust root of a city at its origin; None for a log alone, whose `judge` knows its keys.
    """

    address: str
    judge: Judge | None
    root: TrustedRoot | None
    authority: Chain | None = None
    """Certificates of the timestamp authority that the log is to be stamped by; None: nobody asks."""


class Monitor:
    """Looks again and again, from what it remembers; the state is durable after each look."""

    def __init__(
        self,
        watched: Watched,
        state_file: Path,
        *,
        max_age: int = MAX_AGE,
        patience: float = PATIENCE,
        now: Callable[[], int] = lambda: int(time.time()),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Take what to watch, where to remember, how old a checkpoint may be and how long to wait for what is on its way."""
        self._watched = watched
        self._path = state_file
        self._max_age = max_age
        self._patience = patience
        self._now = now
        self._transport = transport

    def look(self) -> Report:
        """Look once; everything that is wrong is in the report.

        Raises:
            MonitorStateError: the state cannot be read.
            OSError: it cannot be written.
        """
        report = Report(self._now())
        state = read_state(self._path)
        with Fetcher(self._watched.address, self._transport) as fetch, _collect(report):
            if self._watched.root is None:
                self._follow(fetch, "", state, self._judge(None), report)
            else:
                self._look_at_city(fetch, state, self._watched.root, report)
        return report

    def _look_at_city(self, fetch: Fetcher, state: MonitorState, given: TrustedRoot, report: Report) -> None:
        root, state = self._trust_root(fetch, state, given)
        with _collect(report):
            state = self._look_ahead(fetch, state, root, report)
        judge = self._judge(root)
        # A log that broke its word says nothing that pages could be compared with.
        state = self._follow(fetch, "/log", state, judge, report)
        with _collect(report):
            files, state = self._released(fetch, state, judge, root, report)
            report.release = None if state.release is None else state.release.release.release
            report.addresses = check_pages(fetch, files, root.envelope.raw)

    def _judge(self, root: TrustedRoot | None) -> Judge:
        return self._watched.judge or judge_by_root(root)

    def _trust_root(self, fetch: Fetcher, state: MonitorState, given: TrustedRoot) -> tuple[TrustedRoot, MonitorState]:
        """Follow the trust root from the newest one known to the one that the city offers."""
        root = follow(fetch.get, state, given, self._now())
        state = replace(state, trust_root=root.envelope.raw)
        write_state(self._path, state)
        return root, state

    def _look_ahead(self, fetch: Fetcher, state: MonitorState, root: TrustedRoot, report: Report) -> MonitorState:
        """Look at the trust root that waits; it is remembered and told of, and used for nothing."""
        report.waiting = look_ahead(fetch.get, root)
        shown = None if report.waiting is None else report.waiting.trusted.envelope.raw
        try:
            kept = expect_same(fetch.get, state, root, report.waiting, self._now())
        except TrustRootReplacedError as error:
            report.problems.append(error)
            kept = shown
        except TrustRootWithdrawnError as error:
            report.problems.append(error)
            kept = state.waiting
        state = replace(state, waiting=kept)
        write_state(self._path, state)
        return state

    def _follow(self, fetch: Fetcher, prefix: str, state: MonitorState, judge: Judge, report: Report) -> MonitorState:
        """Follow the log, keep what was seen, then ask for quorum and age; a quorum on its way is waited for."""
        end = time.monotonic() + self._patience
        while True:
            seen: list[SignedCheckpoint] = []

            def keeping(signed: SignedCheckpoint, seen: list[SignedCheckpoint] = seen) -> SignedHead:
                seen.append(signed)
                return judge(signed)

            try:
                before = None if self._watched.root is None else state.newest
                look = look_at_log(lambda path: fetch.get(f"{prefix}/{path}"), state, keeping, before)
            except (LogForkedError, LogRolledBackError) as error:
                report.evidence = self._keep_evidence(state, seen[-1], error.code)
                raise
            if look.lost is not None:
                report.evidence = self._keep_evidence(state, seen[-1], look.lost.code)
                report.problems.append(look.lost)
            state = state.with_checkpoint(look.head.signed, look.release)
            write_state(self._path, state)
            report.look = look if report.look is None else replace(look, new=report.look.new + look.new)
            report.problems = [one for one in report.problems if not isinstance(one, NoQuorumError | CheckpointStaleError)]
            try:
                look.head.require_quorum()
                look.head.require_fresh(self._now(), self._max_age)
            except (NoQuorumError, CheckpointStaleError) as error:
                if isinstance(error, NoQuorumError) and time.monotonic() < end:
                    time.sleep(_RETRY)
                    continue
                report.problems.append(error)
            self._stamp(lambda path: fetch.get(f"{prefix}/{path}"), look.head.signed, judge, report)
            return state

    def _stamp(self, get: GetTile, head: SignedCheckpoint, judge: Judge, report: Report) -> None:
        if self._watched.authority is None or report.stamped_at is not None:
            return
        with _collect(report):
            report.stamped_at = check_stamp(get, head, judge, self._watched.authority, self._now, self._max_age)

    def _released(
        self, fetch: Fetcher, state: MonitorState, judge: Judge, root: TrustedRoot, report: Report
    ) -> tuple[Mapping[str, ServedFile], MonitorState]:
        """Return the files of the release in the log; one that has just begun gets the time to come into the log."""
        end = time.monotonic() + self._patience
        while True:
            try:
                return check_manifest(fetch.get(MANIFEST), state.release, root.root.city), state
            except ReleaseNotLoggedError:
                if time.monotonic() >= end:
                    raise
            time.sleep(_RETRY)
            state = self._follow(fetch, "/log", state, judge, report)

    def _keep_evidence(self, state: MonitorState, signed: SignedCheckpoint, code: str) -> Path | None:
        """Keep both checkpoints of a log that broke its word, beside the state: together they prove it.

        Once for what was known and how it was broken: a fork that grows is shown anew at every look, and proves no more.
        """
        known = state.checkpoint(signed.head.origin) if self._watched.root is None else state.newest
        if known is None:
            return None
        name = sha256(code.encode() + b"\n" + known.encode()).hexdigest()[:16]
        path = self._path.with_name(f"{self._path.stem}-evidence-{name}.txt")
        if not path.exists():
            DISK.replace(path, known.encode() + b"\n" + signed.encode(), mode=0o644)
        return path


def judge_by_root(root: TrustedRoot | None) -> Judge:
    """Believe a checkpoint by a trust root: its logs, and its witnesses' quorum."""
    if root is None:
        raise ValueError("neither keys nor a trust root")
    logs, policy = checkpoint_policy(root.root)

    def judge(signed: SignedCheckpoint) -> SignedHead:
        verdict = verify_checkpoint(signed, logs, policy)
        names = tuple(name for name, _ in verdict.witness_times)
        return SignedHead(signed, names, verdict.quorum, verdict.witnessed_at, verdict)

    return judge


@contextmanager
def _collect(report: Report) -> Iterator[None]:
    try:
        yield
    except VouteError as error:
        report.problems.append(error)
