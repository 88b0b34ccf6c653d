"""Serves a city with Granian until SIGTERM or SIGINT."""

import asyncio
import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import structlog
from granian.constants import Interfaces, Loops
from granian.server import Server as ProcessServer
from granian.server.embed import Server as EmbeddedServer

from voute.core.errors import VouteError
from voute.server.address import kept_address
from voute.server.asgi import create
from voute.server.composition import expect_fit
from voute.server.http.frame import Frame
from voute.server.logs import set_up_logs
from voute.server.readiness import expect_usable
from voute.server.settings import CONFIG, PREFIX, SHARED_COUNTERS, Settings, write_settings

BACKLOG = 1024
_log = structlog.get_logger("voute.server")


def serve(settings: Settings) -> None:
    """Serve until told to stop; requests in hand are answered, the sequencer finishes its batch.

    One worker runs in this process; more are child processes, of which one is elected to write the log.

    Raises:
        AddressServedError: another server of ours has the address.
        AddressRefusedError: the address cannot be listened on.
        StoreError: its stores can't be used; nothing was started.
        VouteError: settings or trust root are not fit to be served.
    """
    _enter_usable_folder()
    expect_usable(settings)
    with kept_address(settings.host, settings.port):
        if settings.workers == 1:
            asyncio.run(_serve_here(settings))
        else:
            _serve_many(settings)


def _enter_usable_folder() -> None:
    """Leave a folder that this user may not enter: `runuser` stays in root's, where no process can be started."""
    if not os.access(".", os.X_OK):
        os.chdir("/")


async def _serve_here(settings: Settings) -> None:
    application = create(settings)
    _leave_alone()
    server = EmbeddedServer(
        application,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        websockets=False,
        backlog=BACKLOG,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve()


def create_in_child() -> Frame:
    """Make the application of a child process, of the settings in its environment."""
    try:
        application = create()
    except VouteError as error:
        # The others say the same: a trace for each would bury it.
        _log.error("not started", code=error.code, detail=error.detail)
        raise SystemExit(1) from error
    _leave_alone()
    return application


def _leave_alone() -> None:
    # What is there now is there until the end: the garbage collector need not look through it again and again.
    gc.freeze()


def _serve_many(settings: Settings) -> None:
    """Hand the settings to the children through the environment."""
    # What a child could not begin with is said here, once and in words: a child can only end.
    expect_fit(settings)
    for key in [key for key in os.environ if key.startswith(PREFIX) and key != CONFIG]:
        del os.environ[key]
    os.environ.pop(CONFIG, None)
    os.environ.update(write_settings(settings))
    server = ProcessServer(
        "voute.server.run:create_in_child",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        # By name: else it takes another one where it finds one installed (docs/adr/0063).
        loop=Loops.asyncio,
        workers=settings.workers,
        websockets=False,
        backlog=BACKLOG,
        log_enabled=False,
    )
    # A child begins with its parent's handler, which would swallow a stop that comes before it has one of its own.
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    set_up_logs(settings.log_level)
    with _shared_counters(settings):
        try:
            server.serve()
        except SystemExit:
            # Granian's own word for it is turned off with its log; killed children say nothing at all.
            _log.error("worker ended", workers=settings.workers)
            raise


@contextmanager
def _shared_counters(settings: Settings) -> Iterator[None]:
    """Give the processes a folder to count in together, while they are asked for measurements at all."""
    if settings.metrics_address is None:
        yield
        return
    with TemporaryDirectory(prefix="voute-metrics-") as folder:
        os.environ[SHARED_COUNTERS] = folder
        yield
