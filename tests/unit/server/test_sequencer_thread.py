"""The thread around the sequencing: it wakes, cosigns, rests after failures, leaves dead witnesses alone, stops."""

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.support.city import CITY, DemoCity
from tests.support.waiting import SECONDS, wait_for
from voute.app.statements import draft_event
from voute.core.errors import StoreError
from voute.core.ids import Hash, LookupId
from voute.core.ports_log import Witness
from voute.core.rows import BoxKind
from voute.core.values import unix_time
from voute.format.event import Event
from voute.format.subject import Revoked, issuer_actor
from voute.server.composition import LogParts
from voute.server.jobs import sequencer as job
from voute.server.jobs.election import FileElection
from voute.server.jobs.sequencer import SequencerThread
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import WitnessKey


def add_event(demo: DemoCity) -> None:
    box = LookupId(os.urandom(32))
    event = Event(CITY, unix_time(1_790_000_000), issuer_actor(CITY), Hash(bytes(32)), Revoked(box))
    with demo.city.catalogue.write() as tx:
        tx.events.add_all([draft_event(event, BoxKind.CLAIM, box, act=None)])
    demo.city.wake()


def published(demo: DemoCity) -> SignedCheckpoint | None:
    with demo.city.catalogue.read() as tx:
        state = tx.log_states.get()
    return None if state is None else SignedCheckpoint.parse(state.checkpoint.encode())


def thread_of(demo: DemoCity, parts: LogParts) -> SequencerThread:
    woken, election = demo.assembled.woken, FileElection(demo.settings.locks_folder)
    return SequencerThread(demo.sequencing, parts, demo.city.tiles, woken, election)


def is_logged(demo: DemoCity, size: int) -> bool:
    found = published(demo)
    return found is not None and found.head.size == size


def test_sequencer_thread_logs_what_commits_and_has_it_cosigned(demo: DemoCity) -> None:
    thread = thread_of(demo, demo.parts)
    thread.start()
    add_event(demo)
    wait_for(lambda: is_logged(demo, 1))
    thread.stop()
    found = published(demo)
    assert found is not None
    assert len(found.note.signatures) == 3


class DeadWitness:
    """Never answers, and counts how often it was asked."""

    name = "dead"

    def __init__(self) -> None:
        self.asked = 0

    def add_checkpoint(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        self.asked += 1
        raise StoreError(f"{old_size} {len(proof)} {len(checkpoint)}")


def test_sequencer_thread_leaves_a_dead_witness_alone_for_a_while(demo: DemoCity) -> None:
    dead = DeadWitness()
    key = WitnessKey("dead", demo.parts.witnesses[0][1].mldsa44)
    thread = thread_of(demo, replace(demo.parts, witnesses=(*demo.parts.witnesses, (dead, key))))
    thread.start()
    for size in (1, 2, 3):
        add_event(demo)
        wait_for(lambda size=size: is_logged(demo, size))  # type: ignore[misc]
    thread.stop()
    assert dead.asked == 1


class Moody:
    """A witness whose answers a test decides, call by call: None fails, an event is waited for first."""

    def __init__(self, inner: Witness, moods: Sequence[threading.Event | None]) -> None:
        self.inner = inner
        self.moods = list(moods)

    @property
    def name(self) -> str:
        return self.inner.name

    def add_checkpoint(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        if self.moods:
            mood = self.moods.pop(0)
            if mood is None:
                raise StoreError("no answer")
            assert mood.wait(SECONDS)
        return self.inner.add_checkpoint(old_size, proof, checkpoint)


def lines(demo: DemoCity) -> int:
    found = published(demo)
    return 0 if found is None else len(found.note.signatures)


def with_witness(demo: DemoCity, *moods: threading.Event | None) -> LogParts:
    ((witness, key),) = demo.parts.witnesses
    return replace(demo.parts, witnesses=((Moody(witness, moods), key),))


def test_sequencer_thread_publishes_the_line_of_a_witness_that_answers_again(
    demo: DemoCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "WITNESS_REST", 0.01)
    thread = thread_of(demo, with_witness(demo, None, None, None))
    thread.start()
    add_event(demo)
    wait_for(lambda: is_logged(demo, 1))
    wait_for(lambda: lines(demo) == 3)
    thread.stop()


def test_sequencer_thread_goes_on_while_a_witness_that_failed_hangs(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "WITNESS_REST", 0.01)
    answer = threading.Event()
    parts = with_witness(demo, None, answer)
    thread = thread_of(demo, parts)
    thread.start()
    for size in (1, 2, 3):
        add_event(demo)
        wait_for(lambda size=size: is_logged(demo, size))  # type: ignore[misc]
    assert lines(demo) == 2
    # Its answer is about an older head: it is asked for the present one without waiting for new events.
    answer.set()
    wait_for(lambda: lines(demo) == 3)
    assert is_logged(demo, 3)
    thread.stop()


def test_sequencer_thread_goes_on_after_a_failure(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "AFTER_FAILURE", 0.01)
    checkpoint = demo.settings.data / "log" / "checkpoint"
    before = checkpoint.read_bytes()
    locks = demo.settings.locks_folder
    hidden = locks.with_name("hidden")
    thread = thread_of(demo, demo.parts)
    thread.start()
    add_event(demo)
    wait_for(lambda: is_logged(demo, 1))
    locks.rename(hidden)
    add_event(demo)
    time.sleep(0.3)
    assert is_logged(demo, 1)
    hidden.rename(locks)
    wait_for(lambda: is_logged(demo, 2))
    thread.stop()
    assert checkpoint.read_bytes() != before


def test_sequencer_thread_goes_on_after_a_fault_of_ours(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "AFTER_FAILURE", 0.01)
    faults = [ValueError("odd"), KeyError("odder")]

    def now() -> int:
        if faults:
            raise faults.pop()
        return demo.city.now()

    thread = SequencerThread(
        replace(demo.sequencing, now=now),
        demo.parts,
        demo.city.tiles,
        demo.assembled.woken,
        FileElection(demo.settings.locks_folder),
    )
    thread.start()
    add_event(demo)
    wait_for(lambda: is_logged(demo, 1))
    thread.stop()
    assert not faults


def test_sequencer_thread_that_is_not_elected_waits(demo: DemoCity) -> None:
    with FileElection(demo.settings.locks_folder) as other:
        assert other.is_elected()
        thread = thread_of(demo, demo.parts)
        thread.start()
        add_event(demo)
        time.sleep(0.3)
        assert published(demo) is None
    wait_for(lambda: is_logged(demo, 1))
    thread.stop()
