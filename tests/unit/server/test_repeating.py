"""Threads that repeat a piece of work: they do what waits, rest after a failure, go on, stop."""

import time

import pytest

from tests.support.city import DemoCity
from tests.support.failures import Failures
from tests.support.waiting import wait_for
from voute.core.ids import Hash
from voute.core.rows import ChallengeRow, JobKind
from voute.server.jobs import housekeeping as house
from voute.server.jobs import worker as job
from voute.server.jobs.housekeeping import housekeeping
from voute.server.jobs.repeating import RepeatingThread
from voute.server.jobs.worker import worker


def test_worker_does_what_waits_and_goes_on_after_a_failure(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "EVERY", 0.01)
    monkeypatch.setattr(job, "AFTER_FAILURE", 0.01)
    pack = Hash(b"p" * 32)
    side = demo.settings.data / "packs" / pack.hex()[:2] / f"{pack.hex()}.side"
    # A folder in the place of the file: the disk refuses to remove it.
    side.mkdir(parents=True)
    with demo.city.catalogue.write() as tx:
        tx.jobs.add(JobKind.REMOVE_PACK, [pack], 1)
    thread = worker(demo.city)
    thread.start()
    time.sleep(0.1)
    assert waiting(demo) == 1
    side.rmdir()
    wait_for(lambda: waiting(demo) == 0)
    thread.stop()


def waiting(demo: DemoCity) -> int:
    with demo.city.catalogue.read() as tx:
        return len(tx.jobs.pending(JobKind.REMOVE_PACK, 10))


def test_repeating_thread_goes_on_after_a_fault_of_ours_and_says_no_word_of_it(capfd: pytest.CaptureFixture[str]) -> None:
    done: list[str] = []

    def work() -> None:
        done.append("piece")
        raise ValueError("Tremblay, 12 rue des Érables")

    signals = Failures()
    thread = RepeatingThread("odd", work, 0.01, 0.01, signals)
    thread.start()
    wait_for(lambda: len(done) > 2)
    thread.stop()
    assert set(signals.failed) == {"odd"}
    said = "".join(capfd.readouterr())
    assert "odd" in said
    assert "ValueError" in said
    assert "Tremblay" not in said


def test_housekeeping_goes_on_after_a_disk_that_failed(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "EVERY", 0.01)
    with demo.city.catalogue.write() as tx:
        tx.challenges.add(ChallengeRow(Hash(bytes(32)), "sign-in", None, 1))
    asked: list[float] = []

    def sweep_files(untouched: float) -> int:
        asked.append(untouched)
        raise OSError("the disk does not answer")

    thread = housekeeping(demo.city, sweep_files)
    thread.start()
    wait_for(lambda: len(asked) > 2)
    thread.stop()
    assert set(asked) == {house.UNTOUCHED}
    with demo.city.catalogue.write() as tx:
        assert tx.challenges.purge(2) == 0
