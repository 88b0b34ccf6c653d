"""`voute demo`: made once, stopped and opened again with everything in it, and the commands that it prints work."""

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.support.command import environment, finish, start
from tests.support.holder import Resident
from tests.support.project import ROOT
from tests.support.served_city import browser
from voute.cli.demo_city import Demo, at_ports, read_demo
from voute.client.trust import read_pinned
from voute.format.claim_code import read_code
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import NoQuorumError

BILLS = 23
"""As few as there can be: twenty awkward ones, the resident's, and two more."""


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
def running(folder: Path) -> Iterator[Running]:
    process = start(folder, "demo", "--folder", folder / "demo", "--count", str(BILLS), "--json")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, finish(process)
        yield Running(process, json.loads(line))
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def visible(resident: Resident, count: int) -> list[str]:
    """Wait until the log has published, then list."""
    end = time.monotonic() + 30
    while True:
        rows = resident.client.get("/api/documents").raise_for_status().json()["documents"]
        if len(rows) == count or time.monotonic() > end:
            assert len(rows) == count
            return [row["document_id"] for row in rows]
        time.sleep(0.05)


def witnesses_of(said: dict[str, Any]) -> list[str]:
    """Names of the witnesses whose lines stand on the checkpoint that the city shows, once they are its quorum."""
    trust = read_pinned(Path(said["home"]) / "trust-root.json")
    end = time.monotonic() + 30
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


def test_cli_demo_stopped_and_opened_again_keeps_everything(tmp_path: Path) -> None:
    env = environment(ROOT)
    with running(tmp_path) as demo:
        said = demo.said
        assert Path(said["letter"]).read_bytes().startswith(b"%PDF-")
        assert said["link"] == f"{said['origin']}/ouvrir#{said['code'].replace('-', '')}"
        root = read_pinned(Path(said["home"]) / "trust-root.json").root
        resident = Resident(browser(said["origin"]), root)
        resident.claim(read_code(said["code"]))
        (bill,) = visible(resident, 1)
        on_disk = (Path(said["folder"]) / "documents" / "pdf" / said["bill"]).read_bytes()
        assert resident.read(bill) == on_disk
        assert witnesses_of(said) == ["localhost/witness-1", "localhost/witness-2"]
        assert is_running(Path(said["folder"]))
        demo.stop(signal.SIGINT)
        assert not is_running(Path(said["folder"]))
    with running(tmp_path) as demo:
        assert demo.said == said
        assert resident.sign_in().status_code == 200
        resident.unlock_again()
        assert resident.read(bill) == on_disk
        command = [str(ROOT / shlex.split(said["deliver"])[0]), *shlex.split(said["deliver"])[1:], "--json"]
        sent = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, check=False)
        assert sent.returncode == 0, sent.stderr
        outcome = json.loads(sent.stdout)
        assert (outcome["sent"], outcome["to_vaults"]) == (3, 1)
        assert len(visible(resident, 2)) == 2
        assert witnesses_of(said) == ["localhost/witness-1", "localhost/witness-2"]
        monitor = [str(ROOT / shlex.split(said["monitor"])[0]), *shlex.split(said["monitor"])[1:], "--json"]
        looked = subprocess.run(monitor, env=env, cwd=tmp_path, capture_output=True, check=False)
        assert (looked.returncode, json.loads(looked.stdout)["problems"]) == (0, []), looked.stdout
        fsck = [command[0], "fsck", "--data", str(Path(said["folder"]) / "city"), "--json"]
        checked = subprocess.run(fsck, env=env, cwd=tmp_path, capture_output=True, check=False)
        assert (checked.returncode, json.loads(checked.stdout)["counts"]["documents"]) == (0, BILLS + 3), checked.stdout
        resident.client.close()
        demo.stop(signal.SIGTERM)
