"""Runs a city's server, and its witnesses, as child processes and waits until they are healthy."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ClassVar, Final

import httpx

from voute.cli.held_port import HOST, any_ports, held_port
from voute.core.errors import StateError
from voute.outside.http import open_http
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
    """Serve a city for as long as the context lasts; ends it in order, whatever happens inside.

    The caller holds its port (`held_port`): servers share theirs, and half of the visitors would go to another one.
    """
    with _running("voute.server", (), write_settings(settings)) as process:
        _wait_until_healthy(process, settings.port)
        yield process


@contextmanager
def serving_witnesses(folders: Sequence[Path]) -> Iterator[list[int]]:
    """Serve witnesses, processes of their own, for as long as the context lasts; gives their ports, of the system's choice."""
    with ExitStack() as stack:
        ports = [stack.enter_context(held_port(any_ports())) for _ in folders]
        started = [
            stack.enter_context(_running("voute.server.witness", (str(folder), str(port)), {}))
            for folder, port in zip(folders, ports, strict=True)
        ]
        for process, port in zip(started, ports, strict=True):
            _wait_until_healthy(process, port)
        yield ports


@contextmanager
def _running(module: str, arguments: Sequence[str], variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VOUTE_")}
    # A session of its own: Ctrl+C reaches this process alone, which then ends the server in order.
    process = subprocess.Popen(  # noqa: S603 -- this interpreter, our modules, our folders
        [sys.executable, "-m", module, *arguments],
        env={**environment, **variables},
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_WITHIN_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise CityDidNotStartError("the server ended", port=str(port))
        try:
            with open_http(f"http://{HOST}", timeout=2.0) as http:
                if http.get(f"http://{HOST}:{port}/health").is_success:
                    return
        except httpx.HTTPError:
            pass
        time.sleep(_POLL_S)
    raise CityDidNotStartError("not healthy in time", port=str(port))
