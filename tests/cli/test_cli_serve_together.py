"""Several `voute serve` at once: at one address only one."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.support.city import demo_settings, found_city
from tests.support.command import environment, finish, start
from tests.support.plain_http import NOBODY
from tests.support.ports import HOST, free_port
from voute.cli.held_port import any_ports, held_port
from voute.server.address import AddressRefusedError, AddressServedError, kept_address
from voute.server.settings import Settings, write_settings

SECONDS = 60
ASKERS = 8
Process = subprocess.Popen[bytes]
Serve = Callable[[Settings], Process]


def founded(folder: Path, port: int, workers: int) -> Settings:
    folder.mkdir()
    settings = replace(demo_settings(folder), port=port, workers=workers)
    found_city(settings)
    return settings


@pytest.fixture
def serve() -> Iterator[Serve]:
    started: list[Process] = []

    def serve(settings: Settings) -> Process:
        env = environment(settings.data.parent, "en_CA.UTF-8", **write_settings(settings))
        started.append(start(settings.data.parent, "serve", env=env))
        return started[-1]

    yield serve
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()


def wait_for(settings: Settings, process: Process) -> None:
    end = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < end:
        with suppress(httpx.TransportError):
            if httpx.get(f"http://{HOST}:{settings.port}/health", trust_env=False, verify=NOBODY).is_success:
                return
        time.sleep(0.05)
    raise AssertionError(process.poll())


def stop(process: Process) -> None:
    process.terminate()
    assert finish(process).code == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_cli_serve_two_at_once_at_one_address_one_serves_and_the_other_names_it(
    tmp_path: Path, serve: Serve, workers: int
) -> None:
    """Also one that comes later, and one that comes right after the first has ended."""
    port = free_port()
    first, second = (founded(tmp_path / name, port, workers) for name in ("one", "two"))
    started = [(settings, serve(settings)) for settings in (first, second)]
    end = time.monotonic() + SECONDS
    while all(process.poll() is None for _, process in started):
        assert time.monotonic() < end, "both serve"
        time.sleep(0.05)
    ((_, lost),) = [one for one in started if one[1].poll() is not None]
    ((settings, winner),) = [one for one in started if one[1] is not lost]
    assert f"(process {winner.pid}) has 127.0.0.1, port {port}" in finish(lost).ended(1).said
    wait_for(settings, winner)
    later = finish(serve(second if settings is first else first)).ended(1).said
    assert f"kill {winner.pid}" in later
    assert "workers" in later
    stop(winner)
    again = serve(second)
    wait_for(second, again)
    # One of its processes may only just have begun: it hears of the end all the same.
    stop(again)


def test_cli_serve_beside_one_that_shares_its_port_and_has_no_name_of_ours(tmp_path: Path, serve: Serve) -> None:
    """As a server of an earlier release does, or a process that one left behind."""
    settings = founded(tmp_path / "city", free_port(), 1)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind((HOST, settings.port))
        other.listen()
        assert f"ss -ltnp sport = {settings.port}" in finish(serve(settings)).ended(1).said


def test_cli_serve_address_is_kept_by_one_of_many_that_ask_at_once() -> None:
    kept: list[int] = []
    refused: list[str] = []
    with held_port(any_ports()) as port:
        together, asked = threading.Barrier(ASKERS, timeout=60), threading.Barrier(ASKERS, timeout=60)

        def ask() -> None:
            with ExitStack() as stack:
                together.wait()
                try:
                    stack.enter_context(kept_address(HOST, port))
                    kept.append(port)
                except AddressServedError as error:
                    refused.append(str(error.facts["process"]))
                asked.wait()

        for _ in range(50):
            threads = [threading.Thread(target=ask) for _ in range(ASKERS)]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
    assert (len(kept), len(refused)) == (50, 50 * (ASKERS - 1))


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 -- refused
def test_cli_serve_at_all_addresses_beside_one_that_has_a_single_one_is_refused(host: str) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind((HOST, 0))
        other.listen()
        with pytest.raises(AddressRefusedError), kept_address(host, other.getsockname()[1]):
            pass


def test_cli_serve_witness_at_the_address_of_another_server_is_refused(tmp_path: Path) -> None:
    env = environment(tmp_path, "en_CA.UTF-8")
    finish(start(tmp_path, "witness", "init", "kept", "--name", "witness.example/1", env=env)).ended(0)
    port = free_port()
    with kept_address(HOST, port):
        ran = finish(start(tmp_path, "witness", "serve", "kept", "--port", str(port), env=env)).ended(1)
    assert f"kill {os.getpid()}" in ran.said
