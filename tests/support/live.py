"""A real server in a process of its own, as an operator starts it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from tests.support.city import demo_settings, found_city
from tests.support.plain_http import NOBODY
from tests.support.ports import free_port
from voute.format.trust_root import TrustRoot
from voute.server.settings import Settings, write_settings

START_SECONDS = 90


@dataclass
class LiveServer:
    """One started server; `log` is the file of its standard error."""

    settings: Settings
    root: TrustRoot
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers={"x-voute": "1"}, timeout=30, verify=NOBODY)

    def wait(self) -> None:
        """Return when the server answers; a test that never gets there fails here."""
        deadline = time.monotonic() + START_SECONDS
        with self.client() as client:
            while time.monotonic() < deadline:
                assert self.process.poll() is None, self.log.read_text()
                try:
                    if client.get("/health").status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(START_SECONDS)

    def peak_memory(self) -> int:
        """Largest resident size so far, in megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def live_settings(folder: Path) -> tuple[Settings, TrustRoot]:
    """Found a city at http://localhost with a free port."""
    settings = replace(demo_settings(folder), port=free_port(), limit_factor=1_000)
    return settings, found_city(settings, f"http://localhost:{settings.port}", "localhost")


@contextmanager
def running(settings: Settings, root: TrustRoot, log: Path, *, under: Sequence[str] = ()) -> Iterator[LiveServer]:
    """Serve until the end of the block; `under` is a program that becomes the server once it has set limits of its own."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("VOUTE_")}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*under, sys.executable, "-m", "voute.server"],
            env={**environ, **write_settings(settings)},
            stdout=output,
            stderr=output,
        )
    server = LiveServer(settings, root, process, log)
    try:
        server.wait()
        yield server
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
