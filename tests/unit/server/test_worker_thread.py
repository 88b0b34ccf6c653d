"""The thread around the work: it does what waits, rests after a failure, goes on, stops."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.asgi import Loop
from tests.support.city import Clock, DemoCity, demo_settings, found_city, open_demo_city
from voute.core.ids import Hash
from voute.core.rows import JobKind
from voute.server.jobs import worker
from voute.server.jobs.worker import WorkerThread

SECONDS = 20


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoCity]:
    settings = demo_settings(tmp_path)
    loop = Loop()
    demo = open_demo_city(settings, found_city(settings), Clock(), loop)
    yield demo
    demo.close()
    loop.close()


def test_worker_does_what_waits_and_goes_on_after_a_failure(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "EVERY", 0.01)
    monkeypatch.setattr(worker, "AFTER_FAILURE", 0.01)
    pack = Hash(b"p" * 32)
    side = demo.settings.data / "packs" / pack.hex()[:2] / f"{pack.hex()}.side"
    # A folder in the place of the file: the disk refuses to remove it.
    side.mkdir(parents=True)
    with demo.city.catalogue.write() as tx:
        tx.jobs.add(JobKind.REMOVE_PACK, [pack], 1)
    thread = WorkerThread(demo.city)
    thread.start()
    time.sleep(0.1)
    assert waiting(demo) == 1
    side.rmdir()
    deadline = time.monotonic() + SECONDS
    while waiting(demo):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    thread.stop()


def waiting(demo: DemoCity) -> int:
    with demo.city.catalogue.read() as tx:
        return len(tx.jobs.pending(JobKind.REMOVE_PACK, 10))
