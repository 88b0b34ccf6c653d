"""Makes the served application: city, jobs, threads. One call a process."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from hashlib import sha256

import structlog
from litestar import Litestar

from voute.app.city import City
from voute.app.release import announce
from voute.core.errors import VouteError
from voute.core.ids import hash_of
from voute.server.allocator import share_memory
from voute.server.composition import Assembled, arms_of, assemble, log_parts, sequencing, web_folder
from voute.server.http.application import create_application
from voute.server.http.bodies import packs_address
from voute.server.http.frame import Frame
from voute.server.http.pages import WebFiles
from voute.server.jobs.election import election_of
from voute.server.jobs.housekeeping import housekeeping
from voute.server.jobs.scrub import ScrubThread
from voute.server.jobs.sequencer import SequencerThread
from voute.server.jobs.timestamps import timestamps
from voute.server.jobs.worker import worker
from voute.server.logs import set_up_logs
from voute.server.notices.push_sender import push_sender
from voute.server.notices.sender import notice_sender
from voute.server.observe.observed import Job, observed, traced
from voute.server.observe.signals import SILENT, Signals
from voute.server.release import RELEASE
from voute.server.settings import Settings, load_settings
from voute.store.freeze import sweep_frozen

_log = structlog.get_logger("voute.server")


def create(settings: Settings | None = None) -> Frame:
    """Make the application of the settings (of the environment when none are given), with its jobs in its lifespan."""
    chosen = load_settings() if settings is None else settings
    set_up_logs(chosen.log_level)
    share_memory()
    traces = traced(chosen)
    assembled = assemble(chosen, watch=None if traces is None else traces.steps)
    push_origin = assembled.city.trust().root.origin if chosen.push else ""
    web = WebFiles(web_folder(chosen), push_origin, arms_of(chosen), packs_address(chosen))
    manifest = web.seal()
    watched = observed(chosen, assembled.city, traces)

    @asynccontextmanager
    async def with_jobs(_: Litestar) -> AsyncIterator[None]:
        threads = ThreadPoolExecutor(chosen.threads, thread_name_prefix="use-case")
        asyncio.get_running_loop().set_default_executor(threads)
        jobs = [*start_jobs(chosen, assembled, watched.signals), *watched.jobs]
        for job in watched.jobs:
            job.start()
        announce_release(assembled.city, manifest)
        try:
            yield
        finally:
            for job in jobs:
                job.stop()
            assembled.stores.catalogue.close()

    return create_application(assembled.city, chosen, web, lifespan=[with_jobs], signals=watched.signals)


def announce_release(city: City, manifest: bytes | None) -> None:
    """Bind the city to the pages that this process serves, unless it is; a failure is logged, and monitors see it."""
    if manifest is None:
        return
    try:
        announce(city, RELEASE, hash_of(sha256(manifest).digest()))
    except VouteError as error:
        _log.error("release not announced", code=error.code, detail=error.detail)


def start_jobs(settings: Settings, assembled: Assembled, signals: Signals = SILENT) -> list[Job]:
    """Start the threads beside the requests."""
    city = assembled.city
    jobs: list[Job] = [
        housekeeping(city, lambda untouched: sweep_frozen(settings.data) + assembled.stores.sweep(untouched), signals),
        worker(city, signals),
    ]
    if settings.sequencer:
        parts = log_parts(settings, assembled.stores, city.trust().root, city.trust)
        election = election_of(settings)
        if settings.smtp_host:
            jobs.append(notice_sender(settings, city, election, signals))
        if settings.push:
            jobs.append(push_sender(settings, city, election, signals))
        if settings.tsa_url:
            jobs.append(timestamps(settings, city, election, signals))
        jobs.append(ScrubThread(settings, city, election, signals))
        jobs.append(SequencerThread(sequencing(city, parts), parts, city.tiles, assembled.woken, election, signals))
    for job in jobs:
        job.start()
    return jobs
