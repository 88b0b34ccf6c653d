"""The server as it is started: a real process, real sockets, real flushes."""

import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.support.city import FINANCES, check
from tests.support.command import COMMAND
from tests.support.issuer import Bill, Department
from tests.support.live import LiveServer, live_settings, running
from tests.support.ports import free_port
from voute.core.ids import Slug
from voute.server.settings import write_settings

MEMORY_MB = 300
SECONDS = 60
"""For what a busy machine does a little later."""


def department(server: LiveServer, client: httpx.Client) -> Department:
    issuer = Department(Slug("finances"), FINANCES, origin=server.root.origin)
    issuer.sign_in(client)
    return issuer


def make_bills(issuer: Department, many: int, size: int = 2_000) -> list[Bill]:
    _, keys, _ = issuer.code("roll-1")
    return [issuer.bill_for_code(keys, f"bill-{n}", os.urandom(size)) for n in range(many)]


def wait_until_visible(client: httpx.Client, issuer: Department, delivery: bytes) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        state = check(client.get(f"/api/deliveries/{delivery.hex()}", headers=issuer.headers)).json()["state"]
        if state == "visible":
            return
        time.sleep(0.05)
    pytest.fail("never visible")


def test_api_serve_delivers_stops_cleanly_and_goes_on(tmp_path: Path) -> None:
    settings, root = live_settings(tmp_path)
    log = tmp_path / "server.log"
    with running(settings, root, log) as server, server.client() as client:
        issuer = department(server, client)
        delivery = issuer.deliver(client, make_bills(issuer, 20))
        wait_until_visible(client, issuer, delivery)
        receipts = check(client.get(f"/api/deliveries/{delivery.hex()}/receipts", headers=issuer.headers)).text
        assert receipts.count('"kind":"receipt"') == 20
        assert server.peak_memory() < MEMORY_MB
        assert server.stop() == 0
    assert {line["event"] for line in server.lines()} == {"request"}
    with running(settings, root, log) as server, server.client() as client:
        again = check(client.get(f"/api/deliveries/{delivery.hex()}/receipts", headers=issuer.headers)).text
        assert again.count('"kind":"receipt"') == 20
        assert check(client.get("/health")).json()["status"] == "ok"
        assert server.stop(signal.SIGINT) == 0


@pytest.mark.parametrize("moment", ["pack", "draft", "commit"])
def test_api_serve_killed_in_the_middle_of_a_delivery_loses_nothing_that_it_acknowledged(tmp_path: Path, moment: str) -> None:
    settings, root = live_settings(tmp_path)
    log = tmp_path / "server.log"
    with running(settings, root, log) as server, server.client() as client:
        issuer = department(server, client)
        bills = make_bills(issuer, 30)
        delivery = os.urandom(16)
        pack = issuer.pack(delivery, bills)
        check(issuer.open(client, delivery), 201)
        check(issuer.put_pack(client, delivery, pack), 201)
        if moment != "pack":
            check(issuer.put_draft(client, delivery, pack), 201)
        if moment == "commit":
            check(issuer.commit(client, delivery, 30, [pack]))
        server.stop(signal.SIGKILL)
    with running(settings, root, log) as server, server.client() as client:
        check(issuer.open(client, delivery), 200)
        check(issuer.put_pack(client, delivery, pack), 200)
        check(issuer.put_draft(client, delivery, pack), 201 if moment == "pack" else 200)
        check(issuer.commit(client, delivery, 30, [pack]))
        wait_until_visible(client, issuer, delivery)
        lines = check(client.get(f"/api/deliveries/{delivery.hex()}/receipts", headers=issuer.headers)).text.splitlines()
        assert len(lines) == 31
        assert server.stop() == 0


def test_api_serve_with_two_processes_elects_one_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And runs on the loop that was tested, whatever else is installed beside it."""
    for name in ("rloop", "uvloop"):
        (tmp_path / f"{name}.py").write_text(f"def new_event_loop():\n    raise RuntimeError('{name} was taken')\n", "ascii")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    settings, root = live_settings(tmp_path)
    with running(replace(settings, workers=2), root, tmp_path / "server.log") as server, server.client() as client:
        issuer = department(server, client)
        for run in range(3):
            delivery = issuer.deliver(client, [issuer.bill_for_code(issuer.code("r")[1], f"{run}")], run=f"run-{run}")
            wait_until_visible(client, issuer, delivery)
        assert server.stop() == 0
    assert [line for line in server.lines() if line["level"] == "error"] == []


def test_api_serve_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    settings, root = live_settings(tmp_path)
    with running(settings, root, tmp_path / "server.log") as server, server.client() as client:
        issuer = department(server, client)
        pack = issuer.pack(delivery := os.urandom(16), make_bills(issuer, 3, 2_000_000))
        check(issuer.open(client, delivery), 201)
        request = (
            f"PUT /api/deliveries/{delivery.hex()}/packs/{pack.name.hex()} HTTP/1.1\r\nhost: localhost\r\n"
            f"authorization: {issuer.headers['authorization']}\r\ncontent-length: {len(pack.data)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", settings.port)) as line:
            line.sendall(request.encode() + pack.data[: len(pack.data) // 2])
            time.sleep(0.3)
        deadline = time.monotonic() + SECONDS
        packs = settings.data / "packs"
        while any(path.is_file() for path in packs.rglob("*")) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert [path for path in packs.rglob("*") if path.is_file()] == []
        check(issuer.put_pack(client, delivery, pack), 201)
        assert server.stop() == 0
    assert [line for line in server.lines() if line["level"] == "error"] == []


def test_api_serve_says_in_one_line_when_it_is_ready(tmp_path: Path) -> None:
    settings, root = live_settings(tmp_path)
    variables = {key: value for key, value in os.environ.items() if not key.startswith("VOUTE_")}
    variables.update(write_settings(settings))
    # A proxy of the organisation that answers nobody: this machine is asked without it.
    variables["HTTP_PROXY"] = f"http://127.0.0.1:{free_port()}"
    command = [str(COMMAND), "serve", "--json"]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            assert said == {"ready": True, "origin": root.origin, "address": f"http://127.0.0.1:{settings.port}"}
            assert httpx.get(f"{said['address']}/health").is_success
            process.send_signal(signal.SIGTERM)
            assert process.stdout.read() == b""
            assert process.wait(SECONDS) == 0
        finally:
            process.kill()
