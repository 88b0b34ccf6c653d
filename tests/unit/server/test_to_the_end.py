import asyncio
import threading

import pytest
from litestar.concurrency import sync_to_thread

from voute.server.http.to_the_end import to_the_end


def test_to_the_end_gives_what_the_work_gives() -> None:
    async def run() -> int:
        return await to_the_end(sync_to_thread(lambda: 7))

    assert asyncio.run(run()) == 7


def test_to_the_end_outlives_a_cancellation() -> None:
    release, done = threading.Event(), threading.Event()

    def work() -> None:
        release.wait(10)
        done.set()

    async def run() -> None:
        task = asyncio.ensure_future(to_the_end(sync_to_thread(work)))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.sleep(0.01)
        assert not task.done()
        release.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert done.is_set()
