"""`voute demo`: made once, stopped and opened again with everything in it, and the commands that it prints work."""

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.command import environment, finish, start
from tests.support.holder import Resident
from tests.support.project import ROOT
from tests.support.served_city import browser
from voute.client.trust import read_pinned
from voute.format.claim_code import read_code

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
        demo.stop(signal.SIGINT)
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
        resident.client.close()
        demo.stop(signal.SIGTERM)
