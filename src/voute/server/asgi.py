"""Makes the served application: city, jobs, threads. One call a process."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from litestar import Litestar

from voute.server.composition import Assembled, assemble, log_parts, sequencing, web_folder
from voute.server.http.application import create_application
from voute.server.http.frame import Frame
from voute.server.http.pages import WebFiles
from voute.server.jobs.election import Election
from voute.server.jobs.housekeeping import HousekeepingThread
from voute.server.jobs.sequencer import SequencerThread
from voute.server.jobs.worker import WorkerThread
from voute.server.logs import set_up_logs
from voute.server.settings import Settings, load_settings


def create(settings: Settings | None = None) -> Frame:
    """Make the application of the settings (of the environment when none are given), with its jobs in its lifespan."""
    chosen = load_settings() if settings is None else settings
    set_up_logs(chosen.log_level)
    assembled = assemble(chosen)

    @asynccontextmanager
    async def with_jobs(_: Litestar) -> AsyncIterator[None]:
        threads = ThreadPoolExecutor(chosen.threads, thread_name_prefix="use-case")
        asyncio.get_running_loop().set_default_executor(threads)
        jobs = start_jobs(chosen, assembled)
        try:
            yield
        finally:
            for job in jobs:
                job.stop()
            assembled.stores.catalogue.close()

    return create_application(assembled.city, chosen, WebFiles(web_folder(chosen)), lifespan=[with_jobs])


def start_jobs(settings: Settings, assembled: Assembled) -> list[SequencerThread | HousekeepingThread | WorkerThread]:
    """Start the threads beside the requests."""
    city = assembled.city
    jobs: list[SequencerThread | HousekeepingThread | WorkerThread] = [HousekeepingThread(city), WorkerThread(city)]
    if settings.sequencer:
        parts = log_parts(settings, assembled.stores, city.trust().root)
        election = Election(settings.locks_folder)
        jobs.append(SequencerThread(sequencing(city, parts), parts, city.tiles, assembled.woken, election))
    for job in jobs:
        job.start()
    return jobs
