"""`voute demo`: made once, stopped and opened again with everything in it, and the commands that it prints work."""

import csv
import json
import os
import shlex
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Voute, environment, finish, run, start
from tests.support.holder import Resident
from tests.support.project import ROOT
from tests.support.served_city import browser
from voute.cli.demo_again import LettersUsedError, refreshed
from voute.cli.demo_city import ISSUER, Demo, at_ports, read_demo
from voute.cli.demo_lock import one_demo
from voute.cli.held_port import HOST, PortTakenError, any_ports, held_port
from voute.client.codes import CodeDesk
from voute.client.home import IssuerHome
from voute.client.trust import read_pinned
from voute.format.claim_code import read_code
from voute.paper.demo_city import LEAST
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import NoQuorumError

BILLS = LEAST
SECONDS = 60
"""For what a busy machine does a little later."""


@dataclass
class Running:
    """A demonstration that says it is ready."""

    process: "subprocess.Popen[bytes]"
    said: dict[str, Any]

    def stop(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)
        ran = finish(self.process)
        assert ran.code == 0, ran.said
        assert "fermée" in ran.err


@contextmanager
def begun(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = start(folder, "demo", "--folder", folder / "demo", "--count", str(BILLS), "--json")
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def ready(process: "subprocess.Popen[bytes]") -> Running:
    """Wait until it says that it is."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, finish(process)
    return Running(process, json.loads(line))


def visible(resident: Resident, count: int) -> list[str]:
    """Wait until the log has published, then list."""
    end = time.monotonic() + SECONDS
    while True:
        rows = resident.client.get("/api/documents").raise_for_status().json()["documents"]
        if len(rows) == count or time.monotonic() > end:
            assert len(rows) == count
            return [row["document_id"] for row in rows]
        time.sleep(0.05)


def witnesses_of(said: dict[str, Any]) -> list[str]:
    """Names of the witnesses whose lines stand on the checkpoint that the city shows, once they are its quorum."""
    trust = read_pinned(Path(said["home"]) / "trust-root.json")
    end = time.monotonic() + SECONDS
    with browser(said["origin"]) as client:
        while True:
            signed = SignedCheckpoint.parse(client.get("/log/checkpoint").raise_for_status().content)
            try:
                return [name for name, _ in trust.verify_checkpoint(signed).witness_times]
            except NoQuorumError:
                # What came in a moment ago is shown as logged first.
                assert time.monotonic() < end
                time.sleep(0.05)


def is_running(folder: Path) -> bool:
    """Whether a process of this machine serves a witness of this folder."""
    commands = (path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline"))
    return any(str(folder / "witness-1").encode() in command for command in commands)


def test_cli_demo_of_the_first_release_is_read(tmp_path: Path) -> None:
    first = Demo(str(tmp_path), "http://localhost:1", 1, "c", "l", "p", "f", "r", "m", "d", "b")
    known = {key: value for key, value in asdict(first).items() if key != "witnesses"}
    (tmp_path / "demo.json").write_text(json.dumps(known))
    found = read_demo(tmp_path)
    assert found == first
    assert (first.witness_folders, at_ports(first.settings, ()).witnesses) == ((), "")


def test_cli_demo_of_too_few_bills_names_the_least_and_makes_nothing(voute: Voute, tmp_path: Path) -> None:
    ran = voute("demo", "--folder", tmp_path / "demo", "--count", str(LEAST - 1)).ended(2)
    assert f"au moins {LEAST}" in " ".join(ran.said.replace("│", " ").split())
    assert not (tmp_path / "demo").exists()


def test_cli_demo_port_is_held_by_one_and_its_server_alone() -> None:
    with held_port(any_ports()) as port:
        with pytest.raises(PortTakenError), held_port([port]):
            pass
        with held_port([port, *any_ports()]) as other:
            assert other != port
        with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            stranger.bind((HOST, port))
            stranger.listen()
        with socket.socket() as server:
            for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
                server.setsockopt(socket.SOL_SOCKET, option, 1)
            server.bind((HOST, port))
            server.listen()
            for _ in range(20):
                with socket.create_connection((HOST, port), timeout=10), server.accept()[0]:
                    pass
    with held_port([port]) as again:
        assert again == port


def test_cli_demo_port_that_many_ask_for_at_once_goes_to_one_at_most() -> None:
    with held_port(any_ports()) as free:
        pass
    askers, found = 8, []
    together, asked = threading.Barrier(askers, timeout=60), threading.Barrier(askers, timeout=60)

    def ask() -> None:
        with ExitStack() as stack:
            together.wait()
            with suppress(PortTakenError):
                found.append(stack.enter_context(held_port([free])))
            asked.wait()

    for _ in range(50):
        found.clear()
        threads = [threading.Thread(target=ask) for _ in range(askers)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len(found) <= 1


def test_cli_demo_beside_one_that_is_made_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "half").touch()
    with one_demo(tmp_path / "demo"):
        ran = run(tmp_path, "demo", "--folder", tmp_path / "demo")
    assert ran.code == 1
    assert f"processus {os.getpid()}" in ran.out
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["demo.lock", "half"]


def test_cli_demo_says_that_another_program_has_its_port(tmp_path: Path) -> None:
    with held_port(any_ports()) as port:
        demo = Demo(str(tmp_path / "demo"), f"http://localhost:{port}", port, "c", "l", "p", "f", "r", "m", "d", "b")
        (tmp_path / "demo").mkdir()
        (tmp_path / "demo" / "demo.json").write_text(json.dumps(asdict(demo)))
        ran = run(tmp_path, "demo", "--folder", tmp_path / "demo")
    assert ran.code == 1
    assert f"Le port {port} est pris" in ran.out


def first_due(said: dict[str, Any]) -> str:
    with (Path(said["folder"]) / "documents" / "factures.csv").open(encoding="utf-8-sig") as table:
        return next(csv.DictReader(table, delimiter=";"))["échéance"]


def typed(command: str, folder: Path) -> dict[str, Any]:
    """What a command says that the demonstration printed."""
    program, *args = shlex.split(command)
    assert Path(program).is_absolute(), "another terminal begins in another folder"
    ran = subprocess.run([program, *args, "--json"], env=environment(ROOT), cwd=folder, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def claimed(said: dict[str, Any]) -> Resident:
    resident = Resident(browser(said["origin"]), read_pinned(Path(said["home"]) / "trust-root.json").root)
    resident.claim(read_code(said["code"]))
    return resident


def use_up(folder: Path) -> None:
    """No letter is taken while one's own was not used; once none is left, there is none to take."""
    city = read_demo(folder)
    assert city is not None
    assert refreshed(city) == city
    desk = CodeDesk(IssuerHome(city.home, ISSUER))
    for entry in desk.entries():
        desk.revoke(entry.reference)
    with pytest.raises(LettersUsedError):
        refreshed(city)


def test_cli_demo_stopped_and_opened_again_keeps_everything(tmp_path: Path) -> None:
    (tmp_path / "neighbour").mkdir()
    # Two that start at the same moment both come up, each at a port of its own.
    with begun(tmp_path / "neighbour") as neighbour, begun(tmp_path) as process:
        demo = ready(process)
        said = demo.said
        beside = ready(neighbour)
        assert beside.said["port"] != said["port"]
        assert beside.said["fingerprint"] != said["fingerprint"]
        for one in (said, beside.said):
            with browser(one["origin"]) as client:
                served = client.get("/api/trust-root").raise_for_status()
                assert served.content == (Path(one["home"]) / "trust-root.json").read_bytes()
        use_up(tmp_path / "neighbour" / "demo")
        beside.stop(signal.SIGINT)
        assert Path(said["letter"]).read_bytes().startswith(b"%PDF-")
        assert said["link"] == f"{said['origin']}/ouvrir#{said['code'].replace('-', '')}"
        assert first_due(said) > datetime.now(UTC).date().isoformat()
        resident = claimed(said)
        (bill,) = visible(resident, 1)
        on_disk = (Path(said["folder"]) / "documents" / "pdf" / said["bill"]).read_bytes()
        assert resident.read(bill) == on_disk
        assert witnesses_of(said) == ["localhost/witness-1", "localhost/witness-2"]
        assert is_running(Path(said["folder"]))
        second = run(tmp_path, "demo", "--folder", tmp_path / "demo")
        assert (second.code, second.err) == (0, "")
        assert said["link"] in second.out
        assert f"kill {process.pid}" in second.out
        demo.stop(signal.SIGINT)
        assert not is_running(Path(said["folder"]))
    letter = Path(said["letter"]).read_bytes()
    with begun(tmp_path) as process:
        demo = ready(process)
        again = demo.said
        # The letter was used: there is another one, and a second delivery for both vaults.
        changed = {key for key, value in again.items() if value != said[key]}
        assert changed == {"code", "link", "reference", "bill", "permits", "deliver"}
        assert Path(again["letter"]).read_bytes() != letter
        assert resident.sign_in().status_code == 200
        resident.unlock_again()
        assert resident.read(bill) == on_disk
        other = claimed(again)
        (bill,) = visible(other, 1)
        assert other.read(bill) == (Path(said["folder"]) / "documents" / "pdf" / again["bill"]).read_bytes()
        outcome = typed(again["deliver"], tmp_path)
        assert (outcome["sent"], outcome["to_vaults"]) == (2, 2)
        assert len(visible(resident, 2)) == len(visible(other, 2)) == 2
        assert witnesses_of(said) == ["localhost/witness-1", "localhost/witness-2"]
        assert typed(again["monitor"], tmp_path)["problems"] == []
        assert typed(again["letters"], tmp_path)["letters"] == BILLS
        assert typed(again["fsck"], tmp_path)["counts"]["documents"] == BILLS + 2
        resident.client.close()
        other.client.close()
        demo.stop(signal.SIGTERM)
