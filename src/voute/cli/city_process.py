"""Runs a city's server as a child process and waits until it is healthy."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

import httpx

from voute.core.errors import StateError
from voute.server.settings import Settings, write_settings

START_WITHIN_S: Final = 30.0
"""A city of a million documents opens its catalogue in a second; thirty is a machine in trouble."""
STOP_WITHIN_S: Final = 20.0
"""Requests in hand and the sequencer's batch end within seconds."""
_POLL_S: Final = 0.05


class CityDidNotStartError(StateError):
    """The server ended, or did not become healthy in time; what it kept before is untouched."""

    code: ClassVar[str] = "city-did-not-start"


@contextmanager
def serving(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Serve a city for as long as the context lasts; ends it in order, whatever happens inside."""
    # The server's socket may share its port: a second city there would take half of the visitors of the first.
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", settings.port)) == 0:
            raise CityDidNotStartError("the port is taken", port=str(settings.port))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VOUTE_")}
    environment.update(write_settings(settings))
    # A session of its own: Ctrl+C reaches this process alone, which then ends the server in order.
    process = subprocess.Popen(
        [sys.executable, "-m", "voute.server"], env=environment, start_new_session=True, stdin=subprocess.DEVNULL
    )
    try:
        _wait_until_healthy(process, settings)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(process: subprocess.Popen[bytes], settings: Settings) -> None:
    end = time.monotonic() + START_WITHIN_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise CityDidNotStartError("the server ended", port=str(settings.port))
        try:
            if httpx.get(f"http://127.0.0.1:{settings.port}/health", timeout=2.0).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(_POLL_S)
    raise CityDidNotStartError("not healthy in time", port=str(settings.port))
